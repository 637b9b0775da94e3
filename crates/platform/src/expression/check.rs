//! Checks an expression's names when a description is loaded, so that a misspelt one is not discovered by a club's lead.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use minijinja::machinery::ast::{BinOpKind, CallArg, Expr as Ast};
use minijinja::machinery::parse_expr;
use model::Field;

use super::filters::Filter;
use super::plain::plain;
use super::{FILTERS, FieldSet, Origin, Plain, Root, dates};
use crate::mistakes::Mistakes;

/// What can follow `is`.
const TESTS: [&str; 4] = ["none", "text", "number", "list"];

/// What is known of a page of a list.
const PAGE: [&str; 4] = ["number", "offset", "cursor", "count"];

/// What is known of a reading of changes.
const FEED: [&str; 2] = ["since", "until"];

/// What can be signed.
const SIGNED: [&str; 6] = ["method", "url", "path", "query", "body", "timestamp"];

/// What is known of a fault.
const FAULT: [&str; 4] = ["code", "subcode", "string", "detail"];

/// What expressions may refer to, and where mistakes go.
pub(crate) struct Vocabulary<'a> {
    pub file: &'a str,
    pub settings: &'a BTreeSet<String>,
    pub maps: &'a BTreeSet<String>,
    /// The steps that come before, and what each hands on.
    pub steps: &'a BTreeMap<String, BTreeSet<String>>,
    /// Whether the platform's local times have a zone.
    pub zone: bool,
    pub place: Place,
    /// Inside a structure that is repeated for each `item` of a list.
    pub in_each: bool,
    pub mistakes: &'a mut Mistakes,
}

/// Where an expression stands: what has happened by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// Only settings are known.
    Settings,
    /// Where a token goes.
    Token,
    /// What a signature is made of, and where it goes.
    Signing,
    /// A request.
    Request,
    /// A request that looks for a person.
    Search,
    /// An answer to one.
    Answer,
    /// An answer that is a page of a list.
    Pages,
    /// One of the things that an answer lists.
    Item,
}

impl Vocabulary<'_> {
    fn sees(&self, root: Root) -> bool {
        match root {
            Root::Steps => !self.steps.is_empty() && self.place >= Place::Request,
            Root::Item if self.in_each => true,
            root => self.place.sees(root),
        }
    }
}

impl Place {
    fn sees(self, root: Root) -> bool {
        match root {
            Root::Settings => true,
            Root::Token => self == Place::Token,
            Root::Signed | Root::Signature => self == Place::Signing,
            Root::Tracking => self == Place::Signing || self >= Place::Request,
            Root::Search => self >= Place::Search,
            Root::Status | Root::Headers | Root::Answer | Root::Text | Root::Fault => self >= Place::Answer,
            Root::Item => self == Place::Item,
            Root::Page => matches!(self, Place::Request | Place::Pages),
            Root::Feed => matches!(self, Place::Request | Place::Item),
            Root::Maps | Root::Zone | Root::Steps => false,
            _ => self >= Place::Request,
        }
    }

    /// The names that an expression there may use.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Root::ALL.into_iter().filter(move |(_, root)| self.sees(*root)).map(|(name, _)| name)
    }
}

/// A checked expression: the fields it mentions, and its plain form if it has one.
pub(super) struct Checked {
    pub fields: FieldSet,
    pub plain: Option<Plain>,
}

pub(super) fn check(source: &str, origin: &Origin, vocabulary: &mut Vocabulary<'_>) -> Option<Checked> {
    if source.trim().is_empty() {
        vocabulary.mistakes.add(origin.whole(), "there is no expression after `=`");
        return None;
    }
    let ast = match parse_expr(source) {
        Ok(ast) => ast,
        Err(error) => {
            let at =
                error.range().map_or(0..source.len(), |range| range.start..range.end.max(range.start + 1));
            let said = error.detail().unwrap_or("it cannot be read");
            let mistake =
                vocabulary.mistakes.add(origin.part(at), format!("this is not an expression: {said}"));
            if vocabulary.file.get(origin.whole().end..).is_some_and(|rest| rest.starts_with(" #")) {
                mistake.help("` #` begins a comment in YAML: put the expression between single quotes");
            }
            return None;
        }
    };
    let before = vocabulary.mistakes.list().len();
    let mut walk = Walk { source, origin, vocabulary, fields: FieldSet::default() };
    walk.visit(&ast);
    let fields = walk.fields;
    let sound = vocabulary.mistakes.list().len() == before;
    sound.then(|| Checked { fields, plain: plain(&ast) })
}

struct Walk<'s, 'v, 'a> {
    source: &'s str,
    origin: &'s Origin,
    vocabulary: &'v mut Vocabulary<'a>,
    fields: FieldSet,
}

