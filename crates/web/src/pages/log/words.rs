//! The page's own words: the sentence at the top, the names of kinds and turns.

use super::view::{Direction, LineKind, LineView, Today, Turn};

/// The sentence at the top, in pieces so that one of them can be a link.
#[derive(Debug, PartialEq, Eq)]
pub struct Opening {
    /// "14 leads today"
    pub start: String,
    /// ": " or ", "; empty when there is nothing to add.
    pub joint: &'static str,
    /// "13 in Jonas I4", "1 needs you"
    pub parts: Vec<Part>,
    /// "2 from earlier days need you too."
    pub before: Option<String>,
}

/// One piece of the sentence.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    /// The words.
    pub words: String,
    /// Whether this piece leads to the lines that wait for the club.
    pub needs_you: bool,
}

/// Puts today's counts into a sentence.
pub fn opening(today: &Today) -> Opening {
    let before = (today.needs_you_before > 0).then(|| before(today.needs_you_before));
    if today.total == 0 {
        return Opening {
            start: "Nothing has come or gone today".into(),
            joint: "",
            parts: Vec::new(),
            before,
        };
    }
    let start = format!("{} today", counted(today.total, today.only_leads));
    if let [(platform, count)] = today.arrived.as_slice()
        && *count == today.total
        && today.on_its_way + today.others_turn + today.needs_you == 0
    {
        let all = if *count > 1 { "all " } else { "" };
        return Opening { start, joint: ", ", parts: vec![quiet(format!("{all}in {platform}"))], before };
    }
    let parts = parts(today);
    let joint = if parts.is_empty() { "" } else { ": " };
    Opening { start, joint, parts, before }
}

fn parts(today: &Today) -> Vec<Part> {
    let mut parts: Vec<Part> = today
        .arrived
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(platform, count)| quiet(format!("{} in {platform}", grouped(*count))))
        .collect();
    if today.on_its_way > 0 {
        parts.push(quiet(format!("{} on the way", grouped(today.on_its_way))));
    }
    if today.others_turn > 0 {
        parts.push(quiet(format!("{} being looked after", grouped(today.others_turn))));
    }
    if today.needs_you > 0 {
        let verb = if today.needs_you == 1 { "needs" } else { "need" };
        parts.push(Part { words: format!("{} {verb} you", grouped(today.needs_you)), needs_you: true });
    }
    parts
}

fn quiet(words: String) -> Part {
    Part { words, needs_you: false }
}

fn before(count: u64) -> String {
    let verb = if count == 1 { "needs" } else { "need" };
    format!("{} from earlier days still {verb} you", grouped(count))
}

fn counted(count: u64, only_leads: bool) -> String {
    let noun = match (only_leads, count) {
        (true, 1) => "lead",
        (true, _) => "leads",
        (false, 1) => "person",
        (false, _) => "people",
    };
    format!("{} {noun}", grouped(count))
}

/// A number with its thousands apart.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A kind in plain words.
pub fn kind_word(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Info => "Done",
        LineKind::Warning => "Worth a look",
        LineKind::Error => "Not there",
        LineKind::OnItsWay => "On its way",
    }
}

/// A kind as the log of old named it, for support and for spreadsheets.
pub fn kind_type(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Info => "INFO",
        LineKind::Warning => "WARNING",
        LineKind::Error => "ERROR",
        LineKind::OnItsWay => "ON ITS WAY",
    }
}

/// Whose turn it is, where that is worth a word: a line that is done says nothing.
pub fn turn_word(line: &LineView) -> Option<String> {
    match (line.turn, line.kind) {
        (Turn::You, _) => Some("Your turn".into()),
        (Turn::Platform, _) => Some(format!("{}’s turn", line.platform)),
        (Turn::Operator, _) => Some("Support’s turn".into()),
        (Turn::Nobody, LineKind::Warning | LineKind::Error) => Some("Nobody’s turn".into()),
        (Turn::Nobody, LineKind::Info | LineKind::OnItsWay) => None,
    }
}

/// A turn in one word, for spreadsheets.
pub fn turn_plain(turn: Turn) -> &'static str {
    match turn {
        Turn::You => "you",
        Turn::Platform => "the platform",
        Turn::Operator => "integration support",
        Turn::Nobody => "nobody",
    }
}

/// A direction as a phrase.
pub fn way(line: &LineView) -> String {
    match line.direction {
        Direction::ToPlatform => format!("to {}", line.platform),
        Direction::FromPlatform => format!("from {}", line.platform),
    }
}

/// "America/Argentina/Buenos_Aires" is Buenos Aires to those who live there.
pub fn city(zone: Option<&str>) -> String {
    let place = zone.and_then(|name| name.rsplit('/').next()).unwrap_or("UTC");
    place.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(today: &Today) -> String {
        let opening = opening(today);
        let parts: Vec<_> = opening.parts.into_iter().map(|part| part.words).collect();
        format!("{}{}{}.", opening.start, opening.joint, parts.join(", "))
    }

    #[test]
    fn a_day_is_told_in_one_sentence() {
        let today = Today {
            total: 14,
            only_leads: true,
            arrived: vec![("Jonas I4".into(), 13)],
            needs_you: 1,
            ..Today::default()
        };
        assert_eq!(said(&today), "14 leads today: 13 in Jonas I4, 1 needs you.");
    }

    #[test]
    fn when_all_arrived_the_sentence_says_all() {
        let arrived = |count| Today {
            total: count,
            only_leads: true,
            arrived: vec![("VFP".into(), count)],
            ..Today::default()
        };
        assert_eq!(said(&arrived(3)), "3 leads today, all in VFP.");
        assert_eq!(said(&arrived(1)), "1 lead today, in VFP.");
    }

    #[test]
    fn all_in_one_platform_is_not_said_while_another_still_waits() {
        let today = Today {
            total: 3,
            only_leads: true,
            arrived: vec![("VFP".into(), 3)],
            needs_you: 1,
            ..Today::default()
        };
        assert_eq!(said(&today), "3 leads today: 3 in VFP, 1 needs you.");
    }

    #[test]
    fn every_reason_to_wait_has_its_words() {
        let today = Today {
            total: 1_204,
            arrived: vec![("VFP".into(), 1_195), ("InTouch".into(), 2)],
            on_its_way: 4,
            others_turn: 1,
            needs_you: 2,
            needs_you_before: 1,
            ..Today::default()
        };
        assert_eq!(
            said(&today),
            "1,204 people today: 1,195 in VFP, 2 in InTouch, 4 on the way, 1 being looked after, 2 need you."
        );
        assert_eq!(opening(&today).before.as_deref(), Some("1 from earlier days still needs you"));
    }

    #[test]
    fn a_quiet_day_says_so() {
        assert_eq!(said(&Today::default()), "Nothing has come or gone today.");
    }

    #[test]
    fn a_zone_is_named_by_its_city() {
        assert_eq!(city(Some("America/Argentina/Buenos_Aires")), "Buenos Aires");
        assert_eq!(city(None), "UTC");
    }
}
