//! The turn-up file: what an operator or a club's manager fills in.

use std::collections::BTreeMap;

use model::{Client, Existing, Sends, When};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::check::Problem;

/// The whole file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TurnUpFile {
    /// The client's name; a file with a known name changes that client.
    pub client: String,
    /// How many days the details of its logs are kept; 0 keeps them.
    #[serde(default = "Client::usual_log_detail_days")]
    pub log_detail_days: u32,
    /// Its clubs.
    pub clubs: Vec<ClubFile>,
    /// Its connections.
    pub connections: Vec<ConnectionFile>,
}

/// One club.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClubFile {
    /// Its name, unique within the client.
    pub name: String,
    /// Its address, on one line.
    #[serde(default)]
    pub address: String,
    /// Its IANA time zone.
    pub time_zone: String,
}

/// One connection.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionFile {
    /// The platform's name.
    pub platform: String,
    /// The provider identifier by which it calls the Connector, if it does.
    #[serde(default)]
    pub provider: Option<String>,
    /// The client's id there.
    pub client_id: String,
    /// Whether it goes live.
    #[serde(default)]
    pub live: bool,
    /// Settings of client scope.
    #[serde(default)]
    pub settings: BTreeMap<String, SettingFile>,
    /// Each club's id there.
    pub clubs: Vec<ClubIdFile>,
    /// What flows.
    pub agreement: AgreementFile,
}

/// A club's id at a platform.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClubIdFile {
    /// The club's name in this file.
    pub club: String,
    /// Its id there.
    pub id: String,
    /// Settings of club scope.
    #[serde(default)]
    pub settings: BTreeMap<String, SettingFile>,
}

/// A setting's value.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SettingFile {
    /// In the file itself.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Somewhere else, so that the file may be handed on.
    Elsewhere(SecretFile),
}

/// Where a value is to be found.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum SecretFile {
    /// In this environment variable of the command.
    Env(String),
    /// In this file, its last line break cut.
    File(String),
}

impl SettingFile {
    /// The value, once it was brought in.
    pub fn text(&self) -> Option<SecretString> {
        match self {
            SettingFile::Text(text) => Some(text.clone().into()),
            SettingFile::Number(number) => Some(number.to_string().into()),
            SettingFile::Elsewhere(_) => None,
        }
    }

    fn bring_in(&mut self) -> Result<(), String> {
        let SettingFile::Elsewhere(elsewhere) = self else { return Ok(()) };
        let text = match elsewhere {
            SecretFile::Env(name) => {
                std::env::var(&*name).map_err(|_| format!("the environment variable `{name}` is not set"))?
            }
            SecretFile::File(file) => std::fs::read_to_string(&*file)
                .map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
                .map_err(|error| format!("`{file}` cannot be read: {error}"))?,
        };
        *self = SettingFile::Text(text);
        Ok(())
    }
}

impl TurnUpFile {
    /// Brings in the values that stand in the environment and in files of whoever runs the command.
    pub fn bring_in(&mut self) -> Result<(), Problem> {
        for connection in &mut self.connections {
            let at = format!("connections[{}].settings", connection.platform);
            let of_clubs = connection.clubs.iter_mut().flat_map(|club| &mut club.settings);
            for (name, value) in connection.settings.iter_mut().chain(of_clubs) {
                value.bring_in().map_err(|message| Problem { at: format!("{at}.{name}"), message })?;
            }
        }
        Ok(())
    }
}

/// What flows, in the words of the agreement.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgreementFile {
    /// What goes out, by kind.
    #[serde(default)]
    pub sends: SendsFile,
    /// At once, or only once won.
    #[serde(default)]
    pub when: When,
    /// What travels with a person: `owner`, `lead_source`, `trial`.
    #[serde(default)]
    pub with: Vec<With>,
    /// What is taken from it: `people`, `directory`.
    #[serde(default)]
    pub receives: Vec<Receives>,
    /// What happens to people from before. Must be said where records are created.
    #[serde(default)]
    pub existing_people: Option<Existing>,
    /// The platform that wins a conflict; the newer change does where none is named.
    #[serde(default)]
    pub conflicts_won_by: Option<String>,
    /// Whether an empty element from this provider clears the field.
    #[serde(default)]
    pub empty_means_cleared: bool,
    /// Whether this provider is told InTouch's own ids.
    #[serde(default)]
    pub tells_intouch_id: bool,
    /// Capabilities that nobody outside the vendor has confirmed and that are to be used all the same, by name.
    #[serde(default)]
    pub accept_assumed: Vec<String>,
}

/// What goes out, by kind.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendsFile {
    /// Prospects.
    #[serde(default)]
    pub prospects: Sends,
    /// Members.
    #[serde(default)]
    pub members: Sends,
    /// Ex-members.
    #[serde(default)]
    pub ex_members: Sends,
}

/// What travels with a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum With {
    /// The staff owner.
    Owner,
    /// The lead source.
    LeadSource,
    /// Trial dates.
    Trial,
}

/// What is taken from a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Receives {
    /// People.
    People,
    /// Staff and lead sources.
    Directory,
}
