//! The watch: what a hub must never do, noticed where it would hurt.

use std::collections::HashMap;

use serde::Serialize;

/// Violations kept; more are only counted.
const KEPT: usize = 1000;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// Two calls for one record, or one external reference, under way at once.
    Overlap,
    /// A second record for one external reference, or for one full name, e-mail and mobile.
    Doubled,
    /// An older state (`rev:<n>` in a text field) after a newer one.
    Reordered,
    /// A call that would create or change staff.
    StaffWrite,
}

/// One violation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The number of the call in the ledger.
    pub n: u64,
    /// What went wrong.
    pub wrong: Wrong,
    /// The record, external reference or human concerned.
    pub subject: String,
    /// What was seen.
    pub detail: String,
}

/// Everything noticed so far, and what is under way.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    kept: Vec<Violation>,
    count: u64,
    under_way: HashMap<String, u32>,
    revisions: HashMap<String, u64>,
}

impl Watch {
    pub(crate) fn notice(&mut self, n: u64, wrong: Wrong, subject: &str, detail: String) {
        self.count += 1;
        if self.kept.len() < KEPT {
            self.kept.push(Violation { n, wrong, subject: subject.replace('\u{1f}', "|"), detail });
        }
    }

    /// A call for this subject begins.
    pub(crate) fn begin(&mut self, n: u64, subject: &str) {
        let under_way = self.under_way.entry(subject.to_owned()).or_default();
        *under_way += 1;
        let at_once = *under_way;
        if at_once > 1 {
            self.notice(n, Wrong::Overlap, subject, format!("{at_once} calls under way at once"));
        }
    }

    /// A call for this subject was answered, or its caller went away.
    pub(crate) fn end(&mut self, subject: &str) {
        if let Some(under_way) = self.under_way.get_mut(subject) {
            *under_way -= 1;
            if *under_way == 0 {
                self.under_way.remove(subject);
            }
        }
    }

    /// A write of this record carries this text.
    pub(crate) fn revision(&mut self, n: u64, record: &str, text: &str) {
        let Some(revision) = marker(text) else { return };
        let last = self.revisions.entry(record.to_owned()).or_default();
        if revision < *last {
            let detail = format!("rev:{revision} after rev:{last}");
            self.notice(n, Wrong::Reordered, record, detail);
        } else {
            *last = revision;
        }
    }

    pub(crate) fn all(&self) -> &[Violation] {
        &self.kept
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn clear(&mut self) {
        self.kept.clear();
        self.count = 0;
    }
}

/// The number after `rev:`, in any case.
pub(crate) fn marker(text: &str) -> Option<u64> {
    let at = text.as_bytes().windows(4).position(|window| window.eq_ignore_ascii_case(b"rev:"))?;
    let number: String = text.get(at + 4..)?.chars().take_while(char::is_ascii_digit).collect();
    number.parse().ok()
}
