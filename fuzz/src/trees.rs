//! The XML guard: what it admits is within its limits, and reads the same when it is written again.

use xml::{Element, Limits, Writer};

const KINDS: [Option<&str>; 4] = [
    None,
    Some("text/xml; charset=utf-8"),
    Some("application/xml; charset=utf-16"),
    Some("text/xml; charset=latin1"),
];

/// The first byte chooses a content type.
pub fn run(data: &[u8]) {
    let Some((first, body)) = data.split_first() else { return };
    let limits = Limits { max_elements: 500, max_depth: 16, max_text_bytes: 1000, ..Limits::default() };
    let Ok(text) = xml::decode(body, KINDS[usize::from(*first) % KINDS.len()], &limits) else { return };
    let Ok(root) = xml::parse(&text, &limits) else { return };
    assert!(deepest(&root) <= 16 && count(&root) <= 500, "within the limits");
    let mut writer = Writer::with_declaration();
    write(&root, &mut writer);
    let written = writer.finish();
    let wide = Limits { max_bytes: usize::MAX, max_text_bytes: usize::MAX, ..limits };
    let again = xml::parse(&written, &wide).expect("what was written can be read");
    same(&root, &again);
}

fn deepest(element: &Element) -> usize {
    1 + element.children.iter().map(deepest).max().unwrap_or(0)
}

fn count(element: &Element) -> usize {
    1 + element.children.iter().map(count).sum::<usize>()
}

fn write(element: &Element, writer: &mut Writer) {
    writer.open(&element.name, &[]).text(&element.text);
    element.children.iter().for_each(|child| write(child, writer));
    writer.close();
}

fn same(one: &Element, other: &Element) {
    assert_eq!((&one.name, &one.text, one.children.len()), (&other.name, &other.text, other.children.len()));
    one.children.iter().zip(&other.children).for_each(|(one, other)| same(one, other));
}
