//! The hub as a door.

use std::sync::Arc;

use async_trait::async_trait;
use hub::{Hub, clock};
use model::Tracking;

use super::{
    Door, Grant, ProviderInfo, Reason, Refusal, Refused, Sender, SourceRecord, StaffRecord, Turned, UserSave,
    UserView,
};

/// The door of the hub itself.
pub struct HubDoor(Arc<Hub>);

impl HubDoor {
    /// A door to this hub.
    pub fn new(hub: Arc<Hub>) -> Self {
        HubDoor(hub)
    }
}

#[async_trait]
impl Door for HubDoor {
    fn authenticate(&self, token: &str) -> Option<Grant> {
        self.0.authenticate(token)
    }

    fn sender(&self, grant: &Grant, caller: &ProviderInfo) -> Result<Sender, Refusal> {
        self.0.sender(grant, &caller.identifier, &caller.client_id, &caller.club_id).map_err(refusal)
    }

    async fn note(&self, turned: Option<Turned>, refusal: &Refusal) -> Tracking {
        if let Some(Turned { sender, name, kind }) = turned {
            return self.0.note_refused(sender, (name, kind), refusal.message.clone()).await;
        }
        let clock = self.0.clock();
        let tracking = clock::tracking(clock, clock.now());
        tracing::info!(%tracking, reason = refusal.reason.literal(), "a call was refused at the door");
        tracking
    }

    async fn save_user(&self, sender: Sender, save: UserSave) -> Result<Tracking, Refused> {
        self.0.receive(sender, save).await.map_err(refused)
    }

    async fn fetch_user(&self, sender: Sender, record_id: &str) -> Result<UserView, Refusal> {
        self.0.fetch_user(sender, record_id).await.map_err(refusal)
    }

    async fn save_staff(&self, sender: Sender, staff: StaffRecord) -> Result<Tracking, Refused> {
        self.0.save_staff(sender, staff).await.map_err(refused)
    }

    async fn list_staff(&self, sender: Sender, record_id: Option<&str>) -> Result<Vec<StaffRecord>, Refusal> {
        self.0.staff(sender, record_id).map_err(refusal)
    }

    async fn save_lead_source(&self, sender: Sender, source: SourceRecord) -> Result<Tracking, Refused> {
        self.0.save_source(sender, source).await.map_err(refused)
    }

    async fn list_lead_sources(
        &self,
        sender: Sender,
        record_id: Option<&str>,
    ) -> Result<Vec<SourceRecord>, Refusal> {
        self.0.sources(sender, record_id).map_err(refusal)
    }
}

fn refused(refused: hub::door::Refused) -> Refused {
    Refused { tracking: refused.tracking, refusal: refusal(refused.refusal) }
}

fn refusal(refusal: hub::door::Refusal) -> Refusal {
    let reason = match &refusal {
        hub::door::Refusal::Validation(_) => Reason::Validation,
        hub::door::Refusal::Forbidden(_) => Reason::Forbidden,
        hub::door::Refusal::NotFound(_) => Reason::NotFound,
        hub::door::Refusal::Database => Reason::Database,
    };
    reason.because(refusal.to_string())
}
