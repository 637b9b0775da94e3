//! Documents: what the three kinds of request body have in common.
//!
//! Order does not matter, unknown elements are noted and ignored, and a known element may appear once. Elements may be
//! in the vendor's namespace or in none. White space around a value is dropped: pretty printers put line breaks there,
//! and no field means anything by it; white space inside is kept. All mistakes of a document are reported at once.

use model::Kind;
use xml::{Element, Limits};

use super::Said;
use super::literal::quoted;

/// The namespace of the contract.
pub(super) const NAMESPACE: &str = "http://www.intouchfollowup.com/api/2011-11";
/// The largest document.
pub(super) const BODY_MAX_BYTES: usize = 1 << 20;
/// The longest id, in characters: ids are keys, and keys have an end.
pub(super) const ID_MAX_CHARS: usize = 500;
const PROBLEMS_MAX: usize = 20;
const IGNORED_MAX: usize = 20;

/// Why a document is refused: one sentence or several, for the partner's developer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// What is wrong and where.
    pub message: String,
    /// Whom the document was about, as far as it could be read.
    pub about: Option<Box<Subject>>,
}

impl Problem {
    /// A problem of something that says nothing else.
    pub(super) fn plain(message: impl Into<String>) -> Self {
        Problem { message: message.into(), about: None }
    }
}

/// Whom a refused document was about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// Who says it, of which record.
    pub provider: ProviderInfo,
    /// The name.
    pub name: String,
    /// The kind of a person.
    pub kind: Option<Kind>,
}

/// Who is calling, for which club, about which record; all in the caller's own numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderInfo {
    /// The calling platform's identifier.
    pub identifier: String,
    /// The client.
    pub client_id: String,
    /// The club.
    pub club_id: String,
    /// The record.
    pub record_id: String,
}

/// What is found while a document is read.
#[derive(Debug, Default)]
pub(super) struct Findings {
    problems: Vec<String>,
    ignored: Vec<String>,
}

impl Findings {
    pub(super) fn problem(&mut self, problem: String) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem);
        }
    }

    fn ignore(&mut self, path: &str, name: &str) {
        if self.ignored.len() < IGNORED_MAX {
            self.ignored.push(at(path, &name.chars().take(60).collect::<String>()));
        }
    }

    /// The elements that were ignored, or all problems as one message.
    pub(super) fn finish(self, subject: impl FnOnce() -> Subject) -> Result<Vec<String>, Problem> {
        if self.problems.is_empty() {
            return Ok(self.ignored);
        }
        Err(Problem { message: self.problems.join("; "), about: Some(Box::new(subject())) })
    }

    /// The children of an element that are called `known`, each at its place; reports those that appear twice and
    /// notes the rest.
    pub(super) fn children<'a, const N: usize>(
        &mut self,
        element: &'a Element,
        path: &str,
        known: [&str; N],
    ) -> [Option<&'a Element>; N] {
        let mut found = [None; N];
        for child in &element.children {
            let place = known.iter().position(|name| *name == child.name).filter(|_| is_ours(child));
            match place {
                None => self.ignore(path, &child.name),
                Some(place) if found[place].is_some() => {
                    self.problem(format!("{} appears twice", at(path, &child.name)));
                }
                Some(place) => found[place] = Some(child),
            }
        }
        found
    }

    /// What an element says; `None` when it is absent.
    pub(super) fn said(&mut self, element: Option<&Element>, path: &str) -> Option<Said> {
        let element = element?;
        let text = element.trimmed();
        if !element.children.is_empty() {
            self.problem(format!("{path} must hold text, not elements"));
        } else if element.nil && !text.is_empty() {
            self.problem(format!("{path} says xsi:nil and has a value"));
        }
        Some(match (element.nil, text) {
            (true, _) => Said::Nil,
            (false, "") => Said::Empty,
            (false, text) => Said::Value(text.to_owned()),
        })
    }

    /// A value without which the document is refused.
    pub(super) fn required(&mut self, element: Option<&Element>, path: &str) -> String {
        match self.said(element, path) {
            Some(Said::Value(value)) => return value,
            Some(Said::Nil | Said::Empty) => self.problem(format!("{path} is empty")),
            None => self.problem(format!("{path} is missing")),
        }
        String::new()
    }

    /// Reads `providerInfo`, all four of whose elements are mandatory.
    pub(super) fn provider_info(&mut self, element: Option<&Element>) -> ProviderInfo {
        let Some(element) = element else {
            self.problem("providerInfo is missing".to_owned());
            return ProviderInfo::default();
        };
        let names = ["identifier", "clientID", "clubID", "recordID"];
        let found = self.children(element, "providerInfo", names);
        let mut values = names.into_iter().zip(found).map(|(name, element)| {
            let path = at("providerInfo", name);
            let id = self.required(element, &path);
            if id.chars().count() > ID_MAX_CHARS {
                self.problem(format!("{path} is longer than {ID_MAX_CHARS} characters"));
            }
            id
        });
        let mut next = || values.next().unwrap_or_default();
        ProviderInfo { identifier: next(), client_id: next(), club_id: next(), record_id: next() }
    }
}

/// Reads a body as XML and checks its root.
pub(super) fn root(bytes: &[u8], content_type: Option<&str>, name: &str) -> Result<Element, Problem> {
    let limits = Limits { max_bytes: BODY_MAX_BYTES, max_elements: 2_000, ..Limits::default() };
    let read = xml::decode(bytes, content_type, &limits).and_then(|text| xml::parse(&text, &limits));
    let root = read.map_err(|problem| Problem::plain(problem.to_string()))?;
    let message = if root.name != name {
        format!("the root element must be {name}, not {}", quoted(&root.name))
    } else if !is_ours(&root) {
        let namespace = root.namespace.as_deref().unwrap_or_default();
        format!(
            "the root element must be in the namespace {NAMESPACE} or in none, not in {}",
            quoted(namespace)
        )
    } else {
        return Ok(root);
    };
    Err(Problem::plain(message))
}

/// The path of an element as messages show it.
pub(super) fn at(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

fn is_ours(element: &Element) -> bool {
    element.namespace.as_deref().is_none_or(|namespace| namespace == NAMESPACE)
}
