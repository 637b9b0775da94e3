//! Saving staff and lead sources: kept at once, then matched on every other connection of the club.

use std::sync::Arc;

use model::directory::{Entry, How, Role, key_of};
use model::{
    ConnectionId, DirectoryStory, EntryId, Facts, Line, Operation, Outcome, Reference, Story, Tracking,
};
use platform::Given;

use crate::Hub;
use crate::clock;
use crate::door::{Refused, Sender, SourceRecord, StaffRecord};
use crate::lines::standing;
use crate::receive::database;
use crate::registry::Spoke;

impl Hub {
    /// Saves one staff member, as the sender numbers them.
    pub async fn save_staff(
        self: &Arc<Self>,
        sender: Sender,
        staff: StaffRecord,
    ) -> Result<Tracking, Refused> {
        let name = format!("{} {}", staff.first_name.trim(), staff.last_name.trim()).trim().to_owned();
        let entry = Entry {
            id: EntryId(0),
            role: Role::Staff,
            club: sender.club,
            connection: sender.connection,
            remote_id: staff.record_id,
            name: if name.is_empty() { staff.email.clone() } else { name },
            first_name: staff.first_name,
            last_name: staff.last_name,
            email: staff.email,
            active: staff.active,
            known: true,
        };
        self.save_entry(entry).await
    }

    /// Saves one lead source, as the sender numbers it.
    pub async fn save_source(
        self: &Arc<Self>,
        sender: Sender,
        source: SourceRecord,
    ) -> Result<Tracking, Refused> {
        let entry = Entry {
            id: EntryId(0),
            role: Role::LeadSource,
            club: sender.club,
            connection: sender.connection,
            remote_id: source.record_id,
            name: source.name,
            first_name: String::new(),
            last_name: String::new(),
            email: String::new(),
            active: source.active,
            known: true,
        };
        self.save_entry(entry).await
    }

    async fn save_entry(self: &Arc<Self>, entry: Entry) -> Result<Tracking, Refused> {
        let now = self.clock().now();
        let tracking = clock::tracking(self.clock(), now);
        let refused = |error| Refused { tracking, refusal: database(&error) };
        let ids =
            self.directory().keep(self.store(), vec![entry.clone()], Vec::new()).await.map_err(refused)?;
        let entry = Entry { id: ids.first().copied().unwrap_or_default(), ..entry };
        let line = self.directory_line(&entry, None, tracking, Story::Received);
        self.store().keep_lines(vec![line]).await.map_err(refused)?;
        self.announce(entry.club);
        let hub = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = hub.spread_entry(&entry, tracking).await {
                tracing::error!(%error, "a saved staff member or lead source was not matched; the next round will");
            }
        });
        Ok(tracking)
    }

    /// Matches a saved entry on every other connection of the club, and completes the people who refer to it.
    async fn spread_entry(self: &Arc<Self>, entry: &Entry, tracking: Tracking) -> store::Result<()> {
        let registry = Arc::clone(&self.registry());
        for spoke in registry.of_club(entry.club).iter().filter(|spoke| spoke.id() != entry.connection) {
            let wanted = match entry.role {
                Role::Staff => spoke.agreement().owner,
                Role::LeadSource => spoke.agreement().lead_source,
            };
            if wanted && spoke.receives() {
                let story = self.match_again(entry, spoke).await?;
                let line =
                    self.directory_line(entry, Some(spoke.id()), tracking, Story::Directory { what: story });
                self.store().keep_lines(vec![line]).await?;
                self.announce(entry.club);
                self.reproject(entry.id, spoke).await?;
            }
        }
        self.match_others(entry).await
    }

    /// A saved entry may be the counterpart that others were waiting for.
    async fn match_others(self: &Arc<Self>, saved: &Entry) -> store::Result<()> {
        let registry = Arc::clone(&self.registry());
        let Some(spoke) = registry.spoke(saved.connection).filter(|spoke| spoke.receives()) else {
            return Ok(());
        };
        let waiting: Vec<Entry> = {
            let tables = self.directory().read();
            let waits = |entry: &&Entry| {
                entry.connection != saved.connection
                    && entry.club == saved.club
                    && entry.role == saved.role
                    && key_of(entry) == key_of(saved)
                    && !tables.correspondences.contains_key(&(entry.id, spoke.id()))
            };
            tables.entries.values().filter(waits).cloned().collect()
        };
        for entry in waiting {
            self.directory().write().asked.remove(&(entry.id, spoke.id()));
            if let (Reference::To(_), _) = self.ask_for(entry.id, spoke).await? {
                self.reproject(entry.id, spoke).await?;
            }
        }
        Ok(())
    }

    /// Matches an entry anew: a staff member whose e-mail changed may be somebody else there now, and a renamed lead
    /// source is renamed there where the platform can.
    async fn match_again(
        self: &Arc<Self>,
        entry: &Entry,
        spoke: &Arc<Spoke>,
    ) -> store::Result<DirectoryStory> {
        self.directory().write().asked.remove(&(entry.id, spoke.id()));
        if let Some(one) = self.directory().correspondence(entry.id, spoke.id()) {
            match (one.how, entry.role) {
                (How::Pinned | How::Unlinked, _) => return Ok(DirectoryStory::Linked),
                (How::Matched, Role::Staff) => {
                    let there = self.directory().entries_of(spoke.id(), entry.club, Role::Staff);
                    let same = there
                        .iter()
                        .any(|other| other.remote_id == one.remote_id && key_of(other) == key_of(entry));
                    if !same {
                        self.correspond(entry, spoke, "", How::Matched).await?;
                    }
                }
                (How::Matched | How::Created, Role::LeadSource) if one.name != entry.name => {
                    return self.rename(entry, spoke, (one.remote_id, one.how)).await;
                }
                _ => {}
            }
        }
        self.ask_for(entry.id, spoke).await.map(|(_, story)| story)
    }

    async fn rename(
        &self,
        entry: &Entry,
        spoke: &Spoke,
        (number, how): (String, How),
    ) -> store::Result<DirectoryStory> {
        if !spoke.abilities().can(Operation::UpdateLeadSource) {
            return Ok(DirectoryStory::Linked);
        }
        let record = Some(model::RemoteId::plain(number.clone()));
        let given = Given { record, name: Some(entry.name.clone()), ..Given::default() };
        let answer = self.ask_directory(spoke, entry.club, Operation::UpdateLeadSource, given).await;
        match answer.map(|answer| answer.outcome) {
            Some(Outcome::Saved { .. } | Outcome::Unchanged) => {
                self.correspond(entry, spoke, &number, how).await?;
                Ok(DirectoryStory::Renamed)
            }
            _ => Ok(DirectoryStory::NotAsked),
        }
    }

    /// A line about a staff member or lead source.
    fn directory_line(
        &self,
        entry: &Entry,
        to: Option<ConnectionId>,
        tracking: Tracking,
        story: Story,
    ) -> Line {
        let (level, turn) = standing(&story, &[]);
        let facts = Facts {
            name: if entry.name.is_empty() { entry.remote_id.clone() } else { entry.name.clone() },
            from: Some(entry.connection),
            to,
            kind: None,
            story,
            fields: std::collections::BTreeMap::new(),
            record: None,
            attempts: Vec::new(),
            carries: Vec::new(),
            notes: Vec::new(),
        };
        let about = to.unwrap_or(entry.connection);
        let changed = self.clock().now();
        Line { tracking, about, club: entry.club, person: None, level, turn, open: false, changed, facts }
    }
}
