//! Every declared capability works against its simulator, over real connections.

#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{Field, Kind, Operation, Outcome, RemoteId};
use platform::library::Library;
use platform::net::GuardedClient;
use platform::{Endpoint, Given, SettingValue, Settings, Tokens};
use simulator::{Config, Faults, LeadSource, Platform, Simulator, Staff};

#[expect(
    clippy::disallowed_methods,
    reason = "the simulators read the real clock when they check signatures"
)]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

fn endpoint(name: &str, settings: &[(&str, &str)]) -> Endpoint {
    let library = Library::bundled().unwrap_or_else(|mistakes| panic!("\n{mistakes}"));
    let description = library.get(name).unwrap();
    let settings = settings.iter().map(|(setting, value)| {
        let secret =
            description.setting(setting).unwrap_or_else(|| panic!("no setting {setting}")).is_secret();
        let value = (*value).to_owned();
        let value = if secret { SettingValue::Secret(value.into()) } else { SettingValue::Text(value) };
        ((*setting).to_owned(), value)
    });
    let settings = Settings(settings.collect());
    let net = Arc::new(GuardedClient::new().unwrap());
    Endpoint::bind(description, settings, net, Arc::new(Tokens::new()))
        .unwrap_or_else(|problems| panic!("{problems:?}"))
}

async fn simulated(platform: Platform) -> Simulator {
    let config = Config {
        staff: vec![Staff::new("11", "Pat", "Coach", "pat@club.example")],
        lead_sources: vec![LeadSource::new("7", "Facebook")],
        ..Config::new(platform)
    };
    Simulator::start(platform, config).await.unwrap()
}

fn intouch(simulator: &Simulator) -> Endpoint {
    let url = simulator.url();
    endpoint(
        "intouch",
        &[
            ("login_url", &url),
            ("api_url", &url),
            ("client_id", "connector"),
            ("client_secret", "intouch-secret"),
            ("club_uuid", "5f0c4a5e-1111-4c1b-9d55-0242ac120002"),
        ],
    )
}

fn vfp(simulator: &Simulator) -> Endpoint {
    endpoint("vfp", &[("base_url", &simulator.url()), ("api_key", "vfp-key"), ("site", "0042")])
}

fn i4(simulator: &Simulator) -> Endpoint {
    let port = simulator.addr().port().to_string();
    endpoint(
        "jonas-i4",
        &[
            ("scheme", "http"),
            ("host", "127.0.0.1"),
            ("port", &port),
            ("user", "connector"),
            ("password", "i4-password"),
            ("company_id", "1234"),
            ("club_id", "7"),
        ],
    )
}

fn spoke(simulator: &Simulator, name: &str) -> Endpoint {
    let key = "whsec_c2ltdWxhdGVkIG9wZW4gc3Bva2Ugc2VjcmV0IDE=";
    let url = simulator.url();
    let mut settings = vec![("base_url", url.as_str()), ("token", key), ("club", "kits")];
    if name == "open-spoke" {
        settings.push(("signing_secret", key));
    }
    endpoint(name, &settings)
}

fn ada() -> Given {
    let person = [
        (Field::FirstName, "Ada"),
        (Field::LastName, "Lovelace"),
        (Field::Status, "ACTIVE"),
        (Field::BirthDate, "1985-12-10"),
        (Field::Gender, "F"),
        (Field::Address1, "12 Beach Ave"),
        (Field::City, "Vancouver"),
        (Field::State, "BC"),
        (Field::Zipcode, "V6K 1A1"),
        (Field::Country, "CA"),
        (Field::Mobile, "6045550101"),
        (Field::Email, "ada@example.com"),
        (Field::Company, "Engines"),
        (Field::Owner, "11"),
        (Field::LeadSource, "7"),
        (Field::TrialStart, "2026-11-20"),
        (Field::TrialEnd, "2026-11-27"),
    ];
    let person: BTreeMap<_, _> =
        person.into_iter().map(|(field, value)| (field, Some(value.to_owned()))).collect();
    Given {
        changed: person.keys().copied().collect(),
        person,
        kind: Some(Kind::Prospect),
        external_id: "0190-ada".to_owned(),
        tracking: "0190f7a2-0000-7000-8000-000000000001".to_owned(),
        now: now(),
        ..Given::default()
    }
}

