//! Decoding: bytes of some encoding into text, or the place where they stop making sense.
//!
//! The order is RFC 7303's: a byte order mark, then the charset of the `Content-Type`, then the XML declaration. Two
//! readings are kinder than the labels: `ISO-8859-1` is read as windows-1252, as the WHATWG standard does and as its
//! senders mean (curly quotes and the euro sign), and `US-ASCII` as UTF-8, which contains it. A declaration that says
//! UTF-16 in a document of single bytes is a well-known slip of .NET and is read as UTF-8.

use std::borrow::Cow;

use crate::position::Cursor;
use crate::problem::quoted;
use crate::{Limits, Problem};

/// An encoding that partners really send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1252,
}

/// Turns a document's bytes into text, without its byte order mark.
pub fn decode<'a>(
    bytes: &'a [u8],
    content_type: Option<&str>,
    limits: &Limits,
) -> Result<Cow<'a, str>, Problem> {
    if bytes.len() > limits.max_bytes {
        return Err(Problem::anywhere(format!("the document is larger than {} bytes", limits.max_bytes)));
    }
    let (encoding, body) = detect(bytes, content_type)?;
    let skipped = bytes.len() - body.len();
    match encoding {
        Encoding::Utf8 => utf8(body, skipped).map(Cow::Borrowed),
        Encoding::Utf16Le => utf16(body, skipped, u16::from_le_bytes).map(Cow::Owned),
        Encoding::Utf16Be => utf16(body, skipped, u16::from_be_bytes).map(Cow::Owned),
        Encoding::Windows1252 => Ok(encoding_rs::WINDOWS_1252.decode_without_bom_handling(body).0),
    }
}

fn detect<'a>(bytes: &'a [u8], content_type: Option<&str>) -> Result<(Encoding, &'a [u8]), Problem> {
    let marks: [(&[u8], Encoding); 3] = [
        (&[0xEF, 0xBB, 0xBF], Encoding::Utf8),
        (&[0xFF, 0xFE], Encoding::Utf16Le),
        (&[0xFE, 0xFF], Encoding::Utf16Be),
    ];
    for (mark, encoding) in marks {
        if let Some(body) = bytes.strip_prefix(mark) {
            return Ok((encoding, body));
        }
    }
    let looks = match bytes {
        [b'<', 0, ..] => Some(Encoding::Utf16Le),
        [0, b'<', ..] => Some(Encoding::Utf16Be),
        _ => None,
    };
    let encoding = match content_type.and_then(charset) {
        Some(label) => named(label, looks.unwrap_or(Encoding::Utf16Le))?,
        None => match (looks, declared(bytes)) {
            (Some(wide), _) => wide,
            (None, Some(label)) => named(&label, Encoding::Utf8)?,
            (None, None) => Encoding::Utf8,
        },
    };
    Ok((encoding, bytes))
}

/// The encoding behind a label; `wide` is what a label of the UTF-16 family means here.
fn named(label: &str, wide: Encoding) -> Result<Encoding, Problem> {
    match label.trim().to_ascii_lowercase().as_str() {
        "utf-16" | "utf16" | "ucs-2" => Ok(wide),
        "utf-16le" if wide != Encoding::Utf8 => Ok(Encoding::Utf16Le),
        "utf-16be" if wide != Encoding::Utf8 => Ok(Encoding::Utf16Be),
        "utf-8" | "utf8" | "us-ascii" | "ascii" | "utf-16le" | "utf-16be" => Ok(Encoding::Utf8),
        "iso-8859-1" | "iso8859-1" | "iso_8859-1" | "latin1" | "latin-1" | "windows-1252" | "cp1252" => {
            Ok(Encoding::Windows1252)
        }
        _ => Err(Problem::anywhere(format!(
            "the encoding {} is not one of UTF-8, UTF-16, ISO-8859-1, windows-1252",
            quoted(label)
        ))),
    }
}

/// The charset parameter of a `Content-Type`.
fn charset(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then_some(value)
    })
}

/// The encoding that the XML declaration names, in a document whose declaration is readable as ASCII.
fn declared(bytes: &[u8]) -> Option<String> {
    const LONGEST: usize = 200;
    let head = &bytes[..bytes.len().min(LONGEST)];
    let end = head.windows(2).position(|two| two == b"?>")?;
    let head = std::str::from_utf8(head[..end].strip_prefix(b"<?xml")?).ok()?;
    let value = head.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Some(value[1..].split_once(quote)?.0.to_owned())
}

fn utf8(body: &[u8], skipped: usize) -> Result<&str, Problem> {
    std::str::from_utf8(body).map_err(|error| {
        let good = std::str::from_utf8(&body[..error.valid_up_to()]).unwrap_or_default();
        malformed("UTF-8", skipped + good.len(), good)
    })
}

fn utf16(body: &[u8], skipped: usize, unit: fn([u8; 2]) -> u16) -> Result<String, Problem> {
    let (pairs, odd) = body.as_chunks::<2>();
    let mut text = String::with_capacity(body.len());
    let mut read = 0;
    for decoded in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        let Ok(c) = decoded else {
            return Err(malformed("UTF-16", skipped + read, &text));
        };
        read += 2 * c.len_utf16();
        text.push(c);
    }
    if odd.is_empty() { Ok(text) } else { Err(malformed("UTF-16", skipped + read, &text)) }
}

fn malformed(encoding: &str, byte: usize, before: &str) -> Problem {
    let (line, column) = Cursor::start().advance(before, before.len());
    Problem { message: format!("the document is not valid {encoding} at byte {byte}"), line, column }
}
