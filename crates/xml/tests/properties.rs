//! Properties: what is written reads back the same, nothing panics, and a second parser agrees.

use proptest::prelude::*;
use xml::{Element, Limits, Writer, decode, parse};

/// A document to write: name, attributes, text, children.
#[derive(Clone, Debug)]
struct Node {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Node>,
}

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z_é][a-zA-Z0-9_.é-]{0,8}".prop_filter("xmlns is no attribute", |name| name != "xmlns")
}

fn node() -> impl Strategy<Value = Node> {
    let attributes = prop::collection::btree_map(name(), any::<String>(), 0..4);
    let leaf = (name(), attributes, any::<String>()).prop_map(|(name, attributes, text)| Node {
        name,
        attributes: attributes.into_iter().collect(),
        text,
        children: Vec::new(),
    });
    leaf.prop_recursive(4, 24, 4, |inner| {
        (inner.clone(), prop::collection::vec(inner, 0..4))
            .prop_map(|(node, children)| Node { children, ..node })
    })
}

fn write(writer: &mut Writer, node: &Node) {
    let attributes: Vec<(&str, &str)> =
        node.attributes.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    writer.open(&node.name, &attributes).text(&node.text);
    for child in &node.children {
        write(writer, child);
    }
    writer.close();
}

fn carried(text: &str) -> String {
    text.chars()
        .filter(|c| *c >= ' ' || "\t\n\r".contains(*c))
        .filter(|c| !"\u{FFFE}\u{FFFF}".contains(*c))
        .collect()
}

fn same(node: &Node, element: &Element) -> bool {
    let attributes = element.attributes.iter().map(|a| (a.name.clone(), a.value.clone()));
    let expected = node.attributes.iter().map(|(name, value)| (name.clone(), carried(value)));
    element.name == node.name
        && element.text == carried(&node.text)
        && attributes.eq(expected)
        && element.children.len() == node.children.len()
        && node.children.iter().zip(&element.children).all(|(node, element)| same(node, element))
}

fn agrees(element: &Element, other: roxmltree::Node<'_, '_>) -> bool {
    let text: String =
        other.children().filter(roxmltree::Node::is_text).filter_map(|text| text.text()).collect();
    let attributes =
        element.attributes.iter().map(|a| (a.namespace.as_deref(), a.name.as_str(), a.value.as_str()));
    let others = other.attributes().map(|a| (a.namespace(), a.name(), a.value()));
    let children: Vec<_> = other.children().filter(roxmltree::Node::is_element).collect();
    element.name == other.tag_name().name()
        && element.namespace.as_deref() == other.tag_name().namespace().filter(|uri| !uri.is_empty())
        && element.text == text
        && attributes.eq(others)
        && children.len() == element.children.len()
        && element.children.iter().zip(children).all(|(element, other)| agrees(element, other))
}

/// Where we accept, the second parser accepts too and sees the same; where it accepts, so do we, save for processing
/// instructions. It lets a name begin with a colon and keeps a lone carriage return before a reference, so the
/// scraps hold neither.
fn compare(text: &str) -> Result<(), TestCaseError> {
    let ours = parse(text, &Limits::default());
    let theirs = roxmltree::Document::parse(text);
    if let Ok(element) = &ours {
        let theirs =
            theirs.map_err(|e| TestCaseError::fail(format!("we accept what is refused with {e}: {text}")))?;
        prop_assert!(agrees(element, theirs.root_element()), "{element:?} is not {theirs:?}");
    } else if let Ok(document) = theirs {
        let refused_on_purpose = document.descendants().any(|node| node.is_pi());
        prop_assert!(refused_on_purpose, "we refuse with {:?}: {text}", ours.err());
    }
    Ok(())
}

const SCRAPS: &[&str] = &[
    "<a>",
    "</a>",
    "<b/>",
    "<a b='1'>",
    "<p:c xmlns:p='u'>",
    "</p:c>",
    "<c xmlns='u'/>",
    "<c p:d=\"&lt;\"/>",
    "&amp;",
    "&#65;",
    "&#x0;",
    "&x;",
    "&",
    "<",
    ">",
    "]]>",
    "<![CDATA[",
    "<!--",
    "-->",
    "--",
    "'",
    "\"",
    "=",
    " ",
    "\r\n",
    "\t",
    "text",
    "é",
    "<?p?>",
    "<?xml version='1.0'?>",
    "xmlns",
    "/",
    "!",
    "<e a = 'x\r\ny' b='&#10;'/>",
    "-",
    "<a\n>",
    "</a >",
    "\u{FEFF}",
    "<x xml:lang='de'/>",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back_the_same(node in node()) {
        let mut writer = Writer::with_declaration();
        write(&mut writer, &node);
        let text = writer.finish();
        let element = parse(&text, &Limits::default()).map_err(|e| TestCaseError::fail(format!("{e}: {text}")))?;
        prop_assert!(same(&node, &element), "{text} became {element:?}");
        compare(&text)?;
    }

    #[test]
    fn any_string_as_a_name_still_makes_a_document(name in any::<String>(), key in any::<String>()) {
        let mut writer = Writer::new();
        writer.open("r", &[]).open(&name, &[]).leaf(&key, "x").nil(&name, &[]);
        let text = writer.finish();
        if !name.contains(':') && !key.contains(':') {
            prop_assert!(parse(&text, &Limits::default()).is_ok(), "{text}");
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), label in "(text/xml; ?charset=)?[a-zA-Z0-9_-]{0,12}") {
        if let Ok(text) = decode(&bytes, Some(&label), &Limits::default()) {
            let _ = parse(&text, &Limits::default());
        }
    }

    #[test]
    fn a_second_parser_agrees_about_scraps(scraps in prop::collection::vec(prop::sample::select(SCRAPS), 0..14)) {
        compare(&scraps.concat())?;
        compare(&format!("<r>{}</r>", scraps.concat()))?;
        compare(&format!("<r {}/>", scraps.concat()))?;
    }

    #[test]
    fn a_second_parser_agrees_about_mutated_documents(
        node in node(), at in any::<prop::sample::Index>(), scrap in prop::sample::select(SCRAPS), cut in 0_usize..4,
    ) {
        let mut writer = Writer::new();
        write(&mut writer, &node);
        let chars: Vec<char> = writer.finish().chars().collect();
        let at = at.index(chars.len());
        let after = (at + cut).min(chars.len());
        let mutated: String = chars[..at].iter().copied().chain(scrap.chars()).chain(chars[after..].iter().copied()).collect();
        compare(&mutated)?;
    }
}
