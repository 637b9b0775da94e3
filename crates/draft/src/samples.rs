//! One sample for each call: what the draft sends for a made-up person, and an answer in the shape of the contract.
//!
//! The requests are those that the description itself makes, so a sample shows the integrator what would go out. It
//! proves nothing about the vendor, and its `source` says so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;
use model::{Field, Kind, Operation, RemoteId};
use platform::net::{Net, NetError, Request, Response};
use platform::{Description, Endpoint, Given, SettingKind, SettingValue, Settings, Tokens, samples};
use serde_json::{Map, Value, json};

use crate::About;
use crate::contract::{Call, Shape};
use crate::words::{self, Means, folded};
use crate::yaml::{Entry, Yaml, entry, raw, text};

/// The sample of a call; none where the draft could not even make the call.
pub(crate) async fn sample(
    description: &Arc<Description>,
    about: &About,
    operation: Operation,
    call: &Call,
) -> Option<String> {
    let settings = settings(description, about);
    let net = Arc::new(Answering { answer: answer(call), seen: Mutex::default() });
    let there: Arc<dyn Net> = Arc::<Answering>::clone(&net);
    let bound = settings.iter().map(|(name, value)| {
        let secret = description.setting(name).is_some_and(platform::Setting::is_secret);
        let value = if secret {
            SettingValue::Secret(value.clone().into())
        } else {
            SettingValue::Text(value.clone())
        };
        (name.clone(), value)
    });
    let endpoint =
        Endpoint::bind(Arc::clone(description), Settings(bound.collect()), there, Arc::new(Tokens::new()))
            .ok()?;
    let given = given(operation);
    let ended = endpoint.call(operation, &given).await;
    let calls = net.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let outcome = samples::outcome_name(&ended.outcome);
    let mut expected = vec![entry("outcome", text(outcome))];
    if let model::Outcome::Saved { id: Some(id) } = &ended.outcome {
        expected.push(entry("id", raw(json!(id.id))));
    }
    if !ended.found.is_empty() && operation != Operation::Verify {
        let found = ended.found.iter().map(|one| Yaml::Map(vec![entry("id", raw(json!(one.id.id)))]));
        expected.push(entry("found", Yaml::List(found.collect())));
    }
    let settings = settings.iter().map(|(name, value)| entry(name, raw(json!(value)))).collect();
    let sample = vec![
        entry("case", text("as drafted")).said("TODO: put a recorded request and answer here; until then it shows only what the draft would send."),
        entry("operation", text(operation.name())),
        entry("source", text(format!("drafted from {}; the values are made up", about.source))),
        entry("grade", text("assumed")),
        entry("settings", Yaml::Map(settings)),
        entry("given", shown(&given)),
        entry("calls", Yaml::List(calls.iter().map(|(request, response)| exchange(request, response)).collect())),
        entry("expected", Yaml::Map(expected)),
    ];
    Some(sample.into_iter().map(|one| Yaml::Map(vec![one]).plain()).collect())
}

fn settings(description: &Description, about: &About) -> BTreeMap<String, String> {
    let values = description.settings().iter().map(|setting| {
        let value = match &setting.kind {
            SettingKind::Url => format!("https://{}.example", about.name),
            SettingKind::Host => format!("{}.example", about.name),
            SettingKind::Scheme => "https".to_owned(),
            SettingKind::Port => "443".to_owned(),
            SettingKind::Integer => "1".to_owned(),
            SettingKind::Boolean => "true".to_owned(),
            SettingKind::Choice(choices) => choices.first().cloned().unwrap_or_default(),
            SettingKind::Zone => "Europe/Lisbon".to_owned(),
            SettingKind::Secret | SettingKind::List => "made-up".to_owned(),
            SettingKind::Label => setting.default.clone().unwrap_or_else(|| "kits".to_owned()),
            SettingKind::Text => if setting.role.is_some() { "0042" } else { "made-up" }.to_owned(),
        };
        (setting.name.clone(), value)
    });
    values.collect()
}

