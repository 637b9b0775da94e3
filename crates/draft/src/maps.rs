//! Value maps: our words, and those that a vendor lists.

use crate::contract::Leaf;
use crate::words::folded;
use crate::yaml::{Entry, Yaml, entry, raw, text};

/// The value maps of a description, as they turn out to be needed.
#[derive(Default)]
pub(crate) struct Maps {
    entries: Vec<Entry>,
}

/// Our words of a field that has few, and what vendors call them.
fn ours(name: &str) -> &'static [(&'static str, &'static [&'static str])] {
    match name {
        "gender" => &[("M", &["m", "male", "man"]), ("F", &["f", "female", "woman"])],
        "status" => &[
            ("ACTIVE", &["active", "a", "enabled", "current", "true"]),
            ("INACTIVE", &["inactive", "i", "disabled", "cancelled", "false"]),
        ],
        "kind" => &[
            ("PROSPECT", &["prospect", "lead", "guest", "p", "visitor"]),
            ("MEMBER", &["member", "m", "customer", "client"]),
            ("EX_MEMBER", &["exmember", "former", "formermember", "expired", "x", "cancelled"]),
        ],
        _ => &[],
    }
}

impl Maps {
    /// The filter that turns our value into theirs; none where they are the same words, or where nobody says which.
    pub fn filter(&mut self, name: &str, leaf: &Leaf) -> Option<&'static str> {
        let ours = ours(name);
        let (map, filter) = match name {
            "gender" => ("gender", "map('gender')"),
            "status" if leaf.kind == "boolean" => ("active", "map('active')"),
            "status" => ("status", "map('status')"),
            "kind" => ("kind", "map('kind')"),
            _ => return None,
        };
        let boolean = leaf.kind == "boolean";
        if (leaf.words.is_empty() && !boolean)
            || ours.iter().all(|(word, _)| leaf.words.iter().any(|one| one == word))
        {
            return None;
        }
        if self.entries.iter().any(|known| known.key == map) {
            return Some(filter);
        }
        let mut lacking = Vec::new();
        let mut values = Vec::new();
        for (word, theirs) in ours {
            match leaf.words.iter().find(|one| theirs.contains(&folded(one).as_str())) {
                _ if boolean => values.push(entry(word, raw(*word == "ACTIVE"))),
                Some(theirs) => values.push(entry(word, text(theirs.clone()))),
                None => lacking.push(*word),
            }
        }
        let mut said = entry(map, Yaml::Map(Vec::new()));
        let mut parts = Vec::new();
        if !boolean {
            said = said.said(format!("Theirs are {}.", leaf.words.join(", ")));
        }
        if values.is_empty() {
            values.push(entry(ours[0].0, text(leaf.words.first().cloned().unwrap_or_default())));
        }
        parts.push(entry("values", Yaml::Map(values)));
        if !lacking.is_empty() {
            said = said
                .said(format!("TODO: what is {} to them? It is left out until then.", lacking.join(", ")));
            parts.push(entry("otherwise", text("drop")));
        }
        self.entries.push(Entry { value: Yaml::Map(parts), ..said });
        Some(filter)
    }

    /// The section of the description.
    pub fn section(self) -> Yaml {
        Yaml::Map(self.entries)
    }
}