impl Walk<'_, '_, '_> {
    fn visit(&mut self, ast: &Ast<'_>) {
        match ast {
            Ast::Const(_) => {}
            Ast::Var(var) => self.root(var.id, span(ast)),
            Ast::GetAttr(get) => match &get.expr {
                Ast::Var(var) => self.member(var.id, get.name, ast),
                inner => {
                    self.visit(inner);
                    self.handed_on(inner, get.name, ast);
                }
            },
            Ast::GetItem(get) => match (&get.expr, &get.subscript_expr) {
                (Ast::Var(var), Ast::Const(name)) if name.value.as_str().is_some() => {
                    self.member(var.id, name.value.as_str().unwrap_or_default(), ast);
                }
                (inner, subscript) => {
                    self.visit(inner);
                    self.visit(subscript);
                }
            },
            Ast::Filter(filter) => {
                if let Some(inner) = &filter.expr {
                    self.visit(inner);
                }
                self.arguments(&filter.args, ast);
                let from = filter.expr.as_ref().map_or(0, |inner| inner.span().end_offset as usize);
                self.filter(filter.name, &filter.args, self.word(filter.name, from));
            }
            Ast::Test(test) => {
                self.visit(&test.expr);
                self.arguments(&test.args, ast);
                self.test(test.name, test.expr.span().end_offset as usize);
            }
            Ast::Call(_) => {
                self.vocabulary
                    .mistakes
                    .add(self.origin.part(span(ast)), "expressions call nothing: there are only filters")
                    .help("write `value | filter`; the guide of the language lists the filters");
            }
            Ast::BinOp(op) => {
                if matches!(op.op, BinOpKind::Concat) {
                    self.vocabulary
                        .mistakes
                        .add(self.origin.part(span(ast)), "`~` would print what is missing as text")
                        .help("write text with `{{ … }}` inside, or `[a, b] | join(' ')`");
                }
                self.visit(&op.left);
                self.visit(&op.right);
            }
            Ast::UnaryOp(op) => self.visit(&op.expr),
            Ast::Compare(compare) => {
                self.visit(&compare.expr);
                compare.ops.iter().for_each(|op| self.visit(&op.expr));
            }
            Ast::IfExpr(choice) => {
                self.visit(&choice.test_expr);
                self.visit(&choice.true_expr);
                choice.false_expr.iter().for_each(|other| self.visit(other));
            }
            Ast::Slice(slice) => {
                self.visit(&slice.expr);
                [&slice.start, &slice.stop, &slice.step]
                    .into_iter()
                    .flatten()
                    .for_each(|part| self.visit(part));
            }
            Ast::List(list) => list.items.iter().for_each(|item| self.visit(item)),
            Ast::Tuple(tuple) => tuple.items.iter().for_each(|item| self.visit(item)),
            Ast::Map(map) => map.keys.iter().chain(&map.values).for_each(|part| self.visit(part)),
        }
    }

    fn test(&mut self, name: &str, from: usize) {
        if !TESTS.contains(&name) {
            let at = self.word(name, from);
            self.add(at, format!("`{name}` is not a test"), name, TESTS)
                .help("the tests are `is none`, `is text`, `is number` and `is list`");
        }
    }

    fn root(&mut self, name: &str, at: Range<usize>) {
        let place = self.vocabulary.place;
        match Root::named(name).filter(|root| self.vocabulary.sees(*root)) {
            None if name == "parts" => {
                self.vocabulary
                    .mistakes
                    .add(self.origin.part(at), "a part stands alone: `=parts.name` and nothing else");
            }
            None if Root::named(name).is_some() && !["maps", "zone"].contains(&name) => {
                self.add(at, format!("`{name}` is not known yet at this place"), name, []);
            }
            None => {
                let list = place.names().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
                self.add(at, format!("`{name}` is not a name"), name, place.names())
                    .help(format!("here there are {list}"));
            }
            Some(
                Root::Person
                | Root::Settings
                | Root::Search
                | Root::Page
                | Root::Feed
                | Root::Steps
                | Root::Signed,
            ) => {
                self.add(at, format!("`{name}` alone is no value: name a field of it"), name, []);
            }
            Some(_) => {}
        }
    }

    fn member(&mut self, root: &str, name: &str, ast: &Ast<'_>) {
        let whole = span(ast);
        let at = self.word(name, whole.start + root.len());
        let seen = Root::named(root).filter(|known| self.vocabulary.sees(*known));
        let fields = || Field::ALL.iter().map(|field| field.name());
        match seen {
            Some(Root::Person) => match name.parse::<Field>() {
                Ok(field) => self.fields |= FieldSet::one(field),
                Err(unknown) => {
                    self.add(at, unknown.to_string(), name, fields())
                        .help("`connector platform fields` lists them all");
                }
            },
            Some(Root::Settings) if !self.vocabulary.settings.contains(name) => {
                let known: Vec<&str> = self.vocabulary.settings.iter().map(String::as_str).collect();
                self.vocabulary
                    .mistakes
                    .add(self.origin.part(at), format!("there is no setting `{name}`"))
                    .nearest(name, known)
                    .help("declare it under `settings:`");
            }
            Some(Root::Search) => {
                const KEYS: [&str; 5] = ["external_id", "email", "mobile", "first_name", "last_name"];
                if !KEYS.contains(&name) {
                    self.add(at, format!("`{name}` is not a key to search by"), name, KEYS);
                }
            }
            Some(Root::Page) if !PAGE.contains(&name) => {
                self.add(at, format!("`{name}` is not part of a page"), name, PAGE);
            }
            Some(Root::Feed) if !FEED.contains(&name) => {
                self.add(at, format!("`{name}` is not part of a feed"), name, FEED);
            }
            Some(Root::Steps) if !self.vocabulary.steps.contains_key(name) => {
                let steps = self.vocabulary.steps;
                self.add(
                    at,
                    format!("there is no step `{name}` before this one"),
                    name,
                    steps.keys().map(String::as_str),
                );
            }
            Some(Root::Signed) if !SIGNED.contains(&name) => {
                self.add(at, format!("`{name}` is no part of a request that is signed"), name, SIGNED);
            }
            Some(Root::Fault) if !FAULT.contains(&name) => {
                self.add(at, format!("`{name}` is not part of a fault"), name, FAULT);
            }
            Some(_) => {}
            None => self.root(root, whole.start..whole.start + root.len()),
        }
    }

    /// What stands below a step's name is something that the step hands on.
    fn handed_on(&mut self, inner: &Ast<'_>, name: &str, ast: &Ast<'_>) {
        let Ast::GetAttr(step) = inner else { return };
        let of_steps = matches!(&step.expr, Ast::Var(var) if Root::named(var.id) == Some(Root::Steps));
        let steps = self.vocabulary.steps;
        let Some(gives) = steps.get(step.name).filter(|gives| of_steps && !gives.contains(name)) else {
            return;
        };
        let at = self.word(name, span(inner).end.min(span(ast).end));
        self.add(
            at,
            format!("the step `{}` does not hand on `{name}`", step.name),
            name,
            gives.iter().map(String::as_str),
        )
        .help("write it under the step's `gives:`");
    }

    fn arguments(&mut self, args: &[CallArg<'_>], ast: &Ast<'_>) {
        for arg in args {
            if let CallArg::Pos(value) = arg {
                self.visit(value);
            } else {
                let at = self.origin.part(span(ast));
                self.vocabulary.mistakes.add(at, "arguments are given in order, without names or `*`");
            }
        }
    }

    fn filter(&mut self, name: &str, args: &[CallArg<'_>], at: Range<usize>) {
        let Some(filter) = Filter::named(name) else {
            let names = FILTERS.iter().map(|filter| filter.name);
            let list = names.clone().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
            self.add(at, format!("`{name}` is not a filter"), name, names)
                .help(format!("the filters are {list}"));
            return;
        };
        let (least, most) = filter.takes;
        if args.len() < least || args.len() > most {
            let takes = if least == most { least.to_string() } else { format!("{least} to {most}") };
            self.add(at, format!("`{name}` takes {takes} arguments, not {}", args.len()), name, [])
                .help(format!("it gives {}", filter.about));
            return;
        }
        if matches!(name, "local" | "read_local") && !self.vocabulary.zone {
            self.add(at, format!("`{name}` needs to know the zone of the platform's local times"), name, [])
                .help("declare it under `timezone:`");
            return;
        }
        let constant = args.first().and_then(|arg| match arg {
            CallArg::Pos(Ast::Const(value)) => value.value.as_str().map(str::to_owned),
            _ => None,
        });
        match (name, constant) {
            ("map" | "unmap", Some(map)) if !self.vocabulary.maps.contains(&map) => {
                let known: Vec<String> = self.vocabulary.maps.iter().cloned().collect();
                let at = self.word(&map, at.start);
                self.add(at, format!("there is no map `{map}`"), &map, known.iter().map(String::as_str))
                    .help("declare it under `maps:`");
            }
            ("map" | "unmap", None) => {
                self.add(at, format!("`{name}` takes the name of a map, in quotes"), name, []);
            }
            ("date" | "read_date" | "local" | "read_local", Some(format)) if !dates::is_format(&format) => {
                let at = self.word(&format, at.start);
                self.add(at, format!("`{format}` is not a format of a date"), name, [])
                    .help("`%Y` is the year, `%m` the month, `%d` the day: `date('%d/%m/%Y')`");
            }
            _ => {}
        }
    }

    fn word(&self, name: &str, from: usize) -> Range<usize> {
        let from = from.min(self.source.len());
        let start = self.source.get(from..).and_then(|rest| rest.find(name)).map_or(from, |at| from + at);
        start..start + name.len()
    }

    fn add<'k>(
        &mut self,
        at: Range<usize>,
        message: String,
        word: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) -> &mut crate::mistakes::Mistake {
        self.vocabulary.mistakes.add(self.origin.part(at), message).nearest(word, known)
    }
}

fn span(ast: &Ast<'_>) -> Range<usize> {
    let span = ast.span();
    span.start_offset as usize..span.end_offset as usize
}
