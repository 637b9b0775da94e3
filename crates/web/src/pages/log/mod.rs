//! The Connector Log: one line for every record sent to or from a platform, for the club's manager.
//!
//! `GET /log/{key}` is the page, `/log/{key}/live` tells an open page to look again, and
//! `/log/{key}/export.csv` is the same list for a spreadsheet (`facts/integration-rules.md` §6).

mod days;
pub mod export;
pub mod live;
pub mod page;
pub mod query;
pub mod view;
pub(super) mod words;
