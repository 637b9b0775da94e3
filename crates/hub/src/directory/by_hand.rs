//! The directory by hand: an operator says who corresponds to whom, and matching does not undo it.
//!
//! A link holds in both directions, but for a counterpart that is linked by hand to another already: two lead sources
//! here may be one there. Whoever refers to what was changed is projected anew.

use std::sync::Arc;

use model::directory::{Correspondence, Entry, How, Role, key_of};
use model::{ConnectionId, DirectoryStory, Field, Link, PersonId};

use crate::Hub;
use crate::clock;
use crate::directory::tend::PAGE;
use crate::directory::{Counterpart, SentAnew};
use crate::registry::Spoke;

/// Why something was not done by hand.
#[derive(Debug, thiserror::Error)]
pub enum HandProblem {
    /// Both are of one platform.
    #[error("both are of {0}; a link is between two platforms")]
    OneSide(String),
    /// There is no link to keep.
    #[error("{0} is linked to none in {1}; say to which one with `connector directory link`")]
    LinkedToNone(String, String),
    /// By the agreements the one's do not matter to the other.
    #[error("by agreement no {} go between {here} and {there}, so there is nothing to link or unlink", plural(*.role))]
    NotAgreed {
        /// Staff or lead sources.
        role: Role,
        /// The entry's platform.
        here: String,
        /// The other.
        there: String,
    },
    /// Nothing was decided by hand.
    #[error("nothing was decided by hand of {0} in {1}; matching decides already")]
    NotByHand(String, String),
    /// The connection was removed.
    #[error("connection {0} was removed")]
    Removed(ConnectionId),
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What unlinking did, and left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlinked {
    /// Who is sent anew.
    pub sent_anew: SentAnew,
    /// Records that keep what they were given, for it is not cleared: where, which number, and how many.
    pub kept: Vec<(String, String, usize)>,
}

const fn plural(role: Role) -> &'static str {
    match role {
        Role::Staff => "staff",
        Role::LeadSource => "lead sources",
    }
}

pub(super) const fn field_of(role: Role) -> Field {
    match role {
        Role::Staff => Field::Owner,
        Role::LeadSource => Field::LeadSource,
    }
}

/// Whether one platform's staff or lead sources are agreed to reach the other, live or not yet.
fn flow(from: &Spoke, to: &Spoke, role: Role) -> bool {
    let agreement = to.agreement();
    from.agreement().receives_directory && agreement.sends_anything() && agreement.carries(field_of(role))
}

impl Hub {
    /// Links two entries, whatever matching says of them.
    pub async fn link_by_hand(
        self: &Arc<Self>,
        entry: &Entry,
        there: &Entry,
    ) -> Result<SentAnew, HandProblem> {
        let (here, spoke) = (self.spoke_of(entry.connection)?, self.spoke_of(there.connection)?);
        if here.id() == spoke.id() {
            return Err(HandProblem::OneSide(spoke.title().to_owned()));
        }
        self.must_matter(entry, (&here, &spoke))?;
        let mut people = SentAnew::default();
        let before = self.directory().partner(entry, spoke.id());
        if let Some(before) = before.filter(|before| before.id != there.id) {
            people += self.part(&before, entry, &here).await?;
        }
        people += self.set(entry, &spoke, &there.remote_id, How::Pinned).await?;
        let back = self.directory().correspondence(there.id, here.id());
        if back.is_none_or(|back| back.how != How::Pinned) {
            people += self.set(there, &here, &entry.remote_id, How::Pinned).await?;
        }
        self.tell(entry, &spoke, DirectoryStory::LinkedByHand).await?;
        Ok(people)
    }

    /// Unlinks an entry from whomever it is linked to at a connection; it is not matched again by itself.
    pub async fn unlink_by_hand(
        self: &Arc<Self>,
        entry: &Entry,
        connection: ConnectionId,
    ) -> Result<Unlinked, HandProblem> {
        let (here, spoke) = (self.spoke_of(entry.connection)?, self.spoke_of(connection)?);
        self.must_matter(entry, (&here, &spoke))?;
        let partner = self.directory().partner(entry, connection);
        let linked = self.directory().correspondence(entry.id, connection);
        let there = partner.as_ref().map(|partner| partner.remote_id.clone());
        let there = there.or(linked.map(|linked| linked.remote_id)).unwrap_or_default();
        let mut kept = vec![self.kept(entry, &spoke, there).await?];
        let mut people = self.set(entry, &spoke, "", How::Unlinked).await?;
        if let Some(partner) = partner {
            kept.push(self.kept(&partner, &here, entry.remote_id.clone()).await?);
            people += self.part(&partner, entry, &here).await?;
        }
        kept.retain(|(_, _, records)| *records > 0);
        self.tell(entry, &spoke, DirectoryStory::UnlinkedByHand).await?;
        Ok(Unlinked { sent_anew: people, kept })
    }

    /// Refuses what would have no effect: nothing of the kind flows, and nothing is linked from when it did.
    fn must_matter(&self, entry: &Entry, (here, spoke): (&Spoke, &Spoke)) -> Result<(), HandProblem> {
        let linked = self.directory().correspondence(entry.id, spoke.id()).is_some();
        if linked || flow(here, spoke, entry.role) || flow(spoke, here, entry.role) {
            return Ok(());
        }
        let (here, there) = (here.title().to_owned(), spoke.title().to_owned());
        Err(HandProblem::NotAgreed { role: entry.role, here, there })
    }

