//! The directory of a club as an operator sees it: every entry, and what it is at each other connection.

use std::sync::Arc;

use model::directory::{Entry, How, Role};
use model::{ClubId, ConnectionId, Operation};
use serde::Serialize;

use super::save::takes;
use super::{Counterpart, Directory};
use crate::Hub;
use crate::registry::Spoke;
use platform::Given;

/// What an entry is at another connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Found by e-mail or name.
    Matched,
    /// Made there by the Connector.
    Created,
    /// Linked by hand.
    ByHand,
    /// Unlinked by hand.
    Unlinked,
    /// Being made there, or was when it was interrupted: nobody knows whether it is there.
    InDoubt,
    /// Several could be meant.
    Ambiguous,
    /// Nobody there.
    Unmatched,
}

/// An entry at another connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The platform's name.
    pub platform: String,
    /// What people call it.
    pub title: String,
    /// What the entry is there.
    pub standing: Standing,
    /// Its number there, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Its name there, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who could be meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub among: Vec<String>,
}

/// An entry and its places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Placed {
    /// Staff member or lead source.
    pub role: Role,
    /// The name of the platform whose entry it is.
    pub platform: String,
    /// What people call that platform.
    pub title: String,
    /// Its number there.
    pub number: String,
    /// Its name.
    pub name: String,
    /// A staff member's e-mail.
    pub email: String,
    /// Whether it is in use.
    pub active: bool,
    /// What it is elsewhere.
    pub elsewhere: Vec<Place>,
}

/// A club's directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Overview {
    /// The entries, in order of role, connection and number.
    pub entries: Vec<Placed>,
    /// Platforms whose lists could not be read just now; theirs are as last known.
    pub not_read: Vec<String>,
}

impl Hub {
    /// Reads the lists of a club's platforms anew, and says how everything in them corresponds.
    pub async fn overview(self: &Arc<Self>, club: ClubId) -> store::Result<Overview> {
        let not_read = self.read_lists(club).await?;
        let registry = self.registry();
        let spokes = registry.of_club(club);
        let mut entries = Vec::new();
        for role in [Role::Staff, Role::LeadSource] {
            for spoke in spokes {
                for entry in self.directory().entries_of(spoke.id(), club, role) {
                    entries.push(self.directory().placed(&entry, spoke, spokes));
                }
            }
        }
        Ok(Overview { entries, not_read })
    }

    /// Reads the lists of a club's live platforms; answers whose could not be read.
    pub async fn read_lists(self: &Arc<Self>, club: ClubId) -> store::Result<Vec<String>> {
        let registry = Arc::clone(&self.registry());
        let mut not_read = Vec::new();
        for spoke in registry.of_club(club).iter().filter(|spoke| spoke.connection.live_since.is_some()) {
            for (role, operation) in
                [(Role::Staff, Operation::ListStaff), (Role::LeadSource, Operation::ListLeadSources)]
            {
                if spoke.abilities().can(operation)
                    && !self.read_list(spoke, (club, role), operation, Given::default()).await?.is_whole()
                    && !not_read.contains(&spoke.title().to_owned())
                {
                    not_read.push(spoke.title().to_owned());
                }
            }
        }
        Ok(not_read)
    }
}

impl Directory {
    fn placed(&self, entry: &Entry, of: &Spoke, spokes: &[Arc<Spoke>]) -> Placed {
        let wanted =
            |spoke: &&Arc<Spoke>| takes(spoke, entry) || self.correspondence(entry.id, spoke.id()).is_some();
        Placed {
            role: entry.role,
            platform: of.connection.platform.clone(),
            title: of.title().to_owned(),
            number: entry.remote_id.clone(),
            name: entry.name.clone(),
            email: entry.email.clone(),
            active: entry.active,
            elsewhere: spokes.iter().filter(wanted).map(|spoke| self.place(entry, spoke)).collect(),
        }
    }

    fn place(&self, entry: &Entry, spoke: &Spoke) -> Place {
        let (standing, number, among) = self.standing(entry, spoke.id());
        let there = number.as_ref().and_then(|number| self.numbered(entry, spoke.id(), number));
        Place {
            platform: spoke.connection.platform.clone(),
            title: spoke.title().to_owned(),
            standing,
            number,
            name: there.map(|there| there.name).filter(|name| !name.is_empty()),
            among,
        }
    }

    fn standing(&self, entry: &Entry, connection: ConnectionId) -> (Standing, Option<String>, Vec<String>) {
        if let Some(one) = self.correspondence(entry.id, connection) {
            let standing = match one.how {
                How::Matched => Standing::Matched,
                How::Created => Standing::Created,
                How::Creating => Standing::InDoubt,
                How::Pinned => Standing::ByHand,
                How::Unlinked => Standing::Unlinked,
            };
            return (standing, Some(one.remote_id).filter(|number| !number.is_empty()), Vec::new());
        }
        match self.counterpart(entry, connection) {
            _ if !entry.known => (Standing::Unmatched, None, Vec::new()),
            Counterpart::One(one) => (Standing::Matched, Some(one.remote_id), Vec::new()),
            Counterpart::None => (Standing::Unmatched, None, Vec::new()),
            Counterpart::Several(_, among) => (Standing::Ambiguous, None, among),
        }
    }
}
