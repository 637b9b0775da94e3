//! A house with one more platform in it, whichever: its description pointed at its simulator, and turned up.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use simulator::{Config, LeadSource, Platform, Simulator, Staff};

use super::{House, KITS, Plans, house};

/// A platform to be turned up.
#[derive(Clone, Copy, Debug)]
pub struct Vendor {
    /// The name in descriptions, files and commands.
    pub name: &'static str,
    pub platform: Platform,
    /// The addresses in its description that are its maker's own.
    pub addresses: &'static [&'static str],
    pub client_id: &'static str,
    /// Settings of client scope, without their secret.
    pub settings: &'static [(&'static str, &'static str)],
    /// Settings of club scope, without their secret.
    pub club_settings: &'static [(&'static str, &'static str)],
    /// The setting that is a secret, and whether each club has one of its own.
    pub secret: (&'static str, bool),
    /// What flows there: prospects, members, ex-members.
    pub sends: [&'static str; 3],
    /// What goes along: `owner`, `lead_source`, `trial`.
    pub with: &'static [&'static str],
    /// Assumed operations that are accepted.
    pub assumed: &'static [&'static str],
    /// Whether what its own people change is taken.
    pub receives: bool,
}

impl Vendor {
    fn club_id(&self) -> String {
        Config::new(self.platform).clubs[0].id.clone()
    }

    /// The file that turns it up beside InTouch, with this secret.
    pub fn turn_up_file(&self, house: &House, secret: &str) -> Value {
        let mut file = house.turn_up_file();
        let mut settings =
            self.settings.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let mut of_club: serde_json::Map<_, _> =
            self.club_settings.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let (name, each_club) = self.secret;
        let scope: &mut serde_json::Map<_, _> = if each_club { &mut of_club } else { &mut settings };
        scope.insert(name.to_owned(), json!(secret));
        let sends: serde_json::Map<_, _> = ["prospects", "members", "ex_members"]
            .into_iter()
            .zip(self.sends)
            .filter(|(_, what)| !what.is_empty())
            .map(|(kind, what)| (kind.to_owned(), json!(what)))
            .collect();
        file["connections"].as_array_mut().unwrap().push(json!({
            "platform": self.name, "client_id": self.client_id, "live": true, "settings": settings,
            "clubs": [{ "club": KITS.name, "id": self.club_id(), "settings": of_club }],
            "agreement": {
                "sends": sends, "with": self.with, "existing_people": "none", "accept_assumed": self.assumed,
                "receives": if self.receives { vec!["people"] } else { vec![] },
            },
        }));
        file
    }
}

/// One of many who work there, so that lists have several pages.
fn somebody(number: u32) -> Staff {
    Staff::new(&number.to_string(), "Sam", &format!("Staff{number}"), &format!("s{number}@club.example"))
}

/// A house with InTouch and one platform, where Nina works, among many, and Facebook is a lead source.
pub async fn with(vendor: &Vendor) -> (House, Simulator) {
    with_in(house(), vendor).await
}

/// The same in a house of these plans.
pub async fn with_in(plans: Plans, vendor: &Vendor) -> (House, Simulator) {
    let config = Config {
        staff: (102..360)
            .map(somebody)
            .chain([Staff::new("101", "Nina", "Okafor", "nina@club.example")])
            .collect(),
        lead_sources: vec![LeadSource::new("7", "Facebook")],
        ..Config::new(vendor.platform)
    };
    let there = Simulator::start(vendor.platform, config).await.unwrap();
    let mut house = plans.not_turned_up().open().await;
    assert!(house.stop().await);
    point(&house, vendor, &there);
    house.start().await;
    let file = vendor.turn_up_file(&house, &Config::new(vendor.platform).credentials.secret);
    house.turn_up(&file).await.went_well();
    house.intouch.token = house.token("INTOUCH").await;
    (house, there)
}

/// The hub knows the vendor's description with the simulator's address in it, looks into a doubt soon, and takes what it reads
/// for new.
fn point(house: &House, vendor: &Vendor, there: &Simulator) {
    let name = vendor.name;
    let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../platforms").join(name);
    let setting = "settings:\n  simulator: {title: Simulator, kind: url, scope: installation}\n";
    let text = fs::read_to_string(bundled.join("platform.yaml")).unwrap();
    let mut text = text.replacen("settings:\n", setting, 1);
    for (word, seconds) in [("late_after_s", 0), ("visible_after_s", 1)] {
        let hurried = |line: &str| {
            let is_it = line.trim_start().starts_with(word);
            if is_it { format!("  {word}: {seconds}\n") } else { format!("{line}\n") }
        };
        text = text.lines().map(hurried).collect();
    }
    text = text.replace("lag_s: 21600", "lag_s: 0");
    for address in vendor.addresses {
        let address = format!(": {address}");
        assert!(text.contains(&address), "{address}");
        while let Some((before, after)) = text.split_once(&address) {
            let (path, after) = after.split_once('\n').unwrap();
            let path = path.trim_end_matches('\'');
            text = format!("{before}: '{{{{ settings.simulator }}}}{path}'\n{after}");
        }
    }
    let root = house.dir.path();
    let own = root.join("platforms").join(name);
    fs::create_dir_all(&own).unwrap();
    fs::write(own.join("platform.yaml"), text).unwrap();
    fs::copy(bundled.join("guide.md"), own.join("guide.md")).unwrap();
    let configuration = fs::read_to_string(root.join("connector.toml")).unwrap();
    let (top, installation) = configuration.split_once("[installation").unwrap();
    let top = top.lines().filter(|line| !line.starts_with("platforms")).collect::<Vec<_>>().join("\n");
    let configuration = format!(
        "{top}\nplatforms = {:?}\n[installation{installation}\n[installation.{name}]\nsimulator = \"{}\"\n",
        root.join("platforms").to_str().unwrap(),
        there.url()
    );
    fs::write(root.join("connector.toml"), configuration).unwrap();
}
