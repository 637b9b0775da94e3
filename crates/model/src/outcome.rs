//! Outcomes: the closed set of ways a call to a platform can end.
//!
//! The set is sorted by what helps. *Unavailable*, *throttled* and *unauthorised* say something about the platform and
//! not about the record, so they never count against a record. *Doubtful* is its own outcome, because a call that was
//! sent and not answered has neither succeeded nor failed.

use serde::{Deserialize, Serialize};

use crate::Field;

/// How one call ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// The platform took it and, for a record, said its number.
    Saved {
        /// The record's number at the platform, if the answer carried one.
        id: Option<RemoteId>,
    },
    /// The platform says that nothing changed.
    Unchanged,
    /// The data must be changed before the platform takes it.
    Rejected {
        /// The field the platform named, if it did and we know it.
        field: Option<Field>,
        /// The platform's own words, cut to a sensible length.
        said: String,
    },
    /// We cannot put the data into the form that the platform takes, so nothing was sent: the data must be changed.
    Unsendable {
        /// The field, if there is one to blame.
        field: Option<Field>,
        /// Whether it is longer than anything that is sent.
        too_long: bool,
        /// What was wrong, for the operator.
        said: String,
    },
    /// The record exists there already.
    Duplicate {
        /// Its number, if the platform said it.
        id: Option<RemoteId>,
        /// The platform's own words.
        said: String,
    },
    /// The record no longer exists there.
    Gone,
    /// The call was sent and not answered: the record may or may not have been stored.
    Doubtful {
        /// What happened, for the operator: `no answer within 30 s`.
        reason: String,
    },
    /// The platform, by its description, has no such call.
    Unsupported,
    /// The description and the platform disagree: someone must mend the description or the settings.
    Misconfigured {
        /// What was wrong, for the operator.
        reason: String,
    },
    /// The platform does not answer, or says that it is down. Nothing was stored.
    Unavailable {
        /// What happened, for the operator.
        reason: String,
        /// The wait the platform asked for, in seconds.
        retry_after_s: Option<u32>,
    },
    /// The platform asks us to slow down. Nothing was stored.
    Throttled {
        /// The wait the platform asked for, in seconds.
        retry_after_s: Option<u32>,
    },
    /// The platform does not accept our credentials. Nothing was stored.
    Unauthorised {
        /// The platform's own words.
        said: String,
    },
}

/// A record's number at a platform: opaque text within an id space.
///
/// Leading zeros matter; it is never a number (`facts` of the wire contract). The space tells prospects from members
/// where a platform numbers them apart; platforms with one numbering use the space `""`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RemoteId {
    /// The id space, `""` where there is only one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub space: String,
    /// The number itself.
    pub id: String,
}

impl RemoteId {
    /// A number in the platform's only id space.
    pub fn plain(id: impl Into<String>) -> Self {
        RemoteId { space: String::new(), id: id.into() }
    }
}
