//! Late answers: what a call said after its lane went to another node.

use std::sync::Arc;

use model::{Mark, late_answer, late_part};
use platform::Answer;
use store::{Settlement, Verdict};

use super::STORE_PAUSE_MS;
use super::turn::Turn;

impl Turn<'_> {
    /// Leaves the answer to a call that was written down as evidence for whoever has the link now. Any other call is made
    /// again there, and its answer is forgotten here.
    pub(super) async fn leave_evidence(&mut self, mark: Option<Mark>, answer: &Answer) -> store::Result<()> {
        let Some(mark) = mark else { return Ok(()) };
        loop {
            match self.try_to_leave(&mark, answer).await {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(error @ store::Error::Closed) => return Err(error),
                Err(_) => self.hub.clock_sleep(STORE_PAUSE_MS as u64).await,
            }
        }
    }

    /// Answers `false` where the link moved meanwhile.
    async fn try_to_leave(&mut self, mark: &Mark, answer: &Answer) -> store::Result<bool> {
        self.read_again().await?;
        let now = self.hub.clock().now();
        let ended = match &answer.part {
            Some(part) => late_part(&mut self.link, mark, part, now),
            None => late_answer(&mut self.link, mark, &answer.outcome, now),
        };
        if !ended {
            return Ok(true);
        }
        let settlement = Settlement { link: self.link.clone(), lines: Vec::new() };
        let verdict = self.hub.store().settle(settlement).await?;
        if verdict == Verdict::Applied {
            tracing::info!(person = %self.person.id, "an answer that came late ended a doubt at the node that leads the lane now");
            Arc::clone(self.hub).lane_due(self.spoke.id(), self.person.id, now);
        }
        Ok(verdict != Verdict::Stale)
    }
}
