//! WSDL 1.1 with SOAP 1.1: document/literal, and the RPC style of before, literal or encoded.

mod rpc;
mod types;

use std::collections::BTreeMap;

use xml::{Element, Limits};

use crate::Unreadable;
use crate::contract::{Base, Call, Contract, Member, Shape, SignIn};
use types::Types;

/// The largest document that is read, in bytes.
const MAX_BYTES: usize = 8 << 20;
const SOAP: &str = "http://schemas.xmlsoap.org/wsdl/soap/";

/// Reads a WSDL 1.1 document.
pub fn read(text: &str) -> Result<Contract, Unreadable> {
    let limits = Limits {
        max_bytes: MAX_BYTES,
        max_elements: 400_000,
        max_depth: 64,
        max_namespaces: 10_000,
        ..Limits::default()
    };
    let root =
        xml::parse(text, &limits).map_err(|problem| Unreadable(format!("this cannot be read: {problem}")))?;
    if root.name != "definitions" {
        return Err(Unreadable(format!("this is no WSDL 1.1: it begins with `<{}>`", root.name)));
    }
    let imported = root.child("import").is_some()
        || schemas(&root).any(|schema| {
            schema.child("import").is_some_and(|import| import.attribute("schemaLocation").is_some())
        });
    let types = Types::of(schemas(&root));
    let messages = messages(&root, &types);
    let mut contract = Contract {
        title: root.attribute("name").unwrap_or_default().to_owned(),
        soap: Some(namespace(&root)),
        ..Contract::default()
    };
    if imported {
        contract.remarks.push(
            "the document imports others, which were not read: save it in one piece (`?singleWsdl`)"
                .to_owned(),
        );
    }
    let binding = root.children_named("binding").find(|binding| {
        binding
            .children
            .iter()
            .any(|child| child.name == "binding" && child.namespace.as_deref() == Some(SOAP))
    });
    let Some(binding) = binding else {
        return Err(Unreadable("the document has no SOAP 1.1 binding".to_owned()));
    };
    let rpc = binding.child("binding").and_then(|style| style.attribute("style")) == Some("rpc");
    if rpc {
        rpc::begin(&mut contract, binding, &root);
    }
    contract.charset = declared(text);
    if told(&root, "UsernameToken") {
        contract.sign_in.push(SignIn::WsSecurity);
    }
    let (base, path) = apart(&address(&root, binding).unwrap_or_default());
    contract.base = Base { url: base, variables: Vec::new() };
    let ports: Vec<&Element> = root.children_named("portType").collect();
    for bound in binding.children_named("operation") {
        let name = bound.attribute("name").unwrap_or_default();
        let port = ports
            .iter()
            .flat_map(|port| port.children_named("operation"))
            .find(|one| one.attribute("name") == Some(name));
        let Some(port) = port else { continue };
        let mut call = call(name, bound, port, &messages);
        if rpc {
            rpc::shape(&mut call, port, &messages);
        }
        contract.calls.push(Call { path: path.clone(), ..call });
        header(bound, &messages, &mut contract.sign_in);
    }
    if contract.calls.is_empty() {
        return Err(Unreadable("the SOAP binding has no operations".to_owned()));
    }
    contract.sign_in.dedup();
    Ok(contract)
}

fn schemas(root: &Element) -> impl Iterator<Item = &Element> {
    root.child("types").into_iter().flat_map(|types| types.children_named("schema"))
}

/// The namespace of bodies: that of the schema, which may differ from the document's.
fn namespace(root: &Element) -> String {
    let of_elements = schemas(root).find(|schema| schema.child("element").is_some());
    let of_schema = of_elements.and_then(|schema| schema.attribute("targetNamespace"));
    of_schema.or(root.attribute("targetNamespace")).unwrap_or_default().to_owned()
}

fn address(root: &Element, binding: &Element) -> Option<String> {
    let name = binding.attribute("name")?;
    let ports = root.children_named("service").flat_map(|service| service.children_named("port"));
    let port =
        ports.into_iter().find(|port| port.attribute("binding").is_some_and(|of| local(of) == name))?;
    port.child("address")?.attribute("location").map(str::to_owned)
}

/// An address before its path, and the path.
fn apart(address: &str) -> (String, String) {
    let host = address.find("://").map_or(0, |at| at + 3);
    let path = address[host..].find('/').map_or(address.len(), |at| host + at);
    let (base, path) = address.split_at(path);
    (base.to_owned(), path.to_owned())
}

/// The elements of each message, by its parts.
fn messages(root: &Element, types: &Types<'_>) -> BTreeMap<String, Vec<(String, Shape)>> {
    let messages = root.children_named("message").map(|message| {
        let parts = message.children_named("part").map(|part| {
            let name = part.attribute("element").or(part.attribute("name")).map(local).unwrap_or_default();
            let typed = part.attribute("type").map(|of| types.of_type(local(of)));
            (name.to_owned(), typed.unwrap_or_else(|| types.element(name)))
        });
        (message.attribute("name").unwrap_or_default().to_owned(), parts.collect())
    });
    messages.collect()
}

type Messages = BTreeMap<String, Vec<(String, Shape)>>;

fn call(name: &str, bound: &Element, port: &Element, messages: &Messages) -> Call {
    let message = |of: Option<&Element>| {
        let parts = messages.get(local(of?.attribute("message")?))?;
        parts.first().cloned()
    };
    let (element, body) =
        message(port.child("input")).unwrap_or((name.to_owned(), Shape::Object(Vec::new())));
    let (answered, answer) = message(port.child("output")).unwrap_or_default();
    let details: Vec<Member> = port
        .children_named("fault")
        .filter_map(|fault| message(Some(fault)))
        .map(|(name, shape)| Member { name, required: false, about: String::new(), shape })
        .collect();
    let action = bound.child("operation").and_then(|operation| operation.attribute("soapAction"));
    Call {
        name: name.to_owned(),
        about: port.child("documentation").map(|about| spaced(about.trimmed())).unwrap_or_default(),
        method: "POST".to_owned(),
        action: Some(action.unwrap_or_default().to_owned()),
        elements: (element, answered),
        body: Some(body),
        answer: Some(answer),
        refusals: if details.is_empty() { BTreeMap::new() } else { [(500, Shape::Object(details))].into() },
        ..Call::default()
    }
}

/// What a call carries in the SOAP header is taken for how one signs in.
fn header(bound: &Element, messages: &Messages, ways: &mut Vec<SignIn>) {
    let header = bound.child("input").and_then(|input| input.child("header"));
    let parts = header.and_then(|header| messages.get(local(header.attribute("message")?)));
    for (name, shape) in parts.into_iter().flatten() {
        let way = SignIn::SoapHeader(name.clone(), shape.members().to_vec());
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
}

/// Whether the document says a word anywhere.
fn told(element: &Element, word: &str) -> bool {
    element.text.contains(word) || element.children.iter().any(|child| told(child, word))
}

/// The letters that an XML declaration names, where they are few.
fn declared(text: &str) -> Option<&'static str> {
    let declaration = text.split_once("?>")?.0.to_ascii_lowercase();
    ["windows-1252", "iso-8859-1"].into_iter().find(|charset| declaration.contains(charset))
}

/// On one line.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}
