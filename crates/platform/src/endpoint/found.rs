//! Reads what an answer lists: staff, lead sources, people.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::{Value, ValueKind};
use model::{Kind, Outcome, RemoteId};

use super::classify::{first, usable};
use crate::description::{Item, Reading};
use crate::expression::{Expr, Root, Scope};
use crate::given::Found;

/// The most things that one answer can list.
const MOST: usize = 50_000;
/// The most remarks about one answer.
const MOST_NOTES: usize = 20;

/// What an answer lists.
#[derive(Default)]
pub(super) struct Listing {
    pub found: Vec<Found>,
    /// How many things it lists, those that are left out included.
    pub listed: usize,
    /// How many of them could not be understood.
    pub unread: usize,
}

/// What is done with a list of which something could not be understood.
#[derive(Clone, Copy)]
pub(super) enum Half {
    Used,
    Refused,
}

/// What an answer lists.
pub(super) fn found(
    reading: &Reading,
    half: Half,
    scope: &Arc<Scope>,
    notes: &mut Vec<String>,
) -> Result<Listing, Outcome> {
    let (Some(items), Some(item)) = (&reading.items, &reading.item) else {
        return Ok(Listing::default());
    };
    let wrong = |said: String| Outcome::Misconfigured { reason: format!("`={}`: {said}", items.source()) };
    let list = items.eval(scope).map_err(|problem| wrong(problem.said))?;
    if list.is_none() {
        return Ok(Listing::default());
    }
    if !matches!(list.kind(), ValueKind::Seq | ValueKind::Iterable) {
        return Err(wrong(format!("expected a list, found a {}", list.kind())));
    }
    let things = list.try_iter().map_err(|error| wrong(error.to_string()))?;
    let mut listing = Listing::default();
    for thing in things {
        if listing.listed == MOST {
            return Err(wrong(format!("gives more than {MOST} things; half a list is not used")));
        }
        listing.listed += 1;
        let mut scope = Scope::clone(scope);
        scope.set(Root::Item, thing);
        match (Reader { item, scope: Arc::new(scope), notes: &mut *notes }.read(), half) {
            (Ok(found), _) => listing.found.extend(found),
            (Err(said), Half::Refused) => return Err(wrong(format!("{said}; half a list is not used"))),
            (Err(said), Half::Used) => {
                listing.unread += 1;
                note(notes, said);
            }
        }
    }
    Ok(listing)
}

struct Reader<'a> {
    item: &'a Item,
    scope: Arc<Scope>,
    notes: &'a mut Vec<String>,
}

impl Reader<'_> {
    /// One thing of a list, unless it is not meant. The error says why it cannot be told from others.
    fn read(mut self) -> Result<Option<Found>, String> {
        let only = self.item.only.as_ref().map_or(Ok(true), |only| only.holds(&self.scope));
        if !only.map_err(|problem| format!("`={}`: {}", problem.source, problem.said))? {
            return Ok(None);
        }
        let unusable = |why: &str| format!("something without a usable number is in it{why}");
        let id = first(&self.item.id, &self.scope)
            .map_err(|problem| unusable(&format!(": `={}`: {}", problem.source, problem.said)))?;
        let id = id.as_deref().and_then(usable).ok_or_else(|| unusable(", which `only:` could leave out"))?;
        let item = self.item;
        let space = self.text(item.id_space.as_ref()).unwrap_or_default();
        let mut fields = BTreeMap::new();
        for (field, expr) in &item.fields {
            fields.extend(self.text(Some(expr)).filter(|text| !text.is_empty()).map(|text| (*field, text)));
        }
        Ok(Some(Found {
            id: RemoteId { space, id },
            external_id: self.filled(item.external_id.as_ref()),
            name: self.filled(item.name.as_ref()),
            first_name: self.filled(item.first_name.as_ref()),
            last_name: self.filled(item.last_name.as_ref()),
            email: self.filled(item.email.as_ref()),
            mobile: self.filled(item.mobile.as_ref()),
            active: self.truth(item.active.as_ref()),
            created_at: self.filled(item.created_at.as_ref()).and_then(|text| text.parse().ok()),
            kind: self.filled(item.kind.as_ref()).and_then(|text| Kind::read(&text)),
            fields,
        }))
    }

    fn value(&mut self, expr: Option<&Expr>) -> Option<Value> {
        match expr?.eval(&self.scope) {
            Ok(value) if value.is_none() => None,
            Ok(value) => Some(value),
            Err(problem) => {
                self.note(format!("`={}`: {}", problem.source, problem.said));
                None
            }
        }
    }

    fn text(&mut self, expr: Option<&Expr>) -> Option<String> {
        let value = self.value(expr)?;
        match value.kind() {
            ValueKind::String => value.as_str().map(str::to_owned),
            ValueKind::Number if value.is_integer() => Some(value.to_string()),
            kind => {
                self.note(format!("a {kind} is not text"));
                None
            }
        }
    }

    fn filled(&mut self, expr: Option<&Expr>) -> Option<String> {
        self.text(expr).filter(|text| !text.trim().is_empty())
    }

    fn truth(&mut self, expr: Option<&Expr>) -> Option<bool> {
        let value = self.value(expr)?;
        match (value.kind(), value.as_str()) {
            (ValueKind::Bool, _) => Some(value.is_true()),
            (_, Some("true" | "1")) => Some(true),
            (_, Some("false" | "0")) => Some(false),
            _ => {
                let shown: String = value.to_string().chars().take(60).collect();
                self.note(format!("`{shown}` is neither true nor false"));
                None
            }
        }
    }

    fn note(&mut self, said: String) {
        note(self.notes, said);
    }
}

fn note(notes: &mut Vec<String>, said: String) {
    if notes.len() < MOST_NOTES && !notes.contains(&said) {
        notes.push(said);
    }
}