    /// How many records of people who refer to `entry` have this number at a connection.
    async fn kept(
        &self,
        entry: &Entry,
        spoke: &Spoke,
        number: String,
    ) -> store::Result<(String, String, usize)> {
        let field = field_of(entry.role);
        let has_it = |link: &Link| {
            let held = link.shadow.fields.get(&field);
            !number.is_empty() && held.is_some_and(|held| held.satisfies(field, Some(&number), None))
        };
        let (mut after, mut records) = (PersonId::default(), 0);
        loop {
            let people = self.store().referring(entry.id, after, PAGE).await?;
            let Some(last) = people.last() else { break };
            after = *last;
            for person in people {
                let subject = self.store().subject(person).await?;
                records += usize::from(subject.is_some_and(|one| one.link(spoke.id()).is_some_and(has_it)));
            }
        }
        Ok((spoke.title().to_owned(), number, records))
    }

    /// Keeps the link that an entry has, whatever changes; answers the counterpart's number.
    pub async fn pin_by_hand(
        self: &Arc<Self>,
        entry: &Entry,
        connection: ConnectionId,
    ) -> Result<String, HandProblem> {
        let spoke = self.spoke_of(connection)?;
        if let Some(partner) = self.directory().partner(entry, connection) {
            self.link_by_hand(entry, &partner).await?;
            return Ok(partner.remote_id);
        }
        let linked = self.directory().correspondence(entry.id, connection);
        let Some(linked) = linked.filter(|one| !one.remote_id.is_empty()) else {
            return Err(HandProblem::LinkedToNone(entry.name.clone(), spoke.title().to_owned()));
        };
        self.set(entry, &spoke, &linked.remote_id, How::Pinned).await?;
        Ok(linked.remote_id)
    }

    /// Takes back what was decided by hand, and lets matching decide.
    pub async fn match_by_itself(
        self: &Arc<Self>,
        entry: &Entry,
        connection: ConnectionId,
    ) -> Result<DirectoryStory, HandProblem> {
        let (here, spoke) = (self.spoke_of(entry.connection)?, self.spoke_of(connection)?);
        if !self.directory().is_by_hand(entry, connection) {
            return Err(HandProblem::NotByHand(entry.name.clone(), spoke.title().to_owned()));
        }
        let before = self.directory().partner(entry, connection);
        self.set(entry, &spoke, "", How::Matched).await?;
        let story = self.match_again(entry, &spoke).await?;
        self.reproject(entry.id, &spoke).await?;
        for partner in before.into_iter().chain(self.directory().partner(entry, connection)) {
            let back = self.directory().correspondence(partner.id, here.id());
            let ours = |one: &Correspondence| one.remote_id.is_empty() || one.remote_id == entry.remote_id;
            if self.directory().is_by_hand(&partner, here.id()) && back.as_ref().is_some_and(ours) {
                self.set(&partner, &here, "", How::Matched).await?;
                self.review(&partner, &here).await?;
            }
        }
        self.tell(entry, &spoke, story).await?;
        Ok(story)
    }

    /// The way back is parted, too, where it led to `entry` or would again by matching.
    async fn part(
        self: &Arc<Self>,
        partner: &Entry,
        entry: &Entry,
        here: &Arc<Spoke>,
    ) -> store::Result<SentAnew> {
        let back = self.directory().correspondence(partner.id, here.id());
        if back.as_ref().is_some_and(|back| back.remote_id != entry.remote_id) {
            return Ok(SentAnew::default());
        }
        if !key_of(partner).is_empty() && key_of(partner) == key_of(entry) {
            self.set(partner, here, "", How::Unlinked).await
        } else if back.is_some() {
            self.set(partner, here, "", How::Matched).await
        } else {
            Ok(SentAnew::default())
        }
    }

    /// Keeps a correspondence, once no question about it is under way, and projects anew who refers to the entry.
    async fn set(
        self: &Arc<Self>,
        entry: &Entry,
        spoke: &Arc<Spoke>,
        number: &str,
        how: How,
    ) -> store::Result<SentAnew> {
        {
            let _flight = self.directory().flight((spoke.id(), entry.club, entry.role)).await;
            self.correspond(entry, spoke, number, how).await?;
            self.directory().write().asked.remove(&(entry.id, spoke.id()));
        }
        self.reproject(entry.id, spoke).await
    }

    async fn tell(&self, entry: &Entry, spoke: &Spoke, story: DirectoryStory) -> store::Result<()> {
        let tracking = clock::tracking(self.clock(), self.clock().now());
        self.tell_directory(entry, spoke, tracking, story).await
    }

    fn spoke_of(&self, connection: ConnectionId) -> Result<Arc<Spoke>, HandProblem> {
        self.registry().spoke(connection).cloned().ok_or(HandProblem::Removed(connection))
    }
}

impl super::Directory {
    /// The entry at a connection to which this one is linked, or would be by matching.
    fn partner(&self, entry: &Entry, connection: ConnectionId) -> Option<Entry> {
        match self.correspondence(entry.id, connection) {
            Some(one) => self.numbered(entry, connection, &one.remote_id),
            None => match self.counterpart(entry, connection) {
                Counterpart::One(one) => Some(one),
                Counterpart::None | Counterpart::Several(..) => None,
            },
        }
    }

    fn is_by_hand(&self, entry: &Entry, connection: ConnectionId) -> bool {
        let one = self.correspondence(entry.id, connection);
        one.is_some_and(|one| matches!(one.how, How::Pinned | How::Unlinked))
    }
}
