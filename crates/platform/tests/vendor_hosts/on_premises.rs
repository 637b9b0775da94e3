//! A club system of 2008 on premises: old letters, documents in texts, lists by reference, and numbers that are looked up.

use model::{Field, Kind, Operation, Outcome};
use platform::library::Library;
use platform::{Endpoint, Given};
use simulator::{Config, Faults, LeadSource, Platform, Simulator, Staff, Throttle};

use super::{ada, changed, described, read, simulated, verified};

fn club_server(simulator: &Simulator) -> Endpoint {
    club_server_with(simulator, "club-server-password")
}

fn club_server_with(simulator: &Simulator, password: &str) -> Endpoint {
    let settings = [("host", "clubserver"), ("user", "connector"), ("password", password), ("club", "7")];
    described("on-premises-soap", simulator, &VENDORS, &settings)
}

const VENDORS: [&str; 1] = ["'{{ settings.scheme }}://{{ settings.host }}:{{ settings.port }}"];

/// Somebody whose name needs more than ASCII.
fn zoe() -> Given {
    let mut given = ada("7");
    given.person.insert(Field::FirstName, Some("Zoë".to_owned()));
    given.person.insert(Field::LastName, Some("Flöe – “B & B”".to_owned()));
    given
}

#[tokio::test]
async fn the_club_server_takes_a_lead_without_a_number_and_finds_it_afterwards() {
    let simulator = simulated(Platform::OnPremisesSoap).await;
    let endpoint = club_server(&simulator);
    verified(&endpoint).await;
    let made = endpoint.call(Operation::CreateProspect, &zoe()).await;
    assert_eq!(made.outcome, Outcome::Saved { id: None }, "{made:?}");
    let person = simulator.people().remove(0);
    let values = ["last_name", "first_name", "birth_date", "owner_id", "lead_source_id", "trial_start"];
    assert_eq!(
        values.map(|field| person.get(field)),
        ["FLÖE – “B & B”", "Zoë", "1985-12-10", "11", "7", "2026-11-20"],
        "every letter arrived as it was written"
    );
    let found = endpoint.call(Operation::FindPerson, &zoe()).await.found;
    assert_eq!((found.len(), &found[0].id.id, found[0].kind), (1, &person.id, Some(Kind::Prospect)));
    assert!(found[0].created_at.is_some());
    let id = found[0].id.clone();
    let change = changed(
        zoe(),
        &id,
        &[(Field::City, Some("Münster")), (Field::BirthDate, None), (Field::Owner, None)],
    );
    let updated = endpoint.call(Operation::UpdateProspect, &change).await;
    assert!(matches!(updated.outcome, Outcome::Saved { .. }), "{updated:?}");
    let person = simulator.person(&id.id).unwrap();
    let values = ["city", "birth_date", "owner_id", "email"].map(|field| person.get(field));
    assert_eq!((person.kind, values), (simulator::Kind::Prospect, ["Münster", "", "", "ada@example.com"]));
    let sold = Given { kind: Some(Kind::Member), ..changed(zoe(), &id, &[]) };
    endpoint.call(Operation::UpdateMember, &sold).await;
    let read = endpoint.call(Operation::ReadPerson, &sold).await.found;
    assert_eq!(
        (read[0].kind, read[0].fields.get(&Field::City).map(String::as_str)),
        (Some(Kind::Member), Some("Münster"))
    );
    simulator.remove_person(&id.id);
    for operation in [Operation::UpdateProspect, Operation::ReadPerson] {
        assert_eq!(endpoint.call(operation, &change).await.outcome, Outcome::Gone);
    }
}

