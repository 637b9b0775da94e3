//! What each expression of a request came to, for those who write descriptions.

use std::sync::Arc;

use minijinja::value::Value;
use model::{Operation, Outcome};

use super::mask::MASK;
use super::{Endpoint, search_keys, steps};
use crate::description::{Body, CallStep, Host};
use crate::expression::{Expr, Hidden, Root, Scope};
use crate::given::{Computed, Given};
use crate::template::{Object, Piece, Template};

/// The most things of a repeated structure that are shown.
const SHOWN: usize = 3;

impl Endpoint {
    /// Every expression of an operation's request, in its order, and what it gives; secrets masked. An expression that
    /// cannot be carried out says why, and the others go on.
    pub fn computed(&self, operation: Operation, given: &Given) -> Result<Vec<Computed>, Outcome> {
        let call = self.description.calls.get(&operation).ok_or(Outcome::Unsupported)?;
        let mut scope = self.scope.clone().given(given);
        if let Some(first) = call.find_by.first() {
            scope.set(Root::Search, search_keys(*first, given).unwrap_or_default());
        }
        let mut walk = Walk { endpoint: self, found: Vec::new() };
        for (at, step) in call.steps.iter().enumerate() {
            scope.set(Root::Steps, steps::unknown(&call.steps[..at]));
            walk.step(step, &Arc::new(scope.clone()));
        }
        Ok(walk.found)
    }
}

struct Walk<'a> {
    endpoint: &'a Endpoint,
    found: Vec<Computed>,
}

impl Walk<'_> {
    fn step(&mut self, step: &CallStep, scope: &Arc<Scope>) {
        let lead = if step.name.is_empty() { String::new() } else { format!("{}: ", step.name) };
        let host = &self.endpoint.description.hosts[step.request.host];
        let before = self.found.len();
        if let Some(when) = &step.when {
            self.expression("when", when, scope);
        }
        self.pieces("path", &step.request.path, scope);
        for (name, template) in host.query.iter().chain(&step.request.query) {
            self.template(&format!("query.{name}"), template, scope);
        }
        for (name, template) in host.headers.iter().chain(&step.request.headers) {
            self.template(&format!("headers.{name}"), template, scope);
        }
        self.body(host, &step.request.body, scope);
        for computed in &mut self.found[before..] {
            computed.place.insert_str(0, &lead);
        }
    }

    fn body(&mut self, host: &Host, body: &Body, scope: &Arc<Scope>) {
        match body {
            Body::None => {}
            Body::Json(template) => self.template("json", template, scope),
            Body::Xml { root, .. } => self.template("xml", root, scope),
            Body::Form(values) | Body::Multipart(values) => {
                for (name, template) in values {
                    self.template(&format!("form.{name}"), template, scope);
                }
            }
            Body::Csv(csv) => {
                for (name, template) in &csv.columns {
                    self.template(&format!("csv.{name}"), template, scope);
                }
            }
            Body::Soap { header, body, .. } => {
                let shared = host.soap.as_ref().map_or(&[][..], |soap| &soap.header);
                for (name, template) in shared.iter().chain(header) {
                    self.template(&format!("soap.header.{name}"), template, scope);
                }
                self.template("soap", body, scope);
            }
            Body::Text(pieces) => self.pieces("text", pieces, scope),
        }
    }

    fn template(&mut self, place: &str, template: &Template, scope: &Arc<Scope>) {
        match template {
            Template::Literal(_) => {}
            Template::Expr(expr, _) => self.expression(place, expr, scope),
            Template::Text(pieces, _) => self.pieces(place, pieces, scope),
            Template::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.template(&format!("{place}[{at}]"), item, scope);
                }
            }
            Template::Object(object) => self.object(place, object, scope),
            Template::Xml(root) => self.template(&format!("{place}.$xml"), root, scope),
        }
    }

    fn object(&mut self, place: &str, object: &Object, scope: &Arc<Scope>) {
        if let Some(when) = &object.when {
            self.expression(&format!("{place}.$when"), when, scope);
        }
        let Some(each) = &object.each else { return self.members(place, object, scope) };
        self.expression(&format!("{place}.$each"), each, scope);
        let things = each.eval(scope).ok().and_then(|things| things.try_iter().ok());
        for (at, thing) in things.into_iter().flatten().take(SHOWN).enumerate() {
            let mut scope = Scope::clone(scope);
            scope.set(Root::Item, thing);
            self.members(&format!("{place}[{at}]"), object, &Arc::new(scope));
        }
    }

    fn members(&mut self, place: &str, object: &Object, scope: &Arc<Scope>) {
        for (name, member) in &object.members {
            self.template(&format!("{place}.{name}"), member, scope);
        }
    }

    fn pieces(&mut self, place: &str, pieces: &[Piece], scope: &Arc<Scope>) {
        for piece in pieces {
            if let Piece::Expr(expr) = piece {
                self.expression(place, expr, scope);
            }
        }
    }

    fn expression(&mut self, place: &str, expr: &Expr, scope: &Arc<Scope>) {
        let value = match expr.eval(scope) {
            Ok(value) if value.is_none() => missing(expr, scope).to_owned(),
            Ok(value) => self.shown(&value),
            Err(problem) => format!("cannot be carried out: {}", problem.said),
        };
        self.found.push(Computed { place: place.to_owned(), source: expr.source().to_owned(), value });
    }

    fn shown(&self, value: &Value) -> String {
        if Hidden::is(value) {
            return MASK.to_owned();
        }
        let text = serde_json::to_string(value).unwrap_or_else(|_| value.kind().to_string());
        self.endpoint.mask.apply(&text)
    }
}

/// Nobody said it, or somebody emptied it: the description may treat them differently.
fn missing(expr: &Expr, scope: &Scope) -> &'static str {
    match expr.fields() {
        fields if fields.is_empty() => "none",
        fields if scope.person().is_cleared(fields) => "cleared",
        _ => "unknown",
    }
}
