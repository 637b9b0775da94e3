//! Builds templates from a file's tree, and finds what is wrong with them.

use std::collections::BTreeMap;

use super::{Absent, Literal, Object, Piece, Policies, Template};
use crate::expression::{Expr, Origin, Vocabulary};
use crate::yaml::{Node, Style, Value};

/// How deep parts may refer to parts.
const MAX_PARTS: usize = 5;

/// Builds templates: the names they may use, and the parts they may refer to.
pub(crate) struct Builder<'a> {
    pub vocabulary: Vocabulary<'a>,
    pub parts: &'a BTreeMap<&'a str, &'a Node>,
    pub depth: usize,
}

impl Builder<'_> {
    /// The template of a node. What is wrong with it becomes a mistake and the value nothing.
    pub fn template(&mut self, node: &Node) -> Template {
        match &node.value {
            Value::List(items) => Template::List(items.iter().map(|item| self.template(item)).collect()),
            Value::Map(entries) if entries.iter().any(|(key, _)| key.name == "$value") => self.policied(node),
            Value::Map(entries) if entries.iter().any(|(key, _)| key.name == "$xml") => self.xml(node),
            Value::Map(_) => self.object(node),
            Value::Scalar { text, style } => self.scalar(node, text, *style),
        }
    }

    /// The members of a mapping whose own keys are free: headers, query, form.
    pub fn values(&mut self, node: Option<&Node>) -> Vec<(Box<str>, Template)> {
        let entries = node.map_or(&[][..], Node::entries);
        entries.iter().map(|(key, node)| (key.name.as_str().into(), self.template(node))).collect()
    }

    /// An expression, a literal, or text with expressions inside, as one expression or its pieces.
    pub fn pieces(&mut self, node: &Node) -> Vec<Piece> {
        match self.template(node) {
            Template::Text(pieces, _) => pieces,
            Template::Expr(expr, _) => vec![Piece::Expr(expr)],
            Template::Literal(Literal::Text(text)) => vec![Piece::Literal(text)],
            Template::Literal(Literal::Int(n)) => vec![Piece::Literal(n.to_string().into())],
            _ => Vec::new(),
        }
    }

    /// An expression, or a literal as a constant.
    pub fn expression(&mut self, node: &Node) -> Option<Expr> {
        match self.template(node) {
            Template::Expr(expr, _) => Some(expr),
            Template::Literal(literal) => Some(Expr::constant(literal.value())),
            Template::Text(..) => {
                self.vocabulary
                    .mistakes
                    .add(node.span.clone(), "text with `{{ … }}` cannot stand here")
                    .help("write an expression: `=…`");
                None
            }
            _ => None,
        }
    }

    /// One expression, or several of which the first that gives something counts.
    pub fn alternatives(&mut self, node: Option<&Node>) -> Vec<Expr> {
        match node {
            None => Vec::new(),
            Some(node) if !node.items().is_empty() => {
                node.items().iter().filter_map(|item| self.expression(item)).collect()
            }
            Some(node) => self.expression(node).into_iter().collect(),
        }
    }

    /// A structure with one root element, which is sent as text.
    fn xml(&mut self, node: &Node) -> Template {
        for (key, _) in node.entries().iter().filter(|(key, _)| key.name != "$xml") {
            self.vocabulary
                .mistakes
                .add(key.span.clone(), format!("`{}` cannot stand beside `$xml`", key.name))
                .help("`$xml` stands alone; what is not there is left out inside of it");
        }
        Template::Xml(self.root(node.get("$xml")).into())
    }

    /// The one root element of an XML body; it is never left out, however little is in it.
    pub fn root(&mut self, node: Option<&Node>) -> Template {
        let Some(node) = node else {
            let policies = Policies::default();
            return Template::Object(Object { members: Vec::new(), policies, when: None, each: None });
        };
        let template = self.template(node);
        if !matches!(&template, Template::Object(object) if object.members.len() == 1) {
            self.vocabulary
                .mistakes
                .add(node.span.start..node.span.start + 1, "an XML body has one root element");
        }
        template
    }

    fn scalar(&mut self, node: &Node, text: &str, style: Style) -> Template {
        if let Some(literal) = text.strip_prefix("==") {
            return Template::Literal(Literal::Text(format!("={literal}").into()));
        }
        if let Some(source) = text.strip_prefix('=') {
            return self.expr(node, source, style);
        }
        if text.contains("{{") || text.contains("{%") || text.contains("{#") {
            return self.text(node, text);
        }
        Template::Literal(literal(node, text, style))
    }

    fn expr(&mut self, node: &Node, source: &str, style: Style) -> Template {
        let nothing = Template::Literal(Literal::Null);
        if !matches!(style, Style::Plain | Style::Single) || source.contains('\n') {
            self.vocabulary
                .mistakes
                .add(node.span.clone(), "an expression is plain or between single quotes, on one line")
                .help("double quotes and blocks change what is inside them");
            return nothing;
        }
        if let Some(name) = source.trim().strip_prefix("parts.")
            && !name.contains([' ', '|', '.', '['])
        {
            return self.part(node, name);
        }
        let lead = 1 + (source.len() - source.trim_start().len());
        let origin = Origin::of(node, lead, self.vocabulary.file);
        match Expr::compile(source.trim(), &origin, &mut self.vocabulary) {
            Some(expr) => Template::Expr(expr, Policies::default()),
            None => nothing,
        }
    }

    fn part(&mut self, node: &Node, name: &str) -> Template {
        let Some(part) = self.parts.get(name).copied() else {
            let known: Vec<&str> = self.parts.keys().copied().collect();
            self.vocabulary
                .mistakes
                .add(node.span.clone(), format!("there is no part `{name}`"))
                .nearest(name, known)
                .help("declare it under `parts:`");
            return Template::Literal(Literal::Null);
        };
        if self.depth >= MAX_PARTS {
            self.vocabulary
                .mistakes
                .add(node.span.clone(), format!("the part `{name}` leads back to itself"));
            return Template::Literal(Literal::Null);
        }
        self.depth += 1;
        let template = self.template(part);
        self.depth -= 1;
        template
    }

    fn text(&mut self, node: &Node, text: &str) -> Template {
        let mut pieces = Vec::new();
        let mut at = 0;
        while let Some(open) = text[at..].find("{{").map(|open| at + open) {
            let Some(close) = text[open..].find("}}").map(|close| open + close) else {
                self.vocabulary.mistakes.add(node.span.clone(), "`{{` is never closed by `}}`");
                break;
            };
            if open > at {
                pieces.push(Piece::Literal(text[at..open].into()));
            }
            let source = &text[open + 2..close];
            let lead = open + 2 + (source.len() - source.trim_start().len());
            let origin = Origin::of(node, lead, self.vocabulary.file);
            pieces.extend(Expr::compile(source.trim(), &origin, &mut self.vocabulary).map(Piece::Expr));
            at = close + 2;
        }
        if text.contains("{%") || text.contains("{#") {
            self.vocabulary
                .mistakes
                .add(node.span.clone(), "there are no blocks and no comments in text, only `{{ … }}`");
        }
        if at < text.len() {
            pieces.push(Piece::Literal(text[at..].into()));
        }
        Template::Text(pieces, Policies::default())
    }

    fn policied(&mut self, node: &Node) -> Template {
        let policies = self.policies(node);
        for (key, _) in node.entries() {
            if !["$value", "$unknown", "$cleared"].contains(&key.name.as_str()) {
                self.vocabulary
                    .mistakes
                    .add(key.span.clone(), format!("`{}` cannot stand beside `$value`", key.name))
                    .nearest(&key.name, ["$unknown", "$cleared"]);
            }
        }
        let template =
            node.get("$value").map_or(Template::Literal(Literal::Null), |value| self.template(value));
        match template {
            Template::Expr(expr, _) => Template::Expr(expr, policies),
            Template::Text(pieces, _) => Template::Text(pieces, policies),
            Template::Object(object) => Template::Object(Object { policies, ..object }),
            other => other,
        }
    }

    fn object(&mut self, node: &Node) -> Template {
        let mut object =
            Object { members: Vec::new(), policies: self.policies(node), when: None, each: None };
        let outer = self.vocabulary.in_each;
        object.each = node.get("$each").and_then(|each| self.expression(each));
        self.vocabulary.in_each |= object.each.is_some();
        for (key, value) in node.entries() {
            match key.name.as_str() {
                "$when" => object.when = self.expression(value),
                "$each" | "$unknown" | "$cleared" => {}
                name if name.starts_with('$') && name != "$text" => {
                    const KNOWN: [&str; 7] =
                        ["$value", "$unknown", "$cleared", "$when", "$each", "$text", "$xml"];
                    self.vocabulary
                        .mistakes
                        .add(key.span.clone(), format!("`{name}` is not a key that the Connector knows"))
                        .nearest(name, KNOWN)
                        .help("keys that begin with `$` speak to the Connector, not to the platform");
                }
                name => object.members.push((name.into(), self.template(value))),
            }
        }
        self.vocabulary.in_each = outer;
        Template::Object(object)
    }

    fn policies(&mut self, node: &Node) -> Policies {
        Policies { unknown: self.policy(node.get("$unknown")), cleared: self.policy(node.get("$cleared")) }
    }

    fn policy(&mut self, node: Option<&Node>) -> Option<Absent> {
        let node = node?;
        let word = node.text().unwrap_or_default();
        let policy = Absent::named(word);
        if policy.is_none() {
            self.vocabulary
                .mistakes
                .add(node.span.clone(), format!("`{word}` is not possible here"))
                .nearest(word, ["omit", "empty", "null"])
                .help("a value that is not there is left out (`omit`), sent empty (`empty`) or as null (`null`)");
        }
        policy
    }
}

/// A literal by how it is written: quoted is text; plain is a number or boolean only as JSON would write it.
pub(crate) fn literal(node: &Node, text: &str, style: Style) -> Literal {
    if style != Style::Plain {
        return Literal::Text(text.into());
    }
    if node.is_null() {
        return Literal::Null;
    }
    if let Some(n) = node.integer() {
        return Literal::Int(n);
    }
    if let Some(b) = node.boolean() {
        return Literal::Bool(b);
    }
    let whole = text.split('.').next().unwrap_or_default();
    let float = crate::yaml::is_integer(whole) && text.contains('.') && !text.contains(['e', 'E', '_', '+']);
    match text.parse::<f64>() {
        Ok(x) if float && x.is_finite() => Literal::Float(x),
        _ => Literal::Text(text.into()),
    }
}

impl Literal {
    pub(crate) fn value(&self) -> minijinja::Value {
        match self {
            Literal::Null => minijinja::Value::from(()),
            Literal::Bool(b) => (*b).into(),
            Literal::Int(n) => (*n).into(),
            Literal::Float(x) => (*x).into(),
            Literal::Text(text) => minijinja::Value::from(&**text),
        }
    }
}
