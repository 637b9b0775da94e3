//! The registry: the set-up as the hub uses it, read without a lock and replaced whole by turn-up.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use model::{
    Abilities, Agreement, Club, ClubId, ClubNumber, Connection, ConnectionId, Moment, Setup, Token, Version,
};
use platform::{Description, Endpoint, Net, Role, SettingValue, Settings, Tokens};
use secrecy::SecretString;
use serde_json::Value;

use crate::vault::Vault;
use crate::versions::Versions;

/// The mark of a sealed value inside stored settings.
const SEALED: &str = "sealed";

/// One connection, ready for use.
pub struct Spoke {
    /// As it was turned up.
    pub connection: Connection,
    /// Its platform.
    pub description: Arc<Description>,
    endpoints: BTreeMap<ClubId, Result<Arc<Endpoint>, String>>,
    /// The same connection as the clubs see it that try another description.
    tries: BTreeMap<ClubId, Arc<Spoke>>,
}

impl Spoke {
    /// The connection as a club sees it, which may try another description than the others run.
    pub fn at(self: &Arc<Self>, club: ClubId) -> &Arc<Spoke> {
        self.tries.get(&club).unwrap_or(self)
    }

    /// Its number.
    pub fn id(&self) -> ConnectionId {
        self.connection.id
    }

    /// What flows.
    pub fn agreement(&self) -> &Agreement {
        &self.connection.agreement
    }

    /// What its platform can do.
    pub fn abilities(&self) -> &Abilities {
        self.description.abilities()
    }

    /// It, as whoever reports something.
    pub(crate) fn reporter(&self) -> model::Sender<'_> {
        model::Sender {
            connection: self.id(),
            conflict: self.agreement().conflict,
            abilities: self.abilities(),
        }
    }

    /// What people call its platform.
    pub fn title(&self) -> &str {
        self.description.title()
    }

    /// The way to its platform for one club, or why there is none.
    pub fn endpoint(&self, club: ClubId) -> Result<&Arc<Endpoint>, String> {
        match self.endpoints.get(&club) {
            Some(Ok(endpoint)) => Ok(endpoint),
            Some(Err(problem)) => Err(problem.clone()),
            None => Err("this club is not on the connection".to_owned()),
        }
    }

    /// The ways to its platform that can be used, by club.
    pub fn endpoints(&self) -> impl Iterator<Item = (ClubId, &Arc<Endpoint>)> {
        self.endpoints.iter().filter_map(|(club, endpoint)| Some((*club, endpoint.as_ref().ok()?)))
    }

    /// Whether anything goes out to it.
    pub fn receives(&self) -> bool {
        self.connection.live_since.is_some() && self.agreement().sends_anything()
    }

    /// Whether anything goes out to it now: nobody paused it.
    pub fn flows(&self) -> bool {
        self.receives() && self.connection.paused.is_none()
    }
}

/// Whose log a key opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogKey {
    /// This club's.
    Opens(ClubId),
    /// It opened this club's until then.
    Withdrawn(ClubId, Moment),
}

/// Everything turn-up decided, indexed.
#[derive(Default)]
pub struct Registry {
    /// As stored.
    pub setup: Setup,
    spokes: BTreeMap<ConnectionId, Arc<Spoke>>,
    clubs: HashMap<ClubId, Arc<Club>>,
    of_club: HashMap<ClubId, Vec<Arc<Spoke>>>,
    by_provider: HashMap<(String, String), ConnectionId>,
    tokens: HashMap<String, Token>,
    log_keys: HashMap<String, LogKey>,
}

/// What is needed to make a registry besides the set-up.
pub struct Means<'a> {
    /// The descriptions.
    pub library: &'a platform::library::Library,
    /// Those of them that were read before.
    pub versions: &'a Versions,
    /// Opens secrets.
    pub vault: &'a Vault,
    /// The way out.
    pub net: &'a Arc<dyn Net>,
    /// The platforms' own tokens.
    pub tokens: &'a Arc<Tokens>,
    /// Settings of installation scope, by platform.
    pub installation: &'a BTreeMap<String, Settings>,
}

