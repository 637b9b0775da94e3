//! What a checked turn-up file would change.

use std::collections::BTreeMap;

use model::{
    Agreement, Client, ClientId, Club, ClubId, ClubNumber, Conflict, Connection, ConnectionId, Existing,
    Moment, Setup,
};
use platform::library::Library;
use platform::{Description, SettingValue};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::file::{AgreementFile, ConnectionFile, Receives, SettingFile, TurnUpFile, With};
use crate::registry::{open, sealed};
use crate::vault::Vault;
use crate::versions;

/// A set-up to come, and how it differs from today's.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The set-up after it.
    pub setup: Setup,
    /// The client.
    pub client: ClientId,
    /// What changes, a sentence each; empty when there is nothing to change.
    pub changes: Vec<String>,
    /// Connections that go live with it.
    pub going_live: Vec<ConnectionId>,
}

/// Why a plan could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A value that stands elsewhere was not brought in.
    #[error("{0}: the value was not brought in from where it stands")]
    Elsewhere(String),
    /// A secret could not be sealed or opened.
    #[error(transparent)]
    Vault(#[from] crate::vault::VaultError),
}

impl Plan {
    /// Plans a checked file. Secrets are compared, and sealed anew only where they differ.
    pub fn new(
        file: &TurnUpFile,
        before: &Setup,
        (library, vault): (&Library, &Vault),
        now: Moment,
    ) -> Result<Plan, PlanError> {
        let mut planner = Planner { plan: Plan::of(before), vault, now };
        let client = planner.client(file);
        planner.plan.client = client;
        let clubs = planner.clubs(file, client);
        let mut ids = BTreeMap::new();
        for connection in &file.connections {
            if let Some(description) = library.get(&connection.platform) {
                let id = planner.connection(connection, client, &clubs, &description)?;
                ids.insert(connection.platform.as_str(), id);
            }
        }
        planner.agreements(file, client, &ids);
        versions::pin(&mut planner.plan.setup, library, now);
        Ok(planner.plan)
    }

    fn of(setup: &Setup) -> Plan {
        Plan { setup: setup.clone(), client: ClientId(0), changes: Vec::new(), going_live: Vec::new() }
    }
}

struct Planner<'a> {
    plan: Plan,
    vault: &'a Vault,
    now: Moment,
}

