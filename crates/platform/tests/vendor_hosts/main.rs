//! Platforms that every customer reaches at the vendor's own address: their descriptions, pointed at their simulators,
//! work over real connections. Nothing but the address is changed.

#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

mod mindbody_soap;
mod on_premises;
mod trouble;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{Field, Kind, Operation, Outcome, RemoteId};
use platform::library::Library;
use platform::net::GuardedClient;
use platform::{Answer, Endpoint, Given, SettingValue, Settings, Tokens};
use simulator::{Config, Faults, LeadSource, Platform, Simulator, Staff};

/// Binds a description whose address is the simulator's; `vendors` are the vendor's own.
fn pointed(simulator: &Simulator, vendors: &[&str], settings: &[(&str, &str)]) -> Endpoint {
    described(simulator.platform().name(), simulator, vendors, settings)
}

/// The same of a description that has not its simulator's name.
fn described(name: &str, simulator: &Simulator, vendors: &[&str], settings: &[(&str, &str)]) -> Endpoint {
    let library = Library::bundled().unwrap_or_else(|mistakes| panic!("\n{mistakes}"));
    read(name, library.text(name).unwrap(), simulator, (vendors, settings))
}

/// The same of a description that was changed.
fn read(
    name: &str,
    text: &str,
    simulator: &Simulator,
    (vendors, settings): (&[&str], &[(&str, &str)]),
) -> Endpoint {
    let setting = "settings:\n  simulator: {title: Simulator, kind: url, scope: installation}\n";
    let mut text = text.replacen("settings:\n", setting, 1);
    for vendor in vendors {
        let (before, after) = text.split_once(&format!("base: {vendor}")).expect("the vendor's address");
        let (path, after) = after.split_once('\n').unwrap();
        let path = path.trim_end_matches('\'');
        text = format!("{before}base: '{{{{ settings.simulator }}}}{path}'\n{after}");
    }
    let description =
        Library::described(name, "platform.yaml", &text).unwrap_or_else(|mistakes| panic!("\n{mistakes}"));
    let url = simulator.url();
    let settings = settings.iter().copied().chain([("simulator", url.as_str())]).map(|(setting, value)| {
        let secret =
            description.setting(setting).unwrap_or_else(|| panic!("no setting {setting}")).is_secret();
        let value = value.to_owned();
        let value = if secret { SettingValue::Secret(value.into()) } else { SettingValue::Text(value) };
        (setting.to_owned(), value)
    });
    let settings = Settings(settings.collect());
    let net = Arc::new(GuardedClient::new().unwrap());
    Endpoint::bind(Arc::new(description), settings, net, Arc::new(Tokens::new()))
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

fn gymmaster(simulator: &Simulator) -> Endpoint {
    gymmaster_with(simulator, "gymmaster-key")
}

fn gymmaster_with(simulator: &Simulator, key: &str) -> Endpoint {
    let settings = [("site", "kits"), ("api_key", key), ("company_id", "31")];
    pointed(simulator, &["https://{{ settings.site }}.gymmasteronline.com"], &settings)
}

fn magicline(simulator: &Simulator) -> Endpoint {
    magicline_with(simulator, "magicline-key")
}

fn magicline_with(simulator: &Simulator, key: &str) -> Endpoint {
    let vendors = [
        "https://{{ settings.tenant }}.open-api.magicline.com",
        "https://{{ settings.tenant }}.api.magicline.com",
    ];
    let settings = [("tenant", "kits"), ("studio_id", "1200"), ("api_key", key)];
    pointed(simulator, &vendors, &settings)
}

fn hubspot(simulator: &Simulator) -> Endpoint {
    hubspot_with(simulator, "pat-hubspot")
}

fn hubspot_with(simulator: &Simulator, token: &str) -> Endpoint {
    let settings = [("access_token", token), ("club", "kits")];
    pointed(simulator, &["https://api.hubapi.com"], &settings)
}

fn club_planner(simulator: &Simulator) -> Endpoint {
    club_planner_with(simulator, "club-planner-token")
}

fn club_planner_with(simulator: &Simulator, token: &str) -> Endpoint {
    let settings = [
        ("club", "kits"),
        ("token", token),
        ("club_number", "5"),
        ("status_prospect", "1"),
        ("status_member", "2"),
    ];
    pointed(simulator, &["https://{{ settings.club }}.clubplanner.be"], &settings)
}

fn ada(lead_source: &str) -> Given {
    let person = [
        (Field::FirstName, "Ada"),
        (Field::LastName, "Lovelace"),
        (Field::Status, "ACTIVE"),
        (Field::BirthDate, "1985-12-10"),
        (Field::Gender, "F"),
        (Field::Address1, "12 Beach Ave"),
        (Field::City, "Vancouver"),
        (Field::Zipcode, "V6K 1A1"),
        (Field::Mobile, "+16045550101"),
        (Field::Email, "ada@example.com"),
        (Field::Owner, "11"),
        (Field::LeadSource, lead_source),
        (Field::TrialStart, "2026-11-20"),
    ];
    let person: BTreeMap<_, _> =
        person.into_iter().map(|(field, value)| (field, Some(value.to_owned()))).collect();
    Given {
        changed: person.keys().copied().collect(),
        person,
        kind: Some(Kind::Prospect),
        external_id: "0190-ada".to_owned(),
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

fn saved(called: &Answer) -> RemoteId {
    match &called.outcome {
        Outcome::Saved { id: Some(id) } => id.clone(),
        other => panic!("not saved: {other:?}"),
    }
}

async fn verified(endpoint: &Endpoint) {
    let verified = endpoint.call(Operation::Verify, &ada("7")).await;
    assert!(matches!(verified.outcome, Outcome::Saved { .. }), "{verified:?}");
}

#[tokio::test]
async fn gymmaster_takes_a_prospect_and_leaves_a_server_error_in_doubt() {
    let simulator = simulated(Platform::GymMaster).await;
    let endpoint = gymmaster(&simulator);
    verified(&endpoint).await;
    let id = saved(&endpoint.call(Operation::CreateProspect, &ada("7")).await);
    let person = simulator.person(&id.id).unwrap();
    assert_eq!((person.get("last_name"), person.get("mobile")), ("Lovelace", "+16045550101"));
    simulator.set_faults(Faults { fail_after_store: 1, ..Faults::default() });
    let lost = endpoint.call(Operation::CreateProspect, &ada("7")).await;
    assert!(matches!(lost.outcome, Outcome::Doubtful { .. }), "{lost:?}");
    let mut nobody = ada("7");
    nobody.person.remove(&Field::Email);
    let refused = endpoint.call(Operation::CreateProspect, &nobody).await;
    assert!(matches!(refused.outcome, Outcome::Rejected { .. }), "{refused:?}");
}

#[tokio::test]
async fn magicline_takes_a_lead_with_its_campaign_and_finds_it() {
    let simulator = simulated(Platform::Magicline).await;
    let endpoint = magicline(&simulator);
    verified(&endpoint).await;
    let sources = endpoint.call(Operation::ListLeadSources, &ada("")).await;
    assert_eq!((sources.found.len(), sources.found[0].name.as_deref()), (1, Some("Facebook")));
    let given = ada(&sources.found[0].id.id);
    let id = saved(&endpoint.call(Operation::CreateProspect, &given).await);
    let person = simulator.person(&id.id).unwrap();
    assert_eq!((person.get("lead_source_id"), person.get("mobile")), ("7", "+16045550101"));
    assert_eq!((person.get("gender"), person.get("birth_date")), ("F", "1985-12-10"));
    let found = endpoint.call(Operation::FindPerson, &given).await;
    assert_eq!(found.found[0].external_id.as_deref(), Some("0190-ada"), "{found:?}");
    assert_eq!((&found.found[0].id, found.found[0].kind), (&id, Some(Kind::Prospect)));
    let read = endpoint.call(Operation::ReadPerson, &changed(given.clone(), &id, &[])).await;
    assert_eq!(read.found[0].fields.get(&Field::Mobile).map(String::as_str), Some("+16045550101"));
    let mut nobody = given.clone();
    nobody.person.insert(Field::Email, Some("nobody".to_owned()));
    let refused = endpoint.call(Operation::CreateProspect, &nobody).await;
    let Outcome::Rejected { field, .. } = &refused.outcome else { panic!("{refused:?}") };
    assert_eq!(*field, Some(Field::Email));
    simulator.remove_person(&id.id);
    let gone = endpoint.call(Operation::ReadPerson, &changed(given, &id, &[])).await;
    assert_eq!(gone.outcome, Outcome::Gone);
}

#[tokio::test]
async fn magicline_is_told_the_telephone_too_when_the_address_alone_changed() {
    let simulator = simulated(Platform::Magicline).await;
    let endpoint = magicline(&simulator);
    let given = ada("CMPGN-7");
    let id = saved(&endpoint.call(Operation::CreateProspect, &given).await);
    let change = changed(given, &id, &[(Field::Email, Some("ada@new.example"))]);
    let updated = endpoint.call(Operation::UpdateProspect, &change).await;
    assert!(matches!(updated.outcome, Outcome::Saved { .. }), "{updated:?}");
    let person = simulator.person(&id.id).unwrap();
    assert_eq!((person.get("email"), person.get("mobile")), ("ada@new.example", "+16045550101"));
}

#[tokio::test]
async fn hubspot_takes_a_contact_its_changes_and_its_sale() {
    let simulator = simulated(Platform::HubSpot).await;
    let endpoint = hubspot(&simulator);
    verified(&endpoint).await;
    for operation in [Operation::ListStaff, Operation::FindStaff] {
        let given = Given { email: Some("pat@club.example".to_owned()), ..ada("7") };
        assert_eq!(endpoint.call(operation, &given).await.found[0].id.id, "11");
    }
    let sources = endpoint.call(Operation::ListLeadSources, &ada("7")).await;
    assert_eq!((sources.found[0].id.id.as_str(), sources.found[0].active), ("7", Some(true)));
    let id = saved(&endpoint.call(Operation::CreateProspect, &ada("7")).await);
    let person = simulator.person(&id.id).unwrap();
    assert_eq!(
        (person.get("owner_id"), person.get("lead_source_id"), person.get("gender")),
        ("11", "7", "F")
    );
    assert_eq!((person.external_ref.as_deref(), person.get("trial_start")), (Some("0190-ada"), "2026-11-20"));
    let given = changed(ada("7"), &id, &[(Field::City, Some("Burnaby")), (Field::Owner, None)]);
    let updated = endpoint.call(Operation::UpdateProspect, &given).await;
    assert!(matches!(updated.outcome, Outcome::Saved { .. }), "{updated:?}");
    let person = simulator.person(&id.id).unwrap();
    assert_eq!(
        (person.get("city"), person.get("owner_id"), person.get("mobile")),
        ("Burnaby", "", "+16045550101")
    );
    let sold = Given { kind: Some(Kind::Member), ..changed(ada("7"), &id, &[]) };
    endpoint.call(Operation::UpdateMember, &sold).await;
    assert_eq!(simulator.person(&id.id).unwrap().kind, simulator::Kind::Member);
    let found = endpoint.call(Operation::FindPerson, &ada("7")).await;
    assert_eq!((&found.found[0].id, found.found[0].kind), (&id, Some(Kind::Member)), "{found:?}");
    let again = endpoint.call(Operation::CreateProspect, &ada("7")).await;
    assert!(matches!(again.outcome, Outcome::Duplicate { .. }), "{again:?}");
    simulator.remove_person(&id.id);
    assert_eq!(endpoint.call(Operation::UpdateProspect, &given).await.outcome, Outcome::Gone);
}

#[tokio::test]
async fn hubspot_names_our_field_when_it_refuses_a_value() {
    let simulator = simulated(Platform::HubSpot).await;
    let mut given = ada("7");
    given.person.insert(Field::Email, Some("nobody".to_owned()));
    let refused = hubspot(&simulator).call(Operation::CreateProspect, &given).await;
    let Outcome::Rejected { field, said } = &refused.outcome else { panic!("{refused:?}") };
    assert_eq!((*field, said.as_str()), (Some(Field::Email), "Email address nobody is invalid"));
}

#[tokio::test]
async fn club_planner_takes_a_lead_its_changes_and_its_sale() {
    let simulator = simulated(Platform::ClubPlanner).await;
    let endpoint = club_planner(&simulator);
    verified(&endpoint).await;
    let nobody = endpoint.call(Operation::FindPerson, &ada("7")).await;
    assert!(
        nobody.found.is_empty() && !matches!(nobody.outcome, Outcome::Misconfigured { .. }),
        "{nobody:?}"
    );
    let id = saved(&endpoint.call(Operation::CreateProspect, &ada("7")).await);
    let person = simulator.person(&id.id).unwrap();
    assert_eq!((person.kind, person.get("birth_date")), (simulator::Kind::Prospect, "1985-12-10"));
    let given = changed(ada("7"), &id, &[(Field::City, Some("Gent")), (Field::Mobile, None)]);
    let updated = endpoint.call(Operation::UpdateProspect, &given).await;
    assert!(matches!(updated.outcome, Outcome::Saved { .. }), "{updated:?}");
    let person = simulator.person(&id.id).unwrap();
    assert_eq!((person.get("city"), person.get("mobile"), person.get("zipcode")), ("Gent", "", "V6K 1A1"));
    endpoint.call(Operation::Convert, &given).await;
    assert_eq!(simulator.person(&id.id).unwrap().kind, simulator::Kind::Member);
    let found = endpoint.call(Operation::FindPerson, &ada("7")).await;
    assert_eq!((&found.found[0].id, found.found[0].email.as_deref()), (&id, Some("ada@example.com")));
    let read = endpoint.call(Operation::ReadPerson, &given).await;
    assert_eq!(read.found[0].fields.get(&Field::BirthDate).map(String::as_str), Some("1985-12-10"));
}

#[tokio::test]
async fn club_planner_says_in_dutch_that_somebody_was_deleted() {
    let simulator = simulated(Platform::ClubPlanner).await;
    let endpoint = club_planner(&simulator);
    let id = saved(&endpoint.call(Operation::CreateProspect, &ada("7")).await);
    simulator.remove_person(&id.id);
    let given = changed(ada("7"), &id, &[(Field::City, Some("Gent"))]);
    assert_eq!(endpoint.call(Operation::ReadPerson, &given).await.outcome, Outcome::Gone);
    assert_eq!(endpoint.call(Operation::UpdateProspect, &given).await.outcome, Outcome::Gone);
}
