//! `GET /log/{key}/export.csv`: what the page shows, for a spreadsheet.
//!
//! Written as it is read, a few hundred lines at a time, so that a year of a large club needs no more
//! memory than a day. A cell that a spreadsheet would take for a formula is made text.

use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures::stream;
use jiff::tz::TimeZone;

use super::page::plausible;
use super::query::LogQuery;
use super::view::{ClubHead, LinePage, LineView};
use super::words;
use crate::pages::closed;
use crate::pages::source::{KeyProblem, Site};

const LINES_A_TIME: u16 = 500;
/// What the common spreadsheets can open at all.
const LINES_MAX: usize = 1_000_000;
const HEADINGS: [&str; 13] = [
    "Type",
    "Time",
    "Person",
    "Summary",
    "What happened",
    "What to do",
    "Whose turn",
    "Platform",
    "Direction",
    "Number at the platform",
    "Attempts",
    "Sent",
    "Tracking UUID",
];

/// Hands out the list as CSV.
pub async fn csv(State(site): State<Site>, Path(key): Path<String>, RawQuery(query): RawQuery) -> Response {
    match answer(&site, &key, query.as_deref().unwrap_or_default()).await {
        Ok(response) => response,
        Err(problem) => closed::page(&problem),
    }
}

/// What was not understood is not left out here, as the page does: a file does not say what it was asked for.
async fn answer(site: &Site, key: &str, query: &str) -> Result<Response, KeyProblem> {
    plausible(key)?;
    let club = site.log.open(key).await?;
    let (query, mut complaints) = LogQuery::parse(query);
    let query = query.for_club(&club, &mut complaints);
    if !complaints.is_empty() {
        return Ok(closed::not_understood(&complaints));
    }
    let export = begin(site, key, &club, query).await?;
    let name = format!("attachment; filename=\"connector-log-{}.csv\"", file_name(&club.name));
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(stream::try_unfold(export, Export::next))).into_response())
}

async fn begin(site: &Site, key: &str, club: &ClubHead, query: LogQuery) -> Result<Export, KeyProblem> {
    let query = LogQuery { before: None, after: None, limit: LINES_A_TIME, ..query };
    let first = site.log.lines(key, &query).await?;
    let (site, key, zone) = (site.clone(), key.to_owned(), club.zone.clone());
    Ok(Export { site, key, zone, query, page: Some(first), written: 0 })
}

struct Export {
    site: Site,
    key: String,
    zone: TimeZone,
    query: LogQuery,
    page: Option<LinePage>,
    written: usize,
}

impl Export {
    /// One piece of the file; a log that becomes unreadable midway breaks the download off, so that half
    /// a list is not taken for the whole.
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, std::io::Error> {
        let Some(page) = self.page.take() else { return Ok(None) };
        let mut out = String::with_capacity(page.lines.len() * 400);
        if self.written == 0 {
            out.push('\u{feff}');
            row(&mut out, HEADINGS);
        }
        for line in &page.lines {
            row(&mut out, cells(line, &self.zone));
        }
        self.written += page.lines.len();
        if let Some(older) = page.older.filter(|_| self.written < LINES_MAX) {
            self.query.before = Some(older);
            let next = self.site.log.lines(&self.key, &self.query).await;
            self.page = Some(next.map_err(|_| std::io::Error::other("the log cannot be read any further"))?);
        }
        Ok(Some((Bytes::from(out), self)))
    }
}

fn cells(line: &LineView, zone: &TimeZone) -> [String; 13] {
    let detail = &line.detail;
    let sent: Vec<_> = detail.fields.iter().map(|(label, value)| format!("{label}: {value}")).collect();
    let summary = format!("{}, {}", line.person, line.summary);
    [
        words::kind_type(line.kind).into(),
        line.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        line.person.clone(),
        summary,
        line.sentence.clone(),
        line.advice.clone().unwrap_or_default(),
        words::turn_plain(line.turn).into(),
        line.platform.clone(),
        words::way(line),
        detail.record_number.clone().unwrap_or_default(),
        detail.attempts.len().to_string(),
        sent.join("; "),
        detail.tracking.join(" "),
    ]
}

fn row<T: AsRef<str>>(out: &mut String, cells: impl IntoIterator<Item = T>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        write_cell(out, cell.as_ref());
    }
    out.push_str("\r\n");
}

/// RFC 4180, with `'` before anything a spreadsheet would calculate.
fn write_cell(out: &mut String, cell: &str) {
    out.push('"');
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        out.push('\'');
    }
    for char in cell.chars() {
        if char == '"' {
            out.push('"');
        }
        out.push(char);
    }
    out.push('"');
}

fn file_name(club: &str) -> String {
    let plain: String = club
        .chars()
        .map(|char| if char.is_ascii_alphanumeric() { char.to_ascii_lowercase() } else { '-' })
        .collect();
    let words: Vec<_> = plain.split('-').filter(|word| !word.is_empty()).take(8).collect();
    if words.is_empty() { "club".into() } else { words.join("-") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        let mut out = String::new();
        write_cell(&mut out, text);
        out
    }

    #[test]
    fn a_cell_that_would_be_a_formula_is_made_text() {
        assert_eq!(cell("=HYPERLINK(\"http://evil\")"), "\"'=HYPERLINK(\"\"http://evil\"\")\"");
        for start in ["+", "-", "@", "\t", "\r"] {
            assert_eq!(cell(&format!("{start}1")), format!("\"'{start}1\""));
        }
        assert_eq!(cell("Anna"), "\"Anna\"");
    }

    #[test]
    fn a_file_is_named_after_its_club() {
        assert_eq!(file_name("Kits Beach"), "kits-beach");
        assert_eq!(file_name("Łódź \"Fitness\"\r\n"), "d-fitness");
        assert_eq!(file_name("フィットネス"), "club");
    }
}
