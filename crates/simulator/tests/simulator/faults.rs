//! Faults on demand.

use std::time::Duration;

use serde_json::{Value, json};
use simulator::{Faults, Refuse, Throttle};

use crate::intouch::InTouch;
use crate::spoke::{open as open_spoke, spoke};
use crate::vfp::{open as open_vfp, vfp};

fn guest(first: &str) -> Value {
    json!({"guest": {"firstName": first, "lastName": "B", "email": "a@b.example", "externalRef": first}})
}

#[tokio::test]
async fn a_dropped_answer_is_a_closed_connection_and_a_stored_record() {
    let simulator = open_vfp().await;
    simulator.set_faults(Faults { drop_after_store: 1, ..Faults::default() });
    assert!(vfp(&simulator, "GET", "/staff", Value::Null).await.is_ok(), "a read is no write");
    assert!(vfp(&simulator, "POST", "/guests", guest("A")).await.is_err());
    assert!(vfp(&simulator, "POST", "/guests", guest("B")).await.is_ok());
    assert_eq!(simulator.people().len(), 2);
    let ledger = simulator.ledger();
    let (lost, kept) = (&ledger[1], &ledger[2]);
    assert_eq!((lost.answered, lost.stored.as_deref()), (false, Some(simulator.people()[0].id.as_str())));
    assert!(kept.answered && kept.body.contains("externalRef"));
    assert_eq!(simulator.faults().drop_after_store, 0);
}

#[tokio::test]
async fn a_refused_write_does_not_use_up_a_dropped_answer() {
    let simulator = open_vfp().await;
    simulator.set_faults(Faults { drop_after_store: 1, ..Faults::default() });
    let invalid = json!({"guest": {"firstName": "A"}});
    assert!(vfp(&simulator, "POST", "/guests", invalid).await.is_ok());
    assert_eq!(simulator.faults().drop_after_store, 1);
}

#[tokio::test]
async fn throttling_turns_so_many_calls_away_and_stores_nothing() {
    let simulator = open_vfp().await;
    simulator
        .set_faults(Faults { throttle: Some(Throttle { count: 2, retry_after_s: 7 }), ..Faults::default() });
    for _ in 0..2 {
        let got = vfp(&simulator, "POST", "/guests", guest("A")).await.unwrap();
        assert_eq!((got.status, got.header("retry-after")), (429, "7"));
    }
    assert!(simulator.people().is_empty());
    assert_eq!(vfp(&simulator, "POST", "/guests", guest("A")).await.unwrap().status, 201);
}

