//! The documents of the API `2011-11`, as a partner sends them.

use web::api_2011_11::{parse_lead_source, parse_staff, parse_user};

const KINDS: [Option<&str>; 3] =
    [None, Some("text/xml; charset=utf-8"), Some("application/xml; charset=utf-16")];
/// The most that a sentence about a document says.
const SAID: usize = 20_000;

/// The first byte chooses a content type and the document that is expected.
pub fn run(data: &[u8]) {
    let Some((first, body)) = data.split_first() else { return };
    let kind = KINDS[usize::from(*first) % KINDS.len()];
    let said = match first / 3 % 3 {
        0 => parse_user(body, kind).map(|user| format!("{user:?}")).map_err(|problem| format!("{problem:?}")),
        1 => parse_staff(body, kind)
            .map(|staff| format!("{staff:?}"))
            .map_err(|problem| format!("{problem:?}")),
        _ => parse_lead_source(body, kind)
            .map(|it| format!("{it:?}"))
            .map_err(|problem| format!("{problem:?}")),
    };
    if let Err(said) = said {
        assert!(!said.is_empty() && said.len() < SAID, "{} bytes of problems", said.len());
    }
}
