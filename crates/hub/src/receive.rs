//! Receive: the one way in, for every door.
//!
//! Identify, merge, mark links due, commit, answer. What was decided on a state that has moved is decided again.
//! Where a lane has room, the accepting commit also takes the place in the lane and writes the attempt mark, so that a
//! record costs two commits in all: this one and the one that settles.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Field, Moment, RemoteId, Report, Tracking};
use store::sabotage::{self, Way};
use store::{Identified, Subject, Verdict, Who};

use crate::Hub;
use crate::clock;
use crate::decide::{Decision, Effect, Incoming};
use crate::deliver::Handed;
use crate::door::{Refusal, Refused, Said, Sender, UserSave};
use crate::registry::{Registry, Spoke};

/// How often a decision is made anew before the sender is asked to come again.
const DECISIONS: usize = 50;
/// How long after its arrival a record may still be decided on. A hub that stood still must not take in what its sender has
/// given up on and said again, perhaps with newer words, at another.
const DECIDED_WITHIN_MS: i64 = 5_000;
/// How long a sender's call may have been on its way: it says what was so when it was made, not when it arrived.
const ON_ITS_WAY_MS: i64 = 2_000;

impl Hub {
    /// Takes in what a sender says of a person. Answers after the commit, with the save's tracking UUID. Goes on when the
    /// caller hangs up: what is committed must also begin its turns.
    pub async fn receive(self: &Arc<Self>, sender: Sender, save: UserSave) -> Result<Tracking, Refused> {
        let hub = Arc::clone(self);
        let received = tokio::spawn(async move { hub.receive_to_the_end(sender, save).await });
        if sabotage::is(Way::AckBeforeCommit) {
            return Ok(clock::tracking(self.clock(), self.clock().now()));
        }
        received.await.unwrap_or_else(|error| {
            tracing::error!(%error, "a record was not taken in; the sender was asked to send it again");
            let tracking = clock::tracking(self.clock(), self.clock().now());
            Err(Refused { tracking, refusal: Refusal::Database })
        })
    }

    async fn receive_to_the_end(
        self: &Arc<Self>,
        sender: Sender,
        save: UserSave,
    ) -> Result<Tracking, Refused> {
        let now = self.clock().now();
        let tracking = clock::tracking(self.clock(), now);
        let refused = |refusal| Refused { tracking, refusal };
        let registry = self.registry();
        let spoke = registry.spoke(sender.connection).ok_or_else(|| refused(gone(sender)))?.at(sender.club);
        let report = self.report(spoke, sender, &save, now).await.map_err(refused)?;
        let space = if spoke.abilities().kinds_apart { save.kind.space() } else { "" };
        let record = RemoteId { space: space.to_owned(), id: save.record_id };
        let incoming =
            Incoming { sender, spoke, tracking, now, record, report, ignored: save.ignored, quietly: false };
        self.take(incoming, &registry).await.map_err(refused)?;
        Ok(tracking)
    }

    /// Takes in a report, however it came: identify, decide, keep; what was decided on a state that has moved is
    /// decided again. Answers what it did.
    pub(crate) async fn take(
        self: &Arc<Self>,
        incoming: Incoming<'_>,
        registry: &Registry,
    ) -> Result<Effect, Refusal> {
        let name_key = incoming.name_key();
        for _ in 0..DECISIONS {
            let found = self.identify(&incoming, &name_key).await?;
            self.know_referred(&found).await.map_err(|error| database(&error))?;
            let decision = self.decide(&incoming, registry, found).await?;
            if self.clock().now().since_ms(incoming.now) > DECIDED_WITHIN_MS {
                self.give_back(&decision);
                return Err(Refusal::Database);
            }
            if incoming.quietly && decision.effect == Effect::None {
                self.give_back(&decision);
                return Ok(Effect::None);
            }
            match self.store().receive(&decision.receipt).await {
                Ok(Verdict::Applied) => {
                    let effect = decision.effect;
                    self.carry_out(decision, incoming.now);
                    return Ok(effect);
                }
                Ok(Verdict::Stale | Verdict::Taken(_)) => self.give_back(&decision),
                Err(error) => {
                    self.give_back(&decision);
                    self.look_again(&decision, incoming.now);
                    return Err(database(&error));
                }
            }
        }
        Err(Refusal::Database)
    }

