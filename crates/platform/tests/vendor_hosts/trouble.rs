//! What goes wrong: wrong credentials, lost answers, searches that trail behind, doubles, throttles and waiting.

use model::{Field, Kind, Operation, Outcome};
use platform::{Endpoint, Given};
use simulator::{Faults, Platform, Simulator, Throttle};

use super::{
    ada, changed, club_planner, club_planner_with, gymmaster, gymmaster_with, hubspot, hubspot_with,
    magicline, magicline_with, saved, simulated,
};

fn with(mut given: Given, field: Field, value: &str) -> Given {
    given.person.insert(field, Some(value.to_owned()));
    given
}

/// A prospect with nothing in it that another platform has to know first.
fn bare() -> Given {
    let mut given = ada("");
    given.person.remove(&Field::LeadSource);
    given.person.remove(&Field::Owner);
    given
}

async fn unauthorised(endpoint: &Endpoint, operations: &[Operation]) {
    for operation in operations {
        let answer = endpoint.call(*operation, &bare()).await;
        assert!(matches!(answer.outcome, Outcome::Unauthorised { .. }), "{operation:?}: {answer:?}");
    }
}

#[tokio::test]
async fn wrong_credentials_are_the_connections_fault_and_store_nothing() {
    let operations = [Operation::Verify, Operation::CreateProspect];
    let simulators = [
        simulated(Platform::GymMaster).await,
        simulated(Platform::Magicline).await,
        simulated(Platform::HubSpot).await,
        simulated(Platform::ClubPlanner).await,
    ];
    unauthorised(&gymmaster_with(&simulators[0], "guess"), &operations).await;
    unauthorised(&magicline_with(&simulators[1], "guess"), &operations).await;
    unauthorised(&hubspot_with(&simulators[2], "guess"), &operations).await;
    unauthorised(&club_planner_with(&simulators[3], "guess"), &operations).await;
    assert!(simulators.iter().all(|simulator| simulator.people().is_empty()));
}

#[tokio::test]
async fn a_throttled_create_says_how_long_to_wait_and_stores_nothing() {
    async fn throttled(simulator: &Simulator, endpoint: &Endpoint) {
        let throttle = Some(Throttle { count: 1, retry_after_s: 9 });
        simulator.set_faults(Faults { throttle, ..Faults::default() });
        let answer = endpoint.call(Operation::CreateProspect, &bare()).await;
        assert_eq!(answer.outcome, Outcome::Throttled { retry_after_s: Some(9) }, "{answer:?}");
        assert!(simulator.people().is_empty());
    }
    let simulator = simulated(Platform::GymMaster).await;
    throttled(&simulator, &gymmaster(&simulator)).await;
    let simulator = simulated(Platform::Magicline).await;
    throttled(&simulator, &magicline(&simulator)).await;
    let simulator = simulated(Platform::HubSpot).await;
    throttled(&simulator, &hubspot(&simulator)).await;
    let simulator = simulated(Platform::ClubPlanner).await;
    throttled(&simulator, &club_planner(&simulator)).await;
}

#[tokio::test]
async fn a_lost_answer_is_a_doubt_that_a_search_ends_once_it_sees_the_record() {
    async fn lost(simulator: &Simulator, endpoint: &Endpoint) {
        simulator.set_faults(Faults { drop_after_store: 1, visible_after_ms: 600_000, ..Faults::default() });
        let answer = endpoint.call(Operation::CreateProspect, &bare()).await;
        assert!(matches!(answer.outcome, Outcome::Doubtful { .. }), "{answer:?}");
        assert_eq!(simulator.people().len(), 1);
        let early = endpoint.call(Operation::FindPerson, &bare()).await;
        assert!(early.found.is_empty(), "{early:?}");
        simulator.clear_faults();
        let found = endpoint.call(Operation::FindPerson, &bare()).await.found;
        assert_eq!((found.len(), found[0].id.id.as_str()), (1, simulator.people()[0].id.as_str()));
    }
    let simulator = simulated(Platform::Magicline).await;
    lost(&simulator, &magicline(&simulator)).await;
    let simulator = simulated(Platform::HubSpot).await;
    lost(&simulator, &hubspot(&simulator)).await;
    let simulator = simulated(Platform::ClubPlanner).await;
    lost(&simulator, &club_planner(&simulator)).await;
}

#[tokio::test]
async fn gymmaster_keeps_the_number_of_a_prospect_who_comes_again_and_refuses_a_member() {
    let simulator = simulated(Platform::GymMaster).await;
    let endpoint = gymmaster(&simulator);
    let id = saved(&endpoint.call(Operation::CreateProspect, &bare()).await);
    assert_eq!(saved(&endpoint.call(Operation::CreateProspect, &bare()).await), id);
    simulator.set_kind(&id.id, simulator::Kind::Member);
    let refused = endpoint.call(Operation::CreateProspect, &bare()).await;
    assert!(matches!(refused.outcome, Outcome::Rejected { .. }), "{refused:?}");
    assert!(simulator.violations().is_empty(), "{:?}", simulator.violations());
}

