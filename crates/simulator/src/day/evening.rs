//! The evening: comparing what the platforms hold with what they must hold.

use super::{CLUBS, Day, DayPerson, Expected};
use crate::text::{clip, fold};
use crate::{Person, Platform, Simulator};

/// I4 keeps so many characters of a name.
const I4_NAME_MAX_CHARS: usize = 30;

/// What is missing, doubled or wrong at these platforms, one sentence each; empty when the day went well. Platforms
/// that are not given are not judged, and neither is anything held: that is for the hub's own log to say.
pub fn shortfalls(day: &Day, platforms: &[&Simulator]) -> Vec<String> {
    let mut found = Vec::new();
    for simulator in platforms {
        let platform = simulator.platform();
        let held = simulator.people();
        for expected in day.expected.iter().filter(|expected| expected.platform == platform) {
            let Some(person) = day.people.iter().find(|person| person.key == expected.person) else {
                continue;
            };
            let records: Vec<&Person> =
                held.iter().filter(|record| is_of(record, platform, person)).collect();
            if let Some(wrong) = judge(simulator, expected, person, &records) {
                found.push(wrong);
            }
        }
        for violation in simulator.violations() {
            found.push(format!(
                "{platform}: {:?} of {}: {}",
                violation.wrong, violation.subject, violation.detail
            ));
        }
    }
    found
}

fn is_of(record: &Person, platform: Platform, person: &DayPerson) -> bool {
    let same = |element: &str, field: &str| {
        let name = person.elements.get(element).map_or("", String::as_str);
        if platform == Platform::JonasI4 {
            shouted(name) == shouted(record.get(field))
        } else {
            fold(name) == fold(record.get(field))
        }
    };
    !record.gone
        && record.club == CLUBS[person.club].id_at(platform)
        && same("firstname", "first_name")
        && same("lastname", "last_name")
}

/// I4 shouts and clips; shouting is not undone by lower case (`ß`, `ς`, `ı`), so both sides are shouted.
fn shouted(name: &str) -> String {
    fold(&clip(&name.trim().to_uppercase(), I4_NAME_MAX_CHARS))
}

fn judge(
    simulator: &Simulator,
    expected: &Expected,
    person: &DayPerson,
    records: &[&Person],
) -> Option<String> {
    let platform = expected.platform;
    let name = |element: &str| person.elements.get(element).map_or("", String::as_str);
    let who = format!("{platform}: {} {} ({})", name("firstname"), name("lastname"), person.story);
    let record = match (expected.present, records) {
        (false, []) => return None,
        (true, [record]) => *record,
        (true, []) => return Some(format!("{who} is missing")),
        (false, _) => return Some(format!("{who} must not be there")),
        (true, several) => return Some(format!("{who} is there {} times", several.len())),
    };
    if Some(record.kind) != expected.kind {
        return Some(format!("{who} is {:?}, not {:?}", Some(record.kind), expected.kind));
    }
    if platform != Platform::Vfp {
        return None;
    }
    let staff = simulator.staff().into_iter().find(|staff| staff.id == record.get("owner_id"));
    let owner = staff.map(|staff| staff.email.to_lowercase());
    if owner != expected.owner_email {
        return Some(format!("{who} belongs to {owner:?}, not {:?}", expected.owner_email));
    }
    let sources = simulator.lead_sources().into_iter();
    let source = sources
        .filter(|source| source.id == record.get("lead_source_id"))
        .map(|source| fold(&source.name))
        .next();
    (source != expected.lead_source.as_deref().map(fold))
        .then(|| format!("{who} came by {source:?}, not {:?}", expected.lead_source))
}
