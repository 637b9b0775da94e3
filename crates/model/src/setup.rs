//! The set-up: clients, clubs, connections and who may speak for them. Small, read whole, changed by turn-up.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Agreement, ClientId, ClubId, ConnectionId, Moment};

/// A business or chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Its number.
    pub id: ClientId,
    /// Its name; turn-up knows it by this.
    pub name: String,
    /// How many days the details of its logs are kept; 0 keeps them.
    #[serde(default = "Client::usual_log_detail_days")]
    pub log_detail_days: u32,
}

impl Client {
    /// A year and some, where nothing else is said.
    pub const fn usual_log_detail_days() -> u32 {
        400
    }
}

/// One physical location of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Club {
    /// Its number.
    pub id: ClubId,
    /// Its client.
    pub client: ClientId,
    /// Its name.
    pub name: String,
    /// Its street address, on one line.
    pub address: String,
    /// Its IANA time zone.
    pub zone: String,
    /// When each of its earlier logging URLs was withdrawn, oldest first. They explain themselves and show nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log_withdrawn: Vec<Moment>,
    /// Whether the last one was withdrawn and no other took its place.
    #[serde(default, skip_serializing_if = "is_false")]
    pub log_closed: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Club {
    /// The number of the logging URL that opens the log, counted from 0; `None` while there is none.
    pub fn log_url(&self) -> Option<usize> {
        (!self.log_closed).then_some(self.log_withdrawn.len())
    }

    /// Gives the log another URL; the present one, if there is one, is withdrawn.
    pub fn rotate_log_url(&mut self, now: Moment) {
        if !std::mem::take(&mut self.log_closed) {
            self.log_withdrawn.push(now);
        }
    }

    /// Withdraws the log's URL; answers whether there was one.
    pub fn revoke_log_url(&mut self, now: Moment) -> bool {
        let open = !std::mem::replace(&mut self.log_closed, true);
        if open {
            self.log_withdrawn.push(now);
        }
        open
    }
}

/// One platform as one client uses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Its number.
    pub id: ConnectionId,
    /// Its client.
    pub client: ClientId,
    /// The name of the platform's description.
    pub platform: String,
    /// The provider identifier by which the platform calls us, if it does.
    pub provider: Option<String>,
    /// The client's number at the platform.
    pub client_number: String,
    /// What flows.
    pub agreement: Agreement,
    /// The settings of client scope, secrets sealed.
    pub settings: serde_json::Value,
    /// Since when it is live; until then nothing but the verification call leaves.
    pub live_since: Option<Moment>,
    /// Why nothing goes out to it just now, if somebody paused it. What is due waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<Pause>,
    /// The description that it runs, by its digest; none: whatever the hub knows of the platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs: Option<String>,
    /// The description that it ran before, to go back to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ran: Option<String>,
    /// Its clubs.
    pub clubs: Vec<ClubNumber>,
}

/// Why an operator paused a connection, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Since when.
    pub since: Moment,
    /// Why; clubs read it.
    pub reason: String,
}

impl Connection {
    /// The club's mapping, if the club is on this connection.
    pub fn at(&self, club: ClubId) -> Option<&ClubNumber> {
        self.clubs.iter().find(|number| number.club == club)
    }
}

/// A club as a platform numbers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClubNumber {
    /// The club.
    pub club: ClubId,
    /// Its number there: opaque text.
    pub number: String,
    /// The settings of club scope, secrets sealed.
    pub settings: serde_json::Value,
    /// Another description that this club tries, by its digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries: Option<String>,
}

impl Connection {
    /// The digests of all descriptions that it needs.
    pub fn versions(&self) -> impl Iterator<Item = &String> {
        let tried = self.clubs.iter().filter_map(|club| club.tries.as_ref());
        self.runs.iter().chain(&self.ran).chain(tried)
    }
}

/// A description that some connection runs, tries, or ran before: an installation that knows a newer one keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The platform's name.
    pub platform: String,
    /// What its text is known by.
    pub digest: String,
    /// Its number, as it says itself.
    pub number: u32,
    /// When it was first run.
    pub since: Moment,
    /// The text.
    pub text: String,
}

/// A caller's token, kept as a hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// SHA-256 of the token, in hex.
    pub hash: String,
    /// The provider identifier that it speaks for.
    pub provider: String,
    /// The client it is limited to, if any.
    pub client: Option<ClientId>,
    /// The clubs it is limited to; none: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clubs: Vec<ClubId>,
    /// What it is for.
    pub label: String,
    /// When it was made.
    pub created: Moment,
    /// When it was withdrawn.
    pub revoked: Option<Moment>,
}

/// Everything that turn-up decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setup {
    /// The clients.
    pub clients: Vec<Client>,
    /// Their clubs.
    pub clubs: Vec<Club>,
    /// Their connections.
    pub connections: Vec<Connection>,
    /// Who may call.
    pub tokens: Vec<Token>,
    /// The descriptions that connections need.
    pub versions: Vec<Version>,
}

impl Setup {
    /// Clients, clubs and connections in order of number, tokens in order of hash, descriptions of digest.
    #[must_use]
    pub fn in_order(mut self) -> Setup {
        self.clients.sort_by_key(|client| client.id);
        self.clubs.sort_by_key(|club| club.id);
        self.connections.sort_by_key(|connection| connection.id);
        self.tokens.sort_by(|one, other| one.hash.cmp(&other.hash));
        self.versions.sort_by(|one, other| one.digest.cmp(&other.digest));
        self
    }

    /// A description that is kept.
    pub fn version(&self, digest: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.digest == digest)
    }

    /// Forgets the descriptions that no connection needs any more.
    pub fn forget_versions(&mut self) {
        let needed: BTreeSet<&String> = self.connections.iter().flat_map(Connection::versions).collect();
        let mut versions = std::mem::take(&mut self.versions);
        versions.retain(|version| needed.contains(&version.digest));
        self.versions = versions;
    }
}
