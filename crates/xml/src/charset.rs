//! Encodings that we write: text into bytes, or the first character that the encoding has not.
//!
//! A name that cannot be written is refused rather than written with a `?` in it: whoever typed it can change it, and
//! nobody could find out later what it had been.

use encoding_rs::{EncoderResult, WINDOWS_1252};

/// An encoding that documents are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8.
    #[default]
    Utf8,
    /// windows-1252, the Western European code page.
    Windows1252,
    /// ISO 8859-1, without the 32 places that only windows-1252 fills.
    Latin1,
    /// UTF-16, little-endian behind a byte order mark.
    Utf16,
}

impl Charset {
    /// All of them, by the names that descriptions use.
    pub const NAMES: [&'static str; 4] = ["utf-8", "windows-1252", "iso-8859-1", "utf-16"];

    /// The encoding of that name.
    pub fn named(name: &str) -> Option<Charset> {
        [Charset::Utf8, Charset::Windows1252, Charset::Latin1, Charset::Utf16]
            .into_iter()
            .find(|charset| charset.name() == name)
    }

    /// Its name, as a `Content-Type` and an XML declaration say it.
    pub const fn name(self) -> &'static str {
        match self {
            Charset::Utf8 => Charset::NAMES[0],
            Charset::Windows1252 => Charset::NAMES[1],
            Charset::Latin1 => Charset::NAMES[2],
            Charset::Utf16 => Charset::NAMES[3],
        }
    }

    /// The first character of a text that it has not.
    pub fn lacks(self, text: &str) -> Option<char> {
        match self {
            Charset::Utf8 | Charset::Utf16 => None,
            _ if text.is_ascii() => None,
            _ => text.chars().find(|c| self.byte(*c).is_none()),
        }
    }

    /// A text's bytes, or the first character that it has not.
    pub fn encode(self, text: String) -> Result<Vec<u8>, char> {
        match self {
            Charset::Utf8 => Ok(text.into_bytes()),
            Charset::Utf16 => {
                Ok(std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect())
            }
            _ if text.is_ascii() => Ok(text.into_bytes()),
            _ => text.chars().map(|c| self.byte(c).ok_or(c)).collect(),
        }
    }

    /// The byte of a character in an encoding of single bytes.
    fn byte(self, c: char) -> Option<u8> {
        let narrow = u8::try_from(c).ok();
        match (self, c) {
            // What lies between is control characters that every reader takes for the letters of windows-1252.
            (_, '\u{80}'..='\u{9F}') => None,
            (_, '\0'..='\u{FF}') => narrow,
            (Charset::Windows1252, _) => {
                let mut byte = [0; 8];
                let (result, _, written) = WINDOWS_1252.new_encoder().encode_from_utf8_without_replacement(
                    c.encode_utf8(&mut [0; 4]),
                    &mut byte,
                    true,
                );
                (result == EncoderResult::InputEmpty && written == 1).then_some(byte[0])
            }
            _ => None,
        }
    }
}