impl Planner<'_> {
    fn changed(&mut self, sentence: String) {
        self.plan.changes.push(sentence);
    }

    fn client(&mut self, file: &TurnUpFile) -> ClientId {
        let (name, log_detail_days) = (file.client.as_str(), file.log_detail_days);
        if let Some(client) = self.plan.setup.clients.iter_mut().find(|client| client.name == name) {
            let id = client.id;
            if std::mem::replace(&mut client.log_detail_days, log_detail_days) != log_detail_days {
                self.changed(match log_detail_days {
                    0 => "details of the log are kept".to_owned(),
                    days => format!("details of the log are kept for {days} days"),
                });
            }
            return id;
        }
        let id = ClientId(self.plan.setup.clients.iter().map(|client| client.id.0).max().unwrap_or(0) + 1);
        self.plan.setup.clients.push(Client { id, name: name.to_owned(), log_detail_days });
        self.changed(format!("new client `{name}`"));
        id
    }

    fn clubs(&mut self, file: &TurnUpFile, client: ClientId) -> BTreeMap<String, ClubId> {
        let mut ids = BTreeMap::new();
        for wanted in &file.clubs {
            let known = self
                .plan
                .setup
                .clubs
                .iter()
                .position(|club| club.client == client && club.name == wanted.name);
            let place = known.unwrap_or_else(|| {
                let id = ClubId(self.plan.setup.clubs.iter().map(|club| club.id.0).max().unwrap_or(0) + 1);
                let (name, address, zone) = (wanted.name.clone(), String::new(), String::new());
                let (log_withdrawn, log_closed) = (Vec::new(), false);
                let club = Club { id, client, name, address, zone, log_withdrawn, log_closed };
                self.plan.setup.clubs.push(club);
                self.changed(format!("new club `{}`", wanted.name));
                self.plan.setup.clubs.len() - 1
            });
            let club = &mut self.plan.setup.clubs[place];
            ids.insert(wanted.name.clone(), club.id);
            if club.zone != wanted.time_zone || club.address != wanted.address {
                club.zone.clone_from(&wanted.time_zone);
                club.address.clone_from(&wanted.address);
                if known.is_some() {
                    self.changed(format!("club `{}`: address or time zone", wanted.name));
                }
            }
        }
        ids
    }

    fn connection(
        &mut self,
        file: &ConnectionFile,
        client: ClientId,
        clubs: &BTreeMap<String, ClubId>,
        description: &Description,
    ) -> Result<ConnectionId, PlanError> {
        let all = &self.plan.setup.connections;
        let known = all.iter().position(|one| one.client == client && one.platform == file.platform);
        let id = known.map_or_else(
            || ConnectionId(all.iter().map(|one| one.id.0).max().unwrap_or(0) + 1),
            |place| all[place].id,
        );
        let before = known.map(|place| all[place].clone());
        let at = format!("connections[{}]", file.platform);
        let settings =
            self.settings(id, &file.settings, before.as_ref().map(|one| &one.settings), (description, &at))?;
        let mut numbers = Vec::new();
        for number in &file.clubs {
            let Some(club) = clubs.get(&number.club) else { continue };
            let stored = before.as_ref().and_then(|one| one.at(*club)).map(|number| &number.settings);
            let at = format!("{at}.clubs[{}]", number.club);
            let settings = self.settings(id, &number.settings, stored, (description, &at))?;
            let tries = before.as_ref().and_then(|one| one.at(*club)?.tries.clone());
            numbers.push(ClubNumber { club: *club, number: number.id.clone(), settings, tries });
        }
        let live_since = before.as_ref().and_then(|one| one.live_since);
        let after = Connection {
            id,
            client,
            platform: file.platform.clone(),
            provider: file.provider.clone(),
            client_number: file.client_id.clone(),
            agreement: before.as_ref().map_or_else(Agreement::default, |one| one.agreement.clone()),
            settings,
            live_since: if file.live { live_since.or(Some(self.now)) } else { None },
            paused: before.as_ref().and_then(|one| one.paused.clone()),
            runs: before.as_ref().and_then(|one| one.runs.clone()),
            ran: before.as_ref().and_then(|one| one.ran.clone()),
            clubs: numbers,
        };
        self.compare(before.as_ref(), &after, description.title());
        self.side_effects(before.as_ref(), &after, description);
        match known {
            Some(place) => self.plan.setup.connections[place] = after,
            None => self.plan.setup.connections.push(after),
        }
        Ok(id)
    }

    fn compare(&mut self, before: Option<&Connection>, after: &Connection, title: &str) {
        let Some(before) = before else {
            self.changed(format!("{title}: new connection for {} clubs", after.clubs.len()));
            if after.live_since.is_some() {
                self.going_live(after.id, title);
            }
            return;
        };
        if before.clubs != after.clubs {
            self.changed(format!("{title}: the clubs' ids or settings"));
        }
        if before.settings != after.settings || before.client_number != after.client_number {
            self.changed(format!("{title}: settings"));
        }
        if before.provider != after.provider {
            self.changed(format!("{title}: provider identifier"));
        }
        match (before.live_since, after.live_since) {
            (None, Some(_)) => self.going_live(after.id, title),
            (Some(_), None) => self.changed(format!("{title}: no longer live")),
            _ => {}
        }
    }

    /// What the platform does to people is told whenever it is switched, and where a connection is new also what is off.
    fn side_effects(&mut self, before: Option<&Connection>, after: &Connection, description: &Description) {
        let title = description.title();
        for effect in description.side_effects() {
            let before = before.map(|before| switched(before, &effect.name));
            let now = switched(after, &effect.name);
            if before.as_ref() == Some(&now) {
                continue;
            }
            let what = format!("{} (`{}`)", effect.title, effect.name);
            self.changed(match now {
                On::Nowhere => format!("{title}: off, as long as nobody switches it on: {what}"),
                On::Everywhere => format!("{title}: SWITCHED ON: {what}"),
                On::Clubs(clubs) => format!("{title}: SWITCHED ON for {} clubs: {what}", clubs.len()),
            });
        }
    }

    fn going_live(&mut self, id: ConnectionId, title: &str) {
        self.changed(format!("{title}: goes live"));
        self.plan.going_live.push(id);
    }

    fn agreements(&mut self, file: &TurnUpFile, client: ClientId, ids: &BTreeMap<&str, ConnectionId>) {
        for wanted in &file.connections {
            let winner = wanted.agreement.conflicts_won_by.as_deref().and_then(|name| ids.get(name)).copied();
            let agreement = agreement(&wanted.agreement, winner);
            let all = &mut self.plan.setup.connections;
            let place = all.iter().position(|one| one.client == client && one.platform == wanted.platform);
            let Some(place) = place else { continue };
            let is_new = all[place].agreement == Agreement::default();
            if all[place].agreement != agreement {
                all[place].agreement = agreement;
                if !is_new {
                    self.changed(format!("{}: agreement", wanted.platform));
                }
            }
        }
    }

    fn settings(
        &self,
        connection: ConnectionId,
        given: &BTreeMap<String, SettingFile>,
        stored: Option<&Value>,
        (description, at): (&Description, &str),
    ) -> Result<Value, PlanError> {
        let mut settings = Map::new();
        for (name, value) in given {
            let value = value.text().ok_or_else(|| PlanError::Elsewhere(format!("{at}.settings.{name}")))?;
            let secret = description.settings().iter().any(|one| one.name == *name && one.is_secret());
            let before = stored.and_then(|stored| stored.get(name));
            let kept = match before {
                Some(before) if secret && self.opens_to(connection, name, before, &value) => before.clone(),
                _ if secret => sealed(connection, name, &value, self.vault)?,
                _ => Value::String(value.expose_secret().to_owned()),
            };
            settings.insert(name.clone(), kept);
        }
        // What the description that still runs may need, and the newest no longer knows.
        for (name, value) in stored.and_then(Value::as_object).into_iter().flatten() {
            if description.setting(name).is_none() {
                settings.insert(name.clone(), value.clone());
            }
        }
        Ok(Value::Object(settings))
    }

    fn opens_to(&self, connection: ConnectionId, name: &str, stored: &Value, value: &SecretString) -> bool {
        matches!(
            open(connection, name, stored, self.vault),
            Ok(SettingValue::Secret(before)) if before.expose_secret() == value.expose_secret()
        )
    }
}