impl Registry {
    /// Indexes a set-up. A connection whose description is missing is left out, with the reason.
    pub fn new(setup: Setup, means: &Means<'_>) -> (Registry, Vec<String>) {
        let mut problems = Vec::new();
        let mut registry = Registry::default();
        for club in &setup.clubs {
            registry.clubs.insert(club.id, Arc::new(club.clone()));
            for (number, at) in club.log_withdrawn.iter().enumerate() {
                let key = log_key(means.vault, club.id, number);
                registry.log_keys.insert(key, LogKey::Withdrawn(club.id, *at));
            }
            if let Some(key) = open_log_key(means.vault, club) {
                registry.log_keys.insert(key, LogKey::Opens(club.id));
            }
        }
        for connection in &setup.connections {
            match whole(connection, &setup.versions, (means, &registry.clubs)) {
                Ok(spoke) => registry.add(Arc::new(spoke)),
                Err(problem) => problems.push(problem),
            }
        }
        registry.tokens = setup.tokens.iter().map(|token| (token.hash.clone(), token.clone())).collect();
        registry.setup = setup;
        (registry, problems)
    }

    fn add(&mut self, spoke: Arc<Spoke>) {
        let connection = &spoke.connection;
        if let Some(provider) = &connection.provider {
            let key = (provider.clone(), connection.client_number.clone());
            self.by_provider.insert(key, connection.id);
        }
        for number in &connection.clubs {
            self.of_club.entry(number.club).or_default().push(Arc::clone(spoke.at(number.club)));
        }
        self.spokes.insert(connection.id, spoke);
    }

    /// A connection.
    pub fn spoke(&self, id: ConnectionId) -> Option<&Arc<Spoke>> {
        self.spokes.get(&id)
    }

    /// All connections.
    pub fn spokes(&self) -> impl Iterator<Item = &Arc<Spoke>> {
        self.spokes.values()
    }

    /// The connections that are left out, for their platform is not known here.
    pub fn left_out(&self) -> impl Iterator<Item = ConnectionId> {
        let ids = self.setup.connections.iter().map(|connection| connection.id);
        ids.filter(|id| !self.spokes.contains_key(id))
    }

    /// A club's connections.
    pub fn of_club(&self, club: ClubId) -> &[Arc<Spoke>] {
        self.of_club.get(&club).map_or(&[], Vec::as_slice)
    }

    /// A club.
    pub fn club(&self, id: ClubId) -> Option<&Arc<Club>> {
        self.clubs.get(&id)
    }

    /// The connection of a provider, as it numbers the client.
    pub fn of_provider(&self, provider: &str, client_number: &str) -> Option<&Arc<Spoke>> {
        let id = self.by_provider.get(&(provider.to_owned(), client_number.to_owned()))?;
        self.spokes.get(id)
    }

    /// Whether any connection calls itself this.
    pub fn knows_provider(&self, provider: &str) -> bool {
        self.by_provider.keys().any(|(known, _)| known == provider)
    }

    /// A token by its hash.
    pub fn token(&self, hash: &str) -> Option<&Token> {
        self.tokens.get(hash).filter(|token| token.revoked.is_none())
    }

    /// Whose log a key opens.
    pub fn log_key(&self, key: &str) -> Option<LogKey> {
        self.log_keys.get(key).copied()
    }
}

/// The key in a club's logging URL; `None` while it was withdrawn and no other took its place.
pub fn open_log_key(vault: &Vault, club: &Club) -> Option<String> {
    club.log_url().map(|number| log_key(vault, club.id, number))
}

fn log_key(vault: &Vault, club: ClubId, number: usize) -> String {
    vault.derive(&format!("log/{club}/{number}"))
}

