//! What is written in an encoding is read back from it; what it lacks is named and never replaced.

use xml::{Charset, Limits, decode};

#[test]
fn what_is_written_in_an_encoding_is_read_back_from_it() {
    for (charset, text) in [
        (Charset::Utf8, "Zoë Łuk 😀"),
        (Charset::Utf16, "Zoë Łuk 😀"),
        (Charset::Windows1252, "Zoë – “Straße” € Š ÿ"),
        (Charset::Latin1, "Zoë Straße ÿ"),
    ] {
        let text = format!("<a>{text}</a>");
        let bytes = charset.encode(text.clone()).unwrap();
        let label = format!("text/xml; charset={}", charset.name());
        assert_eq!(decode(&bytes, Some(&label), &Limits::default()).unwrap(), text, "{charset:?}");
        assert_eq!((charset.lacks(&text), Charset::named(charset.name())), (None, Some(charset)));
    }
    assert_eq!(Charset::Windows1252.encode("é€".to_owned()).unwrap(), [0xE9, 0x80]);
}

#[test]
fn what_an_encoding_lacks_is_named_and_never_replaced() {
    for (charset, text, lacking) in [
        (Charset::Windows1252, "Łuk", 'Ł'),
        (Charset::Windows1252, "a\u{81}", '\u{81}'),
        (Charset::Windows1252, "e\u{301}", '\u{301}'),
        (Charset::Latin1, "5 €", '€'),
        (Charset::Latin1, "“x”", '“'),
        (Charset::Latin1, "\u{85}", '\u{85}'),
    ] {
        assert_eq!(charset.lacks(text), Some(lacking), "{charset:?}");
        assert_eq!(charset.encode(text.to_owned()), Err(lacking), "{charset:?}");
    }
}