/// A person with something in every field.
fn given(operation: Operation) -> Given {
    use Operation as O;
    let person = [
        (Field::FirstName, "Ada"),
        (Field::LastName, "Lovelace"),
        (Field::Status, "ACTIVE"),
        (Field::BirthDate, "1990-12-10"),
        (Field::Gender, "F"),
        (Field::Address1, "12 Cornwall Avenue"),
        (Field::City, "Vancouver"),
        (Field::Zipcode, "V6J 1C1"),
        (Field::State, "BC"),
        (Field::Country, "CA"),
        (Field::Mobile, "604 555 0142"),
        (Field::HomePhone, "604 555 0143"),
        (Field::WorkPhone, "604 555 0144"),
        (Field::Email, "ada@example.org"),
        (Field::Company, "Analytical Engines"),
        (Field::Owner, "101"),
        (Field::LeadSource, "7"),
        (Field::TrialStart, "2026-03-01"),
        (Field::TrialEnd, "2026-03-14"),
    ];
    let person: BTreeMap<_, _> = person.map(|(field, value)| (field, Some(value.to_owned()))).into();
    let about_person = crate::folder::writes(operation) || operation == O::FindPerson;
    let about_source = matches!(operation, O::CreateLeadSource | O::UpdateLeadSource);
    let exists = matches!(
        operation,
        O::UpdateProspect | O::UpdateMember | O::UpdateExMember | O::UpdateLeadSource | O::ReadPerson
    );
    let searched = [Field::FirstName, Field::LastName, Field::Email, Field::Mobile];
    let kind = match operation {
        O::SaveMember | O::CreateMember | O::UpdateMember => Some(Kind::Member),
        O::SaveExMember | O::UpdateExMember => Some(Kind::ExMember),
        _ if about_person && !about_source && operation != O::FindPerson => Some(Kind::Prospect),
        _ => None,
    };
    let person: BTreeMap<_, _> = match operation {
        O::FindPerson => person.into_iter().filter(|(field, _)| searched.contains(field)).collect(),
        _ if about_person && !about_source => person,
        _ => BTreeMap::new(),
    };
    Given {
        changed: if exists { person.keys().copied().collect() } else { BTreeSet::new() },
        person,
        kind,
        record: exists.then(|| RemoteId::plain("1001")),
        external_id: if about_person && !about_source { "77".to_owned() } else { String::new() },
        name: about_source.then(|| "Facebook".to_owned()),
        email: (operation == O::FindStaff).then(|| "nina@club.example".to_owned()),
        now: Timestamp::UNIX_EPOCH,
        ..Given::default()
    }
}

fn shown(given: &Given) -> Yaml {
    let person = given.person.iter().map(|(field, value)| entry(field.name(), raw(json!(value))));
    let person = Yaml::Map(person.collect());
    let changed = Yaml::List(given.changed.iter().map(|field| text(field.name())).collect());
    let plain = |key: &str, value: &Option<String>| value.as_ref().map(|value| entry(key, raw(json!(value))));
    let mut keys: Vec<Entry> = Vec::new();
    keys.extend(given.kind.map(|kind| entry("kind", text(kind.wire()))));
    keys.extend(plain("record", &given.record.as_ref().map(|record| record.id.clone())));
    keys.extend(plain("external_id", &Some(given.external_id.clone()).filter(|id| !id.is_empty())));
    keys.extend(plain("name", &given.name));
    keys.extend(plain("email", &given.email));
    keys.extend(Some(entry("person", person)).filter(|person| !person.value.is_empty()));
    keys.extend(Some(entry("changed", changed)).filter(|changed| !changed.value.is_empty()));
    Yaml::Map(keys)
}

fn exchange(request: &Request, response: &Response) -> Yaml {
    let mut sent =
        vec![entry("method", text(request.method.as_str())), entry("url", raw(json!(request.url.as_str())))];
    let action = request.headers.get("soapaction").and_then(|action| action.to_str().ok());
    sent.extend(
        action.map(|action| entry("headers", Yaml::Map(vec![entry("soapaction", raw(json!(action)))]))),
    );
    sent.extend(body(&request.body).map(|body| entry(body.0, body.1)));
    let mut back = vec![entry("status", raw(response.status))];
    let kind = response.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    back.extend(
        kind.filter(|kind| !kind.contains("json"))
            .map(|kind| entry("headers", Yaml::Map(vec![entry("content-type", raw(json!(kind)))]))),
    );
    back.extend(body(&response.body).map(|body| entry(body.0, body.1)));
    Yaml::Map(vec![entry("request", Yaml::Map(sent)), entry("response", Yaml::Map(back))])
}

