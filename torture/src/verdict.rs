//! The verdict: what the platforms hold, compared with what was acknowledged.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;
use simulator::{Person, Simulator};

use crate::house::House;
use crate::load::Acknowledged;

/// How long a hub that nobody kills any more may take to settle one more record.
const PATIENCE: Duration = Duration::from_mins(1);
/// Calls that Jonas I4 takes at once, as its description declares: no kill leaves more of them in doubt.
const I4_AT_ONCE: usize = 2;

/// Something that must not be.
#[derive(Clone, Debug)]
pub enum Wrong {
    /// An acknowledged state did not arrive.
    Lost {
        /// Who, where, and what was seen instead.
        what: String,
    },
    /// A person is there twice.
    Doubled {
        /// Who and where.
        what: String,
    },
    /// A platform saw what must never be: two calls at once for a person, or an older state after a newer one.
    Forbidden {
        /// What.
        what: String,
    },
    /// The hub did not come to rest, or more is held than was under way.
    Unsettled {
        /// What it said.
        what: String,
    },
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wrong::Lost { what } => write!(f, "lost: {what}"),
            Wrong::Doubled { what } => write!(f, "doubled: {what}"),
            Wrong::Forbidden { what } => write!(f, "forbidden: {what}"),
            Wrong::Unsettled { what } => write!(f, "unsettled: {what}"),
        }
    }
}

/// The books of one house.
pub struct Verdict {
    /// How many people were acknowledged.
    pub acknowledged: usize,
    /// How many are held in doubt at the platform that cannot be asked.
    pub held: usize,
    /// What must not be.
    pub wrong: Vec<Wrong>,
}

/// Waits until the hub has settled, and compares.
pub async fn of(house: &House, acknowledged: &Acknowledged, kills: u32) -> Result<Verdict> {
    let mut wrong = Vec::new();
    if let Some(status) = unsettled(house).await? {
        wrong.push(Wrong::Unsettled { what: status });
    }
    let held = held(house)?;
    if held.len() > kills as usize * I4_AT_ONCE {
        wrong.push(Wrong::Unsettled { what: format!("{} are held after {kills} kills", held.len()) });
    }
    compare("VFP", &house.vfp, acknowledged, &BTreeSet::new(), &mut wrong);
    compare("Jonas I4", &house.i4, acknowledged, &held, &mut wrong);
    Ok(Verdict { acknowledged: acknowledged.len(), held: held.len(), wrong })
}

async fn unsettled(house: &House) -> Result<Option<String>> {
    let (mut since, mut least) = (Instant::now(), u64::MAX);
    loop {
        let status = house.ask(&["status", "--json"])?;
        if status["due"] == json!(0) && status["under_way"] == json!(0) {
            return Ok(None);
        }
        let due = status["due"].as_u64().unwrap_or(u64::MAX);
        if due < least {
            (since, least) = (Instant::now(), due);
        }
        if since.elapsed() > PATIENCE {
            return Ok(Some(status.to_string()));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Family names of those whom nobody knows to have arrived.
fn held(house: &House) -> Result<BTreeSet<String>> {
    let groups = house.ask(&["held", "list", "--json"])?;
    let mut held = BTreeSet::new();
    for group in groups["groups"].as_array().into_iter().flatten() {
        let name = group["group"].as_str().unwrap_or_default();
        let records = house.ask(&["held", "show", name, "--json"])?;
        let names = records["records"].as_array().into_iter().flatten();
        held.extend(
            names.filter_map(|one| Some(one["name"].as_str()?.trim_start_matches("Ann ").to_owned())),
        );
    }
    Ok(held)
}

fn compare(
    title: &str,
    there: &Simulator,
    acknowledged: &Acknowledged,
    held: &BTreeSet<String>,
    wrong: &mut Vec<Wrong>,
) {
    let mut records: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for person in there.people() {
        records.entry(person.get("last_name").to_lowercase()).or_default().push(revision(&person));
    }
    for (name, revision) in acknowledged {
        let newest = records.get(name).and_then(|there| there.iter().max()).copied();
        if newest.is_none_or(|newest| newest < *revision) && !held.contains(name) {
            let what =
                format!("{name} at {title}: revision {revision} was acknowledged, {newest:?} is there");
            wrong.push(Wrong::Lost { what });
        }
    }
    for (name, there) in records.iter().filter(|(_, there)| there.len() > 1) {
        wrong.push(Wrong::Doubled { what: format!("{name} at {title}: {} records", there.len()) });
    }
    let violations = there.violations().into_iter();
    wrong.extend(violations.map(|seen| Wrong::Forbidden { what: format!("at {title}: {seen:?}") }));
}

fn revision(person: &Person) -> u64 {
    let city = person.get("city").to_lowercase();
    city.strip_prefix("rev:").and_then(|revision| revision.parse().ok()).unwrap_or(0)
}
