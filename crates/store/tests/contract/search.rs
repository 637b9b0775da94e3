//! Search by person.

use model::{Field, Link, Person, PersonId};
use store::Store;

use crate::domain::*;

crate::on_every_store![
    people_are_found_once_they_are_indexed,
    every_part_of_a_person_is_found,
    several_words_narrow,
    a_name_is_found_as_it_is_written,
    the_newest_people_come_first_up_to_the_limit,
    another_clubs_people_are_not_found,
    an_update_replaces_what_is_found,
    a_new_number_is_found_and_the_former_one_still,
    a_name_that_was_also_a_number_is_still_found_by_the_number,
    a_person_accepted_behind_the_indexer_is_found,
    a_very_long_number_is_found,
    words_of_nothing_find_nobody,
];

async fn found(store: &dyn Store, words: &str) -> Vec<i64> {
    let words: Vec<String> = words.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let found = store.search(KITS_BEACH, &words, 9).await.unwrap();
    found.into_iter().map(|person| person.0).collect()
}

async fn put(store: &dyn Store, person: Person, links: &[Link]) {
    accepted(store, new(&person, links)).await;
    store.index_people(100).await.unwrap();
}

fn ann() -> Person {
    lead(1, "Ann-Marie", "O'Brien")
        .with(Field::Email, "Ann.OB@Example.com")
        .with(Field::Mobile, "+1 (604) 555-0101")
        .with(Field::Company, "Pacific Shipping")
}

async fn people_are_found_once_they_are_indexed(store: &dyn Store) {
    for id in 1..=5 {
        accepted(store, new(&lead(id, &format!("Ann{id}"), "Lee"), &[])).await;
    }
    assert_eq!(found(store, "lee").await, NOBODY);
    assert_eq!(store.index_people(3).await.unwrap(), 3);
    assert_eq!(found(store, "lee").await, [3, 2, 1]);
    assert_eq!(store.index_people(3).await.unwrap(), 2);
    assert_eq!(store.index_people(3).await.unwrap(), 0);
    assert_eq!(found(store, "lee").await, [5, 4, 3, 2, 1]);
}

async fn every_part_of_a_person_is_found(store: &dyn Store) {
    let links = [link(1, INTOUCH).numbered("IT-0042"), link(1, JONAS).numbered("0815")];
    put(store, ann(), &links).await;
    put(store, lead(2, "Bob", "Ray"), &[]).await;
    for word in ["ann", "ANN", "marie", "brien", "obr", "pacific", "shipp"] {
        let expected: &[i64] = if word == "obr" { &[] } else { &[1] };
        assert_eq!(found(store, word).await, expected, "{word}");
    }
    for word in ["ann.ob", "ann.ob@example.com", "it-0042", "it-", "0815", "081"] {
        assert_eq!(found(store, word).await, [1], "{word}");
    }
    for digits in ["604", "0101", "5550101", "16045550101", "+1(604)555-0101", "555-01", "60455"] {
        assert_eq!(found(store, digits).await, [1], "{digits}");
    }
    for nothing in ["nn", "example.com", "815", "0102", "604556", "42"] {
        assert_eq!(found(store, nothing).await, NOBODY, "{nothing}");
    }
}

async fn several_words_narrow(store: &dyn Store) {
    put(store, ann(), &[]).await;
    put(store, lead(2, "Ann", "Ray").with(Field::Mobile, "604 555 0199"), &[]).await;
    assert_eq!(found(store, "ann").await, [2, 1]);
    assert_eq!(found(store, "ann ray").await, [2]);
    assert_eq!(found(store, "604 555 0101").await, [1]);
    assert_eq!(found(store, "ray 0101").await, NOBODY);
}