fn body(bytes: &[u8]) -> Option<(&'static str, Yaml)> {
    let body = std::str::from_utf8(bytes).ok().filter(|body| !body.is_empty())?;
    match serde_json::from_str::<Value>(body) {
        Ok(value) => Some(("json", raw(value))),
        Err(_) => Some(("text", Yaml::Block(body.to_owned()))),
    }
}

/// A network that gives one answer to everything, and a token to whoever asks for one.
struct Answering {
    answer: Response,
    seen: Mutex<Vec<(Request, Response)>>,
}

#[async_trait]
impl Net for Answering {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        let asks = String::from_utf8_lossy(&request.body);
        let url = request.url.path();
        let token = asks.contains("grant_type")
            || url.ends_with("/login")
            || request.url.query().is_some_and(|query| query.contains("grant_type"));
        let answer = if token {
            json_answer(
                &json!({ "access_token": "made-up-token", "token": "made-up-token", "expires_in": 3600 }),
            )
        } else {
            self.answer.clone()
        };
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push((request, answer.clone()));
        Ok(answer)
    }
}

fn json_answer(value: &Value) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Response { status: 200, headers, body: value.to_string().into() }
}

/// An answer in the shape of the contract.
fn answer(call: &Call) -> Response {
    let shape = call.answer.clone().unwrap_or_default();
    if call.action.is_none() {
        return match shape {
            Shape::Leaf(_) => json_answer(&json!({ "id": "1001" })),
            shape => json_answer(&example(&shape, "")),
        };
    }
    let mut writer = xml::Writer::new();
    writer
        .open("s:Envelope", &[("xmlns:s", "http://schemas.xmlsoap.org/soap/envelope/")])
        .open("s:Body", &[]);
    write(&mut writer, &call.elements.1, &shape);
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"));
    Response { status: 200, headers, body: writer.finish().into() }
}

fn write(writer: &mut xml::Writer, name: &str, shape: &Shape) {
    match shape {
        Shape::List(element) => write(writer, name, element),
        Shape::Object(members) => {
            writer.open(name, &[]);
            for member in members {
                write(writer, &member.name, &member.shape);
            }
            writer.close();
        }
        Shape::Document(root, members) => {
            let mut document = xml::Writer::new();
            write(&mut document, root, &Shape::Object(members.clone()));
            writer.leaf(name, &document.finish());
        }
        Shape::Leaf(_) => match example(shape, name) {
            Value::String(text) => drop(writer.leaf(name, &text)),
            value => drop(writer.leaf(name, &value.to_string())),
        },
    }
}

/// A made-up value.
fn example(shape: &Shape, name: &str) -> Value {
    match shape {
        Shape::Object(members) | Shape::Document(_, members) => {
            let members =
                members.iter().map(|member| (member.name.clone(), example(&member.shape, &member.name)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Shape::List(element) => json!([example(element, name)]),
        Shape::Leaf(leaf) => {
            let onward = matches!(
                folded(name).as_str(),
                "next"
                    | "nextcursor"
                    | "cursor"
                    | "nextpage"
                    | "nextpagetoken"
                    | "after"
                    | "continuationtoken"
                    | "nexttoken"
            );
            match (leaf.kind.as_str(), leaf.words.first()) {
                _ if onward => Value::Null,
                ("boolean", _) => json!(true),
                ("number", _) => json!(1001),
                (_, Some(word)) => json!(word),
                _ => json!(named(name, &leaf.format)),
            }
        }
    }
}

fn named(name: &str, format: &str) -> &'static str {
    match (format, words::means(name)) {
        ("date", _) => "1990-12-10",
        ("date-time", _) => "2026-03-01T12:00:00Z",
        (_, Some(Means::Record | Means::Club | Means::Client)) => "1001",
        (_, Some(Means::Person(Field::FirstName))) => "Ada",
        (_, Some(Means::Person(Field::LastName))) => "Lovelace",
        (_, Some(Means::Person(Field::Email))) => "ada@example.org",
        (_, Some(Means::Person(Field::Mobile))) => "604 555 0142",
        (_, Some(Means::Name)) => "Facebook",
        (_, Some(Means::ExternalId)) => "77",
        (_, Some(Means::Kind)) => "PROSPECT",
        _ => "made-up",
    }
}
