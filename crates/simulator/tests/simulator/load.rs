//! The sink of load tests.

use serde_json::{Value, json};
use simulator::{Config, Count, Platform, Simulator, Tally};

use crate::spoke::spoke;

#[tokio::test]
async fn a_sink_counts_saves_per_external_id_and_keeps_nothing_else() {
    let simulator = Simulator::start(Platform::OpenSpoke, Config::sink()).await.unwrap();
    for (id, rev, status) in [("a", 1, 201), ("b", 1, 201), ("a", 3, 200), ("a", 2, 200)] {
        let body =
            json!({"kind": "PROSPECT", "first_name": "A", "last_name": "B", "company": format!("rev:{rev}")});
        let got = spoke(&simulator, "PUT", &format!("/clubs/kits/people/{id}"), body).await.unwrap();
        assert_eq!((got.status, got.json()["id"].is_string()), (status, true));
    }
    assert_eq!(simulator.tally(), Tally { people: 2, saves: 4, older: 1 });
    assert_eq!(simulator.count("a"), Some(Count { id: 1, saves: 3, rev: 3, older: 1 }));
    assert!(simulator.people().is_empty() && simulator.ledger().is_empty());
    assert_eq!(spoke(&simulator, "GET", "/clubs/kits", Value::Null).await.unwrap().status, 200);
}
