//! Doors: who calls, on whose behalf, and what a door hands in and out. The doors themselves are in the room above.

use std::collections::BTreeMap;

use model::{ClientId, ClubId, ConnectionId, Field, Kind, Moment, Tracking};

use crate::vault::token_hash;
use crate::{Hub, clock, lines};

/// What a token allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The provider it speaks for.
    pub provider: String,
    /// The client it is limited to, if any.
    pub client: Option<ClientId>,
    /// The clubs it is limited to; none: all.
    pub clubs: Vec<ClubId>,
}

/// A caller at one club, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The calling connection.
    pub connection: ConnectionId,
    /// The club it speaks of.
    pub club: ClubId,
}

/// What a sender says of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// This value.
    Value(String),
    /// Cleared, in so many words.
    Nil,
    /// An empty element: unknown or cleared, as the provider's turn-up says.
    Empty,
}

/// A person as a door hands them in. References are the sender's own numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSave {
    /// The sender's number.
    pub record_id: String,
    /// Prospect, member or ex-member.
    pub kind: Kind,
    /// What is said; a field that is absent was not mentioned.
    pub fields: BTreeMap<Field, Said>,
    /// Elements of the document that the contract does not know.
    pub ignored: Vec<String>,
}

/// A person as a door hands them out, in the caller's own numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserView {
    /// The caller's number.
    pub record_id: String,
    /// Prospect, member or ex-member.
    pub kind: Kind,
    /// What is known.
    pub fields: BTreeMap<Field, String>,
    /// The provider who first told of the person, and when.
    pub created: (String, Moment),
    /// The provider who last changed the person, and when.
    pub modified: (String, Moment),
    /// InTouch's own id, where this caller is told it.
    pub intouch_id: Option<String>,
}

/// A staff member as a door hands them in and out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StaffRecord {
    /// The caller's number.
    pub record_id: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// E-mail address.
    pub email: String,
    /// Whether the account is in use.
    pub active: bool,
}

/// A lead source as a door hands it in and out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceRecord {
    /// The caller's number.
    pub record_id: String,
    /// The name.
    pub name: String,
    /// Whether it is in use.
    pub active: bool,
}

/// Why a door refuses. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Something about the document or the query is wrong.
    #[error("{0}")]
    Validation(String),
    /// The token is good and does not reach this far.
    #[error("{0}")]
    Forbidden(String),
    /// There is no such record.
    #[error("{0}")]
    NotFound(String),
    /// The store did not take it; sending it again later helps.
    #[error("the record could not be stored just now; please send it again")]
    Database,
}

/// A refusal with the tracking UUID under which the Connector Log shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The tracking UUID.
    pub tracking: Tracking,
    /// Why.
    pub refusal: Refusal,
}

impl Hub {
    /// Notes in the club's log a document that was refused at the door, and names the line.
    pub async fn note_refused(
        &self,
        sender: Sender,
        about: (String, Option<Kind>),
        said: String,
    ) -> Tracking {
        let now = self.clock().now();
        let tracking = clock::tracking(self.clock(), now);
        let line = lines::not_accepted((tracking, now), sender, about, said);
        match self.store().keep_lines(vec![line]).await {
            Ok(()) => self.announce(sender.club),
            Err(error) => {
                tracing::error!(%error, %tracking, "a refusal could not be noted in the club's log");
            }
        }
        tracking
    }

    /// What a token allows.
    pub fn authenticate(&self, token: &str) -> Option<Grant> {
        let registry = self.registry();
        let token = registry.token(&token_hash(token))?;
        let (provider, clubs) = (token.provider.clone(), token.clubs.clone());
        Some(Grant { provider, client: token.client, clubs })
    }

    /// Checks on whose behalf a call is made: provider, client and club as the caller numbers them.
    pub fn sender(
        &self,
        grant: &Grant,
        provider: &str,
        client_number: &str,
        club_number: &str,
    ) -> Result<Sender, Refusal> {
        let registry = self.registry();
        if !registry.knows_provider(provider) {
            return Err(Refusal::Validation(format!("no provider `{provider}` is known here")));
        }
        if grant.provider != provider {
            return Err(Refusal::Forbidden(format!(
                "this token speaks for `{}`, not for `{provider}`",
                grant.provider
            )));
        }
        let spoke = registry.of_provider(provider, client_number).ok_or_else(|| {
            Refusal::Validation(format!("no client `{client_number}` is mapped for `{provider}`"))
        })?;
        if grant.client.is_some_and(|client| client != spoke.connection.client) {
            return Err(Refusal::Forbidden(format!("this token does not reach client `{client_number}`")));
        }
        let number = spoke.connection.clubs.iter().find(|number| number.number == club_number);
        let number = number.ok_or_else(|| {
            Refusal::Validation(format!(
                "no club `{club_number}` of client `{client_number}` is mapped for `{provider}`"
            ))
        })?;
        if !grant.clubs.is_empty() && !grant.clubs.contains(&number.club) {
            return Err(Refusal::Forbidden(format!("this token does not reach club `{club_number}`")));
        }
        Ok(Sender { connection: spoke.id(), club: number.club })
    }
}