/// Where a side effect is switched on.
#[derive(Debug, PartialEq, Eq)]
enum On {
    Nowhere,
    Everywhere,
    Clubs(Vec<ClubId>),
}

fn switched(connection: &Connection, name: &str) -> On {
    let is_on = |settings: &Value| settings.get(name).and_then(Value::as_str) == Some("true");
    if is_on(&connection.settings) {
        return On::Everywhere;
    }
    let clubs: Vec<ClubId> =
        connection.clubs.iter().filter(|one| is_on(&one.settings)).map(|one| one.club).collect();
    if clubs.is_empty() { On::Nowhere } else { On::Clubs(clubs) }
}

fn agreement(file: &AgreementFile, winner: Option<ConnectionId>) -> Agreement {
    Agreement {
        prospects: file.sends.prospects,
        members: file.sends.members,
        ex_members: file.sends.ex_members,
        when: file.when,
        owner: file.with.contains(&With::Owner),
        lead_source: file.with.contains(&With::LeadSource),
        trial: file.with.contains(&With::Trial),
        receives_people: file.receives.contains(&Receives::People),
        receives_directory: file.receives.contains(&Receives::Directory),
        existing: file.existing_people.unwrap_or(Existing::None),
        conflict: winner.map_or(Conflict::Newest, Conflict::Prefer),
        empty_means_cleared: file.empty_means_cleared,
        tells_intouch_id: file.tells_intouch_id,
    }
}
