//! Settling a call that may have been stored in part.

use model::{
    Circumstances, Moment, Part, Settled, Step, next_step, project, release_if_edited,
    release_rest_if_edited, settle_part,
};
use platform::Answer;

use super::turn::Turn;

impl Turn<'_> {
    /// Settles a call, of which a part may have been stored.
    pub(super) fn settle_answer(
        &mut self,
        step: &Step,
        answer: &Answer,
        (began, now): (Moment, Moment),
    ) -> Settled {
        let Some(part) = &answer.part else { return self.settle(step, &answer.outcome, (began, now)) };
        let abilities = self.spoke.description.abilities();
        let at = Circumstances { abilities, ..self.circumstances(began, now) };
        settle_part(&mut self.link, step, (part, &answer.outcome), at)
    }

    /// After a refusal: an edit that was accepted during the call is a reason to try again at once.
    pub(super) fn release_if_edited(&mut self, (step, part): (&Step, Option<&Part>), now: Moment) {
        let projection = project(&self.person.profile, self.spoke.agreement(), &self.references);
        let next = next_step(&self.link, &projection, self.spoke.agreement(), self.spoke.abilities());
        match part {
            Some(part) => release_rest_if_edited(&mut self.link, (step, part), &next, now),
            None => release_if_edited(&mut self.link, step, &next, now),
        };
    }
}
