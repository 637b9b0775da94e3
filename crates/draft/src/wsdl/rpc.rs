//! Calls in RPC style: the call's name around its parameters, and documents that travel as text in one of them.

use xml::Element;

use super::{Messages, local};
use crate::contract::{Call, Contract, Leaf, Member, Shape};
use crate::words;

/// What parameters are called that hold a document.
const DOCUMENTS: [&str; 7] = ["document", "doc", "xml", "data", "payload", "criteria", "record"];

/// What all calls have in common: how values are written, and the namespace of the calls' names.
pub(super) fn begin(contract: &mut Contract, binding: &Element, root: &Element) {
    let body = binding.child("operation").and_then(|bound| bound.path(&["input", "body"]));
    let encoded = body.and_then(|body| body.attribute("use")) == Some("encoded");
    contract.encoding = Some(if encoded { "rpc_encoded" } else { "rpc" });
    let own = body.and_then(|body| body.attribute("namespace")).or(root.attribute("targetNamespace"));
    contract.soap = own.map(str::to_owned);
}

/// Gives a call its parameters, and its answer the values that come back.
pub(super) fn shape(call: &mut Call, port: &Element, messages: &Messages) {
    let parts = |of: &str| {
        let message = port.child(of).and_then(|of| messages.get(local(of.attribute("message")?)));
        message.cloned().unwrap_or_default()
    };
    let says_xml = call.about.to_ascii_lowercase().contains("xml");
    call.elements = (call.name.clone(), format!("{}Response", call.name));
    call.body =
        Some(members(parts("input"), |name| says_xml && words::means(name).is_none() || names_one(name)));
    call.answer = Some(members(parts("output"), |_| says_xml));
}

fn names_one(name: &str) -> bool {
    DOCUMENTS.contains(&words::folded(name).as_str())
}

fn members(parts: Vec<(String, Shape)>, is_document: impl Fn(&str) -> bool) -> Shape {
    let member = |(name, shape): (String, Shape)| {
        let text = matches!(&shape, Shape::Leaf(leaf) if leaf.kind == "string" && leaf.words.is_empty());
        let shape =
            if text && is_document(&name) { Shape::Document("document".to_owned(), usual()) } else { shape };
        Member { name, required: true, about: String::new(), shape }
    };
    Shape::Object(parts.into_iter().map(member).collect())
}

/// What a document about somebody usually has in it. Of the real names the contract says nothing that a program can read.
fn usual() -> Vec<Member> {
    let names = ["id", "type", "first_name", "last_name", "email", "mobile", "owner_id", "lead_source_id"];
    let leaf = Shape::Leaf(Leaf { kind: "string".to_owned(), ..Leaf::default() });
    let member = |name: &str| Member {
        name: name.to_owned(),
        required: false,
        about: String::new(),
        shape: leaf.clone(),
    };
    names.into_iter().map(member).collect()
}
