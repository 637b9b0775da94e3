//! Pages: how a long list goes on.

use super::Draft;
use crate::expression::{Expr, Place};
use crate::mistakes::Mistakes;
use crate::yaml::Node;

/// The most pages of a list, unless the description says otherwise.
const MOST: u32 = 200;

/// How the page after a page is asked for.
pub(crate) struct Pages {
    pub way: Onward,
    /// The most pages of one list; a list that is longer is not used at all.
    pub most: u32,
}

/// What an answer says of the page after it.
pub(crate) enum Onward {
    /// A cursor, which the next request carries; none is the end.
    Next(Expr),
    /// An address, absolute or relative to the one just asked; none is the end.
    Url(Expr),
    /// Whether there is one.
    More(Expr),
}

pub(super) fn pages(node: &Node, draft: &Draft<'_>, mistakes: &mut Mistakes) -> Option<Pages> {
    let request = node.get("request");
    let node = node.get("pages")?;
    let at = node.span.start..node.span.start + 1;
    let mut builder = draft.builder(Place::Pages, mistakes);
    let mut one = |key: &str| node.get(key).and_then(|node| builder.expression(node));
    let ways = [one("next").map(Onward::Next), one("url").map(Onward::Url), one("more").map(Onward::More)];
    let mut ways = ways.into_iter().flatten();
    let (way, second) = (ways.next(), ways.next());
    if way.is_none() || second.is_some() {
        mistakes
            .add(at, "pages go on in one way")
            .help("write `next:` for a cursor, `url:` for an address, or `more:` for yes and no");
        return None;
    }
    let most = node.get("most").and_then(Node::integer).and_then(|most| u32::try_from(most).ok());
    let pages = Pages { way: way?, most: most.unwrap_or(MOST) };
    if !matches!(pages.way, Onward::Url(_)) && !request.is_some_and(mentions_page) {
        mistakes
            .add(at, "the request asks for no page, so every page would be the first")
            .help("let it carry `page.cursor`, `page.number` or `page.offset`");
    }
    Some(pages)
}

fn mentions_page(node: &Node) -> bool {
    node.text().is_some_and(|text| text.contains("page."))
        || node.items().iter().any(mentions_page)
        || node.entries().iter().any(|(_, node)| mentions_page(node))
}
