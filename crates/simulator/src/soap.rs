//! SOAP 1.1 as the simulators read and write it.

use roxmltree::{Document, Node, ParsingOptions};

use crate::http_call::Reply;
use crate::text::xml;

const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// Larger requests are not read: a person is a few kilobytes.
const ENVELOPE_MAX_BYTES: usize = 256 * 1024;

/// Reads a document; a DOCTYPE is refused.
pub(crate) fn parse(body: &[u8]) -> Option<Document<'_>> {
    let text = std::str::from_utf8(body).ok().filter(|text| text.len() <= ENVELOPE_MAX_BYTES)?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: 10_000, ..ParsingOptions::default() };
    Document::parse_with_options(text.trim_start_matches('\u{feff}'), options).ok()
}

/// The header's entries and the one element of the body.
pub(crate) fn open<'a, 'i>(document: &'a Document<'i>) -> Option<(Vec<Node<'a, 'i>>, Node<'a, 'i>)> {
    let envelope = document.root_element();
    if !envelope.has_tag_name((ENVELOPE, "Envelope")) {
        return None;
    }
    let part = |name: &'static str| envelope.children().find(move |node| node.has_tag_name((ENVELOPE, name)));
    let header =
        part("Header").map(|header| header.children().filter(Node::is_element).collect()).unwrap_or_default();
    let method = part("Body")?.children().find(Node::is_element)?;
    Some((header, method))
}

/// A child element's text, by local name.
pub(crate) fn text<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    child(node, name).and_then(|child| child.text()).unwrap_or("").trim()
}

/// A child element, by local name.
pub(crate) fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.is_element() && child.tag_name().name() == name)
}

/// The child elements in the order a data contract knows: what is unknown or comes too late is dropped without a word.
pub(crate) fn in_order<'a, 'i>(
    node: Node<'a, 'i>,
    order: &[&'static str],
) -> Vec<(&'static str, Node<'a, 'i>)> {
    let mut next = 0;
    let mut taken = Vec::new();
    for child in node.children().filter(Node::is_element) {
        let place = order.iter().position(|name| *name == child.tag_name().name());
        if let Some(place) = place.filter(|place| *place >= next) {
            taken.push((order[place], child));
            next = place + 1;
        }
    }
    taken
}

/// All text inside an element.
pub(crate) fn content<'a>(node: Node<'a, '_>) -> &'a str {
    node.text().unwrap_or("").trim()
}

/// One element with text.
pub(crate) fn leaf(name: &str, value: &str) -> String {
    format!("<{name}>{}</{name}>", xml(value))
}

/// An answer: the body's XML in an envelope.
pub(crate) fn envelope(status: u16, body: &str) -> Reply {
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"{ENVELOPE}\"><s:Body>{body}</s:Body></s:Envelope>"
    );
    Reply::new(status, "text/xml; charset=utf-8", document)
}

/// A fault; `who` is `Client` or `Server`, `detail` is XML.
pub(crate) fn fault(who: &str, said: &str, detail: &str) -> Reply {
    let detail = if detail.is_empty() { String::new() } else { format!("<detail>{detail}</detail>") };
    let said = xml(said);
    envelope(
        500,
        &format!(
            "<s:Fault><faultcode>s:{who}</faultcode><faultstring>{said}</faultstring>{detail}</s:Fault>"
        ),
    )
}