#[tokio::test]
async fn a_platform_that_is_down_closes_connections_and_the_control_interface_still_answers() {
    let simulator = open_spoke().await;
    simulator.set_faults(Faults { down: true, ..Faults::default() });
    assert!(spoke(&simulator, "GET", "/health", Value::Null).await.is_err());
    let url = format!("{}/_sim/faults", simulator.url());
    assert_eq!(crate::http::call("DELETE", &url, &[], "").await.unwrap().status, 204);
    assert_eq!(spoke(&simulator, "GET", "/health", Value::Null).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_shut_port_refuses_connections_until_it_is_opened() {
    let simulator = open_spoke().await;
    simulator.set_faults(Faults { refuse_connections_ms: Some(600_000), ..Faults::default() });
    let refused = |error: std::io::Error| error.kind() == std::io::ErrorKind::ConnectionRefused;
    while !tokio::net::TcpStream::connect(simulator.addr()).await.is_err_and(refused) {
        tokio::task::yield_now().await;
    }
    simulator.clear_faults();
    while tokio::net::TcpStream::connect(simulator.addr()).await.is_err() {
        tokio::task::yield_now().await;
    }
    assert_eq!(spoke(&simulator, "GET", "/health", Value::Null).await.unwrap().status, 200);
}

#[tokio::test]
async fn whoever_shuts_the_port_over_http_gets_an_answer_and_the_port_opens_by_itself() {
    let simulator = open_spoke().await;
    let url = format!("{}/_sim/faults", simulator.url());
    let got = crate::http::call("POST", &url, &[], r#"{"refuse_connections_ms": 100}"#).await.unwrap();
    assert_eq!(got.status, 204);
    while spoke(&simulator, "GET", "/health", Value::Null).await.is_ok() {}
    while spoke(&simulator, "GET", "/health", Value::Null).await.is_err() {
        tokio::task::yield_now().await;
    }
    assert_eq!(simulator.faults().refuse_connections_ms, None);
}

#[tokio::test]
async fn a_caller_that_gives_up_does_not_stop_the_platform() {
    let simulator = open_vfp().await;
    simulator.set_faults(Faults { latency_ms: 2_000, ..Faults::default() });
    let gave_up =
        tokio::time::timeout(Duration::from_secs(1), vfp(&simulator, "POST", "/guests", guest("A")));
    assert!(gave_up.await.is_err());
    assert!(simulator.people().is_empty(), "not carried out yet");
    let carried_out = async {
        while simulator.people().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), carried_out).await.expect("it is carried out all the same");
    assert_eq!(simulator.ledger().len(), 1);
}

#[tokio::test]
async fn a_new_record_becomes_visible_to_look_ups_later() {
    let simulator = open_vfp().await;
    simulator.set_faults(Faults { visible_after_ms: 600_000, ..Faults::default() });
    vfp(&simulator, "POST", "/guests", guest("A")).await.unwrap();
    let found = vfp(&simulator, "GET", "/guests?externalRef=A", Value::Null).await.unwrap();
    assert_eq!(found.json()["guests"], json!([]));
    simulator.clear_faults();
    let found = vfp(&simulator, "GET", "/guests?externalRef=A", Value::Null).await.unwrap();
    assert_eq!(found.json()["guests"]["externalRef"], "A");
}

#[tokio::test]
async fn a_refused_value_is_named_in_the_platforms_words_whichever_name_was_given() {
    let simulator = open_vfp().await;
    let intouch = InTouch::open().await;
    let refuse = |field: &str| {
        let refuse =
            Refuse { field: field.to_owned(), contains: "@b".to_owned(), message: "Not this one".to_owned() };
        Faults { refuse: Some(refuse), ..Faults::default() }
    };
    simulator.set_faults(refuse("email"));
    let got = vfp(&simulator, "POST", "/guests", guest("A")).await.unwrap().json();
    assert_eq!(got["error"], json!({"code": "INVALID", "field": "email", "message": "Not this one"}));
    intouch.simulator.set_faults(refuse("email"));
    let lead = json!({"contact": {"firstName": "A", "lastName": "B", "email": "a@b.example"}});
    let got = intouch.call("POST", "/leads", lead).await;
    assert_eq!((got.status, got.json()), (422, json!({"message": "Not this one", "field": "contact.email"})));
}

#[tokio::test]
async fn chance_comes_from_the_seed() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let simulator = open_vfp().await;
        simulator.set_faults(Faults { error_rate: 0.3, drop_rate: 0.3, seed: Some(42), ..Faults::default() });
        let mut run = Vec::new();
        for n in 0..30 {
            let got = vfp(&simulator, "POST", "/guests", guest(&format!("A{n}"))).await;
            run.push(got.map_or(0, |got| got.status));
        }
        runs.push(run);
    }
    assert_eq!(runs[0], runs[1]);
    for status in [0, 201, 500] {
        assert!(runs[0].contains(&status), "{runs:?}");
    }
}

#[tokio::test]
async fn maintenance_is_a_503_away_from_i4() {
    let intouch = InTouch::open().await;
    intouch.simulator.set_faults(Faults { maintenance: true, ..Faults::default() });
    assert_eq!(intouch.call("GET", "/staff", Value::Null).await.status, 503);
    let simulator = open_spoke().await;
    simulator.set_faults(Faults { maintenance: true, ..Faults::default() });
    let got = spoke(&simulator, "GET", "/health", Value::Null).await.unwrap();
    assert_eq!((got.status, got.header("retry-after")), (503, "60"));
}
