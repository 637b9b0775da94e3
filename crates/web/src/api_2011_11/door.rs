//! The door: what the handlers need of the hub, and what passes through.

use std::collections::BTreeMap;

use async_trait::async_trait;
use model::{ClientId, ClubId, ConnectionId, Field, Kind, Moment, Tracking};

use super::{ProviderInfo, Refusal, Refused};

/// What a token allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The provider it speaks for.
    pub provider: String,
    /// The client it is limited to, if any.
    pub client: Option<ClientId>,
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

/// What the handlers need of the hub.
#[async_trait]
pub trait Door: Send + Sync + 'static {
    /// What a token allows; nothing when it is unknown or withdrawn.
    fn authenticate(&self, token: &str) -> Option<Grant>;

    /// Checks on whose behalf a call is made: provider, client and club as the caller numbers them.
    fn sender(&self, grant: &Grant, caller: &ProviderInfo) -> Result<Sender, Refusal>;

    /// Notes a call that was refused before the hub saw a record, and gives it the UUID by which it can be found.
    fn note(&self, sender: Option<Sender>, refusal: &Refusal) -> Tracking;

    /// Creates or updates a person; once answered, it is kept.
    async fn save_user(&self, sender: Sender, save: UserSave) -> Result<Tracking, Refused>;

    /// One person by the caller's number.
    async fn fetch_user(&self, sender: Sender, record_id: &str) -> Result<UserView, Refused>;

    /// Saves a staff member.
    async fn save_staff(&self, sender: Sender, staff: StaffRecord) -> Result<Tracking, Refused>;

    /// All staff of the club, or the one with the caller's number.
    async fn list_staff(&self, sender: Sender, record_id: Option<&str>) -> Result<Vec<StaffRecord>, Refused>;

    /// Saves a lead source.
    async fn save_lead_source(&self, sender: Sender, source: SourceRecord) -> Result<Tracking, Refused>;

    /// All lead sources of the club, or the one with the caller's number.
    async fn list_lead_sources(
        &self,
        sender: Sender,
        record_id: Option<&str>,
    ) -> Result<Vec<SourceRecord>, Refused>;
}