fn changed(mut given: Given, record: &RemoteId, fields: &[(Field, Option<&str>)]) -> Given {
    given.changed = BTreeSet::new();
    for (field, value) in fields {
        given.person.insert(*field, value.map(str::to_owned));
        given.changed.insert(*field);
    }
    given.record = Some(record.clone());
    given
}

fn saved(outcome: &Outcome) -> RemoteId {
    match outcome {
        Outcome::Saved { id: Some(id) } => id.clone(),
        other => panic!("not saved: {other:?}"),
    }
}

async fn lists(endpoint: &Endpoint) {
    let verified = endpoint.call(Operation::Verify, &ada()).await;
    assert!(matches!(verified.outcome, Outcome::Saved { .. }), "{verified:?}");
    if !endpoint.description().abilities().can(Operation::ListStaff) {
        return;
    }
    let staff = endpoint.call(Operation::ListStaff, &ada()).await;
    assert_eq!(staff.found.len(), 1, "{staff:?}");
    assert_eq!(staff.found[0].email.as_deref(), Some("pat@club.example"));
    assert_eq!(staff.found[0].active, Some(true));
    let sources = endpoint.call(Operation::ListLeadSources, &ada()).await;
    assert_eq!(sources.found.len(), 1, "{sources:?}");
    assert_eq!((sources.found[0].id.id.as_str(), sources.found[0].name.as_deref()), ("7", Some("Facebook")));
    if endpoint.description().abilities().can(Operation::CreateLeadSource) {
        let given = Given { name: Some("Walk-in".to_owned()), ..ada() };
        let created = endpoint.call(Operation::CreateLeadSource, &given).await;
        let id = saved(&created.outcome);
        let given = Given { name: Some("Passing by".to_owned()), record: Some(id), ..ada() };
        let renamed = endpoint.call(Operation::UpdateLeadSource, &given).await;
        assert!(matches!(renamed.outcome, Outcome::Saved { .. }), "{renamed:?}");
        let sources = endpoint.call(Operation::ListLeadSources, &ada()).await;
        assert!(sources.found.iter().any(|source| source.name.as_deref() == Some("Passing by")));
    }
}

#[tokio::test]
async fn intouch_takes_a_lead_its_changes_and_its_sale() {
    let simulator = simulated(Platform::InTouch).await;
    let endpoint = intouch(&simulator);
    lists(&endpoint).await;
    let created = endpoint.call(Operation::CreateProspect, &ada()).await;
    let id = saved(&created.outcome);
    let person = simulator.person(&id.id).unwrap();
    assert_eq!((person.get("owner_id"), person.get("lead_source_id")), ("11", "7"));
    let given =
        changed(ada(), &id, &[(Field::Company, None), (Field::Owner, None), (Field::City, Some("Burnaby"))]);
    let updated = endpoint.call(Operation::UpdateProspect, &given).await;
    assert!(matches!(updated.outcome, Outcome::Saved { .. }), "{updated:?}");
    assert_eq!(updated.exchange.sent, [Field::City, Field::Company, Field::Owner]);
    let person = simulator.person(&id.id).unwrap();
    assert_eq!((person.get("company"), person.get("owner_id"), person.get("city")), ("", "", "Burnaby"));
    assert_eq!(person.get("email"), "ada@example.com", "what did not change was not touched");
    let given = Given { kind: Some(Kind::Member), ..changed(ada(), &id, &[]) };
    endpoint.call(Operation::UpdateMember, &given).await;
    assert_eq!(simulator.person(&id.id).unwrap().kind, simulator::Kind::Member);
    let found = endpoint.call(Operation::FindPerson, &ada()).await;
    assert_eq!(found.found.len(), 1, "{found:?}");
    assert_eq!((&found.found[0].id, found.found[0].kind), (&id, Some(Kind::Member)));
    assert!(found.found[0].created_at.is_some());
}

