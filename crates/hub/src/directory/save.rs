//! Saving staff and lead sources: kept at once, then matched on every other connection of the club.

use std::collections::HashSet;
use std::sync::Arc;

use model::directory::{Correspondence, Entry, How, Role, key_of};
use model::{ConnectionId, DirectoryStory, EntryId, Facts, Line, Operation, Outcome, Story, Tracking};
use platform::Given;
use store::nodes::News;

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
        let before = self.directory().numbered(&entry, entry.connection, &entry.remote_id);
        let ids =
            self.directory().keep(self.store(), vec![entry.clone()], Vec::new()).await.map_err(refused)?;
        let entry = Entry { id: ids.first().copied().unwrap_or_default(), ..entry };
        let line = self.directory_line(&entry, None, tracking, Story::Received);
        self.store().keep_lines(vec![line]).await.map_err(refused)?;
        self.announce(entry.club);
        self.place().tell(News::Entry(entry.id, tracking));
        self.spread_later(entry, before, tracking);
        Ok(tracking)
    }

    /// Spreads a saved entry beside whatever else is done.
    pub(crate) fn spread_later(self: &Arc<Self>, entry: Entry, before: Option<Entry>, tracking: Tracking) {
        let hub = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = hub.spread_entry(&entry, before.as_ref(), tracking).await {
                tracing::error!(%error, "a saved staff member or lead source was not matched; the next round will");
            }
        });
    }

    /// Matches a saved entry on every other connection of the club whose lane is led here, completes the people who refer to it, and looks
    /// anew at those who are alike, or were before it was saved.
    async fn spread_entry(
        self: &Arc<Self>,
        entry: &Entry,
        before: Option<&Entry>,
        tracking: Tracking,
    ) -> store::Result<()> {
        let registry = Arc::clone(&self.registry());
        let keys: HashSet<String> = before.into_iter().chain([entry]).map(key_of).collect();
        for spoke in
            registry.of_club(entry.club).iter().filter(|spoke| self.tends(spoke) && takes(spoke, entry))
        {
            let story = self.match_again(entry, spoke).await?;
            self.tell_directory(entry, spoke, tracking, story).await?;
            self.reproject(entry.id, spoke).await?;
            if entry.role == Role::Staff {
                for twin in self.directory().alike(&keys, entry.connection, entry) {
                    self.review(&twin, spoke).await?;
                }
            }
        }
        let Some(spoke) =
            registry.spoke(entry.connection).filter(|spoke| spoke.receives() && self.tends(spoke))
        else {
            return Ok(());
        };
        for other in registry.of_club(entry.club) {
            for waiting in
                self.directory().alike(&keys, other.id(), entry).iter().filter(|one| takes(spoke, one))
            {
                self.review(waiting, spoke).await?;
            }
        }
        Ok(())
    }

    /// Looks anew at an entry because one like it changed: it may find a counterpart, or no longer be told apart.
    pub(super) async fn review(self: &Arc<Self>, entry: &Entry, spoke: &Arc<Spoke>) -> store::Result<()> {
        if self.is_linked_anew(entry, spoke).await? {
            self.reproject(entry.id, spoke).await?;
        }
        Ok(())
    }

    /// Matches an entry anew where that may change; answers whether it did.
    pub(super) async fn is_linked_anew(
        self: &Arc<Self>,
        entry: &Entry,
        spoke: &Arc<Spoke>,
    ) -> store::Result<bool> {
        let before = self.directory().correspondence(entry.id, spoke.id());
        let by_email = |one: &Correspondence| one.how == How::Matched && entry.role == Role::Staff;
        if entry.connection == spoke.id() || before.as_ref().is_some_and(|one| !by_email(one)) {
            return Ok(false);
        }
        let story = self.match_again(entry, spoke).await?;
        let is_changed = self.directory().correspondence(entry.id, spoke.id()) != before;
        if is_changed {
            let tracking = clock::tracking(self.clock(), self.clock().now());
            self.tell_directory(entry, spoke, tracking, story).await?;
        }
        Ok(is_changed)
    }

    /// Matches an entry anew: a staff member whose e-mail changed may be somebody else there now, and a renamed lead
    /// source is renamed there where the platform can. What was decided by hand stays.
    pub(super) async fn match_again(
        self: &Arc<Self>,
        entry: &Entry,
        spoke: &Arc<Spoke>,
    ) -> store::Result<DirectoryStory> {
        self.directory().write().asked.remove(&(entry.id, spoke.id()));
        if let Some(one) = self.directory().correspondence(entry.id, spoke.id()) {
            match (one.how, entry.role) {
                (How::Pinned, _) => return Ok(DirectoryStory::LinkedByHand),
                (How::Unlinked, _) => return Ok(DirectoryStory::UnlinkedByHand),
                (How::Matched, Role::Staff) => self.withdraw_mismatch(entry, spoke).await?,
                (How::Matched | How::Created, Role::LeadSource) if one.name != entry.name => {
                    return self.rename(entry, spoke).await;
                }
                _ => {}
            }
        }
        self.ask_for(entry.id, spoke).await.map(|(_, story)| story)
    }

    /// Withdraws a link that matching made and would not make again.
    async fn withdraw_mismatch(&self, entry: &Entry, spoke: &Spoke) -> store::Result<()> {
        let _flight = self.directory().flight((spoke.id(), entry.club, entry.role)).await;
        match self.directory().correspondence(entry.id, spoke.id()) {
            Some(one) if one.how == How::Matched && !self.directory().still_matches(entry, &one) => {
                self.correspond(entry, spoke, "", How::Matched).await
            }
            _ => Ok(()),
        }
    }

    async fn rename(self: &Arc<Self>, entry: &Entry, spoke: &Spoke) -> store::Result<DirectoryStory> {
        let _flight = self.directory().flight((spoke.id(), entry.club, entry.role)).await;
        let Some(one) = self.directory().correspondence(entry.id, spoke.id()) else {
            return Ok(DirectoryStory::NotAsked);
        };
        if one.how == How::Pinned || !spoke.abilities().can(Operation::UpdateLeadSource) {
            return Ok(DirectoryStory::Linked);
        }
        let record = Some(model::RemoteId::plain(one.remote_id.clone()));
        let given = Given { record, name: Some(entry.name.clone()), ..Given::default() };
        let answer = self.ask_directory(spoke, entry.club, Operation::UpdateLeadSource, given).await;
        match answer.map(|answer| answer.outcome) {
            Some(Outcome::Saved { .. } | Outcome::Unchanged) => {
                self.correspond(entry, spoke, &one.remote_id, one.how).await?;
                self.note_source_there(entry, spoke, &one.remote_id).await?;
                Ok(DirectoryStory::Renamed)
            }
            _ => Ok(DirectoryStory::NotAsked),
        }
    }

    /// Tells the club's log what became of an entry at a connection.
    pub(super) async fn tell_directory(
        &self,
        entry: &Entry,
        spoke: &Spoke,
        tracking: Tracking,
        what: DirectoryStory,
    ) -> store::Result<()> {
        let mut line = self.directory_line(entry, Some(spoke.id()), tracking, Story::Directory { what });
        if what == DirectoryStory::Ambiguous {
            line.facts.notes.extend(self.directory().missing(entry.id, spoke.id()));
            line.facts.clip();
        }
        self.store().keep_lines(vec![line]).await?;
        self.announce(entry.club);
        Ok(())
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
        let mut facts = Facts {
            name: if entry.name.is_empty() { entry.remote_id.clone() } else { entry.name.clone() },
            from: Some(entry.connection),
            to,
            kind: None,
            change: false,
            became: None,
            role: Some(entry.role),
            story,
            fields: std::collections::BTreeMap::new(),
            record: None,
            attempts: Vec::new(),
            carries: Vec::new(),
            notes: Vec::new(),
            details_removed: None,
        };
        facts.clip();
        let about = to.unwrap_or(entry.connection);
        let changed = self.clock().now();
        let (club, entry) = (entry.club, Some(entry.id));
        Line { tracking, about, club, person: None, entry, level, turn, open: false, changed, facts }
    }
}

/// Whether a connection is told of an entry: it is another's, and its role was agreed.
pub(super) fn takes(spoke: &Spoke, entry: &Entry) -> bool {
    let agreed = match entry.role {
        Role::Staff => spoke.agreement().owner,
        Role::LeadSource => spoke.agreement().lead_source,
    };
    agreed && spoke.receives() && spoke.id() != entry.connection
}
