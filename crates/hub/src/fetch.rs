//! Fetch: what a caller may read back, in its own numbers and nobody else's.

use std::collections::BTreeMap;

use model::directory::{Entry, Role};
use model::{ConnectionId, Field, Kind, Reference, RemoteId};

use crate::Hub;
use crate::door::{Refusal, Sender, SourceRecord, StaffRecord, UserView};
use crate::receive::database;

impl Hub {
    /// One person by the caller's number.
    pub async fn fetch_user(&self, sender: Sender, record_id: &str) -> Result<UserView, Refusal> {
        let missing = || Refusal::NotFound(format!("no record `{record_id}` of yours is known in this club"));
        let subject = self.find_own(sender, record_id).await?.ok_or_else(missing)?;
        let person = &subject.person;
        let references = self.directory().expected(person, sender.connection);
        let mut fields = BTreeMap::new();
        for field in Field::ALL {
            let value = match field {
                Field::Owner => own(&references.owner),
                Field::LeadSource => own(&references.lead_source),
                _ => person.profile.get(field).map(str::to_owned),
            };
            fields.extend(value.filter(|value| !value.is_empty()).map(|value| (field, value)));
        }
        let registry = self.registry();
        let tells = registry.spoke(sender.connection).is_some_and(|spoke| spoke.agreement().tells_intouch_id);
        let intouch_id = subject
            .links
            .iter()
            .filter(|_| tells)
            .find(|link| {
                registry.spoke(link.connection).is_some_and(|spoke| spoke.connection.platform == "intouch")
            })
            .and_then(|link| link.record.as_ref().map(|record| record.id.clone()));
        Ok(UserView {
            record_id: record_id.to_owned(),
            kind: person.profile.kind.kind,
            fields,
            created: (self.provider_of(person.created.0), person.created.1),
            modified: (self.provider_of(person.modified.0), person.modified.1),
            intouch_id,
        })
    }

    async fn find_own(&self, sender: Sender, record_id: &str) -> Result<Option<store::Subject>, Refusal> {
        let spaces = ["", Kind::Prospect.space(), Kind::Member.space()];
        for space in spaces {
            let record = RemoteId { space: space.to_owned(), id: record_id.to_owned() };
            let owner = self.store().owner_of(sender.connection, &record).await.map_err(|e| database(&e))?;
            let Some(owner) = owner else { continue };
            let subject = self.store().subject(owner).await.map_err(|e| database(&e))?;
            return Ok(subject.filter(|subject| subject.person.club == sender.club));
        }
        Ok(None)
    }

    /// What other callers may know of a connection: its provider identifier, else its platform's name.
    fn provider_of(&self, connection: ConnectionId) -> String {
        let registry = self.registry();
        registry.spoke(connection).map_or_else(String::new, |spoke| {
            spoke.connection.provider.clone().unwrap_or_else(|| spoke.connection.platform.to_uppercase())
        })
    }

    /// The caller's own staff, or one of them.
    pub fn staff(&self, sender: Sender, record_id: Option<&str>) -> Result<Vec<StaffRecord>, Refusal> {
        let entries = self.own_entries(sender, Role::Staff, record_id)?;
        Ok(entries
            .into_iter()
            .map(|entry| StaffRecord {
                record_id: entry.remote_id,
                first_name: entry.first_name,
                last_name: entry.last_name,
                email: entry.email,
                active: entry.active,
            })
            .collect())
    }

    /// The caller's own lead sources, or one of them.
    pub fn sources(&self, sender: Sender, record_id: Option<&str>) -> Result<Vec<SourceRecord>, Refusal> {
        let entries = self.own_entries(sender, Role::LeadSource, record_id)?;
        Ok(entries
            .into_iter()
            .map(|entry| SourceRecord { record_id: entry.remote_id, name: entry.name, active: entry.active })
            .collect())
    }

    fn own_entries(
        &self,
        sender: Sender,
        role: Role,
        record_id: Option<&str>,
    ) -> Result<Vec<Entry>, Refusal> {
        let mut entries = self.directory().entries_of(sender.connection, sender.club, role);
        entries.retain(|entry| entry.known && record_id.is_none_or(|wanted| entry.remote_id == wanted));
        match record_id {
            Some(wanted) if entries.is_empty() => {
                Err(Refusal::NotFound(format!("no record `{wanted}` of yours is known in this club")))
            }
            _ => Ok(entries),
        }
    }
}

/// A reference in the caller's own numbers; what it does not know is not shown.
fn own(reference: &Reference) -> Option<String> {
    match reference {
        Reference::To(number) if !number.starts_with('\u{1}') => Some(number.clone()),
        _ => None,
    }
}
