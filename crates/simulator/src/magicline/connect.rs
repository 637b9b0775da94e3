//! The connect API: what the studio's web forms use, without a key.

use serde_json::{Value, json};

use super::lead::take;
use super::problem::{Problem, Said, trace};
use super::{Answer, Ids, directory};
use crate::http_call::{Incoming, Reply};
use crate::person::{Changes, Kind};
use crate::room::{NewPerson, Room};

/// Fields of a lead: ours, theirs, whether they are needed.
const LEAD: [(&str, &str, bool); 11] = [
    ("first_name", "firstname", true),
    ("last_name", "lastname", true),
    ("email", "email", false),
    ("mobile", "phone", false),
    ("birth_date", "dateOfBirth", false),
    ("gender", "gender", false),
    ("address1", "street", false),
    ("address2", "houseNumber", false),
    ("zipcode", "zipCode", false),
    ("city", "city", false),
    ("country", "countryCode", false),
];

pub(super) fn answer(room: &mut Room, call: &Incoming, path: &[&str]) -> Reply {
    let (operation, answer) = match (call.method.as_str(), path) {
        ("GET", ["campaign"]) => ("listCampaigns", campaigns(room, call)),
        ("GET", ["trialsession", "config", "validation"]) => ("getLeadValidation", validation(room, call)),
        ("POST", ["lead"]) => ("createConnectLead", create(room, call)),
        ("GET", ["lead", uuid]) => ("getConnectLead", get(room, uuid)),
        _ => ("", Err(Problem::new(404, "NOT_FOUND", Said::NotFound))),
    };
    answer.unwrap_or_else(|problem| refuse(&problem, call)).of(operation, "")
}

/// This API has words of its own for a refusal.
fn refuse(problem: &Problem, call: &Incoming) -> Reply {
    let code = problem
        .reference
        .as_ref()
        .map_or_else(|| problem.code.to_owned(), |field| format!("{}.{field}", problem.code));
    let said = problem.said.words(call);
    let said = problem.reference.as_ref().map_or_else(|| said.clone(), |field| format!("{field} {said}"));
    Reply::json(problem.status, &json!({"errorCodes": [code], "message": said, "traceId": trace(call)}))
}

fn studio_in_query(room: &Room, call: &Incoming) -> Result<String, Problem> {
    let id = call.param("studioId").ok_or_else(|| Problem::missing("studioId"))?;
    room.club(&id).map(|club| club.id.clone()).ok_or_else(|| Problem::invalid("studioId"))
}

/// The external identifier of a campaign.
pub(super) fn campaign(id: &str) -> String {
    format!("CMPGN-{id}")
}

/// Campaigns are where a lead comes from. Nobody can add one here.
fn campaigns(room: &Room, call: &Incoming) -> Answer {
    let studio = studio_in_query(room, call)?;
    let list = room.lead_sources_of(&studio).filter(|source| source.active).map(|source| {
        json!({"id": directory::number(&source.id), "name": source.name, "externalIdentifier": campaign(&source.id)})
    });
    Ok(Reply::json(200, &list.collect()))
}

fn validation(room: &Room, call: &Incoming) -> Answer {
    studio_in_query(room, call)?;
    let mut modes = json!({});
    for (_, theirs, needed) in LEAD {
        modes[theirs] = json!(if needed { "MANDATORY" } else { "OPTIONAL" });
    }
    Ok(Reply::json(200, &modes))
}

fn create(room: &mut Room, call: &Incoming) -> Answer {
    let body = call.json().filter(Value::is_object).ok_or_else(Problem::malformed)?;
    let studio = match &body["studioId"] {
        Value::Null => return Err(Problem::missing("studioId")),
        id => id.as_u64().map(|id| id.to_string()).filter(|id| room.club(id).is_some()),
    };
    let studio = studio.ok_or_else(|| Problem::invalid("studioId"))?;
    let mut changes = Changes::new();
    for (ours, theirs, needed) in LEAD {
        take(&mut changes, &body, (ours, theirs), needed)?;
    }
    if !body["sourceCampaignId"].is_null() {
        let id = body["sourceCampaignId"].as_u64().map(|id| id.to_string());
        let id = id.filter(|id| room.knows_lead_source(&studio, id));
        changes.push(("lead_source_id", Some(id.ok_or_else(|| Problem::invalid("sourceCampaignId"))?)));
    }
    if let Some((field, message)) = room.refused(&changes, &LEAD.map(|(ours, theirs, _)| (ours, theirs))) {
        return Err(Problem::about(&field, "INVALID_VALUE", Said::Own(message)));
    }
    let new = NewPerson { club: &studio, kind: Kind::Prospect, external_ref: None, changes, own: false };
    let id = room.create(new);
    let ids = Ids::of(&id);
    let body = json!({"id": ids.lead, "uuid": ids.uuid, "customerNumber": ids.number});
    Ok(Reply::json(200, &body).stored(&id))
}

fn get(room: &Room, uuid: &str) -> Answer {
    let found = room.people.all().iter().find(|person| !person.gone && Ids::of(&person.id).uuid == uuid);
    let person = found.ok_or_else(|| Problem::new(404, "LEAD_NOT_FOUND", Said::NotFound))?;
    let ids = Ids::of(&person.id);
    Ok(Reply::json(
        200,
        &json!({
            "id": ids.lead,
            "uuid": ids.uuid,
            "customerNumber": ids.number,
            "studioId": directory::number(&person.club),
            "firstname": person.get("first_name"),
            "lastname": person.get("last_name"),
            "email": person.fields.get("email"),
        }),
    ))
}
