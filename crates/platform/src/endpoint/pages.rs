//! The page after a page: whether there is one, and that lists which go in circles or never end are noticed.
//!
//! A list counts only when it was read to its end: whom half a list lacks might be made anew.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use model::Outcome;
use url::Url;

use super::classify::{first, unreadable};
use crate::description::{Onward, Pages};
use crate::expression::Scope;
use crate::given::{Found, Page};

/// The most things on all pages of one list.
const MOST_THINGS: u64 = 500_000;

/// The page after this one, if there is one.
pub(super) fn next(
    pages: &Pages,
    page: &Page,
    (found, listed): (&[Found], usize),
    (scope, asked): (&Arc<Scope>, &Url),
) -> Result<Option<Page>, Outcome> {
    let mut scope = Scope::clone(scope);
    scope.page(page, Some(listed));
    let scope = Arc::new(scope);
    let text = |expr| first(std::slice::from_ref(expr), &scope).map_err(|problem| unreadable(&problem));
    let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let (cursor, url) = match &pages.way {
        Onward::Next(expr) => match filled(text(expr)?) {
            None => return Ok(None),
            Some(cursor) => (Some(cursor), None),
        },
        Onward::Url(expr) => match filled(text(expr)?) {
            None => return Ok(None),
            Some(there) => (None, Some(address(&there, asked)?)),
        },
        Onward::More(expr) => match expr.holds(&scope) {
            Ok(true) => (None, None),
            Ok(false) => return Ok(None),
            Err(problem) => return Err(unreadable(&problem)),
        },
    };
    let counts_on = matches!(pages.way, Onward::More(_));
    let unwanted = (counts_on && found.is_empty() && listed > 0).then_some(page.offset);
    let mark = mark(found, unwanted, cursor.as_deref(), url.as_ref());
    if page.marks.contains(&mark) {
        return Err(broken(format!("page {} of its list is one that came before", page.number)));
    }
    let offset = page.offset + listed as u64;
    if page.number >= pages.most || offset > MOST_THINGS {
        return Err(broken(format!("its list has no end after {} pages", page.number)));
    }
    let marks = page.marks.iter().copied().chain([mark]).collect();
    Ok(Some(Page { number: page.number + 1, offset, cursor, url, marks }))
}

/// An address on the same host as the one just asked: credentials go nowhere else.
fn address(there: &str, asked: &Url) -> Result<Url, Outcome> {
    let url = asked.join(there).map_err(|error| broken(format!("`{there}` is no address: {error}")))?;
    if url.origin() != asked.origin() {
        let reason = format!("its list goes on at another host, {}", url.origin().ascii_serialization());
        return Err(broken(reason));
    }
    Ok(url)
}

/// What tells one page from another: what is on it and where it leads; of a page on which nothing is wanted, where it is.
fn mark(found: &[Found], unwanted: Option<u64>, cursor: Option<&str>, url: Option<&Url>) -> u64 {
    let mut hasher = DefaultHasher::new();
    for found in found {
        found.id.hash(&mut hasher);
    }
    (unwanted, cursor, url.map(Url::as_str)).hash(&mut hasher);
    hasher.finish()
}

fn broken(said: String) -> Outcome {
    Outcome::Misconfigured { reason: format!("{said}; a list that cannot be read whole is not used") }
}
