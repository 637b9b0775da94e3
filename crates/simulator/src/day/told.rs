//! An event in words, for whoever reads which of them could not be played.

use std::fmt;

use super::{CLUBS, Event};

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::InTouchSaves { club, record_id, .. } => {
                write!(f, "InTouch saves person {record_id} of {}", CLUBS[*club].name)
            }
            Event::VfpSells { club, person, .. } => {
                write!(f, "VFP sells a membership to person {person} of {}", CLUBS[*club].name)
            }
            Event::VfpWalkIn { club, person, .. } => {
                write!(f, "person {person} walks in at {} and becomes a member at VFP", CLUBS[*club].name)
            }
            Event::StaffSaved { club, staff } => {
                write!(f, "InTouch saves staff member {} of {}", staff.id, CLUBS[*club].name)
            }
            Event::LeadSourceSaved { club, source } => {
                write!(f, "InTouch saves lead source {} of {}", source.id, CLUBS[*club].name)
            }
            Event::Unreachable { platform, .. } => write!(f, "{platform} is not reachable for a while"),
            Event::AnswersDropped { platform, .. } => write!(f, "{platform} does not answer some calls"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::day::script;

    #[test]
    fn every_event_of_a_day_is_told_in_words() {
        for step in script(7).steps {
            let told = step.what.to_string();
            assert!(told.contains(' ') && !told.contains(['{', '"', '_']), "{told}");
        }
    }
}
