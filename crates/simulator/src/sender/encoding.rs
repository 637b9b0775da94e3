//! How a document's text becomes bytes: senders of 2011 write more than UTF-8.

/// An encoding of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, declared.
    #[default]
    Utf8,
    /// UTF-8 behind a byte order mark.
    Utf8Bom,
    /// UTF-16, little end first, behind a byte order mark.
    Utf16Le,
    /// UTF-16, big end first, behind a byte order mark.
    Utf16Be,
    /// ISO-8859-1.
    Latin1,
    /// windows-1252.
    Windows1252,
}

impl Encoding {
    /// The name in the XML declaration.
    pub const fn label(self) -> &'static str {
        match self {
            Encoding::Utf8 | Encoding::Utf8Bom => "UTF-8",
            Encoding::Utf16Le | Encoding::Utf16Be => "UTF-16",
            Encoding::Latin1 => "ISO-8859-1",
            Encoding::Windows1252 => "windows-1252",
        }
    }

    /// The request's content type. Only UTF-8 names its charset; for the others the declaration inside decides.
    pub const fn content_type(self) -> &'static str {
        match self {
            Encoding::Utf8 => "application/xml; charset=utf-8",
            _ => "application/xml",
        }
    }

    /// The bytes. What ISO-8859-1 and windows-1252 cannot write becomes a character reference.
    pub fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Encoding::Utf8 => text.as_bytes().to_vec(),
            Encoding::Utf8Bom => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            Encoding::Utf16Le => {
                "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
            }
            Encoding::Utf16Be => {
                "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect()
            }
            Encoding::Latin1 => text.chars().flat_map(latin1).collect(),
            Encoding::Windows1252 => encoding_rs::WINDOWS_1252.encode(text).0.into_owned(),
        }
    }
}

fn latin1(c: char) -> Vec<u8> {
    u8::try_from(u32::from(c)).map_or_else(|_| format!("&#{};", u32::from(c)).into_bytes(), |byte| vec![byte])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_that_the_encoding_lacks_becomes_a_reference() {
        assert_eq!(Encoding::Latin1.encode("Zoë Łuk"), b"Zo\xeb &#321;uk");
        assert_eq!(Encoding::Windows1252.encode("€ Ł"), b"\x80 &#321;");
    }

    #[test]
    fn utf_16_begins_with_its_mark() {
        assert_eq!(Encoding::Utf16Le.encode("é"), [0xff, 0xfe, 0xe9, 0x00]);
        assert_eq!(Encoding::Utf16Be.encode("é"), [0xfe, 0xff, 0x00, 0xe9]);
    }
}
