//! Signing in by refresh tokens that rotate, from end to end: the hub keeps each before it is used, and knows it after a kill.

use serde_json::json;
use simulator::{Config, Faults, Platform, Simulator};

use crate::house::house;

/// VFP, whose calls also need a token that comes by a refresh token.
fn signing_in(vfp: String) -> String {
    let settings = "settings:
  sign_in: {title: Address of sign-ins, kind: url, scope: client}
  refresh: {title: First refresh token, kind: secret, scope: client}
  secret: {title: Client secret, kind: secret, scope: client}
";
    let oauth2 = "      X-Api-Key: =settings.api_key
    oauth2:
      grant: refresh_token
      url: '{{ settings.sign_in }}/oauth/v1/token'
      client_id: connector
      client_secret: =settings.secret
      refresh: =settings.refresh
      place: {header: X-Token, value: '{{ token }}'}
";
    vfp.replacen("settings:\n", settings, 1).replace("      X-Api-Key: =settings.api_key\n", oauth2)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refresh_token_is_used_once_and_the_next_is_known_after_a_kill() {
    let config = Config { token_ttl_s: 2, ..Config::new(Platform::HubSpot) };
    let there = Simulator::start(Platform::HubSpot, config).await.unwrap();
    there.set_faults(Faults { refresh_rotates: true, ..Faults::default() });
    let mut house = house().with_vfp_described(signing_in).not_turned_up().open().await;
    let mut file = house.turn_up_file();
    for (name, value) in [
        ("sign_in", there.url()),
        ("refresh", "hubspot-refresh".to_owned()),
        ("secret", "pat-hubspot".to_owned()),
    ] {
        file["connections"][1]["settings"][name] = json!(value);
    }
    house.turn_up(&file).await.went_well();
    house.intouch.token = house.token("INTOUCH").await;
    let sign_ins = || there.ledger().iter().filter(|call| call.operation == "token").count();
    for number in 1..=3 {
        let saved = house.save(&house.lead(&number.to_string(), ("Ann", &format!("Able{number}")))).await;
        house.line_saying(&saved, "vfp", "Arrived").await;
        house.kill().await;
        house.start().await;
    }
    let count = std::cell::Cell::new(3);
    let later = async || {
        count.set(count.get() + 1);
        let lead = house.lead(&count.get().to_string(), ("Ann", &format!("Able{}", count.get())));
        let saved = house.save(&lead).await;
        house.line_saying(&saved, "vfp", "Arrived").await;
        sign_ins() >= 3
    };
    house.until("there were several sign-ins", later).await;
    let refused: Vec<_> = there.ledger().into_iter().filter(|call| call.status != 200).collect();
    assert!(refused.is_empty(), "{refused:?}");
    house.nothing_forbidden_happened();
}
