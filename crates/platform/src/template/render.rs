//! Renders a template for one call.
//!
//! Three things can be missing: a value nobody ever said (*unknown*), one that somebody emptied (*cleared*), and one that
//! did not change and is therefore not sent. Each leaf knows which, and what its description wants done.

use std::sync::Arc;

use minijinja::value::{Value, ValueKind};
use secrecy::{ExposeSecret, SecretString};
use xml::Charset;

use super::{Absent, Literal, Object, Piece, Policies, Template, Tree};
use crate::body;
use crate::expression::{Expr, FieldSet, Hidden, Problem, Root, Scope};

/// The most structures that `$each` makes.
const MAX_EACH: usize = 1000;

/// How one call's templates are rendered.
pub(crate) struct Rendering<'s> {
    pub scope: &'s Arc<Scope>,
    /// Only what depends on these fields is sent, if only changed fields are.
    pub only: Option<FieldSet>,
    pub unknown: Absent,
    pub cleared: Absent,
    /// The fields sent so far, cleared ones included.
    pub sent: FieldSet,
    /// The encoding that every text must fit into.
    pub charset: Charset,
}

/// Why a request could not be made.
#[derive(Debug)]
pub(crate) struct RequestProblem {
    pub fields: FieldSet,
    pub said: String,
    /// Whether a value was longer than anything that is sent.
    pub too_long: bool,
    /// Whether a value has a character that the platform's encoding has not.
    pub unwritable: bool,
}

impl RequestProblem {
    /// What is wrong with these fields, or with none of them.
    pub fn with(fields: FieldSet, said: String) -> Self {
        RequestProblem { fields, said, too_long: false, unwritable: false }
    }

    /// A value of these fields has a character that the platform's encoding has not.
    pub fn unwritable(fields: FieldSet, said: String) -> Self {
        RequestProblem { unwritable: true, ..RequestProblem::with(fields, said) }
    }
}

impl From<Problem> for RequestProblem {
    fn from(problem: Problem) -> Self {
        let said = format!("`={}`: {}", problem.source, problem.said);
        RequestProblem { too_long: problem.too_long, ..RequestProblem::with(problem.fields, said) }
    }
}

/// What a leaf came to.
enum Leaf<'t> {
    Here(Tree<'t>),
    /// Nothing to send, and why.
    Gone(Why),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    Untouched,
    Unknown,
    Cleared,
}

type Result<T> = std::result::Result<T, RequestProblem>;

