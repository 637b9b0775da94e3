//! A hub of one provider, one client and one club, in memory.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use model::{ClubId, ConnectionId, Moment, Tracking};
use uuid::Uuid;

use super::super::{
    Door, Grant, ProviderInfo, Reason, Refusal, Refused, Said, Sender, SourceRecord, StaffRecord, Turned,
    UserSave, UserView,
};

pub(super) const TOKEN: &str = "a-good-token";

#[derive(Default)]
pub(super) struct Fake {
    pub users: Mutex<BTreeMap<String, UserSave>>,
    pub staff: Mutex<BTreeMap<String, StaffRecord>>,
    pub sources: Mutex<BTreeMap<String, SourceRecord>>,
    /// What was refused, in order; the UUID answered counts them from 1.
    pub noted: Mutex<Vec<Refusal>>,
    /// Those of them whose sender is known.
    pub turned: Mutex<Vec<Turned>>,
}

impl Fake {
    async fn refused(&self, refusal: Refusal) -> Refused {
        Refused { tracking: self.note(None, &refusal).await, refusal }
    }
}

fn one_or_all<T: Clone>(all: &Mutex<BTreeMap<String, T>>, record_id: Option<&str>) -> Vec<T> {
    let all = all.lock().expect("no panic");
    all.iter()
        .filter(|(id, _)| record_id.is_none_or(|wanted| wanted == *id))
        .map(|(_, one)| one.clone())
        .collect()
}

#[async_trait]
impl Door for Fake {
    fn authenticate(&self, token: &str) -> Option<Grant> {
        (token == TOKEN).then(|| Grant { provider: "INTOUCH".to_owned(), client: None, clubs: Vec::new() })
    }

    fn sender(&self, grant: &Grant, caller: &ProviderInfo) -> Result<Sender, Refusal> {
        if caller.identifier != grant.provider {
            return Err(Reason::Forbidden.because("this token speaks for another provider"));
        }
        if caller.club_id != "1111" {
            return Err(Reason::Validation.because(format!("no club `{}` is mapped", caller.club_id)));
        }
        Ok(Sender { connection: ConnectionId(1), club: ClubId(1) })
    }

    async fn note(&self, turned: Option<Turned>, refusal: &Refusal) -> Tracking {
        self.turned.lock().expect("no panic").extend(turned);
        let mut noted = self.noted.lock().expect("no panic");
        noted.push(refusal.clone());
        Tracking(Uuid::from_u128(noted.len() as u128))
    }

    async fn save_user(&self, _: Sender, save: UserSave) -> Result<Tracking, Refused> {
        match save.record_id.as_str() {
            "panic" => panic!("a fault of ours"),
            "slow" => std::future::pending().await,
            "busy" => {
                let refusal = Reason::Throttled.because("slow down");
                return Err(self.refused(Refusal { retry_after_s: Some(7), ..refusal }).await);
            }
            "full" => return Err(self.refused(Reason::Database.because("the disk is full")).await),
            _ => {}
        }
        self.users.lock().expect("no panic").insert(save.record_id.clone(), save);
        Ok(Tracking(Uuid::max()))
    }

    async fn fetch_user(&self, _: Sender, record_id: &str) -> Result<UserView, Refusal> {
        let users = self.users.lock().expect("no panic");
        let save = users.get(record_id).ok_or_else(|| Reason::NotFound.because("no such record"))?;
        let fields = save.fields.iter().filter_map(|(field, said)| match said {
            Said::Value(value) => Some((*field, value.clone())),
            Said::Nil | Said::Empty => None,
        });
        Ok(UserView {
            record_id: record_id.to_owned(),
            kind: save.kind,
            fields: fields.collect(),
            created: ("INTOUCH".to_owned(), Moment(0)),
            modified: ("INTOUCH".to_owned(), Moment(0)),
            intouch_id: None,
        })
    }

    async fn save_staff(&self, _: Sender, staff: StaffRecord) -> Result<Tracking, Refused> {
        self.staff.lock().expect("no panic").insert(staff.record_id.clone(), staff);
        Ok(Tracking(Uuid::max()))
    }

    async fn list_staff(&self, _: Sender, record_id: Option<&str>) -> Result<Vec<StaffRecord>, Refusal> {
        Ok(one_or_all(&self.staff, record_id))
    }

    async fn save_lead_source(&self, _: Sender, source: SourceRecord) -> Result<Tracking, Refused> {
        self.sources.lock().expect("no panic").insert(source.record_id.clone(), source);
        Ok(Tracking(Uuid::max()))
    }

    async fn list_lead_sources(
        &self,
        _: Sender,
        record_id: Option<&str>,
    ) -> Result<Vec<SourceRecord>, Refusal> {
        Ok(one_or_all(&self.sources, record_id))
    }
}