    /// Reads the directory anew where somebody refers to an entry that another node took in.
    async fn know_referred(self: &Arc<Self>, found: &Identified) -> store::Result<()> {
        let lacks = |subject: &Subject| self.directory().lacks(&subject.person);
        let lacks = match found {
            Identified::Linked(subject) => lacks(subject),
            Identified::Namesakes(subjects) => subjects.iter().any(lacks),
        };
        if lacks { self.read_directory().await } else { Ok(()) }
    }

    async fn identify(&self, incoming: &Incoming<'_>, name_key: &str) -> Result<Identified, Refusal> {
        let who = Who {
            connection: incoming.sender.connection,
            record: &incoming.record,
            club: incoming.sender.club,
            name_key,
        };
        self.store().identify(who).await.map_err(|error| database(&error))
    }

    /// The report as the core reads it: references become directory entries, empties what the provider means by them.
    async fn report(
        &self,
        spoke: &Spoke,
        sender: Sender,
        save: &UserSave,
        now: Moment,
    ) -> Result<Report, Refusal> {
        let mut fields = BTreeMap::new();
        for (field, said) in &save.fields {
            let value = match said {
                Said::Value(value) if field.is_reference() => {
                    Some(self.refer(sender, *field, value).await.map_err(|error| database(&error))?)
                }
                Said::Value(value) => Some(value.clone()),
                Said::Nil => None,
                Said::Empty if spoke.agreement().empty_means_cleared => None,
                Said::Empty => continue,
            };
            fields.insert(*field, value);
        }
        let on_its_way_since = Some(now.plus_ms(-ON_ITS_WAY_MS));
        Ok(Report { kind: Some(save.kind), fields, as_of: now, on_its_way_since })
    }

    /// A reference in the sender's own number, as the number of a directory entry.
    pub(crate) async fn refer(&self, sender: Sender, field: Field, number: &str) -> store::Result<String> {
        let role = crate::directory::role_of(field);
        self.directory().entry_for(self.store(), sender, role, number).await.map(|entry| entry.0.to_string())
    }

    /// After the commit: begin the turns that were claimed, and tell the lanes what else is due.
    fn carry_out(self: &Arc<Self>, decision: Decision, now: Moment) {
        let receipt = Arc::unwrap_or_clone(decision.receipt);
        let person = receipt.person.person;
        for mut link in receipt.links {
            let connection = link.connection;
            link.version += 1;
            if let Some(claim) = decision.claimed.iter().find(|claim| claim.connection == connection) {
                self.begin_turn(claim, Handed { person: person.clone(), link });
            } else if decision.due.contains(&connection) {
                self.lane_due(connection, person.id, now);
            }
        }
        self.announce(person.club);
    }

    /// A commit that failed may have been kept all the same: what it made due is looked for in the store.
    fn look_again(self: &Arc<Self>, decision: &Decision, now: Moment) {
        let claimed = decision.claimed.iter().map(|claim| &claim.connection);
        for connection in claimed.chain(&decision.due) {
            self.lane_due(*connection, decision.receipt.person.person.id, now);
        }
    }

    fn give_back(self: &Arc<Self>, decision: &Decision) {
        for claim in &decision.claimed {
            self.lane_unclaim(claim, decision.receipt.person.person.id);
        }
    }
}

fn gone(sender: Sender) -> Refusal {
    Refusal::Forbidden(format!("connection {} was removed", sender.connection))
}

/// A store's failure as the caller hears it; the operator finds the reason in the process's own log.
pub(crate) fn database(error: &store::Error) -> Refusal {
    tracing::error!(%error, "the store did not take a record; the sender was asked to send it again");
    Refusal::Database
}
