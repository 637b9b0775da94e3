//! The report card as a page: one file, light and dark, for a phone and for paper, without scripts.

use askama::Template;
use jiff::tz::TimeZone;

use crate::card::{Card, Check, Part, Verdict};

#[derive(Template)]
#[template(path = "card.html")]
struct Page<'c> {
    card: &'c Card,
    day: String,
    counts: Vec<(Verdict, usize)>,
    lost: Vec<(&'c str, Verdict, Vec<&'c Check>)>,
    parts: Vec<(Part, Vec<&'c Check>)>,
    left: usize,
}

/// The page of a card.
pub fn page(card: &Card) -> Result<String, askama::Error> {
    let all = [Verdict::Works, Verdict::Fails, Verdict::Missing, Verdict::NotTried];
    let mut parts: Vec<(Part, Vec<&Check>)> = Vec::new();
    for check in &card.checks {
        match parts.iter_mut().find(|(part, _)| *part == check.part) {
            Some((_, checks)) => checks.push(check),
            None => parts.push((check.part, vec![check])),
        }
    }
    let page = Page {
        card,
        day: card.began.to_zoned(TimeZone::UTC).strftime("%-d %B %Y, %H:%M UTC").to_string(),
        counts: all.into_iter().map(|verdict| (verdict, card.count(verdict))).collect(),
        lost: lost(card),
        parts,
        left: card.people.iter().filter(|one| !one.retired).count(),
    };
    page.render()
}

/// What clubs lose, each loss once, with all that it comes from; the worst first.
fn lost(card: &Card) -> Vec<(&str, Verdict, Vec<&Check>)> {
    let mut lost: Vec<(&str, Verdict, Vec<&Check>)> = Vec::new();
    for check in &card.checks {
        let Some(loses) = check.loses else { continue };
        match lost.iter_mut().find(|(known, verdict, _)| *known == loses && *verdict == check.verdict) {
            Some((.., checks)) => checks.push(check),
            None => lost.push((loses, check.verdict, vec![check])),
        }
    }
    lost.sort_by_key(|(_, verdict, _)| *verdict != Verdict::Fails);
    lost
}