#[tokio::test]
async fn intouch_refusals_name_our_field_and_a_lost_token_is_renewed_once() {
    let simulator = simulated(Platform::InTouch).await;
    let endpoint = intouch(&simulator);
    let mut given = ada();
    given.person.insert(Field::Email, Some("nobody".to_owned()));
    let refused = endpoint.call(Operation::CreateProspect, &given).await;
    let Outcome::Rejected { field, said } = &refused.outcome else { panic!("{refused:?}") };
    assert_eq!((*field, said.as_str()), (Some(Field::Email), "must be a well-formed email address"));
    simulator.expire_tokens();
    let created = endpoint.call(Operation::CreateProspect, &ada()).await;
    saved(&created.outcome);
    assert!(
        created.exchange.notes.iter().any(|note| note.contains("renewed")),
        "{:?}",
        created.exchange.notes
    );
    let shown = format!("{:?}", created.exchange);
    assert!(!shown.contains("intouch-secret"), "{shown}");
}

#[tokio::test]
async fn vfp_takes_whole_records_and_performs_conversions() {
    let simulator = simulated(Platform::Vfp).await;
    let endpoint = vfp(&simulator);
    lists(&endpoint).await;
    let created = endpoint.call(Operation::CreateProspect, &ada()).await;
    let id = saved(&created.outcome);
    let given = changed(ada(), &id, &[(Field::Company, None)]);
    let updated = endpoint.call(Operation::UpdateProspect, &given).await;
    assert!(matches!(updated.outcome, Outcome::Saved { .. }), "{updated:?}");
    let person = simulator.person(&id.id).unwrap();
    assert_eq!((person.get("company"), person.get("email")), ("", "ada@example.com"));
    let converted = endpoint.call(Operation::Convert, &given).await;
    assert!(matches!(converted.outcome, Outcome::Saved { .. }), "{converted:?}");
    let again = endpoint.call(Operation::Convert, &given).await;
    assert_eq!(again.outcome, Outcome::Unchanged);
    let found = endpoint.call(Operation::FindPerson, &ada()).await;
    assert_eq!(found.found.len(), 1, "{found:?}");
    assert_eq!(found.found[0].external_id.as_deref(), Some("0190-ada"));
    let read = endpoint.call(Operation::ReadPerson, &given).await;
    assert_eq!(read.found[0].fields.get(&Field::BirthDate).map(String::as_str), Some("1985-12-10"));
    simulator.remove_person(&id.id);
    assert_eq!(endpoint.call(Operation::ReadPerson, &given).await.outcome, Outcome::Gone);
    assert_eq!(endpoint.call(Operation::UpdateProspect, &given).await.outcome, Outcome::Gone);
}

#[tokio::test]
async fn i4_takes_prospects_and_updates_over_soap() {
    let simulator = simulated(Platform::JonasI4).await;
    let endpoint = i4(&simulator);
    lists(&endpoint).await;
    let created = endpoint.call(Operation::CreateProspect, &ada()).await;
    let id = saved(&created.outcome);
    assert_eq!(id.id.len(), 8, "leading zeros are kept: {id:?}");
    let person = simulator.person(&id.id).unwrap();
    assert_eq!((person.get("first_name"), person.get("birth_date")), ("ADA", "1985-12-10"));
    let given = Given {
        kind: Some(Kind::Member),
        ..changed(ada(), &id, &[(Field::City, Some("Burnaby & Co")), (Field::TrialEnd, None)])
    };
    let updated = endpoint.call(Operation::UpdateMember, &given).await;
    assert!(matches!(updated.outcome, Outcome::Saved { .. }), "{updated:?}");
    let person = simulator.person(&id.id).unwrap();
    assert_eq!((person.get("city"), person.get("trial_end")), ("Burnaby & Co", ""));
    assert_eq!((person.kind, person.get("email")), (simulator::Kind::Member, "ada@example.com"));
    let mut given = ada();
    given.person.insert(Field::State, Some("British Columbia".to_owned()));
    let refused = endpoint.call(Operation::CreateProspect, &given).await;
    assert!(
        matches!(&refused.outcome, Outcome::Rejected { field: Some(Field::State), said } if said.contains("3 characters")),
        "{refused:?}"
    );
    let sought = endpoint.call(Operation::FindPerson, &ada()).await;
    assert_eq!(sought.outcome, Outcome::Unsupported);
}

