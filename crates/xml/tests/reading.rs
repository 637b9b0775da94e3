//! What is read, what is refused, and the sentences of refusal.

use xml::{Limits, decode, parse};

fn refused(text: &str) -> String {
    match parse(text, &Limits::default()) {
        Ok(element) => panic!("accepted as {element:?}"),
        Err(problem) => problem.to_string(),
    }
}

#[test]
fn a_document_becomes_a_tree_with_names_text_and_places() {
    let text = "<?xml version='1.0'?>\n<u xmlns='urn:a' xmlns:b='urn:b'>\n  <b:n b:k='1' k=\"2\">Ann &amp; <![CDATA[<B>]]>&#x20AC;</b:n><e/>\n</u>";
    let root = parse(text, &Limits::default()).unwrap();
    assert_eq!(
        (root.name.as_str(), root.namespace.as_deref(), root.line, root.column),
        ("u", Some("urn:a"), 2, 1)
    );
    let name = root.child("n").unwrap();
    assert_eq!((name.text.as_str(), name.namespace.as_deref()), ("Ann & <B>€", Some("urn:b")));
    assert_eq!((name.line, name.column), (3, 3));
    assert_eq!(name.attributes[0].namespace.as_deref(), Some("urn:b"));
    assert_eq!((name.attributes[1].namespace.as_deref(), name.attributes[1].value.as_str()), (None, "2"));
    assert_eq!(root.child("e").unwrap().namespace.as_deref(), Some("urn:a"));
    assert_eq!(root.text, "\n  \n");
    assert_eq!(root.path(&["n"]), Some(name));
    assert_eq!(root.path(&["n", "x"]), None);
}

#[test]
fn nil_is_seen_in_its_namespace_only() {
    let root = parse(
        "<a xmlns:i='http://www.w3.org/2001/XMLSchema-instance' xmlns:o='urn:o'>\
         <x i:nil='true'/><y i:nil='1'/><z i:nil='false'/><w o:nil='true'/><v nil='true'/></a>",
        &Limits::default(),
    )
    .unwrap();
    let nil: Vec<bool> = root.children.iter().map(|child| child.nil).collect();
    assert_eq!(nil, [true, true, false, false, false]);
}

#[test]
fn an_inner_default_namespace_ends_with_its_element() {
    let root = parse("<a xmlns='urn:a'><b xmlns=''><c/></b><d/></a>", &Limits::default()).unwrap();
    assert_eq!(root.path(&["b", "c"]).unwrap().namespace, None);
    assert_eq!(root.child("d").unwrap().namespace.as_deref(), Some("urn:a"));
}

