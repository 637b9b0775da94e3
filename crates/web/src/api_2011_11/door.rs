//! The door: what the handlers need of the hub, and what passes through.

use async_trait::async_trait;
pub use hub::door::{Grant, Said, Sender, SourceRecord, StaffRecord, UserSave, UserView};
use model::{Kind, Tracking};

use super::{ProviderInfo, Refusal, Refused};

/// A call that was refused although its caller is known: the club's log shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turned {
    /// The caller.
    pub sender: Sender,
    /// The person's name, as far as it could be read.
    pub name: String,
    /// The person's kind, as far as it could be read.
    pub kind: Option<Kind>,
}

/// What the handlers need of the hub.
#[async_trait]
pub trait Door: Send + Sync + 'static {
    /// What a token allows; nothing when it is unknown or withdrawn.
    fn authenticate(&self, token: &str) -> Option<Grant>;

    /// Checks on whose behalf a call is made: provider, client and club as the caller numbers them.
    fn sender(&self, grant: &Grant, caller: &ProviderInfo) -> Result<Sender, Refusal>;

    /// Notes a call that was refused before the hub saw a record, and gives it the UUID by which it can be found.
    async fn note(&self, turned: Option<Turned>, refusal: &Refusal) -> Tracking;

    /// Creates or updates a person; once answered, it is kept.
    async fn save_user(&self, sender: Sender, save: UserSave) -> Result<Tracking, Refused>;

    /// One person by the caller's number.
    async fn fetch_user(&self, sender: Sender, record_id: &str) -> Result<UserView, Refusal>;

    /// Saves a staff member.
    async fn save_staff(&self, sender: Sender, staff: StaffRecord) -> Result<Tracking, Refused>;

    /// All staff of the club, or the one with the caller's number.
    async fn list_staff(&self, sender: Sender, record_id: Option<&str>) -> Result<Vec<StaffRecord>, Refusal>;

    /// Saves a lead source.
    async fn save_lead_source(&self, sender: Sender, source: SourceRecord) -> Result<Tracking, Refused>;

    /// All lead sources of the club, or the one with the caller's number.
    async fn list_lead_sources(
        &self,
        sender: Sender,
        record_id: Option<&str>,
    ) -> Result<Vec<SourceRecord>, Refusal>;
}