#[tokio::test]
async fn i4_trouble_is_told_apart_by_whether_something_may_be_stored() {
    let simulator = simulated(Platform::JonasI4).await;
    let endpoint = i4(&simulator);
    simulator.set_faults(Faults { maintenance: true, ..Faults::default() });
    let answer = endpoint.call(Operation::CreateProspect, &ada()).await;
    assert!(matches!(answer.outcome, Outcome::Unavailable { .. }), "{answer:?}");
    simulator.set_faults(Faults { drop_after_store: 1, ..Faults::default() });
    let answer = endpoint.call(Operation::CreateProspect, &ada()).await;
    assert!(matches!(answer.outcome, Outcome::Doubtful { .. }), "{answer:?}");
    assert_eq!(simulator.people().len(), 1);
    let wrong = endpoint_with_wrong_password(&simulator);
    let answer = wrong.call(Operation::Verify, &ada()).await;
    assert!(matches!(answer.outcome, Outcome::Unauthorised { .. }), "{answer:?}");
}

fn endpoint_with_wrong_password(simulator: &Simulator) -> Endpoint {
    let port = simulator.addr().port().to_string();
    let settings = [
        ("scheme", "http"),
        ("host", "127.0.0.1"),
        ("port", port.as_str()),
        ("user", "connector"),
        ("password", "forgotten"),
        ("company_id", "1234"),
        ("club_id", "7"),
    ];
    endpoint("jonas-i4", &settings)
}

#[tokio::test]
async fn the_open_spoke_is_saved_to_signed_and_over_soap() {
    for name in ["open-spoke", "open-spoke-soap"] {
        let simulator = simulated(Platform::OpenSpoke).await;
        let endpoint = spoke(&simulator, name);
        lists(&endpoint).await;
        let health = endpoint.call(Operation::Health, &ada()).await;
        assert!(matches!(health.outcome, Outcome::Saved { .. }), "{health:?}");
        let given = Given { external_id: format!("ada-{name}"), ..ada() };
        let first = saved(&endpoint.call(Operation::SaveProspect, &given).await.outcome);
        let again = saved(&endpoint.call(Operation::SaveProspect, &given).await.outcome);
        assert_eq!(first, again, "a save is harmless to repeat");
        let cleared =
            Given { kind: Some(Kind::Member), ..changed(given.clone(), &first, &[(Field::Company, None)]) };
        saved(&endpoint.call(Operation::SaveMember, &cleared).await.outcome);
        let person = simulator.person(&first.id).unwrap();
        assert_eq!((person.get("company"), person.get("email")), ("", "ada@example.com"));
        assert_eq!(person.kind, simulator::Kind::Member);
        let found = endpoint.call(Operation::FindPerson, &given).await;
        assert_eq!(found.found.iter().map(|person| &person.id).collect::<Vec<_>>(), [&first], "{found:?}");
        let mut wrong = given.clone();
        wrong.person.insert(Field::Owner, Some("999".to_owned()));
        let refused = endpoint.call(Operation::SaveProspect, &wrong).await;
        assert!(
            matches!(refused.outcome, Outcome::Rejected { field: Some(Field::Owner), .. }),
            "{refused:?}"
        );
        simulator.set_faults(Faults {
            throttle: Some(simulator::Throttle { count: 1, retry_after_s: 9 }),
            ..Faults::default()
        });
        let throttled = endpoint.call(Operation::SaveProspect, &given).await;
        assert_eq!(throttled.outcome, Outcome::Throttled { retry_after_s: Some(9) });
        assert!(simulator.violations().is_empty(), "{:?}", simulator.violations());
    }
}