#[tokio::test]
async fn magicline_takes_a_change_that_waits_and_refuses_the_next_one_in_its_own_words() {
    let simulator = simulated(Platform::Magicline).await;
    let endpoint = magicline(&simulator);
    let id = saved(&endpoint.call(Operation::CreateProspect, &bare()).await);
    simulator.set_faults(Faults { changes_wait: true, ..Faults::default() });
    let change = changed(bare(), &id, &[(Field::Email, Some("ada@new.example"))]);
    let taken = endpoint.call(Operation::UpdateProspect, &change).await;
    assert!(matches!(taken.outcome, Outcome::Saved { .. }), "{taken:?}");
    let read = endpoint.call(Operation::ReadPerson, &change).await;
    let address = read.found[0].fields.get(&Field::Email).map(String::as_str);
    assert_eq!(address, Some("ada@example.com"), "the old one is shown until somebody approves the new one");
    let next = endpoint.call(Operation::UpdateProspect, &change).await;
    assert!(
        matches!(&next.outcome, Outcome::Rejected { said, .. } if said.contains("waits for approval")),
        "{next:?}"
    );
    simulator.approve_changes();
    let read = endpoint.call(Operation::ReadPerson, &change).await;
    assert_eq!(read.found[0].fields.get(&Field::Email).map(String::as_str), Some("ada@new.example"));
}

#[tokio::test]
async fn magicline_tells_of_everybody_whose_name_begins_so() {
    let simulator = simulated(Platform::Magicline).await;
    let endpoint = magicline(&simulator);
    for (first, email) in [("Ada", "ada@example.com"), ("Adalbert", "adalbert@example.com")] {
        let given = with(with(bare(), Field::FirstName, first), Field::Email, email);
        saved(&endpoint.call(Operation::CreateProspect, &given).await);
    }
    let mut nameless = bare();
    nameless.person.remove(&Field::Email);
    let found = endpoint.call(Operation::FindPerson, &nameless).await.found;
    let names: Vec<_> = found.iter().map(|found| found.first_name.as_deref()).collect();
    assert_eq!(names, [Some("Ada"), Some("Adalbert")], "which of them it is, is for the caller to see");
}

#[tokio::test]
async fn hubspot_has_one_contact_for_an_address_and_one_for_our_number() {
    let simulator = simulated(Platform::HubSpot).await;
    let endpoint = hubspot(&simulator);
    saved(&endpoint.call(Operation::CreateProspect, &bare()).await);
    let relative = Given { external_id: "0190-bob".to_owned(), ..with(bare(), Field::FirstName, "Bob") };
    let again = with(bare(), Field::Email, "other@example.com");
    for given in [relative, again] {
        let answer = endpoint.call(Operation::CreateProspect, &given).await;
        assert!(matches!(answer.outcome, Outcome::Duplicate { .. }), "{answer:?}");
    }
    assert_eq!(simulator.people().len(), 1);
}

#[tokio::test]
async fn hubspot_is_read_as_it_was_written_and_remembers_whose_membership_ended() {
    let simulator = simulated(Platform::HubSpot).await;
    let endpoint = hubspot(&simulator);
    let id = saved(&endpoint.call(Operation::CreateProspect, &ada("7")).await);
    let read = endpoint.call(Operation::ReadPerson, &changed(ada("7"), &id, &[])).await.found;
    let written = ada("7").person.into_iter().filter_map(|(field, value)| Some((field, value?)));
    assert_eq!(read[0].fields, written.collect());
    for (operation, kind) in
        [(Operation::UpdateMember, Kind::Member), (Operation::UpdateExMember, Kind::ExMember)]
    {
        let given = Given { kind: Some(kind), ..changed(ada("7"), &id, &[]) };
        endpoint.call(operation, &given).await;
        assert_eq!(endpoint.call(Operation::ReadPerson, &given).await.found[0].kind, Some(kind));
    }
}

#[tokio::test]
async fn club_planners_refusals_are_read_from_their_xml() {
    let simulator = simulated(Platform::ClubPlanner).await;
    let refused =
        club_planner(&simulator).call(Operation::CreateProspect, &with(bare(), Field::Email, "nobody")).await;
    let Outcome::Rejected { said, .. } = &refused.outcome else { panic!("{refused:?}") };
    assert_eq!(said, "Parameter email is ongeldig");
}
