//! Query parameters of the fetching calls.

use url::form_urlencoded;

use super::ProviderInfo;
use super::document::{ID_MAX_CHARS, Problem};
use super::literal::quoted;

/// The spellings of the record parameter over the years: one parameter.
const RECORD: [&str; 3] = ["recordID", "uuid", "record_id"];

/// Which of the fetching calls is asked: lead sources also know `identifier` as a spelling of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// `GET /user`: needs a record.
    User,
    /// `GET /staff`: all, or one.
    Staff,
    /// `GET /leadsource`: all, or one.
    LeadSource,
}

/// A fetching call's parameters, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Who asks; the record is empty when all are asked for.
    pub caller: ProviderInfo,
    /// The record asked for.
    pub record_id: Option<String>,
}

impl Query {
    /// Reads a query string. A parameter with no value is absent; one that says two things is refused.
    pub fn parse(query: &str, asked: Asked) -> Result<Query, Problem> {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let mut problems = Vec::new();
        let mut one = |names: &[&str], needed: bool| -> Option<String> {
            let mut said = pairs
                .iter()
                .filter(|(name, value)| names.contains(&name.as_str()) && !value.trim().is_empty());
            let first = said.next();
            let names = names.join(", ");
            match first {
                None if needed => problems.push(format!("the query parameter {names} is missing")),
                Some((_, value)) => {
                    if let Some((_, other)) = said.find(|(_, other)| other.trim() != value.trim()) {
                        let (value, other) = (quoted(value.trim()), quoted(other.trim()));
                        problems.push(format!("the query says both {value} and {other} as {names}"));
                    }
                    if value.chars().count() > ID_MAX_CHARS {
                        problems.push(format!(
                            "the query parameter {names} is longer than {ID_MAX_CHARS} characters"
                        ));
                    }
                }
                None => {}
            }
            first.map(|(_, value)| value.trim().to_owned())
        };
        let identifier = one(&["provider"], true);
        let client_id = one(&["client_id"], true);
        let club_id = one(&["club_id"], true);
        let record_id = match asked {
            Asked::User => one(&RECORD, true),
            Asked::Staff => one(&RECORD, false),
            Asked::LeadSource => one(&[RECORD[0], RECORD[1], RECORD[2], "identifier"], false),
        };
        if !problems.is_empty() {
            return Err(Problem::plain(problems.join("; ")));
        }
        let caller = ProviderInfo {
            identifier: identifier.unwrap_or_default(),
            client_id: client_id.unwrap_or_default(),
            club_id: club_id.unwrap_or_default(),
            record_id: record_id.clone().unwrap_or_default(),
        };
        Ok(Query { caller, record_id })
    }
}
