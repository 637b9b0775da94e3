//! Taking over ids: a person whom one connection knows has this number at another already.

use std::sync::Arc;

use model::{ClubId, ConnectionId, Link, RemoteId, State};
use store::{Settlement, Verdict};

use crate::Hub;

/// What became of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imported {
    /// Linked now.
    Linked,
    /// Was linked already.
    Known,
    /// Not linked, and why.
    Refused(String),
}

impl Hub {
    /// Links the person behind one connection's number to a number that exists at another connection.
    pub async fn import_link(
        self: &Arc<Self>,
        club: ClubId,
        (provider, theirs): (ConnectionId, &RemoteId),
        (platform, there): (ConnectionId, &RemoteId),
    ) -> store::Result<Imported> {
        loop {
            let Some(person) = self.store().owner_of(provider, theirs).await? else {
                return Ok(Imported::Refused(format!("`{}` is not known here", theirs.id)));
            };
            let Some(subject) = self.store().subject(person).await?.filter(|it| it.person.club == club)
            else {
                return Ok(Imported::Refused(format!("`{}` belongs to another club", theirs.id)));
            };
            let mut link = subject.link(platform).cloned().unwrap_or_else(|| Link::new(person, platform));
            match &link.record {
                Some(record) if record == there => return Ok(Imported::Known),
                Some(record) => {
                    return Ok(Imported::Refused(format!("is linked to `{}` there already", record.id)));
                }
                None => {}
            }
            if !matches!(link.state, State::Idle | State::Due { .. } | State::Held(_)) {
                return Ok(Imported::Refused(
                    "a call for this person is under way; try again later".to_owned(),
                ));
            }
            link.take_record(there.clone());
            link.shadow.kind = Some(subject.person.profile.kind.kind);
            link.owed = None;
            if let State::Held(_) = link.state {
                link.state = State::Due { at: self.clock().now() };
            }
            let due = link.due_at();
            match self.store().settle(Settlement { link, lines: Vec::new() }).await? {
                Verdict::Applied => {
                    if let Some(at) = due {
                        self.lane_due(platform, person, at);
                    }
                    return Ok(Imported::Linked);
                }
                Verdict::Stale => {}
                Verdict::Taken(_) => {
                    return Ok(Imported::Refused(format!("`{}` belongs to somebody else there", there.id)));
                }
            }
        }
    }
}
