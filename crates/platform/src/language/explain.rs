//! What stands on a line of a description: its keys, what they are for, and what an expression there may use.

use super::{DESCRIPTION, Entry, Is};
use crate::expression::Place;
use crate::mistakes::Mistakes;
use crate::yaml::{Node, Value, parse};

/// One key that begins on a line, or is written over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// Where it stands: `operations.create_prospect.request.path`.
    pub path: String,
    /// The same as the language's tables have it, `operations.*.request.path`; none where the name is the platform's own.
    pub known: Option<String>,
    /// What it is for.
    pub about: String,
    /// What it takes.
    pub takes: String,
    /// Whether it must be there.
    pub required: bool,
    /// The keys that it may hold, and what each is for.
    pub keys: Vec<(&'static str, &'static str)>,
    /// What is written there, where that has an expression in it.
    pub expression: Option<String>,
    /// The names that an expression there may use.
    pub names: Vec<&'static str>,
}

/// Explains a line, counted from 1, of a description's text.
///
/// # Errors
///
/// What is wrong with the text or the line, in a sentence.
pub fn explain(text: &str, line: usize) -> Result<Vec<Explained>, String> {
    let lines = text.lines().count();
    if line == 0 || line > lines {
        return Err(format!("there is no line {line}: the file has {lines}"));
    }
    let mut mistakes = Mistakes::new("", text);
    let root =
        parse(text, &mut mistakes).ok_or("this is not a description that can be read; `lint` says where")?;
    let mut walk = Walk { text, line, on: Vec::new(), over: None };
    walk.keys(&root, &At { path: String::new(), known: Some(String::new()), is: Some(&WHOLE) });
    if walk.on.is_empty() {
        walk.on.extend(walk.over);
    }
    if walk.on.is_empty() { Err(format!("line {line} is empty, or a comment")) } else { Ok(walk.on) }
}

static WHOLE: Is = Is::Object(&DESCRIPTION);

/// Where a walk is: in the file, and in the tables as far as they go.
struct At {
    path: String,
    known: Option<String>,
    is: Option<&'static Is>,
}

impl At {
    fn below(&self, name: &str, known: &str, is: Option<&'static Is>) -> At {
        let join =
            |path: &str, name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let known = self.known.as_deref().filter(|_| is.is_some()).map(|path| join(path, known));
        At { path: join(&self.path, name), known, is }
    }
}

struct Walk<'t> {
    text: &'t str,
    line: usize,
    /// The keys that begin on the line.
    on: Vec<Explained>,
    /// The innermost key whose value is written over it.
    over: Option<Explained>,
}

impl Walk<'_> {
    fn line_at(&self, offset: usize) -> usize {
        self.text.get(..offset).map_or(0, |before| before.matches('\n').count()) + 1
    }

    fn keys(&mut self, node: &Node, at: &At) {
        match &node.value {
            Value::Map(entries) => {
                for (key, value) in entries {
                    let (below, entry) = step(at, &key.name);
                    let (first, last) =
                        (self.line_at(key.span.start), self.line_at(value.span.end.max(1) - 1));
                    if first == self.line {
                        let explained = explained(&below, entry, value);
                        self.on.push(explained);
                    } else if first < self.line && self.line <= last {
                        self.over = Some(explained(&below, entry, value));
                    }
                    if first <= self.line && self.line <= last {
                        self.keys(value, &below);
                    }
                }
            }
            Value::List(items) => {
                let inner = match at.is {
                    Some(Is::List(inner)) => Some(*inner),
                    other => other,
                };
                let known = at.known.as_ref().map(|known| format!("{known}[]"));
                for (nth, item) in items.iter().enumerate() {
                    let path = format!("{}[{nth}]", at.path);
                    self.keys(item, &At { path, known: known.clone(), is: inner });
                }
            }
            Value::Scalar { .. } => {}
        }
    }
}

