//! Names that are not plain: stored as they are, or turned away with a reason.

use model::{Kind, Outcome};

use crate::card::{Part, Verdict};
use crate::people::ODD;
use crate::system::{Finding, System, said};

/// Makes somebody with each odd name.
pub(crate) async fn odd(system: &mut System, kind: Kind) {
    for (case, title, first, last) in ODD {
        let mut person = system.somebody(kind, case, (first, last));
        let (outcome, _) = system.make(&mut person).await;
        let finding = match &outcome {
            Outcome::Saved { .. } => match (system.making(kind), system.read(&person).await) {
                (Some(operation), Some(found)) => match system.differences(&person, &found, operation) {
                    none if none.is_empty() => Finding(Verdict::Works, "kept as sent".to_owned()),
                    some => Finding(Verdict::Fails, format!("stored otherwise: {}", some.join("; "))),
                },
                _ => Finding(Verdict::Works, "taken; it cannot be read back".to_owned()),
            },
            Outcome::Rejected { .. } | Outcome::Unsendable { .. } => {
                Finding(Verdict::Missing, said(&outcome))
            }
            other => Finding(Verdict::Fails, said(other)),
        };
        system.found(
            (Part::Names, &format!("name_{case}")),
            title,
            finding,
            "People with such names do not arrive, or are greeted by a wrong one; some exist twice, for the two \
             spellings do not match.",
        );
    }
}
