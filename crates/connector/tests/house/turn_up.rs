//! The turn-up file and the configuration of the house.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use simulator::sender::Sender;
use simulator::{Club, Config, Platform};

use super::{CLIENT, CLIENT_ID, HARBOUR, House, KITS, OTHER_CLIENT, OTHER_CLIENT_ID, PORTO, Told};

/// A club, as each platform numbers it.
#[derive(Clone, Copy, Debug)]
pub struct Ids {
    pub name: &'static str,
    pub zone: &'static str,
    pub intouch: &'static str,
    pub i4: &'static str,
    pub vfp: &'static str,
}

const UPDATES: [&str; 3] = ["update_prospect", "update_member", "update_ex_member"];

impl House {
    /// The file that turns the client up, as the plans say.
    pub fn turn_up_file(&self) -> Value {
        let mut connections = vec![self.intouch_connection()];
        if self.plans.i4 {
            connections.push(self.i4_connection());
        }
        if self.plans.vfp {
            connections.push(self.vfp_connection());
        }
        let clubs = [KITS, PORTO]
            .map(|club| json!({ "name": club.name, "time_zone": club.zone, "address": "1 Beach Road" }));
        json!({ "client": CLIENT, "clubs": clubs, "connections": connections })
    }

    fn intouch_connection(&self) -> Value {
        let credentials = Config::new(Platform::InTouch).credentials;
        let mut agreement = json!({
            "with": ["owner", "lead_source", "trial"], "receives": ["people", "directory"], "existing_people": "none",
        });
        if self.plans.intouch_receives {
            agreement["sends"] =
                json!({ "prospects": "creates_and_updates", "members": "updates", "ex_members": "updates" });
            agreement["accept_assumed"] = json!(assumed(&["create_prospect"]));
        }
        json!({
            "platform": "intouch", "provider": "INTOUCH", "client_id": CLIENT_ID, "live": true,
            "settings": { "client_id": credentials.user, "client_secret": credentials.secret },
            "clubs": clubs(|club| club.intouch),
            "agreement": agreement,
        })
    }

    fn i4_connection(&self) -> Value {
        let credentials = Config::new(Platform::JonasI4).credentials;
        json!({
            "platform": "jonas-i4", "client_id": credentials.company, "live": true,
            "settings": {
                "scheme": "http", "host": "127.0.0.1", "port": self.i4.addr().port(),
                "user": credentials.user, "password": credentials.secret,
            },
            "clubs": clubs(|club| club.i4),
            "agreement": {
                "sends": { "prospects": "creates_and_updates", "members": "updates", "ex_members": "updates" },
                "with": ["trial"], "existing_people": "none",
                "accept_assumed": assumed(&["create_prospect"]),
            },
        })
    }

    fn vfp_connection(&self) -> Value {
        let creates = [
            "create_prospect",
            "create_member",
            "list_staff",
            "list_lead_sources",
            "find_lead_source",
            "create_lead_source",
        ];
        json!({
            "platform": "vfp", "provider": "VFP", "client_id": CLIENT_ID, "live": true,
            "settings": { "base_url": self.vfp.url(), "api_key": Config::new(Platform::Vfp).credentials.secret },
            "clubs": clubs(|club| club.vfp),
            "agreement": {
                "sends": { "prospects": "creates_and_updates", "members": "creates_and_updates", "ex_members": "updates" },
                "with": ["owner", "lead_source", "trial"], "receives": ["people", "directory"], "existing_people": "none",
                "accept_assumed": assumed(&creates),
            },
        })
    }

    /// Turns up another client beside the first, on the same platforms; answers how InTouch and VFP speak for its club.
    pub async fn turn_up_another_client(&self) -> (Sender, Sender) {
        self.intouch_there.add_club(Club::new(HARBOUR.intouch, HARBOUR.name));
        self.vfp.add_club(Club::new(HARBOUR.vfp, HARBOUR.name));
        let mut file = self.turn_up_file();
        file["client"] = json!(OTHER_CLIENT);
        let club = json!({ "name": HARBOUR.name, "time_zone": HARBOUR.zone, "address": "9 Harbour Road" });
        file["clubs"] = json!([club]);
        for connection in file["connections"].as_array_mut().unwrap() {
            let id = if connection["platform"] == "vfp" { HARBOUR.vfp } else { HARBOUR.intouch };
            connection["client_id"] = json!(OTHER_CLIENT_ID);
            connection["clubs"] = json!([{ "club": HARBOUR.name, "id": id }]);
        }
        self.turn_up(&file).await.went_well().says("new client");
        let voice = |provider: &str, club: &str, token: &str| {
            Sender::new(&self.url(), provider, (OTHER_CLIENT_ID, club), token).unwrap()
        };
        let vfp = voice("VFP", HARBOUR.vfp, &self.vfp_voice.token);
        (voice("INTOUCH", HARBOUR.intouch, &self.intouch.token), vfp)
    }

    /// Turns up what the file says.
    pub async fn turn_up(&self, file: &Value) -> Told {
        self.turn_up_with(file, &[]).await
    }

    /// Turns up, with further arguments.
    pub async fn turn_up_with(&self, file: &Value, further: &[&str]) -> Told {
        let path = self.dir.path().join("turn-up.yaml");
        fs::write(&path, file.to_string()).unwrap();
        self.command(&[&["turn-up", path.to_str().unwrap()], further].concat()).await
    }

    /// The configuration: where everything is.
    pub fn write_configuration(&self) {
        let root = self.dir.path();
        let intouch = self.intouch_there.url();
        let mut text = format!("listen = \"{}\"\ndata = {:?}\n", self.address, self.data().to_str().unwrap());
        if let Some(store) = &self.plans.store {
            writeln!(text, "store = {store:?}").unwrap();
        }
        if let Some(vfp) = &self.plans.vfp_described {
            describe_vfp(&root.join("platforms"), vfp);
            writeln!(text, "platforms = {:?}", root.join("platforms").to_str().unwrap()).unwrap();
        }
        writeln!(text, "[installation.intouch]\nlogin_url = \"{intouch}\"\napi_url = \"{intouch}\"").unwrap();
        fs::write(root.join("connector.toml"), text).unwrap();
    }
}

fn bundled() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../platforms/vfp")
}

/// The description as it is bundled.
pub fn bundled_vfp() -> String {
    fs::read_to_string(bundled().join("platform.yaml")).unwrap()
}

/// The description without these operations.
pub fn lacking(mut text: String, operations: &[&str]) -> String {
    for operation in operations {
        let named = format!("    - {operation}\n");
        assert!(text.contains(&named), "{operation}");
        text = text.replace(&named, "");
        let begin = text.find(&format!("\n  {operation}:\n")).unwrap() + 1;
        let end = begin + text[begin..].find("\n\n").unwrap() + 2;
        text.replace_range(begin..end, "");
    }
    text
}

fn describe_vfp(platforms: &Path, text: &str) {
    fs::create_dir_all(platforms.join("vfp")).unwrap();
    fs::write(platforms.join("vfp/platform.yaml"), text).unwrap();
    fs::copy(bundled().join("guide.md"), platforms.join("vfp/guide.md")).unwrap();
}

fn assumed(creates: &[&'static str]) -> Vec<&'static str> {
    [creates, &UPDATES].concat()
}

fn clubs(id: fn(&Ids) -> &'static str) -> Vec<Value> {
    [KITS, PORTO].iter().map(|club| json!({ "club": club.name, "id": id(club) })).collect()
}