/// A connection with the descriptions that its clubs run and try.
fn whole(connection: &Connection, kept: &[Version], made: Made<'_>) -> Result<Spoke, String> {
    let (means, _) = made;
    let described =
        |digest: Option<&str>| means.versions.get(&connection.platform, digest, kept, means.library);
    let left_out = |problem: String| format!("connection {}: {problem}", connection.id);
    let runs = described(connection.runs.as_deref()).map_err(left_out)?;
    let mut spoke = spoke(connection, &runs, &connection.clubs, made);
    for number in connection.clubs.iter().filter(|number| number.tries.is_some()) {
        let tries = described(number.tries.as_deref()).map_err(left_out)?;
        let tried = self::spoke(connection, &tries, std::slice::from_ref(number), made);
        spoke.endpoints.extend(tried.endpoints.clone());
        spoke.tries.insert(number.club, Arc::new(tried));
    }
    Ok(spoke)
}

type Made<'m> = (&'m Means<'m>, &'m HashMap<ClubId, Arc<Club>>);

fn spoke(
    connection: &Connection,
    description: &Arc<Description>,
    numbers: &[ClubNumber],
    (means, clubs): Made<'_>,
) -> Spoke {
    let bound = |number: &ClubNumber| {
        let settings = settings_of(connection, (number, clubs.get(&number.club)), description, means)?;
        let (net, tokens) = (Arc::clone(means.net), Arc::clone(means.tokens));
        let endpoint = Endpoint::bind(Arc::clone(description), settings, net, tokens);
        endpoint
            .map(Arc::new)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    };
    Spoke {
        connection: connection.clone(),
        description: Arc::clone(description),
        endpoints: numbers.iter().map(|number| (number.club, bound(number))).collect(),
        tries: BTreeMap::new(),
    }
}

/// Installation, client and club settings merged; the platform's numbers of client and club fill the settings of that
/// role where none is given.
fn settings_of(
    connection: &Connection,
    (number, club): (&ClubNumber, Option<&Arc<Club>>),
    description: &Description,
    means: &Means<'_>,
) -> Result<Settings, String> {
    let mut merged = means.installation.get(&connection.platform).cloned().unwrap_or_default();
    for setting in description.settings() {
        let value = match setting.role {
            Some(Role::ClientId) => &connection.client_number,
            Some(Role::ClubId) => &number.number,
            Some(Role::TimeZone) => match club {
                Some(club) => &club.zone,
                None => continue,
            },
            None => continue,
        };
        merged.0.insert(setting.name.clone(), SettingValue::Text(value.clone()));
    }
    for stored in [&connection.settings, &number.settings] {
        for (name, value) in stored.as_object().into_iter().flatten() {
            let value = open(connection.id, name, value, means.vault)?;
            merged.0.insert(name.clone(), value);
        }
    }
    Ok(merged)
}

pub(crate) fn open(
    connection: ConnectionId,
    name: &str,
    value: &Value,
    vault: &Vault,
) -> Result<SettingValue, String> {
    match value {
        Value::String(text) => Ok(SettingValue::Text(text.clone())),
        Value::Object(object) => {
            let sealed = object.get(SEALED).and_then(Value::as_str).unwrap_or_default();
            let place = place(connection, name);
            vault.open(sealed, &place).map(SettingValue::Secret).map_err(|error| format!("`{name}`: {error}"))
        }
        other => Ok(SettingValue::Text(other.to_string())),
    }
}

fn place(connection: ConnectionId, name: &str) -> String {
    format!("connection/{connection}/{name}")
}

/// A secret setting as it is stored.
pub fn sealed(
    connection: ConnectionId,
    name: &str,
    secret: &SecretString,
    vault: &Vault,
) -> Result<Value, crate::vault::VaultError> {
    let sealed = vault.seal(secret, &place(connection, name))?;
    Ok(serde_json::json!({ SEALED: sealed }))
}
