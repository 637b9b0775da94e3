//! A platform that says, with an answer that went well, that nothing is left of its quota.
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests, too")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use hub::clock::{Clock, SystemClock};
use hub::door::{Said, Sender, UserSave};
use hub::turn_up::{Plan, TurnUpFile};
use hub::vault::Vault;
use hub::{Hub, Parts};
use model::{ClubId, ConnectionId, Field, Kind, Moment, Setup};
use platform::Net;
use platform::library::Library;
use platform::net::{NetError, Request, Response};
use serde_json::json;
use store::Memory;
use tempfile::TempDir;

/// How long the platform asks to be left alone, in seconds.
const WAIT_S: i64 = 2;

/// A network that takes everybody, and says each time that this was the last call of its quota.
#[derive(Default)]
struct Counting {
    creates: Mutex<Vec<Moment>>,
}

#[async_trait]
impl Net for Counting {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        let mut headers = http::HeaderMap::new();
        if request.method != http::Method::POST {
            return Ok(Response { status: 200, headers, body: r#"{"success":true,"guests":[]}"#.into() });
        }
        let mut creates = self.creates.lock().unwrap();
        creates.push(SystemClock.now());
        headers.insert("location", format!("/guests/G-{}", creates.len()).parse().unwrap());
        headers.insert("x-left", "0".parse().unwrap());
        headers.insert("x-resets-in", WAIT_S.to_string().parse().unwrap());
        Ok(Response { status: 201, headers, body: "".into() })
    }
}

/// The bundled descriptions, but for VFP, whose answers tell of its quota.
fn library() -> (TempDir, Library) {
    let dir = tempfile::tempdir().unwrap();
    let own = dir.path().join("vfp");
    std::fs::create_dir(&own).unwrap();
    let spent = "    spent: '=headers[''x-resets-in''] | int if headers[''x-left''] == ''0'' else none'\n    headers:\n      Accept";
    let text = include_str!("../../../platforms/vfp/platform.yaml");
    let text = text.replacen("    headers:\n      Accept", spent, 1);
    assert!(text.contains("spent"));
    std::fs::write(own.join("platform.yaml"), text).unwrap();
    let library = Library::with_dir(dir.path()).unwrap();
    (dir, library)
}

fn file() -> TurnUpFile {
    let clubs = |id: &str| json!([{ "club": "Kits Beach", "id": id }]);
    let intouch = json!({
        "platform": "intouch", "provider": "INTOUCH", "client_id": "1", "live": true, "clubs": clubs("kits"),
        "settings": { "client_secret": "secret" }, "agreement": { "receives": ["people"] },
    });
    let vfp = json!({
        "platform": "vfp", "client_id": "1", "live": true, "clubs": clubs("0042"),
        "settings": { "base_url": "https://vfp.example", "api_key": "key" },
        "agreement": { "sends": { "prospects": "creates" }, "accept_assumed": ["create_prospect"] },
    });
    let club = json!({ "name": "Kits Beach", "time_zone": "America/Vancouver" });
    serde_json::from_value(json!({ "client": "Kits", "clubs": [club], "connections": [intouch, vfp] }))
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spent_quota_is_waited_for_before_the_next_call_is_refused() {
    let net = Arc::new(Counting::default());
    let (_dir, library) = library();
    let hub = Hub::new(Parts {
        store: Arc::<Memory>::default(),
        library: Arc::new(library),
        net: Arc::<Counting>::clone(&net),
        vault: Arc::new(Vault::new([7; 32])),
        clock: Arc::new(SystemClock),
        installation: BTreeMap::new(),
    })
    .await
    .unwrap();
    let none = Setup::default();
    let plan = Plan::new(&file(), &none, (hub.library(), hub.vault()), hub.clock().now()).unwrap();
    assert!(hub.change_setup(&none, plan.setup).await.unwrap());
    let creates = || net.creates.lock().unwrap().clone();
    for (nth, name) in ["Able", "Bold"].into_iter().enumerate() {
        let said = |text: &str| Said::Value(text.to_owned());
        let fields = BTreeMap::from([(Field::FirstName, said("Ann")), (Field::LastName, said(name))]);
        let record_id = nth.to_string();
        let save = UserSave { record_id, kind: Kind::Prospect, fields, ignored: Vec::new() };
        assert!(hub.receive(Sender { connection: ConnectionId(1), club: ClubId(1) }, save).await.is_ok());
        let all = async {
            while creates().len() <= nth {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), all).await.expect("the next one goes out in the end");
    }
    let gap = creates()[1].since_ms(creates()[0]);
    assert!(gap >= WAIT_S * 1_000 - 50, "the second call came {gap} ms after the first");
}
