//! MINDBODY over SOAP: credentials in the body, an action for each record, and pages counted from 0.

use model::{Field, Kind, Operation, Outcome};
use platform::{Endpoint, Given};
use simulator::{Config, Faults, LeadSource, Platform, Simulator, Staff, Throttle};

use super::{ada, changed, described, saved, simulated, verified};

fn mindbody(simulator: &Simulator) -> Endpoint {
    mindbody_with(simulator, "mindbody-key", "mindbody-password")
}

fn mindbody_with(simulator: &Simulator, source: &str, password: &str) -> Endpoint {
    let settings = [
        ("source_name", "Connector"),
        ("source_password", source),
        ("site", "4100"),
        ("user", "connector"),
        ("password", password),
    ];
    described("mindbody-soap", simulator, &["https://api.mindbodyonline.com"], &settings)
}

/// Facebook has a name here and no number.
fn lead() -> Given {
    ada("Facebook")
}

#[tokio::test]
async fn mindbody_over_soap_takes_a_lead_its_changes_and_its_sale() {
    let simulator = simulated(Platform::Mindbody).await;
    let endpoint = mindbody(&simulator);
    verified(&endpoint).await;
    let id = saved(&endpoint.call(Operation::CreateProspect, &lead()).await);
    let person = simulator.person(&id.id).unwrap();
    assert_eq!(
        (
            person.get("owner_id"),
            person.get("lead_source_id"),
            person.get("birth_date"),
            person.get("gender")
        ),
        ("11", "7", "1985-12-10", "F")
    );
    let change = [
        (Field::City, Some("Burnaby")),
        (Field::Owner, None),
        (Field::BirthDate, None),
        (Field::Mobile, None),
    ];
    let given = changed(lead(), &id, &change);
    let updated = endpoint.call(Operation::UpdateProspect, &given).await;
    assert!(matches!(updated.outcome, Outcome::Saved { .. }), "{updated:?}");
    let person = simulator.person(&id.id).unwrap();
    let values =
        ["city", "owner_id", "birth_date", "mobile", "email"].map(|field| person.get(field).to_owned());
    assert_eq!(values, ["Burnaby", "", "", "", "ada@example.com"]);
    let sold = Given { kind: Some(Kind::Member), ..changed(lead(), &id, &[]) };
    endpoint.call(Operation::UpdateMember, &sold).await;
    assert_eq!(simulator.person(&id.id).unwrap().kind, simulator::Kind::Member);
    let found = endpoint.call(Operation::FindPerson, &lead()).await.found;
    assert_eq!((found.len(), &found[0].id, found[0].kind), (1, &id, Some(Kind::Member)));
    let read = endpoint.call(Operation::ReadPerson, &sold).await.found;
    let values = [Field::City, Field::LeadSource].map(|field| read[0].fields.get(&field).map(String::as_str));
    assert_eq!(values, [Some("Burnaby"), Some("Facebook")]);
    simulator.remove_person(&id.id);
    assert_eq!(endpoint.call(Operation::UpdateProspect, &given).await.outcome, Outcome::Gone);
    assert_eq!(endpoint.call(Operation::ReadPerson, &sold).await.outcome, Outcome::Gone);
}

#[tokio::test]
async fn mindbody_over_soap_lists_its_staff_page_by_page() {
    let config = Config {
        staff: (1..=201).map(|n| Staff::new(&n.to_string(), "Sam", "Coach", "sam@club.example")).collect(),
        lead_sources: vec![LeadSource::new("7", "Facebook")],
        ..Config::new(Platform::Mindbody)
    };
    let simulator = Simulator::start(Platform::Mindbody, config).await.unwrap();
    let endpoint = mindbody(&simulator);
    let mut first = endpoint.call(Operation::ListStaff, &lead()).await;
    let next = Given { page: first.next.take().expect("a second page"), ..lead() };
    let second = endpoint.call(Operation::ListStaff, &next).await;
    assert_eq!((first.found.len(), second.found.len(), second.next), (200, 1, None));
    assert_eq!(second.found[0].id.id, "201");
    let sources = endpoint.call(Operation::ListLeadSources, &lead()).await.found;
    assert_eq!((sources.len(), sources[0].id.id.as_str()), (1, "Facebook"));
}

#[tokio::test]
async fn mindbody_over_soap_tells_wrong_credentials_doubles_and_trouble_apart() {
    let simulator = simulated(Platform::Mindbody).await;
    for (source, password) in [("guess", "mindbody-password"), ("mindbody-key", "guess")] {
        for operation in [Operation::Verify, Operation::CreateProspect, Operation::ListStaff] {
            let answer = mindbody_with(&simulator, source, password).call(operation, &lead()).await;
            assert!(matches!(answer.outcome, Outcome::Unauthorised { .. }), "{operation:?}: {answer:?}");
        }
    }
    assert!(simulator.people().is_empty());
    let endpoint = mindbody(&simulator);
    saved(&endpoint.call(Operation::CreateProspect, &lead()).await);
    let again = endpoint.call(Operation::CreateProspect, &lead()).await;
    assert!(matches!(again.outcome, Outcome::Duplicate { .. }), "{again:?}");
    let refused = endpoint.call(Operation::CreateProspect, &ada("Radio waves")).await;
    let Outcome::Rejected { said, .. } = &refused.outcome else { panic!("{refused:?}") };
    assert_eq!(said, "ReferredBy Radio waves is not a referral type");
    let throttle = Some(Throttle { count: 1, retry_after_s: 9 });
    simulator.set_faults(Faults { throttle, ..Faults::default() });
    let waits = endpoint.call(Operation::CreateProspect, &lead()).await;
    assert!(matches!(waits.outcome, Outcome::Unavailable { retry_after_s: Some(9), .. }), "{waits:?}");
    simulator.set_faults(Faults { fail_after_store: 1, ..Faults::default() });
    let mut other = lead();
    other.person.insert(Field::Email, Some("other@example.com".to_owned()));
    let lost = endpoint.call(Operation::CreateProspect, &other).await;
    assert!(matches!(lost.outcome, Outcome::Doubtful { .. }), "{lost:?}");
}