/// Every part of such a list declares its namespaces anew.
#[tokio::test]
async fn the_club_server_s_lists_are_read_through_their_references_however_long() {
    let staff = (1..=300).map(|n| Staff::new(&n.to_string(), "Sam", "Coach", &format!("s{n}@club.example")));
    let config = Config {
        staff: staff.collect(),
        lead_sources: vec![LeadSource::new("7", "Facebook")],
        ..Config::new(Platform::OnPremisesSoap)
    };
    let simulator = Simulator::start(Platform::OnPremisesSoap, config).await.unwrap();
    let endpoint = club_server(&simulator);
    let staff = endpoint.call(Operation::ListStaff, &zoe()).await.found;
    assert_eq!(staff.len(), 300);
    assert_eq!((staff[299].email.as_deref(), staff[299].active), (Some("s300@club.example"), Some(true)));
    let sources = endpoint.call(Operation::ListLeadSources, &zoe()).await.found;
    assert_eq!((sources[0].id.id.as_str(), sources[0].name.as_deref()), ("7", Some("Facebook")));
}

#[tokio::test]
async fn the_club_server_never_stores_a_question_mark_for_a_letter() {
    let simulator = simulated(Platform::OnPremisesSoap).await;
    let mut given = zoe();
    given.person.insert(Field::LastName, Some("Łukasz".to_owned()));
    let answer = club_server(&simulator).call(Operation::CreateProspect, &given).await;
    let Outcome::Unsendable { field, said, .. } = &answer.outcome else { panic!("{answer:?}") };
    assert_eq!(*field, Some(Field::LastName));
    assert!(said.contains("`Ł`"), "{said}");
    assert!(simulator.ledger().is_empty() && simulator.people().is_empty());
}

#[tokio::test]
async fn the_club_server_s_faults_are_told_apart() {
    let simulator = simulated(Platform::OnPremisesSoap).await;
    let wrong = club_server_with(&simulator, "guess").call(Operation::CreateProspect, &zoe()).await;
    assert!(matches!(wrong.outcome, Outcome::Unauthorised { .. }), "{wrong:?}");
    let endpoint = club_server(&simulator);
    let mut odd = zoe();
    odd.person.insert(Field::Email, Some("nobody".to_owned()));
    let refused = endpoint.call(Operation::CreateProspect, &odd).await;
    let expected =
        Outcome::Rejected { field: Some(Field::Email), said: "email is not an address".to_owned() };
    assert_eq!(refused.outcome, expected);
    let throttle = Some(Throttle { count: 1, retry_after_s: 9 });
    simulator.set_faults(Faults { throttle, ..Faults::default() });
    let waits = endpoint.call(Operation::CreateProspect, &zoe()).await;
    assert_eq!(waits.outcome, Outcome::Throttled { retry_after_s: Some(9) });
    simulator.set_faults(Faults { fail_after_store: 1, ..Faults::default() });
    let lost = endpoint.call(Operation::CreateProspect, &zoe()).await;
    assert!(matches!(lost.outcome, Outcome::Doubtful { .. }), "{lost:?}");
    assert_eq!((simulator.people().len(), simulator.violations()), (1, Vec::new()));
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a digest is of the time at which it is read")]
async fn the_club_server_lets_in_who_sends_a_digest_of_now_and_nobody_with_an_old_one() {
    let simulator = simulated(Platform::OnPremisesSoap).await;
    let library = Library::bundled().unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let text = library.text("on-premises-soap").unwrap();
    let digest =
        text.replace("password: =settings.password}", "password: =settings.password, password_as: digest}");
    assert_ne!(digest, text);
    let settings =
        [("host", "clubserver"), ("user", "connector"), ("password", "club-server-password"), ("club", "7")];
    let endpoint = read("on-premises-soap", &digest, &simulator, (&VENDORS, &settings));
    let now = Given { now: jiff::Timestamp::now(), ..zoe() };
    for _ in 0..2 {
        let called = endpoint.call(Operation::Verify, &now).await;
        assert!(matches!(called.outcome, Outcome::Saved { .. }), "no two calls have one nonce: {called:?}");
    }
    let old = endpoint.call(Operation::Verify, &zoe()).await;
    assert!(matches!(old.outcome, Outcome::Unauthorised { .. }), "{old:?}");
}
