//! The reading of a platform's changes: told of the platform, for no person is in it.

use model::FeedStory;

/// What became of it, in a word.
pub(super) fn summary(what: &FeedStory, from: &str) -> String {
    match what {
        FeedStory::Failing { .. } => format!("Changes in {from} cannot be read"),
        FeedStory::Again => format!("Changes in {from} are read again"),
        FeedStory::Braked { .. } => format!("Changes in {from} are not taken in yet"),
        FeedStory::Applied => format!("Changes in {from} are taken in after all"),
        FeedStory::Discarded => format!("Changes in {from} until now are left out"),
    }
}

/// What is to be said of it.
pub(super) fn sentence(what: &FeedStory, from: &str) -> String {
    match what {
        FeedStory::Failing { said } => format!(
            "{from} was asked several times what was changed there, and did not answer properly: {said}. The Connector goes \
             on asking; nothing is lost, it only comes later."
        ),
        FeedStory::Again => format!("{from} answers again, and what was changed meanwhile has come in."),
        FeedStory::Braked { brought, people } => format!(
            "{from} reports {} records, which would change {} people and add {}; it has {people}. So many at once are taken in \
             only once somebody has looked.",
            brought.records, brought.changed, brought.new
        ),
        FeedStory::Applied => "Whoever runs the Connector decided it.".to_owned(),
        FeedStory::Discarded => format!(
            "Whoever runs the Connector decided it: what was changed in {from} until now is not taken in; what is changed \
             from now on is."
        ),
    }
}
