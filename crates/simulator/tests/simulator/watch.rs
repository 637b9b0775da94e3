//! The watch notices what a hub must never do, and nothing else.

use serde_json::{Value, json};
use simulator::{Faults, Wrong};

use crate::i4;
use crate::intouch::InTouch;
use crate::spoke::{open as open_spoke, spoke};
use crate::vfp::{open as open_vfp, vfp};

fn guest(reference: &str, company: &str) -> Value {
    json!({"guest": {"firstName": "A", "lastName": "B", "email": "a@b.example", "mobile": "1", "externalRef": reference, "employer": company}})
}

#[tokio::test]
async fn two_calls_for_one_person_under_way_at_once_overlap() {
    let simulator = open_spoke().await;
    simulator.set_faults(Faults { latency_ms: 100, ..Faults::default() });
    let body = json!({"kind": "PROSPECT", "first_name": "A", "last_name": "B"});
    let save = |path: &'static str| spoke(&simulator, "PUT", path, body.clone());
    let (_a, _b) = tokio::join!(save("/clubs/kits/people/c-1"), save("/clubs/kits/people/c-2"));
    assert!(simulator.violations().is_empty(), "different people");
    let (_a, _b) = tokio::join!(save("/clubs/kits/people/c-3"), save("/clubs/kits/people/c-3"));
    let violations = simulator.violations();
    assert_eq!(
        (violations.len(), violations[0].wrong, violations[0].subject.as_str()),
        (1, Wrong::Overlap, "kits|c-3")
    );
    save("/clubs/kits/people/c-3").await.unwrap();
    assert_eq!(simulator.violations().len(), 1, "one after the other is well");
}

#[tokio::test]
async fn two_creates_of_one_human_overlap_where_there_is_no_external_id() {
    let i4 = i4::open().await;
    i4.set_faults(Faults { latency_ms: 100, ..Faults::default() });
    let prospect = i4::prospect("A", "B", "<Email>a@b.example</Email>");
    let (_a, _b) =
        tokio::join!(i4::soap(&i4, "AddProspect", &prospect), i4::soap(&i4, "AddProspect", &prospect));
    let wrongs: Vec<Wrong> = i4.violations().iter().map(|violation| violation.wrong).collect();
    assert_eq!(wrongs, [Wrong::Overlap, Wrong::Doubled]);
}

#[tokio::test]
async fn a_second_record_for_one_reference_or_one_human_is_doubled() {
    let simulator = open_vfp().await;
    vfp(&simulator, "POST", "/guests", guest("c-1", "")).await.unwrap();
    vfp(&simulator, "POST", "/guests", guest("c-2", "")).await.unwrap();
    let mut same = guest("c-1", "");
    same["guest"]["email"] = json!("other@b.example");
    vfp(&simulator, "POST", "/guests", same).await.unwrap();
    let wrongs: Vec<Wrong> = simulator.violations().iter().map(|violation| violation.wrong).collect();
    assert_eq!(wrongs, [Wrong::Doubled, Wrong::Doubled]);
}

#[tokio::test]
async fn a_family_at_one_address_and_two_strangers_of_one_name_are_not_doubled() {
    let intouch = InTouch::open().await;
    for contact in [
        json!({"firstName": "Ann", "lastName": "Lee", "email": "lee@family.example"}),
        json!({"firstName": "Bob", "lastName": "Lee", "email": "lee@family.example"}),
        json!({"firstName": "Ann", "lastName": "Lee"}),
        json!({"firstName": "Ann", "lastName": "Lee"}),
    ] {
        assert_eq!(intouch.call("POST", "/leads", json!({"contact": contact})).await.status, 201);
    }
    assert!(intouch.simulator.violations().is_empty());
}

#[tokio::test]
async fn an_older_state_after_a_newer_one_is_reordered() {
    let simulator = open_vfp().await;
    vfp(&simulator, "POST", "/guests", guest("c-1", "rev:2")).await.unwrap();
    let path = format!("/guests/{}", simulator.people()[0].id);
    vfp(&simulator, "PUT", &path, guest("c-1", "rev:10")).await.unwrap();
    vfp(&simulator, "PUT", &path, guest("c-1", "rev:10")).await.unwrap();
    assert!(simulator.violations().is_empty());
    vfp(&simulator, "PUT", &path, guest("c-1", "rev:9")).await.unwrap();
    let violation = simulator.violations().remove(0);
    assert_eq!((violation.wrong, violation.detail.as_str()), (Wrong::Reordered, "rev:9 after rev:10"));
}

#[tokio::test]
async fn a_call_that_would_write_staff_is_refused_and_noticed_everywhere() {
    let (vfp_sim, spoke_sim, intouch, i4) =
        (open_vfp().await, open_spoke().await, InTouch::open().await, i4::open().await);
    vfp(&vfp_sim, "POST", "/staff", json!({})).await.unwrap();
    spoke(&spoke_sim, "PUT", "/clubs/kits/staff/s-1", json!({})).await.unwrap();
    intouch.call("POST", "/staff", json!({})).await;
    i4::soap(&i4, "AddEmployee", "<ClubId>7</ClubId>").await;
    for simulator in [&vfp_sim, &spoke_sim, &intouch.simulator, &i4] {
        assert_eq!(simulator.violations()[0].wrong, Wrong::StaffWrite, "{}", simulator.platform());
    }
}
