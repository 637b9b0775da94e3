//! The YAML of a description as a tree that remembers where everything stands.
//!
//! Read from events rather than into structures, because all mistakes are reported at once and each needs its place.
//! Only the plain part of YAML is spoken: no anchors, aliases, tags, merge keys, several documents or directives.

use std::ops::Range;

use granit_parser::{Event, Options, Parser, ScalarStyle};

use crate::mistakes::Mistakes;

/// The largest description that is read, in bytes.
const MAX_BYTES: usize = 512 * 1024;
/// The deepest nesting that is read.
const MAX_DEPTH: usize = 40;

/// One value of the file and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub span: Range<usize>,
    pub value: Value,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Scalar { text: String, style: Style },
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// How a scalar was written: a plain one may be a number, a boolean or nothing; a quoted one is always text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Single,
    Double,
    Block,
}

#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub name: String,
    pub span: Range<usize>,
}

impl Node {
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(k, _)| k.name == key).map(|(_, node)| node)
    }

    pub fn entries(&self) -> &[(Key, Node)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    pub fn text_at(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Node::text)
    }

    /// A plain scalar's text: the only style in which numbers and booleans are written.
    pub fn plain(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, style: Style::Plain } => Some(text),
            _ => None,
        }
    }

    pub fn integer(&self) -> Option<i64> {
        self.plain().filter(|text| is_integer(text)).and_then(|text| text.parse().ok())
    }

    pub fn boolean(&self) -> Option<bool> {
        match self.plain() {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self.plain(), Some("" | "~" | "null"))
    }

    /// What it is, for a message.
    pub fn what(&self) -> &'static str {
        match &self.value {
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
            Value::Scalar { .. } if self.is_null() => "nothing",
            Value::Scalar { .. } if self.integer().is_some() => "a number",
            Value::Scalar { .. } if self.boolean().is_some() => "a boolean",
            Value::Scalar { .. } => "text",
        }
    }
}

/// Whether plain text is an integer as JSON writes one: no leading zero, for `0123` is somebody's number.
pub(crate) fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty()
        && digits.len() <= 18
        && digits.bytes().all(|b| b.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'))
}

/// Reads a file into its tree. A file that is no YAML has one mistake, for nothing after it can be trusted.
pub(crate) fn parse(text: &str, mistakes: &mut Mistakes) -> Option<Node> {
    if text.len() > MAX_BYTES {
        mistakes.add(0..0, format!("the file is larger than {MAX_BYTES} bytes"));
        return None;
    }
    let mut reader =
        Reader { text, parser: Parser::new_from_str_with_options(text, options()), mistakes, depth: 0 };
    let root = reader.document();
    root.ok().flatten()
}

fn options() -> Options {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.disallow_directives = true;
    options.block_nesting_limit = MAX_DEPTH;
    options.flow_nesting_limit = MAX_DEPTH;
    options
}

/// The scanner met something that is not YAML; the mistake is already written down.
struct Broken;

struct Reader<'a, 'm> {
    text: &'a str,
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    mistakes: &'m mut Mistakes,
    depth: usize,
}

impl<'a> Reader<'a, '_> {
    fn next(&mut self) -> Result<Option<(Event<'a>, Range<usize>)>, Broken> {
        match self.parser.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => Ok(Some((event, span.byte_range().unwrap_or(0..0)))),
            Some(Err(error)) => {
                let at = error.marker().byte_offset().unwrap_or(self.text.len());
                self.broken(at, &error.info());
                Err(Broken)
            }
        }
    }

    fn broken(&mut self, at: usize, said: &str) {
        let at = self.text.floor_char_boundary(at);
        let line_start = self.text[..at].rfind('\n').map_or(0, |n| n + 1);
        let line = self.text[line_start..].lines().next().unwrap_or_default();
        let mistake = self.mistakes.add(at..at + 1, format!("this is not YAML: {said}"));
        if line.contains(": =") || line.contains("- =") {
            mistake.help(
                "an expression with `: ` or ` #` inside goes between single quotes: `key: '=…'`; between `{ }` or `[ ]` \
                 also one with a comma or a bracket",
            );
        }
    }

    fn document(&mut self) -> Result<Option<Node>, Broken> {
        let mut root = None;
        let mut documents = 0;
        while let Some((event, span)) = self.next()? {
            match event {
                Event::DocumentStart(..) => {
                    documents += 1;
                    if documents == 2 {
                        self.mistakes.add(span, "a description is one document; a second one starts here");
                        return Ok(root);
                    }
                }
                Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
                event => root = Some(self.node(event, span)?),
            }
        }
        Ok(root)
    }

    fn node(&mut self, event: Event<'a>, span: Range<usize>) -> Result<Node, Broken> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.plainly(anchor, tag.is_some(), &span);
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted => Style::Single,
                    ScalarStyle::DoubleQuoted => Style::Double,
                    ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
                };
                Ok(Node { span, value: Value::Scalar { text: text.into_owned(), style } })
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.plainly(anchor, tag.is_some(), &span);
                self.list(span)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.plainly(anchor, tag.is_some(), &span);
                self.map(span)
            }
            _ => {
                self.mistakes
                    .add(span.clone(), "anchors and aliases are not spoken here")
                    .help("write shared structures under `parts:` and refer to them by `=parts.name`");
                Ok(Node { span, value: Value::Scalar { text: String::new(), style: Style::Double } })
            }
        }
    }

    fn plainly(&mut self, anchor: usize, tagged: bool, span: &Range<usize>) {
        if anchor != 0 {
            self.mistakes
                .add(span.clone(), "anchors and aliases are not spoken here")
                .help("write shared structures under `parts:` and refer to them by `=parts.name`");
        }
        if tagged {
            self.mistakes.add(span.clone(), "YAML tags are not spoken here");
        }
    }

    fn list(&mut self, start: Range<usize>) -> Result<Node, Broken> {
        self.deeper(&start)?;
        let mut items = Vec::new();
        while let Some((event, span)) = self.next()? {
            if event == Event::SequenceEnd {
                break;
            }
            items.push(self.node(event, span)?);
        }
        self.depth -= 1;
        let end = items.last().map_or(start.end, |node: &Node| node.span.end);
        Ok(Node { span: start.start..end.max(start.start + 1), value: Value::List(items) })
    }

    fn map(&mut self, start: Range<usize>) -> Result<Node, Broken> {
        self.deeper(&start)?;
        let mut entries: Vec<(Key, Node)> = Vec::new();
        while let Some((event, span)) = self.next()? {
            if event == Event::MappingEnd {
                break;
            }
            let key = self.node(event, span)?;
            let Some((event, span)) = self.next()? else { break };
            let value = self.node(event, span)?;
            let Some(name) = key.text() else {
                self.mistakes.add(key.span, "a key is plain text");
                continue;
            };
            let key = Key { name: name.to_owned(), span: key.span };
            if entries.iter().any(|(known, _)| known.name == key.name) {
                self.mistakes.add(key.span, format!("`{}` is written twice", key.name));
                continue;
            }
            entries.push((key, value));
        }
        self.depth -= 1;
        let end = entries.last().map_or(start.end, |(_, node)| node.span.end);
        Ok(Node { span: start.start..end.max(start.start + 1), value: Value::Map(entries) })
    }

    fn deeper(&mut self, span: &Range<usize>) -> Result<(), Broken> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.mistakes.add(span.clone(), format!("nested deeper than {MAX_DEPTH}"));
            return Err(Broken);
        }
        Ok(())
    }
}