impl Rendering<'_> {
    /// The tree of a template; nothing if all of it is left out.
    pub fn tree<'t>(&mut self, template: &'t Template) -> Result<Option<Tree<'t>>> {
        Ok(match self.leaf(template)? {
            Leaf::Here(tree) => Some(tree),
            Leaf::Gone(_) => None,
        })
    }

    fn leaf<'t>(&mut self, template: &'t Template) -> Result<Leaf<'t>> {
        match template {
            Template::Literal(literal) => Ok(Leaf::Here(literal.tree())),
            Template::Expr(expr, policies) => self.expression(expr, *policies),
            Template::Text(pieces, policies) => self.text(pieces, *policies),
            Template::Object(object) => self.object(object),
            Template::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    let spliced = matches!(item, Template::Object(object) if object.each.is_some());
                    match self.tree(item)? {
                        Some(Tree::List(things)) if spliced => list.extend(things),
                        tree => list.extend(tree),
                    }
                }
                Ok(Leaf::Here(Tree::List(list)))
            }
            Template::Xml(root) => self.written(root),
        }
    }

    /// A structure as the text that it is in XML; what holds a secret is one.
    fn written<'t>(&mut self, root: &'t Template) -> Result<Leaf<'t>> {
        let tree = match self.leaf(root)? {
            Leaf::Here(tree) => tree,
            Leaf::Gone(why) => return Ok(Leaf::Gone(why)),
        };
        let text = body::fragment(&tree).map_err(|said| RequestProblem::with(root.fields(), said))?;
        let secret = tree.holds_secret();
        Ok(Leaf::Here(if secret { Tree::Secret(SecretString::from(text)) } else { Tree::Text(text) }))
    }

    fn expression<'t>(&mut self, expr: &Expr, policies: Policies) -> Result<Leaf<'t>> {
        let fields = expr.fields();
        if self.untouched(fields) {
            return Ok(Leaf::Gone(Why::Untouched));
        }
        let value = expr.eval(self.scope)?;
        if value.is_none() {
            return Ok(self.absent(fields, policies));
        }
        self.sent |= fields;
        let said = |said: String| format!("`={}`: {said}", expr.source());
        let tree = tree(&value).map_err(|wrong| RequestProblem::with(fields, said(wrong)))?;
        let tree = fits(tree, self.charset);
        tree.map(Leaf::Here).map_err(|wrong| RequestProblem::unwritable(fields, said(wrong)))
    }

    fn text<'t>(&mut self, pieces: &[Piece], _: Policies) -> Result<Leaf<'t>> {
        let fields = super::pieces_fields(pieces);
        if self.untouched(fields) {
            return Ok(Leaf::Gone(Why::Untouched));
        }
        let (text, secret) = interpolate(pieces, self.scope, str::to_owned)?;
        self.sent |= fields;
        let tree = if secret { Tree::Secret(SecretString::from(text)) } else { Tree::Text(text) };
        fits(tree, self.charset).map(Leaf::Here).map_err(|said| RequestProblem::unwritable(fields, said))
    }

    fn untouched(&self, fields: FieldSet) -> bool {
        self.only.is_some_and(|only| !fields.is_empty() && !fields.meets(only))
    }

    fn absent<'t>(&mut self, fields: FieldSet, policies: Policies) -> Leaf<'t> {
        let cleared = self.scope.person().is_cleared(fields);
        let (policy, why) = if cleared {
            (policies.cleared.unwrap_or(self.cleared), Why::Cleared)
        } else {
            (policies.unknown.unwrap_or(self.unknown), Why::Unknown)
        };
        match policy {
            Absent::Omit => return Leaf::Gone(why),
            Absent::Empty | Absent::Null => self.sent |= fields,
        }
        Leaf::Here(if policy == Absent::Null { Tree::Null } else { Tree::Text(String::new()) })
    }

    fn object<'t>(&mut self, object: &'t Object) -> Result<Leaf<'t>> {
        let Some(each) = &object.each else {
            return self.one(object);
        };
        let things = each.eval(self.scope)?;
        let Ok(things) = things.try_iter() else {
            return Ok(Leaf::Gone(Why::Unknown));
        };
        let mut list = Vec::new();
        for thing in things.take(MAX_EACH) {
            let mut scope = Scope::clone(self.scope);
            scope.set(Root::Item, thing);
            let scope = Arc::new(scope);
            let mut inner = Rendering { scope: &scope, ..*self };
            if let Leaf::Here(tree) = inner.one(object)? {
                list.push(tree);
            }
            self.sent = inner.sent;
        }
        Ok(Leaf::Here(Tree::List(list)))
    }

    fn one<'t>(&mut self, object: &'t Object) -> Result<Leaf<'t>> {
        if let Some(when) = &object.when
            && !when.holds(self.scope)?
        {
            return Ok(Leaf::Gone(Why::Unknown));
        }
        let mut members = Vec::with_capacity(object.members.len());
        let mut reasons = Vec::new();
        let mut cleared = FieldSet::default();
        let whole = object.policies.cleared.is_some();
        for (name, member) in &object.members {
            match self.leaf(member)? {
                Leaf::Here(tree) if whole && matches!(tree, Tree::Null) => {
                    cleared |= member.fields();
                    reasons.push(Why::Cleared);
                }
                Leaf::Here(tree) => members.push((&**name, tree)),
                // An element that would have text and has none is not there, whatever its attributes say.
                Leaf::Gone(why) if &**name == "$text" => return Ok(Leaf::Gone(why)),
                Leaf::Gone(why) => {
                    if why == Why::Cleared {
                        cleared |= member.fields();
                    }
                    reasons.push(why);
                }
            }
        }
        if !members.is_empty() || reasons.is_empty() {
            return Ok(Leaf::Here(Tree::Object(members)));
        }
        if whole && reasons.contains(&Why::Cleared) {
            return Ok(self.absent(cleared, object.policies));
        }
        Ok(Leaf::Gone(if reasons.iter().all(|why| *why == Why::Untouched) {
            Why::Untouched
        } else {
            Why::Unknown
        }))
    }
}

