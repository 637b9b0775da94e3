//! Documents built to hurt: each is refused, and in time linear in its size.
#![expect(clippy::disallowed_methods, reason = "the tests measure how long a refusal takes")]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use xml::{Limits, decode, parse};

fn refused_quickly(text: &str, limits: &Limits) -> String {
    let started = Instant::now();
    let problem = parse(text, limits).expect_err("the document is refused");
    assert!(started.elapsed() < Duration::from_secs(20), "{problem} took {:?}", started.elapsed());
    problem.to_string()
}

fn many_attributes(count: usize) -> String {
    let mut text = "<a".to_owned();
    for n in 0..count {
        write!(text, " a{n}='{n}'").expect("text takes everything");
    }
    text + "/>"
}

fn unbounded() -> Limits {
    let all = usize::MAX;
    Limits { max_bytes: all, max_depth: all, max_elements: all, max_text_bytes: all, ..Limits::default() }
}

#[test]
fn a_tag_with_a_hundred_thousand_attributes_is_refused() {
    assert_eq!(
        refused_quickly(&many_attributes(100_000), &unbounded()),
        "the document has an element with more than 64 attributes (line 1, column 1)"
    );
    assert!(parse(&many_attributes(64), &Limits::default()).is_ok());
}

#[test]
fn ten_thousand_levels_are_refused_whatever_the_limit_says() {
    let text = "<a>".repeat(10_000) + &"</a>".repeat(10_000);
    assert!(refused_quickly(&text, &unbounded()).contains("more than 256 levels deep"));
}

#[test]
fn a_billion_laughs_stop_at_the_document_type() {
    let mut text = "<!DOCTYPE lolz [<!ENTITY lol0 'lol'>".to_owned();
    for n in 1..10 {
        write!(text, "<!ENTITY lol{n} '{}'>", format!("&lol{};", n - 1).repeat(10)).unwrap();
    }
    text += "]><lolz>&lol9;</lolz>";
    assert!(refused_quickly(&text, &unbounded()).contains("document type"));
}

#[test]
fn fifty_megabytes_are_not_even_looked_at() {
    let bytes = vec![b'<'; 50 << 20];
    let started = Instant::now();
    let problem = decode(&bytes, None, &Limits::default()).unwrap_err();
    assert_eq!(problem.to_string(), "the document is larger than 1048576 bytes");
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(parse(&"<".repeat(50 << 20), &Limits::default()).is_err());
}

#[test]
fn a_megabyte_of_the_worst_legal_document_is_not_quadratic() {
    let tag = many_attributes(64);
    let many_tags = format!("<r>{}</r>", tag.repeat(1_000_000 / tag.len()));
    let many_elements = format!("<r>{}</r>", "<a/>".repeat(19_000));
    let many_references = format!("<r>{}</r>", "&amp;".repeat(200_000));
    let many_comments = format!("<r>{}</r>", "<!---->".repeat(140_000));
    let mut open = String::new();
    for level in 0..31 {
        write!(open, "<r xmlns:a{level}='u' xmlns:b{level}='v'>").unwrap();
    }
    let many_namespaces =
        format!("{open}{}{}", "<a0:a xmlns:p='u' p:b=''/>".repeat(19_000), "</r>".repeat(31));
    for text in [many_tags, many_elements, many_references, many_comments, many_namespaces] {
        let started = Instant::now();
        assert!(parse(&text, &Limits::default()).is_ok(), "{}", &text[..40]);
        assert!(started.elapsed() < Duration::from_secs(20), "{:?} for {}", started.elapsed(), &text[..40]);
    }
}

#[test]
fn a_long_namespace_is_not_copied_into_every_element() {
    let text = format!("<r xmlns='{}'>{}</r>", "u".repeat(200_000), "<a/>".repeat(19_000));
    let root = parse(&text, &Limits::default()).unwrap();
    let (first, last) = (&root.children[0], &root.children[18_999]);
    assert_eq!(first.namespace.as_deref().map(str::as_ptr), last.namespace.as_deref().map(str::as_ptr));
}

#[test]
fn unclosed_things_at_the_end_are_refused_quickly() {
    for start in ["<a ", "<a b='", "<!--", "<a><![CDATA[", "<?xml ", "<!DOCTYPE a [", "<a>&", "</", "<a><!"] {
        let text = format!("{start}{}", "x".repeat(900_000));
        refused_quickly(&text, &unbounded());
        refused_quickly(&start.repeat(900_000 / start.len()), &unbounded());
    }
}

#[test]
fn a_second_byte_order_mark_is_refused() {
    assert!(parse("\u{FEFF}<r/>", &Limits::default()).is_ok());
    let problem = parse("\u{FEFF}\u{FEFF}<r/>", &Limits::default()).unwrap_err();
    assert!(problem.to_string().contains("byte order mark"), "{problem}");
}