/// The place of a key below another, and what the tables say of it.
fn step(at: &At, name: &str) -> (At, Option<&'static Entry>) {
    match at.is {
        Some(Is::Object(shape)) => {
            let entry = shape.entry(name);
            (at.below(name, name, entry.map(|entry| &entry.is)), entry)
        }
        Some(Is::Map(inner)) => (at.below(name, "*", Some(inner)), None),
        _ => (At { path: format!("{}.{name}", at.path), known: None, is: at.is }, None),
    }
}

fn explained(at: &At, entry: Option<&'static Entry>, value: &Node) -> Explained {
    let about = match (entry, at.is) {
        (Some(entry), _) => entry.about.to_owned(),
        (None, Some(Is::Object(shape))) => format!("{}, by a name of its own", shape.name),
        (None, Some(Is::Value | Is::Values)) => "a name of the platform's own, and what it gets".to_owned(),
        (None, Some(Is::Literals)) => "a value of ours, and theirs".to_owned(),
        (None, Some(_)) => "a name of its own".to_owned(),
        (None, None) => "no key of the language; `lint` says which are near".to_owned(),
    };
    let keys = match at.is {
        Some(Is::Object(shape)) => shape.keys.iter().map(|entry| (entry.key, entry.about)).collect(),
        _ => Vec::new(),
    };
    let expression =
        value.text().filter(|text| text.starts_with('=') || text.contains("{{")).map(str::to_owned);
    let names = match (&expression, place(&at.path)) {
        (Some(_), Some(place)) => place.names().collect(),
        _ => Vec::new(),
    };
    Explained {
        path: at.path.clone(),
        known: at.known.clone(),
        about,
        takes: at.is.map_or_else(String::new, takes),
        required: entry.is_some_and(|entry| entry.required),
        keys,
        expression,
        names,
    }
}

fn takes(is: &Is) -> String {
    match is {
        Is::Text => "text".to_owned(),
        Is::Integer(least, most) => format!("a whole number from {least} to {most}"),
        Is::Boolean => "`true` or `false`".to_owned(),
        Is::OneOf(words) => {
            format!("one of {}", words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "))
        }
        Is::Value => "a literal, an expression, text with `{{ … }}`, or a structure of these".to_owned(),
        Is::Values => "names of the platform's own, each with a value".to_owned(),
        Is::Expression => "an expression, or a literal".to_owned(),
        Is::Alternatives => {
            "an expression, or a list of them: the first that gives something counts".to_owned()
        }
        Is::Literals => "names with literals".to_owned(),
        Is::Words => "a word, or a list of words".to_owned(),
        Is::List(inner) => format!("a list, of each: {}", takes(inner)),
        Is::Map(inner) => format!("names of your own, of each: {}", takes(inner)),
        Is::Object(shape) => format!("the keys of {}", shape.name),
        Is::Later => "nothing yet: it is designed and not carried out".to_owned(),
    }
}

/// What is known where an expression stands; none where no expression is read.
fn place(path: &str) -> Option<Place> {
    let mut parts = path.split('.');
    let (section, name) = (parts.next()?, parts.next());
    let rest: Vec<&str> = parts.collect();
    let within = |key: &str| rest.iter().any(|part| part.split('[').next() == Some(key));
    Some(match section {
        "hosts" if rest.first() == Some(&"base") => Place::Settings,
        "auth" if within("sign") => Place::Signing,
        "auth" if within("place") => Place::Token,
        "auth" if within("token") || within("ends") => Place::Answer,
        "auth" | "timezone" => Place::Settings,
        "discovery" if within("request") => Place::Settings,
        "discovery" => Place::Answer,
        "operations" if within("item") => Place::Item,
        "operations" if within("pages") => Place::Pages,
        "operations" if within("answer") || within("failures") || within("gives") => Place::Answer,
        "operations" if name == Some("find_person") => Place::Search,
        "operations" | "hosts" | "parts" => Place::Request,
        section if section.starts_with("failures") => Place::Answer,
        _ => return None,
    })
}
