//! Search terms of a person: folded name words, e-mail and its local part, phone digits backwards, platform numbers.

use std::collections::BTreeSet;

use model::{Field, Link, Profile, RemoteId, fold};

/// The longest term that is kept, in characters.
const LONGEST: usize = 64;

/// The terms under which a person is found.
pub(crate) fn of(profile: &Profile, links: &[Link]) -> BTreeSet<String> {
    let mut terms = BTreeSet::new();
    for field in [Field::FirstName, Field::LastName, Field::Company] {
        let folded = text(profile.get(field).unwrap_or_default());
        let words = folded.split(' ').chain(folded.split([' ', '-', '\'']));
        terms.extend(words.filter(|word| !word.is_empty()).map(cut));
    }
    let email = text(profile.get(Field::Email).unwrap_or_default());
    if !email.is_empty() {
        terms.insert(cut(&email));
    }
    for field in [Field::Mobile, Field::HomePhone, Field::WorkPhone] {
        let digits = fold::digits(profile.get(field).unwrap_or_default());
        terms.extend(phone_tails(&digits));
    }
    for link in links {
        terms.extend(link.record.iter().chain(&link.former).map(of_record));
    }
    terms
}

/// The term under which a platform's number is found.
pub(crate) fn of_record(record: &RemoteId) -> String {
    cut(&text(&record.id))
}

/// Folded, and with one apostrophe for the two that people type.
fn text(raw: &str) -> String {
    let folded = fold::text(raw);
    if folded.contains('\u{2019}') { folded.replace('\u{2019}', "'") } else { folded }
}

/// Any run of a phone's digits begins one of its tails.
fn phone_tails(digits: &str) -> impl Iterator<Item = String> + '_ {
    (0..digits.len().saturating_sub(2)).take(16).map(|start| format!("#{}", &digits[start..]))
}

/// How a typed word is looked up: phone digits where it looks like a phone, else folded text. The words of a phone
/// number typed with blanks are joined by the caller.
pub(crate) fn wanted(word: &str) -> Vec<String> {
    let folded = cut(&text(word));
    let digits = fold::digits(word);
    let phone_like = digits.len() >= 3 && word.chars().all(|c| c.is_ascii_digit() || "+-() ./".contains(c));
    if phone_like { vec![folded, format!("#{digits}")] } else { vec![folded] }
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_three_digits_of_a_phone_are_a_prefix_of_a_term() {
        let tails: Vec<String> = phone_tails("6045550101").collect();
        for run in ["604", "555", "0101", "5501"] {
            let wanted = &wanted(run)[1];
            assert!(tails.iter().any(|tail| tail.starts_with(wanted.as_str())), "{run}");
        }
    }
}
