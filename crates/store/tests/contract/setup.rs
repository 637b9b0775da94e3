//! The set-up comes back whole.

use model::{
    Agreement, Client, ClientId, Club, ClubId, ClubNumber, Connection, ConnectionId, Moment, Pause, Setup,
    Token, Version,
};
use store::Store;

crate::on_every_store![a_set_up_comes_back_whole_and_in_order, a_set_up_replaces_the_one_before];

pub fn chain() -> Setup {
    let club = |id: i64| Club {
        id: ClubId(id),
        client: ClientId(1),
        name: format!("Club {id}"),
        address: "1 Beach Ave".into(),
        zone: "America/Vancouver".into(),
        log_withdrawn: vec![Moment(3), Moment(4)],
        log_closed: id == 2,
    };
    let number = ClubNumber {
        club: ClubId(1),
        number: "007".into(),
        settings: serde_json::json!({"key": {"sealed": "x"}}),
        tries: Some("b".into()),
    };
    let connection = Connection {
        id: ConnectionId(20),
        client: ClientId(1),
        platform: "jonas-i4".into(),
        provider: None,
        client_number: "0042".into(),
        agreement: Agreement { owner: true, ..Agreement::default() },
        settings: serde_json::json!({"b": 1.5, "a": [null, "Ü"]}),
        live_since: Some(Moment(7)),
        paused: Some(Pause { since: Moment(8), reason: "moving".into() }),
        runs: Some("a".into()),
        ran: None,
        clubs: vec![number],
    };
    let version = |digest: &str| Version {
        platform: "jonas-i4".into(),
        digest: digest.into(),
        number: 2,
        since: Moment(9),
        text: "platform:\n  name: jonas-i4 # Ü\n".into(),
    };
    let token = |hash: &str| Token {
        hash: hash.into(),
        provider: "InTouch".into(),
        client: None,
        clubs: vec![ClubId(2)],
        label: "live".into(),
        created: Moment(1),
        revoked: Some(Moment(2)),
    };
    Setup {
        clients: vec![Client { id: ClientId(1), name: "Pacific".into(), log_detail_days: 30 }],
        clubs: vec![club(12_345_678_901), club(2), club(10), club(1)],
        connections: vec![connection],
        tokens: vec![token("b0"), token("a1")],
        versions: vec![version("b"), version("a")],
    }
}

/// Keeps it in a store that has none.
pub async fn keep_chain(store: &dyn Store) {
    assert!(store.keep_setup(Setup::default(), chain()).await.unwrap());
}

async fn a_set_up_comes_back_whole_and_in_order(store: &dyn Store) {
    assert_eq!(store.setup().await.unwrap(), Setup::default());
    keep_chain(store).await;
    assert_eq!(store.setup().await.unwrap(), chain().in_order());
}

async fn a_set_up_replaces_the_one_before(store: &dyn Store) {
    keep_chain(store).await;
    let smaller = Setup { clubs: Vec::new(), tokens: Vec::new(), versions: Vec::new(), ..chain() };
    assert!(!store.keep_setup(Setup::default(), smaller.clone()).await.unwrap(), "it has changed since");
    assert_eq!(store.setup().await.unwrap(), chain().in_order());
    assert!(store.keep_setup(chain(), smaller.clone()).await.unwrap());
    assert_eq!(store.setup().await.unwrap(), smaller);
}
