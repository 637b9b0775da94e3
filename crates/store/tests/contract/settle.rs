//! Settling: what a lane did with one link.

use model::{PersonId, RemoteId, State};
use store::{Store, Verdict};

use crate::domain::*;

crate::on_every_store![
    a_result_replaces_the_link_and_keeps_its_lines,
    a_result_on_an_older_version_is_stale_and_keeps_nothing,
    a_record_that_somebody_else_has_is_taken_and_keeps_nothing,
    a_number_can_come_back_to_its_own_person,
];

async fn a_result_replaces_the_link_and_keeps_its_lines(store: &dyn Store) {
    let at_jonas = link(1, JONAS).due(5).carrying(save(5, 1));
    accepted(store, new(&lead(1, "Ann", "Lee"), std::slice::from_ref(&at_jonas))).await;
    let mut arrived = at_jonas.kept().numbered("J1");
    (arrived.state, arrived.pending) = (State::Idle, Vec::new());
    done(store, settled(&arrived, &[line(save(5, 1), JONAS), line(save(6, 1), JONAS)])).await;
    let now = store.subject(PersonId(1)).await.unwrap().unwrap();
    assert_eq!(now.links, [arrived.kept()]);
    assert_eq!(store.take_due(JONAS, &[], 9).await.unwrap(), []);
    assert!(store.line(KITS_BEACH, save(6, 1), JONAS).await.unwrap().is_some());
}

async fn a_result_on_an_older_version_is_stale_and_keeps_nothing(store: &dyn Store) {
    let at_jonas = link(1, JONAS).due(5);
    accepted(store, new(&lead(1, "Ann", "Lee"), std::slice::from_ref(&at_jonas))).await;
    let late = settled(&at_jonas.clone().numbered("J1"), &[line(save(5, 1), JONAS)]);
    assert_eq!(store.settle(late).await.unwrap(), Verdict::Stale);
    let now = store.subject(PersonId(1)).await.unwrap().unwrap();
    assert_eq!(now.links, [at_jonas.kept()]);
    assert_eq!(store.line(KITS_BEACH, save(5, 1), JONAS).await.unwrap(), None);
}

async fn a_record_that_somebody_else_has_is_taken_and_keeps_nothing(store: &dyn Store) {
    accepted(store, new(&lead(1, "Ann", "Lee"), &[link(1, JONAS).numbered("J1")])).await;
    let hers = link(2, JONAS).due(5);
    accepted(store, new(&lead(2, "Bob", "Ray"), std::slice::from_ref(&hers))).await;
    let taken = settled(&hers.clone().kept().numbered("J1"), &[line(save(5, 1), JONAS)]);
    assert_eq!(store.settle(taken).await.unwrap(), Verdict::Taken(PersonId(1)));
    assert_eq!(store.subject(PersonId(2)).await.unwrap().unwrap().links, [hers.kept()]);
    assert_eq!(store.line(KITS_BEACH, save(5, 1), JONAS).await.unwrap(), None);
}

async fn a_number_can_come_back_to_its_own_person(store: &dyn Store) {
    let mut at_jonas = link(1, JONAS);
    accepted(store, new(&lead(1, "Ann", "Lee"), std::slice::from_ref(&at_jonas))).await;
    for number in ["P1", "M1", "P1"] {
        at_jonas = at_jonas.kept().numbered(number);
        done(store, settled(&at_jonas, &[])).await;
    }
    let kept = &store.subject(PersonId(1)).await.unwrap().unwrap().links[0];
    assert_eq!(kept.record.as_ref().unwrap().id, "P1");
    for number in ["P1", "M1"] {
        let owner = store.owner_of(JONAS, &RemoteId::plain(number)).await.unwrap();
        assert_eq!(owner, Some(PersonId(1)), "both numbers stay recognised");
    }
}
