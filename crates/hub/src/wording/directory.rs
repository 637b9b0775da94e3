//! Staff and lead sources: of a person it is told as of a person.

use model::DirectoryStory;
use model::directory::Role;

/// The way it went, without the name.
pub(super) fn summary(what: DirectoryStory, from: &str, to: &str) -> String {
    match what {
        DirectoryStory::Linked => format!("saved in {from}, linked to {to}"),
        DirectoryStory::Created => format!("saved in {from}, made in {to}"),
        DirectoryStory::Renamed => format!("renamed in {from} and in {to}"),
        DirectoryStory::LinkedByHand => format!("of {from}, linked by hand to {to}"),
        DirectoryStory::UnlinkedByHand => format!("of {from}, unlinked by hand from {to}"),
        DirectoryStory::Braked { .. } => format!("of {from}, not yet changed in {to}"),
        DirectoryStory::Applied => format!("of {from}, changed in {to}"),
        DirectoryStory::Discarded => format!("of {from}, left as it was in {to}"),
        _ => format!("saved in {from}, not linked to {to}"),
    }
}

/// What is to be said of a save before it is matched anywhere.
pub(super) fn received(role: Role) -> String {
    match role {
        Role::Staff => {
            "Kept as a member of staff. Where another system has owners, a line of its own says whether \
                        this person was found there."
                .to_owned()
        }
        Role::LeadSource => {
            "Kept as a lead source. Where another system has lead sources, a line of its own says what \
                             became of it there."
                .to_owned()
        }
    }
}

/// What became of it at a platform.
pub(super) fn sentence(what: DirectoryStory, role: Option<Role>, to: &str) -> String {
    match (what, role) {
        (DirectoryStory::Renamed, _) => format!("The new name was passed on to {to}."),
        (DirectoryStory::Ambiguous, _) => format!("None of them was linked to {to}."),
        (DirectoryStory::NotAsked, _) => {
            format!("{to} could not be asked just now; the Connector asks again by itself.")
        }
        (DirectoryStory::InDoubt, _) => format!(
            "{to} did not confirm that it made it, so nobody knows whether it is there; people go there without it."
        ),
        (DirectoryStory::Braked { changes, people }, role) => format!(
            "The {} of {changes} of {people} people in {to} would change at once, so nothing was sent for now. People who \
             are changed themselves go there as ever.",
            word(role)
        ),
        (DirectoryStory::Applied, role) => {
            format!(
                "Whoever runs the Connector decided it: everybody concerned gets this {} in {to}.",
                word(role)
            )
        }
        (DirectoryStory::Discarded, role) => format!(
            "Whoever runs the Connector decided it: people keep the {} that they have in {to} until they are changed \
             themselves.",
            word(role)
        ),
        (what, Some(Role::Staff)) => of_staff(what, to),
        (what, _) => of_source(what, to),
    }
}

const fn word(role: Option<Role>) -> &'static str {
    match role {
        Some(Role::Staff) => "owner",
        _ => "lead source",
    }
}

fn of_staff(what: DirectoryStory, to: &str) -> String {
    match what {
        DirectoryStory::Linked => format!("The same person was found in {to}, by e-mail address."),
        DirectoryStory::LinkedByHand => {
            format!("Whoever runs the Connector said who this is in {to}; that stays so.")
        }
        DirectoryStory::UnlinkedByHand => {
            format!("Whoever runs the Connector unlinked this person; people go to {to} without this owner.")
        }
        _ => format!("Nobody in {to} has this person’s e-mail address; people go there without this owner."),
    }
}

fn of_source(what: DirectoryStory, to: &str) -> String {
    match what {
        DirectoryStory::Linked => format!("The same one was found in {to}."),
        DirectoryStory::Created => format!("{to} did not have it, so it was made there."),
        DirectoryStory::LinkedByHand => {
            format!("Whoever runs the Connector said which one it is in {to}; that stays so.")
        }
        DirectoryStory::UnlinkedByHand => {
            format!("Whoever runs the Connector unlinked it; people go to {to} without it.")
        }
        _ => format!("None in {to} has this name; people go there without it."),
    }
}