#[test]
fn every_refusal_says_what_and_where() {
    let cases = [
        ("", "the document has no root element"),
        ("  \n", "the document has no root element"),
        ("<a>", "the element `a` is not closed (line 1, column 1)"),
        ("<a>\n<b></a>", "`b` was opened, but `a` is closed (line 2, column 4)"),
        ("<a/></b>", "`b` is closed, but was not opened (line 1, column 5)"),
        ("<a/><b/>", "the document has a second root element, `b` (line 1, column 5)"),
        ("<a/>x", "the document has text outside its root element (line 1, column 5)"),
        ("<a>&nbsp;</a>", "the entity `nbsp` is not one of XML's five (line 1, column 4)"),
        ("<a>&#1;</a>", "`#1` refers to a character that XML cannot carry (line 1, column 4)"),
        ("<a>B&B</a>", "an `&` must be written `&amp;` (line 1, column 5)"),
        ("<a>\u{8}</a>", "the document has a character that XML cannot carry (line 1, column 4)"),
        ("<a>]]></a>", "text contains `]]>`, which must be written `]]&gt;` (line 1, column 4)"),
        (
            "<!DOCTYPE a><a/>",
            "the document has a document type (`<!DOCTYPE`), which is refused (line 1, column 1)",
        ),
        (
            "<a><?p x?></a>",
            "the document has a processing instruction (`<?`), which is refused (line 1, column 4)",
        ),
        (
            " <?xml version='1.0'?><a/>",
            "the XML declaration must be complete and at the very beginning (line 1, column 2)",
        ),
        ("<a b=1/>", "the value of the attribute `b` must be in quotes (line 1, column 1)"),
        ("<a b/>", "the attribute `b` has no value (line 1, column 1)"),
        ("<a b='<'/>", "the attribute `b` contains `<`, which must be written `&lt;` (line 1, column 1)"),
        ("<a b='&x;'/>", "the attribute `b` has an `&` that is no known reference (line 1, column 1)"),
        ("<a b='&#0;'/>", "the attribute `b` has an `&` that is no known reference (line 1, column 1)"),
        ("<a b='&#2;'/>", "the attribute `b` refers to a character that XML cannot carry (line 1, column 1)"),
        ("<a b='1' b='2'/>", "a tag has the attribute `b` twice (line 1, column 1)"),
        ("<a b='1'c='2'/>", "the attributes of a tag must be separated by white space (line 1, column 1)"),
        (
            "<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>",
            "a tag has the attribute `b` twice (line 1, column 1)",
        ),
        ("<p:a/>", "the prefix `p` is not declared (line 1, column 1)"),
        ("<a p:b=''/>", "the prefix `p` is not declared (line 1, column 1)"),
        ("<a xmlns:p=''/>", "a prefix cannot be bound to no namespace (line 1, column 1)"),
        ("<1/>", "`1` cannot be the name of an element (line 1, column 1)"),
        ("<a><!-- -- --></a>", "a comment must not contain `--`, nor end with `--->` (line 1, column 9)"),
        (
            "<a",
            "the document is not well-formed: tag not closed: `>` not found before end of input (line 1, column 1)",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(refused(text), expected, "{text}");
    }
}

#[test]
fn a_limit_is_named_when_it_is_exceeded() {
    let limits =
        Limits { max_elements: 3, max_depth: 2, max_namespaces: 1, max_text_bytes: 4, ..Limits::default() };
    let said = |text: &str| parse(text, &limits).unwrap_err().to_string();
    assert_eq!(said("<a><b/><b/><b/></a>"), "the document has more than 3 elements (line 1, column 12)");
    assert_eq!(
        said("<a><b><c/></b></a>"),
        "the document nests its elements more than 2 levels deep (line 1, column 7)"
    );
    assert_eq!(
        said("<a xmlns='u' xmlns:b='v'/>"),
        "the document declares more than 1 namespaces at a time (line 1, column 1)"
    );
    assert_eq!(said("<a>12&amp;45</a>"), "the element `a` has more than 4 bytes of text (line 1, column 11)");
    assert_eq!(said("<a b='12345'/>"), "the attribute `b` has more than 4 bytes (line 1, column 1)");
    assert_eq!(
        said("<a xmlns:b='u'><c xmlns:d='v'/></a>"),
        "the document declares more than 1 namespaces at a time (line 1, column 16)"
    );
    assert!(parse("<a xmlns='u'><b>1234</b></a>", &limits).is_ok());
    assert!(parse("<a><b xmlns='u'/><b xmlns='u'/></a>", &limits).is_ok(), "one after the other");
}

#[test]
fn encodings_are_found_by_mark_charset_and_declaration() {
    let limits = Limits::default();
    let wide = |text: &str, big: bool| -> Vec<u8> {
        text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    };
    let read = |bytes: &[u8], content_type| decode(bytes, content_type, &limits).unwrap().into_owned();
    assert_eq!(read("\u{FEFF}<a>é</a>".as_bytes(), Some("text/xml; charset=iso-8859-1")), "<a>é</a>");
    assert_eq!(read(b"<a>\xE9\x80</a>", Some("text/xml; Charset=\"ISO-8859-1\"")), "<a>é€</a>");
    assert_eq!(
        read(b"<?xml version='1.0' encoding='windows-1252'?><a>\x93</a>", None).chars().nth_back(4),
        Some('“')
    );
    assert_eq!(
        read("<?xml version='1.0' encoding='utf-16'?><a>é</a>".as_bytes(), None).chars().nth_back(4),
        Some('é')
    );
    assert_eq!(read(&wide("\u{FEFF}<a>😀</a>", false), None), "<a>😀</a>");
    assert_eq!(read(&wide("\u{FEFF}<a>😀</a>", true), None), "<a>😀</a>");
    assert_eq!(read(&wide("<a>😀</a>", true), Some("application/xml;charset=utf-16")), "<a>😀</a>");
}

#[test]
fn malformed_bytes_are_named_by_their_offset() {
    let limits = Limits::default();
    let said = |bytes: &[u8], content_type| decode(bytes, content_type, &limits).unwrap_err().to_string();
    assert_eq!(
        said(b"<a>\n\xC3\xA9\xFF</a>", None),
        "the document is not valid UTF-8 at byte 6 (line 2, column 2)"
    );
    assert_eq!(
        said(b"\xFF\xFE<\0\x00\xD8a\0", None),
        "the document is not valid UTF-16 at byte 4 (line 1, column 2)"
    );
    assert_eq!(said(b"\xFF\xFE<\0a", None), "the document is not valid UTF-16 at byte 4 (line 1, column 2)");
    assert_eq!(
        said(b"<a/>", Some("text/xml; charset=koi8-r")),
        "the encoding `koi8-r` is not one of UTF-8, UTF-16, ISO-8859-1, windows-1252"
    );
}
