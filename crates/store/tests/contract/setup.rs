//! The set-up comes back whole.

use model::{
    Agreement, Client, ClientId, Club, ClubId, ClubNumber, Connection, ConnectionId, Moment, Pause, Setup,
    Token,
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
        clubs: vec![number],
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
    }
}

/// Clients, clubs and connections by number, tokens by hash.
fn in_order(mut setup: Setup) -> Setup {
    setup.clubs.sort_by_key(|club| club.id);
    setup.tokens.sort_by(|one, other| one.hash.cmp(&other.hash));
    setup
}

async fn a_set_up_comes_back_whole_and_in_order(store: &dyn Store) {
    assert_eq!(store.setup().await.unwrap(), Setup::default());
    store.keep_setup(chain()).await.unwrap();
    assert_eq!(store.setup().await.unwrap(), in_order(chain()));
}

async fn a_set_up_replaces_the_one_before(store: &dyn Store) {
    store.keep_setup(chain()).await.unwrap();
    let smaller = Setup { clubs: Vec::new(), tokens: Vec::new(), ..chain() };
    store.keep_setup(smaller.clone()).await.unwrap();
    assert_eq!(store.setup().await.unwrap(), smaller);
}
