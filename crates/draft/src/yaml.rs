//! Writing a description: keys in order, comments above them, short mappings on one line.

use std::fmt::Write as _;

/// The longest line that a mapping is written on in one piece.
const LINE: usize = 100;

/// A value to write.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Yaml {
    /// Text, quoted where it must be.
    Text(String),
    /// Something that is YAML already: a number, a boolean, JSON.
    Raw(String),
    /// Text of several lines.
    Block(String),
    /// Named values.
    Map(Vec<Entry>),
    /// Values.
    List(Vec<Yaml>),
}

/// One named value, and what is said above it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub comments: Vec<String>,
    pub key: String,
    pub value: Yaml,
}

/// Text.
pub(crate) fn text(text: impl Into<String>) -> Yaml {
    Yaml::Text(text.into())
}

/// A number or boolean.
pub(crate) fn raw(value: impl ToString) -> Yaml {
    Yaml::Raw(value.to_string())
}

/// A named value.
pub(crate) fn entry(key: &str, value: Yaml) -> Entry {
    Entry { comments: Vec::new(), key: key.to_owned(), value }
}

impl Entry {
    /// With something said above it.
    pub fn said(mut self, comment: impl Into<String>) -> Entry {
        self.comments.push(comment.into());
        self
    }

    /// The named value of that name inside.
    pub fn below(&mut self, key: &str) -> Option<&mut Entry> {
        let Yaml::Map(entries) = &mut self.value else { return None };
        entries.iter_mut().find(|entry| entry.key == key)
    }

    /// Whether there is one.
    pub fn has(&self, key: &str) -> bool {
        matches!(&self.value, Yaml::Map(entries) if entries.iter().any(|entry| entry.key == key))
    }
}

impl Yaml {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        match self {
            Yaml::Map(entries) => entries.is_empty(),
            Yaml::List(items) => items.is_empty(),
            _ => false,
        }
    }

    /// How many values are in it.
    pub fn lines(&self) -> usize {
        match self {
            Yaml::Map(entries) => entries.iter().map(|entry| entry.value.lines()).sum(),
            Yaml::List(items) => items.iter().map(Yaml::lines).sum(),
            _ => 1,
        }
    }

    /// A document without blank lines.
    pub fn plain(&self) -> String {
        let mut out = String::new();
        write_inside(&mut out, self, 0, false);
        out
    }

    /// A document: a blank line between its sections, and between the calls of one.
    pub fn document(&self) -> String {
        let mut out = String::new();
        let Yaml::Map(sections) = self else { return out };
        for (at, section) in sections.iter().enumerate() {
            if at > 0 {
                out.push('\n');
            }
            let spaced = section.key == "operations";
            write_entry(&mut out, section, 0, spaced, true);
        }
        out
    }
}

fn write_entry(out: &mut String, entry: &Entry, indent: usize, spaced: bool, open: bool) {
    comments(out, &entry.comments, indent);
    let pad = " ".repeat(indent);
    let key = scalar(&entry.key, false);
    match &entry.value {
        Yaml::Text(text) => drop(writeln!(out, "{pad}{key}: {}", scalar(text, false))),
        Yaml::Raw(text) => drop(writeln!(out, "{pad}{key}: {text}")),
        Yaml::Block(text) => {
            let _ = writeln!(out, "{pad}{key}: |-");
            for line in text.lines() {
                let _ = writeln!(out, "{pad}  {line}");
            }
        }
        value => {
            if let Some(line) =
                flow(value).filter(|line| !open && indent + key.len() + 2 + line.len() <= LINE)
            {
                let _ = writeln!(out, "{pad}{key}: {line}");
                return;
            }
            let _ = writeln!(out, "{pad}{key}:");
            write_inside(out, value, indent + 2, spaced);
        }
    }
}

fn write_inside(out: &mut String, value: &Yaml, indent: usize, spaced: bool) {
    let pad = " ".repeat(indent);
    match value {
        Yaml::Map(entries) => {
            for (at, entry) in entries.iter().enumerate() {
                if spaced && at > 0 {
                    out.push('\n');
                }
                write_entry(out, entry, indent, false, spaced);
            }
        }
        Yaml::List(items) => {
            for item in items {
                if let Some(line) = flow(item).filter(|line| indent + 2 + line.len() <= LINE) {
                    let _ = writeln!(out, "{pad}- {line}");
                } else {
                    let mut inner = String::new();
                    write_inside(&mut inner, item, indent + 2, false);
                    let skip = inner.len() - inner.trim_start().len();
                    let _ = write!(out, "{pad}- {}", &inner[skip..]);
                }
            }
        }
        Yaml::Text(_) | Yaml::Raw(_) | Yaml::Block(_) => {}
    }
}

fn comments(out: &mut String, comments: &[String], indent: usize) {
    let pad = " ".repeat(indent);
    for comment in comments {
        let mut line = String::new();
        for word in comment.split_whitespace() {
            if !line.is_empty() && indent + 3 + line.len() + word.len() > LINE {
                let _ = writeln!(out, "{pad}# {line}");
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        let _ = writeln!(out, "{pad}# {line}");
    }
}

/// On one line, where nothing is said inside.
fn flow(value: &Yaml) -> Option<String> {
    match value {
        Yaml::Text(text) => Some(scalar(text, true)),
        Yaml::Raw(text) => Some(text.clone()),
        Yaml::Block(_) => None,
        Yaml::List(items) => {
            let items = items.iter().map(flow).collect::<Option<Vec<_>>>()?;
            Some(format!("[{}]", items.join(", ")))
        }
        Yaml::Map(entries) => {
            let parts = entries.iter().map(|entry| {
                let value = Some(&entry.value).filter(|_| entry.comments.is_empty()).and_then(flow)?;
                Some(format!("{}: {value}", scalar(&entry.key, true)))
            });
            Some(format!("{{{}}}", parts.collect::<Option<Vec<_>>>()?.join(", ")))
        }
    }
}

/// Text as a scalar: plain where it stays what it is.
fn scalar(text: &str, in_flow: bool) -> String {
    let plain = !text.is_empty()
        && text.trim() == text
        && !text.starts_with([
            '!', '&', '*', '-', '?', '|', '>', '%', '@', '`', '"', '\'', '#', '{', '}', '[', ']', ',', ':',
        ])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
        && !text.chars().any(char::is_control)
        && !(in_flow && text.contains(['{', '}', '[', ']', ',', ':', '#']))
        && !looks_otherwise(text);
    if plain {
        return text.to_owned();
    }
    if text.chars().any(char::is_control) {
        return serde_json::Value::from(text).to_string();
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// Plain, it would be a number, a boolean or nothing, or could be taken for one.
fn looks_otherwise(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    matches!(lower.as_str(), "true" | "false" | "null" | "~" | "yes" | "no" | "on" | "off" | "y" | "n")
        || text.parse::<f64>().is_ok()
        || text.starts_with(|c: char| c.is_ascii_digit())
}
