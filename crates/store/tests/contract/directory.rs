//! Staff, lead sources and their correspondences.

use model::directory::{Correspondence, Entry, How, Role};
use model::{Brake, ConnectionId, EntryId, Moment};
use store::Store;

use crate::domain::*;

crate::on_every_store![
    numbers_are_answered_in_order_and_stay,
    an_entry_is_updated_in_place,
    the_same_number_elsewhere_is_another_entry,
    a_correspondence_is_replaced_and_withdrawn,
    an_operators_word_is_not_withdrawn,
    a_number_alone_replaces_nobody,
];

pub fn staff(number: &str, name: &str) -> Entry {
    Entry {
        id: EntryId(0),
        role: Role::Staff,
        club: KITS_BEACH,
        connection: INTOUCH,
        remote_id: number.into(),
        name: name.into(),
        first_name: String::new(),
        last_name: String::new(),
        email: format!("{name}@club.example"),
        active: true,
        known: true,
    }
}

pub fn matched(entry: EntryId, connection: ConnectionId, number: &str) -> Correspondence {
    Correspondence {
        entry,
        connection,
        remote_id: number.into(),
        name: "x".into(),
        how: How::Matched,
        brake: None,
    }
}

async fn numbers_are_answered_in_order_and_stay(store: &dyn Store) {
    let first = store.keep_directory(vec![staff("b", "bea"), staff("a", "al")], vec![]).await.unwrap();
    let then = [staff("c", "cy"), staff("a", "al"), staff("b", "bea"), staff("c", "cy")];
    let second = store.keep_directory(then.to_vec(), vec![]).await.unwrap();
    assert_eq!(second, [second[0], first[1], first[0], second[0]]);
    assert!(!first.contains(&second[0]) && first[0] != first[1]);
    let ids: Vec<EntryId> = store.directory().await.unwrap().0.iter().map(|entry| entry.id).collect();
    assert_eq!(ids, [first[0], first[1], second[0]]);
}

async fn an_entry_is_updated_in_place(store: &dyn Store) {
    let ids = store.keep_directory(vec![staff("a", "al")], vec![]).await.unwrap();
    let renamed = Entry { id: ids[0], active: false, ..staff("a", "alan") };
    store.keep_directory(vec![renamed.clone()], vec![]).await.unwrap();
    assert_eq!(store.directory().await.unwrap().0, [renamed]);
}

async fn the_same_number_elsewhere_is_another_entry(store: &dyn Store) {
    let entries = vec![
        staff("1", "al"),
        Entry { role: Role::LeadSource, ..staff("1", "web") },
        Entry { club: YALETOWN, ..staff("1", "al") },
        Entry { connection: JONAS, ..staff("1", "al") },
    ];
    let ids = store.keep_directory(entries.clone(), vec![]).await.unwrap();
    let kept = store.directory().await.unwrap().0;
    let expected: Vec<Entry> =
        entries.into_iter().zip(ids).map(|(entry, id)| Entry { id, ..entry }).collect();
    assert_eq!(kept, expected);
}

async fn a_correspondence_is_replaced_and_withdrawn(store: &dyn Store) {
    let id = store.keep_directory(vec![staff("a", "al")], vec![]).await.unwrap()[0];
    let keep = async |one| store.keep_directory(vec![], vec![one]).await.unwrap();
    keep(matched(id, VFP, "v9")).await;
    keep(matched(id, JONAS, "j1")).await;
    keep(matched(id, JONAS, "j2")).await;
    let kept = store.directory().await.unwrap().1;
    assert_eq!(kept, [matched(id, JONAS, "j2"), matched(id, VFP, "v9")]);
    keep(matched(id, JONAS, "")).await;
    keep(matched(EntryId(99), JONAS, "")).await;
    assert_eq!(store.directory().await.unwrap().1, [matched(id, VFP, "v9")]);
    let waits = Correspondence { brake: Some(Brake::Waits { since: Moment(7) }), ..matched(id, VFP, "v9") };
    keep(waits.clone()).await;
    assert_eq!(store.directory().await.unwrap().1, [waits]);
}

async fn an_operators_word_is_not_withdrawn(store: &dyn Store) {
    let id = store.keep_directory(vec![staff("a", "al")], vec![]).await.unwrap()[0];
    let unlinked = Correspondence { how: How::Unlinked, ..matched(id, JONAS, "") };
    store.keep_directory(vec![], vec![unlinked.clone()]).await.unwrap();
    assert_eq!(store.directory().await.unwrap().1, [unlinked]);
}

async fn a_number_alone_replaces_nobody(store: &dyn Store) {
    let number = |number: &str| Entry { known: false, ..staff(number, "") };
    let first = store.keep_directory(vec![number("b"), staff("a", "al")], vec![]).await.unwrap();
    let then = vec![number("a"), staff("b", "bea"), number("b")];
    let second = store.keep_directory(then, vec![]).await.unwrap();
    assert_eq!(second, [first[1], first[0], first[0]]);
    let mut kept = store.directory().await.unwrap().0;
    kept.sort_by(|one, other| one.remote_id.cmp(&other.remote_id));
    let expected = [Entry { id: first[1], ..staff("a", "al") }, Entry { id: first[0], ..staff("b", "bea") }];
    assert_eq!(kept, expected);
}
