//! The brake on a feed: what a reading would do is counted before any of it is done (integration rules §8).

use model::{Brought, Match, Moment, merge};
use platform::Found;
use store::{Identified, Who};

use crate::Hub;
use crate::decide::Incoming;
use crate::door::Sender;
use crate::registry::Spoke;

/// What a reading weighs.
pub(super) enum Weighed {
    /// It may be taken in.
    Light,
    /// Somebody has to decide.
    TooMuch(Brought),
}

impl Hub {
    /// Counts what a reading would do. Few records never need a decision, and are not counted.
    pub(super) async fn weigh_feed(
        &self,
        (found, as_of): (&[Found], Moment),
        sender: Sender,
        spoke: &Spoke,
    ) -> store::Result<Weighed> {
        let mut brought = Brought { records: found.len(), changed: usize::MAX, new: usize::MAX };
        if !(Brought { changed: found.len(), new: found.len(), ..brought }).brakes(0) {
            return Ok(Weighed::Light);
        }
        (brought.changed, brought.new) = (0, 0);
        for found in found {
            let incoming = self.seen((found.clone(), as_of), sender, spoke).await?;
            match self.would_do(&incoming).await? {
                Would::Change => brought.changed += 1,
                Would::Make => brought.new += 1,
                Would::Nothing => {}
            }
        }
        let people = self.store().people_at(sender.connection).await?;
        Ok(if brought.brakes(people) { Weighed::TooMuch(brought) } else { Weighed::Light })
    }

    async fn would_do(&self, incoming: &Incoming<'_>) -> store::Result<Would> {
        let name_key = incoming.name_key();
        let who = Who {
            connection: incoming.sender.connection,
            record: &incoming.record,
            club: incoming.sender.club,
            name_key: &name_key,
        };
        let subject = match self.store().identify(who).await? {
            Identified::Linked(subject) => Some(*subject),
            Identified::Namesakes(subjects) => match incoming.matched(&subjects) {
                Match::One(one, _) => subjects.into_iter().find(|subject| subject.person.id == one),
                Match::None | Match::Several(_) => None,
            },
        };
        let Some(subject) = subject else { return Ok(Would::Make) };
        let link = subject.link(incoming.sender.connection);
        let mut shadow = link.map(|link| link.shadow.clone()).unwrap_or_default();
        let mut profile = subject.person.profile;
        self.directory().number_to_entry(&mut shadow, incoming.sender);
        let by = incoming.spoke.reporter();
        let changes = merge(&mut profile, &mut shadow, &incoming.report, by).is_change();
        Ok(if changes { Would::Change } else { Would::Nothing })
    }
}

enum Would {
    Nothing,
    Change,
    Make,
}
