//! Reads what an answer lists: staff, lead sources, people.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::{Value, ValueKind};
use model::{Kind, Outcome, RemoteId};

use super::classify::first;
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

/// A thing that could not be understood; a remark says why.
struct Unread;

/// What an answer lists.
pub(super) fn found(
    reading: &Reading,
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
    for thing in things.take(MOST) {
        listing.listed += 1;
        let mut scope = Scope::clone(scope);
        scope.set(Root::Item, thing);
        match (Reader { item, scope: Arc::new(scope), notes }).read() {
            Ok(found) => listing.found.extend(found),
            Err(Unread) => listing.unread += 1,
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
    /// Reads one thing; nothing where it is not wanted.
    fn read(mut self) -> Result<Option<Found>, Unread> {
        match self.item.only.as_ref().map(|only| only.holds(&self.scope)) {
            None | Some(Ok(true)) => {}
            Some(Ok(false)) => return Ok(None),
            Some(Err(problem)) => {
                self.note(format!("`={}`: {}", problem.source, problem.said));
                return Err(Unread);
            }
        }
        let id = match first(&self.item.id, &self.scope) {
            Ok(Some(id)) if !id.trim().is_empty() => id.trim().to_owned(),
            Ok(_) => {
                self.note("something without a number was left out".to_owned());
                return Err(Unread);
            }
            Err(problem) => {
                self.note(format!("`={}`: {}", problem.source, problem.said));
                return Err(Unread);
            }
        };
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
                self.note(format!("`{value}` is neither true nor false"));
                None
            }
        }
    }

    fn note(&mut self, note: String) {
        if self.notes.len() < MOST_NOTES && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}
