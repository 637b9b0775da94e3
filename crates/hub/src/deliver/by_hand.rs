//! Decisions by hand: a turn without a call.

use std::sync::Arc;

use model::{Decision, PersonId, Story, decide_by_hand};

use super::turn::{Turn, Wound};
use crate::Hub;
use crate::held::Decided;
use crate::registry::Spoke;

impl Hub {
    /// Takes a decision about a held link, on whatever state it has now, and tells it in the line.
    pub(crate) async fn decide_turn(
        self: &Arc<Self>,
        spoke: &Arc<Spoke>,
        person: PersonId,
        (decision, story): (Decision, Story),
    ) -> store::Result<Decided> {
        loop {
            let Some(mut turn) = Turn::open(self, (spoke, None), person, None).await? else {
                return Ok(Decided::Refused(model::Refusal::NotHeld));
            };
            let of = (turn.person.profile.kind.kind, self.clock().now());
            if let Err(refusal) = decide_by_hand(&mut turn.link, decision.clone(), of) {
                return Ok(Decided::Refused(refusal));
            }
            turn.tell(story.clone());
            match turn.commit().await? {
                Wound::Moved => {}
                Wound::Taken => return Ok(Decided::Taken),
                Wound::Kept => {
                    if let Some(at) = turn.link.due_at() {
                        self.lane_due(spoke.id(), person, at);
                    }
                    return Ok(Decided::Done);
                }
            }
        }
    }
}
