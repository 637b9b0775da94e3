//! How an answer is read.

use model::Field;

use super::Draft;
use crate::expression::{Expr, Place};
use crate::mistakes::Mistakes;
use crate::template::Builder;
use crate::yaml::Node;

/// How one operation's answer is read.
#[derive(Default)]
pub(crate) struct Reading {
    pub decode: Decode,
    pub success: Option<Expr>,
    pub id: Vec<Expr>,
    /// The answer to a create has no number: who was made is looked for.
    pub looked_up: bool,
    pub id_space: String,
    pub items: Option<Expr>,
    pub item: Option<Item>,
}

/// How the body is decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Decode {
    #[default]
    Auto,
    Json,
    Xml,
    Form,
    Text,
    None,
}

/// How one of the things an answer lists is read.
#[derive(Default)]
pub(crate) struct Item {
    pub id: Vec<Expr>,
    pub only: Option<Expr>,
    pub id_space: Option<Expr>,
    pub external_id: Option<Expr>,
    pub name: Option<Expr>,
    pub first_name: Option<Expr>,
    pub last_name: Option<Expr>,
    pub email: Option<Expr>,
    pub mobile: Option<Expr>,
    pub active: Option<Expr>,
    pub created_at: Option<Expr>,
    pub kind: Option<Expr>,
    pub fields: Vec<(Field, Expr)>,
}

pub(super) fn reading(node: Option<&Node>, draft: &Draft<'_>, mistakes: &mut Mistakes) -> Reading {
    let Some(node) = node else { return Reading::default() };
    let mut builder = draft.builder(Place::Answer, mistakes);
    let mut one = |key: &str| node.get(key).and_then(|node| builder.expression(node));
    let (success, items) = (one("success"), one("items"));
    let id = builder.alternatives(node.get("id"));
    if let (Some(at), None) = (node.get("item"), node.get("items")) {
        mistakes
            .add(at.span.start..at.span.start + 1, "`item` reads the things of `items`, and there are none");
    }
    Reading {
        decode: match node.text_at("decode") {
            Some("json") => Decode::Json,
            Some("xml") => Decode::Xml,
            Some("form") => Decode::Form,
            Some("text") => Decode::Text,
            Some("none") => Decode::None,
            _ => Decode::Auto,
        },
        success,
        id,
        looked_up: node.get("looked_up").and_then(Node::boolean) == Some(true),
        id_space: node.text_at("id_space").unwrap_or_default().to_owned(),
        items,
        item: node.get("item").map(|item| self::item(item, draft, mistakes)),
    }
}

fn item(node: &Node, draft: &Draft<'_>, mistakes: &mut Mistakes) -> Item {
    let mut fields = Vec::new();
    for (key, value) in node.get("fields").map_or(&[][..], Node::entries) {
        match key.name.parse::<Field>() {
            Ok(field) => {
                let expr = draft.builder(Place::Item, mistakes).expression(value);
                fields.extend(expr.map(|expr| (field, expr)));
            }
            Err(unknown) => {
                mistakes
                    .add(key.span.clone(), unknown.to_string())
                    .nearest(&key.name, Field::ALL.iter().map(|field| field.name()))
                    .help("`connector platform fields` lists them all");
            }
        }
    }
    let mut builder = draft.builder(Place::Item, mistakes);
    let one = |builder: &mut Builder<'_>, key: &str| node.get(key).and_then(|node| builder.expression(node));
    Item {
        id: builder.alternatives(node.get("id")),
        only: one(&mut builder, "only"),
        id_space: one(&mut builder, "id_space"),
        external_id: one(&mut builder, "external_id"),
        name: one(&mut builder, "name"),
        first_name: one(&mut builder, "first_name"),
        last_name: one(&mut builder, "last_name"),
        email: one(&mut builder, "email"),
        mobile: one(&mut builder, "mobile"),
        active: one(&mut builder, "active"),
        created_at: one(&mut builder, "created_at"),
        kind: one(&mut builder, "kind"),
        fields,
    }
}