/// Joins the pieces; says whether a secret is among them. A piece that is none, a boolean or a float is an error.
pub(crate) fn interpolate(
    pieces: &[Piece],
    scope: &Arc<Scope>,
    escape: impl Fn(&str) -> String,
) -> std::result::Result<(String, bool), Problem> {
    let mut text = String::new();
    let mut secret = false;
    for piece in pieces {
        match piece {
            Piece::Literal(literal) => text.push_str(literal),
            Piece::Expr(expr) => {
                let value = expr.eval(scope)?;
                let problem = |said: &str| Problem {
                    source: expr.source().into(),
                    fields: expr.fields(),
                    said: said.to_owned(),
                    too_long: false,
                };
                match Hidden::reveal(&value) {
                    Some(hidden) => {
                        secret = true;
                        text.push_str(&escape(&hidden));
                    }
                    None if value.as_str().is_some() || value.is_integer() => {
                        text.push_str(&escape(
                            value.as_str().map_or_else(|| value.to_string(), str::to_owned).as_str(),
                        ));
                    }
                    None if value.is_none() => return Err(problem("there is no value to put into the text")),
                    None => return Err(problem("only text and whole numbers go into text")),
                }
            }
        }
    }
    Ok((text, secret))
}

impl Literal {
    pub(crate) fn tree<'t>(&self) -> Tree<'t> {
        match self {
            Literal::Null => Tree::Null,
            Literal::Bool(b) => Tree::Bool(*b),
            Literal::Int(n) => Tree::Int(i128::from(*n)),
            Literal::Float(x) => Tree::Float(*x),
            Literal::Text(text) => Tree::Text((**text).to_owned()),
        }
    }
}

/// The tree, if the encoding has all its characters: better no letter than another.
fn fits(tree: Tree<'_>, charset: Charset) -> std::result::Result<Tree<'_>, String> {
    let name = charset.name();
    match (lacks(&tree, charset), &tree) {
        (None, _) => Ok(tree),
        (Some(_), Tree::Secret(_)) => Err(format!("it has a character that {name} has not")),
        (Some(c), _) => Err(format!("`{c}` cannot be written: the platform takes {name}, which has it not")),
    }
}

fn lacks(tree: &Tree<'_>, charset: Charset) -> Option<char> {
    fn in_json(value: &serde_json::Value, charset: Charset) -> Option<char> {
        match value {
            serde_json::Value::String(text) => charset.lacks(text),
            serde_json::Value::Array(items) => items.iter().find_map(|item| in_json(item, charset)),
            serde_json::Value::Object(members) => members.values().find_map(|item| in_json(item, charset)),
            _ => None,
        }
    }
    match tree {
        Tree::Text(text) => charset.lacks(text),
        Tree::Secret(secret) => charset.lacks(secret.expose_secret()),
        Tree::Given(value) => in_json(value, charset),
        _ => None,
    }
}

fn tree<'t>(value: &Value) -> std::result::Result<Tree<'t>, String> {
    if let Some(secret) = Hidden::reveal(value) {
        return Ok(Tree::Secret(SecretString::from(secret)));
    }
    match value.kind() {
        ValueKind::String => Ok(Tree::Text(value.as_str().unwrap_or_default().to_owned())),
        ValueKind::Bool => Ok(Tree::Bool(value.is_true())),
        ValueKind::Number if value.is_integer() => {
            i128::try_from(value.clone()).map(Tree::Int).map_err(|error| error.to_string())
        }
        ValueKind::Number => f64::try_from(value.clone()).map(Tree::Float).map_err(|error| error.to_string()),
        ValueKind::Seq | ValueKind::Map | ValueKind::Iterable => {
            serde_json::to_value(value).map(Tree::Given).map_err(|error| error.to_string())
        }
        kind => Err(format!("a {kind} cannot be sent")),
    }
}
