//! The search: groups of filters, of which one must hold in all its filters. It trails behind what was written.

use serde_json::{Value, json};

use super::problem::Problem;
use super::properties::{document, known, value};
use super::{Answer, limit, paged};
use crate::http_call::{Incoming, Reply};
use crate::person::Person;
use crate::room::Room;
use crate::text::fold;

/// What a search can reach.
const REACH: usize = 10_000;
/// Groups, and filters in each, that a search may have.
const GROUPS_MAX: usize = 5;
const FILTERS_MAX: usize = 6;

pub(super) fn search(room: &Room, club: &str, call: &Incoming) -> Answer {
    let body = call.json().filter(Value::is_object).ok_or_else(|| Problem::invalid("Invalid input JSON"))?;
    let limit = limit(body["limit"].as_u64().map(|limit| limit.to_string()).as_deref(), 10, 200)?;
    let groups = body["filterGroups"].as_array().map_or(&[][..], Vec::as_slice);
    check(groups)?;
    let visible_by_ms = room.search().created_by_ms;
    let query = fold(body["query"].as_str().unwrap_or(""));
    let mut found: Vec<&Person> = Vec::new();
    for person in room.people.all() {
        let seen = person.club == club && !person.gone && person.created_ms <= visible_by_ms;
        let by_groups = groups.is_empty() || groups.iter().any(|group| holds(room, person, group));
        if seen && by_groups && (query.is_empty() || mentions(person, &query)) {
            found.push(person);
        }
    }
    sort(room, &mut found, &body["sorts"][0]);
    let asked = body["properties"].as_array().into_iter().flatten();
    let asked: Vec<String> = asked.filter_map(|name| Some(name.as_str()?.to_owned())).collect();
    let after = match &body["after"] {
        Value::Number(after) => Some(after.to_string()),
        after => after.as_str().map(str::to_owned),
    };
    if after.as_deref().and_then(|after| after.parse::<usize>().ok()).is_some_and(|after| after >= REACH) {
        return Err(Problem::invalid("a search reaches 10000 results"));
    }
    let shown: Vec<Value> = found.iter().map(|person| document(room, person, &asked)).collect();
    let mut page = paged(after.as_deref(), limit, &shown)?;
    page["total"] = json!(shown.len());
    Ok(Reply::json(200, &page))
}

fn filters(group: &Value) -> &[Value] {
    group["filters"].as_array().map_or(&[][..], Vec::as_slice)
}

/// Refuses what cannot be searched for.
fn check(groups: &[Value]) -> Result<(), Problem> {
    if groups.len() > GROUPS_MAX || groups.iter().any(|group| filters(group).len() > FILTERS_MAX) {
        return Err(Problem::invalid("too many filters"));
    }
    for filter in groups.iter().flat_map(filters) {
        let name = filter["propertyName"].as_str().unwrap_or("");
        if !known(name) {
            let said = format!("Property \"{name}\" does not exist");
            return Err(Problem::property(name, "PROPERTY_DOESNT_EXIST", &said));
        }
        let valued = filter["value"].is_string() || filter["values"].is_array();
        match filter["operator"].as_str().unwrap_or("") {
            "HAS_PROPERTY" | "NOT_HAS_PROPERTY" => {}
            "EQ" | "NEQ" | "LT" | "LTE" | "GT" | "GTE" | "BETWEEN" | "IN" | "NOT_IN" | "CONTAINS_TOKEN"
            | "NOT_CONTAINS_TOKEN"
                if valued => {}
            other => return Err(Problem::invalid(&format!("operator {other} is not valid here"))),
        }
    }
    Ok(())
}

fn holds(room: &Room, person: &Person, group: &Value) -> bool {
    filters(group).iter().all(|filter| {
        let has = value(room, person, filter["propertyName"].as_str().unwrap_or("")).unwrap_or_default();
        let wanted = filter["value"].as_str().unwrap_or("");
        let listed = || {
            let values = filter["values"].as_array().into_iter().flatten();
            values.filter_map(Value::as_str).any(|one| fold(one) == fold(&has))
        };
        let order = |other: &str| comparable(&has).partial_cmp(&comparable(other));
        let token = || {
            let wanted = fold(wanted.trim_matches('*'));
            fold(&has).split([' ', '@', '.', '-']).any(|word| word == wanted) || fold(&has) == wanted
        };
        match filter["operator"].as_str().unwrap_or("") {
            "HAS_PROPERTY" => !has.is_empty(),
            "NOT_HAS_PROPERTY" => has.is_empty(),
            _ if has.is_empty() => false,
            "EQ" => fold(&has) == fold(wanted),
            "NEQ" => fold(&has) != fold(wanted),
            "IN" => listed(),
            "NOT_IN" => !listed(),
            "CONTAINS_TOKEN" => token(),
            "NOT_CONTAINS_TOKEN" => !token(),
            "LT" => order(wanted).is_some_and(std::cmp::Ordering::is_lt),
            "LTE" => order(wanted).is_some_and(std::cmp::Ordering::is_le),
            "GT" => order(wanted).is_some_and(std::cmp::Ordering::is_gt),
            "GTE" => order(wanted).is_some_and(std::cmp::Ordering::is_ge),
            "BETWEEN" => {
                let high = filter["highValue"].as_str().unwrap_or("");
                order(wanted).is_some_and(std::cmp::Ordering::is_ge)
                    && order(high).is_some_and(std::cmp::Ordering::is_le)
            }
            _ => false,
        }
    })
}

/// An instant, written either way, as milliseconds; other text is not in an order.
fn comparable(text: &str) -> Option<i64> {
    let instant = || text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond);
    text.parse().ok().or_else(instant)
}

fn mentions(person: &Person, query: &str) -> bool {
    ["first_name", "last_name", "email", "mobile", "home_phone", "company"]
        .iter()
        .any(|field| fold(person.get(field)).contains(query))
}

/// By the first of `sorts`, either a name or a name and a direction; by number otherwise.
fn sort(room: &Room, found: &mut [&Person], sort: &Value) {
    let Some(name) = sort.as_str().or_else(|| sort["propertyName"].as_str()) else { return };
    found.sort_by_cached_key(|person| value(room, person, name));
    if sort["direction"] == "DESCENDING" {
        found.reverse();
    }
}