async fn a_name_is_found_as_it_is_written(store: &dyn Store) {
    put(store, ann(), &[]).await;
    put(store, lead(2, "Zoe\u{301}", "D\u{2019}Arcy-Smith"), &[]).await;
    for word in ["O'Brien", "o'b", "Ann-Marie", "ann-m", "o\u{2019}brien"] {
        assert_eq!(found(store, word).await, [1], "{word}");
    }
    for word in ["D'Arcy", "d\u{2019}arcy-smith", "smith", "arcy", "ZOÉ"] {
        assert_eq!(found(store, word).await, [2], "{word}");
    }
}

async fn the_newest_people_come_first_up_to_the_limit(store: &dyn Store) {
    for id in 1..=4 {
        put(store, lead(id, &format!("Ann{id}"), "Lee"), &[]).await;
    }
    let words = ["lee".to_owned()];
    assert_eq!(store.search(KITS_BEACH, &words, 2).await.unwrap(), people(&[4, 3]));
    assert_eq!(store.search(KITS_BEACH, &words, 0).await.unwrap(), []);
    assert_eq!(store.search(KITS_BEACH, &words, usize::MAX).await.unwrap().len(), 4);
}

async fn another_clubs_people_are_not_found(store: &dyn Store) {
    put(store, ann().at(YALETOWN), &[]).await;
    assert_eq!(found(store, "ann").await, NOBODY);
    assert_eq!(store.search(YALETOWN, &["ann".into()], 9).await.unwrap(), [PersonId(1)]);
}

async fn an_update_replaces_what_is_found(store: &dyn Store) {
    put(store, ann(), &[link(1, JONAS).numbered("J1")]).await;
    let moved = ann().with(Field::LastName, "Wong").with(Field::Mobile, "604 555 0202").revised();
    accepted(store, change(&moved, 1, &[link(1, VFP).numbered("V1")])).await;
    for word in ["wong", "0202", "ann", "v1", "j1"] {
        assert_eq!(found(store, word).await, [1], "{word}");
    }
    for word in ["brien", "o'brien", "0101"] {
        assert_eq!(found(store, word).await, NOBODY, "{word}");
    }
}

async fn a_new_number_is_found_and_the_former_one_still(store: &dyn Store) {
    let prospect = link(1, JONAS).numbered("P-1");
    put(store, ann(), std::slice::from_ref(&prospect)).await;
    done(store, settled(&prospect.kept().numbered("M-1"), &[])).await;
    assert_eq!(found(store, "p-1").await, [1]);
    assert_eq!(found(store, "m-1").await, [1]);
}

async fn a_name_that_was_also_a_number_is_still_found_by_the_number(store: &dyn Store) {
    let ann = ann().with(Field::Company, "1000");
    put(store, ann.clone(), &[link(1, JONAS).numbered("1000")]).await;
    accepted(store, change(&ann.with(Field::Company, "Acme").revised(), 1, &[])).await;
    assert_eq!(found(store, "1000").await, [1]);
}

async fn a_person_accepted_behind_the_indexer_is_found(store: &dyn Store) {
    put(store, lead(2, "Bob", "Ray"), &[]).await;
    accepted(store, new(&ann(), &[link(1, JONAS).numbered("J1")])).await;
    store.index_people(100).await.unwrap();
    assert_eq!(found(store, "brien").await, [1], "numbers are given before the commit, and are no order");
    assert_eq!(found(store, "j1").await, [1]);
}

async fn a_very_long_number_is_found(store: &dyn Store) {
    let number = "7".repeat(500);
    let unlinked = link(1, JONAS);
    put(store, ann(), std::slice::from_ref(&unlinked)).await;
    done(store, settled(&unlinked.kept().numbered(&number), &[])).await;
    assert_eq!(found(store, &number).await, [1]);
    assert_eq!(found(store, "77").await, [1]);
}

async fn words_of_nothing_find_nobody(store: &dyn Store) {
    put(store, lead(1, "", ""), &[link(1, JONAS).numbered("")]).await;
    for words in [&[][..], &[String::new()], &["   ".into()], &["ann".into(), String::new()]] {
        assert_eq!(store.search(KITS_BEACH, words, 9).await.unwrap(), [], "{words:?}");
    }
}
