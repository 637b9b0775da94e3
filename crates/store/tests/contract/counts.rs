//! How many people there are, and how many links wait for somebody.

use store::Store;

use crate::domain::*;

crate::on_every_store![
    people_and_held_links_are_counted,
    people_with_a_record_at_a_connection_are_counted,
    links_that_are_held_or_gone_are_read_in_order_after_a_person
];

async fn people_and_held_links_are_counted(store: &dyn Store) {
    assert_eq!(store.counts().await.unwrap(), (0, vec![]));
    let held = |id| [link(id, VFP).held(), link(id, JONAS).held()];
    accepted(store, new(&lead(1, "Ann", "Lee"), &held(1))).await;
    accepted(store, new(&lead(2, "Bob", "Ray"), &held(2)[..1])).await;
    accepted(store, new(&lead(3, "Cy", "Day"), &[link(3, JONAS).due(1)])).await;
    assert_eq!(store.counts().await.unwrap(), (3, vec![(JONAS, 1), (VFP, 2)]));
    done(store, settled(&link(1, JONAS).kept().due(3), &[])).await;
    assert_eq!(store.counts().await.unwrap(), (3, vec![(VFP, 2)]));
}

async fn people_with_a_record_at_a_connection_are_counted(store: &dyn Store) {
    let there = |id| {
        let mut kept = link(id, VFP);
        kept.take_record(model::RemoteId::plain(format!("G-{id}")));
        [kept, link(id, JONAS).due(1)]
    };
    accepted(store, new(&lead(1, "Ann", "Lee"), &there(1))).await;
    accepted(store, new(&lead(2, "Bob", "Ray"), &there(2))).await;
    assert_eq!(store.people_at(VFP).await.unwrap(), 2);
    assert_eq!(store.people_at(JONAS).await.unwrap(), 0);
}

async fn links_that_are_held_or_gone_are_read_in_order_after_a_person(store: &dyn Store) {
    for (id, name) in [(1, "Ann"), (2, "Bob"), (3, "Cy"), (4, "Di")] {
        let link = link(id, JONAS);
        let links = [match id {
            2 => link.due(1),
            3 => model::Link { state: model::State::Gone { since: model::Moment(1) }, ..link },
            _ => link.held(),
        }];
        accepted(store, new(&lead(id, name, "Lee"), &links)).await;
    }
    let held = async |after, limit| {
        let held = store.held(JONAS, model::PersonId(after), limit).await.unwrap();
        held.iter().map(|held| (held.person.id.0, held.link.version)).collect::<Vec<_>>()
    };
    assert_eq!(held(0, 9).await, [(1, 1), (3, 1), (4, 1)]);
    assert_eq!(held(1, 1).await, [(3, 1)]);
    assert!(held(4, 9).await.is_empty());
    assert!(store.held(VFP, model::PersonId(0), 9).await.unwrap().is_empty());
}
