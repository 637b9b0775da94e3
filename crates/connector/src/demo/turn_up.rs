//! Turning the demonstration's client up: by a turn-up file and tokens, as an operator would.

use std::sync::Arc;

use anyhow::{Result, bail};
use hub::Hub;
use platform::{SettingValue, Settings};
use serde_json::json;
use simulator::day::{CLIENT_ID, CLIENT_NAME, CLUBS, DayClub};
use simulator::{Config as Simulated, Platform, Simulator};

use super::ask;
use crate::commands::ask::Ask;
use crate::commands::token::Create;
use crate::commands::turn_up::read;
use crate::config::Config;

/// The tokens by which the simulated platforms call the hub.
pub struct Tokens {
    /// InTouch's.
    pub intouch: String,
    /// VFP's.
    pub vfp: String,
}

/// Settings of installation scope: where the simulated InTouch is.
pub fn installation(config: &mut Config, platforms: &[Simulator; 3]) {
    let url = SettingValue::Text(platforms[0].url());
    let settings = [("login_url".to_owned(), url.clone()), ("api_url".to_owned(), url)];
    config.installation.insert("intouch".to_owned(), Settings(settings.into_iter().collect()));
}

/// Turns the client up and makes the tokens. A kept data directory that knows the client already is changed, no more.
pub async fn bring_live(hub: &Arc<Hub>, config: &Config, platforms: &[Simulator; 3]) -> Result<Tokens> {
    let file = read("the demonstration", &turn_up_file(platforms))?;
    let answer = ask(hub, config, Ask::TurnUp { file: Box::new(file), plan: false }).await?;
    if let Some(problems) = answer["problems"].as_array().filter(|problems| !problems.is_empty()) {
        bail!("the demonstration's client could not be turned up: {problems:?}");
    }
    Ok(Tokens { intouch: token(hub, config, "INTOUCH").await?, vfp: token(hub, config, "VFP").await? })
}

async fn token(hub: &Arc<Hub>, config: &Config, provider: &str) -> Result<String> {
    let create = Create::new(provider, "the demonstration");
    let made = ask(hub, config, Ask::CreateToken(create)).await?;
    Ok(made["token"].as_str().unwrap_or_default().to_owned())
}

/// The turn-up file of the day.
fn turn_up_file(platforms: &[Simulator; 3]) -> String {
    let [_, i4, vfp] = platforms;
    let i4_address = i4.addr();
    let intouch_credentials = Simulated::new(Platform::InTouch).credentials;
    let i4_credentials = Simulated::new(Platform::JonasI4).credentials;
    let clubs = CLUBS.map(|club| json!({ "name": club.name, "time_zone": club.zone, "address": club.name }));
    let ids = |id: fn(&DayClub) -> &'static str| {
        CLUBS.iter().map(|club| json!({ "club": club.name, "id": id(club) })).collect::<Vec<_>>()
    };
    let both = json!(["people", "directory"]);
    let prospects_and_members =
        json!({ "prospects": "creates_and_updates", "members": "creates_and_updates" });
    let file = json!({
        "client": CLIENT_NAME,
        "clubs": clubs,
        "connections": [
            {
                "platform": "intouch", "provider": "INTOUCH", "client_id": CLIENT_ID, "live": true,
                "settings": { "client_id": intouch_credentials.user, "client_secret": intouch_credentials.secret },
                "clubs": ids(|club| club.intouch),
                "agreement": {
                    "sends": {
                        "prospects": "creates_and_updates", "members": "creates_and_updates", "ex_members": "updates",
                    },
                    "with": ["owner", "lead_source", "trial"], "receives": both, "existing_people": "none",
                    "accept_assumed": [
                        "create_prospect", "create_member", "update_prospect", "update_member", "update_ex_member",
                    ],
                },
            },
            {
                "platform": "jonas-i4", "client_id": i4_credentials.company, "live": true,
                "settings": {
                    "scheme": "http", "host": i4_address.ip().to_string(), "port": i4_address.port(),
                    "user": i4_credentials.user, "password": i4_credentials.secret,
                },
                "clubs": ids(|club| club.i4),
                "agreement": {
                    "sends": { "prospects": "creates_and_updates", "members": "updates", "ex_members": "updates" },
                    "with": ["trial"], "existing_people": "none",
                    "accept_assumed": ["create_prospect", "update_prospect", "update_member", "update_ex_member"],
                },
            },
            {
                "platform": "vfp", "provider": "VFP", "client_id": CLIENT_ID, "live": true,
                "settings": { "base_url": vfp.url(), "api_key": Simulated::new(Platform::Vfp).credentials.secret },
                "clubs": ids(|club| club.vfp),
                "agreement": {
                    "sends": prospects_and_members, "with": ["owner", "lead_source", "trial"], "receives": both, "existing_people": "none",
                    "accept_assumed": [
                        "create_prospect", "update_prospect", "create_member", "update_member", "list_staff", "list_lead_sources", "create_lead_source",
                    ],
                },
            },
        ],
    });
    file.to_string()
}
