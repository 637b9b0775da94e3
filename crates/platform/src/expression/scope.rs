//! What an expression can see. Built once per call, cheaply; an answer adds to it.

use std::sync::Arc;

use jiff::tz::TimeZone;
use minijinja::value::{Enumerator, Object, ObjectRepr, Value};
use model::Field;

use super::FieldSet;
use super::filters::Means;
use crate::given::{Given, Page};

/// The names at the top of every expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    Person,
    Settings,
    Record,
    RecordSpace,
    ExternalId,
    Tracking,
    Kind,
    Name,
    Email,
    Now,
    Search,
    Page,
    Feed,
    Token,
    Status,
    Headers,
    Answer,
    Text,
    Fault,
    Item,
    Steps,
    Signed,
    Signature,
    DryRun,
    Maps,
    Zone,
}

const ROOTS: usize = Root::ALL.len();

impl Root {
    pub const ALL: [(&'static str, Root); 26] = [
        ("person", Root::Person),
        ("settings", Root::Settings),
        ("record", Root::Record),
        ("record_space", Root::RecordSpace),
        ("external_id", Root::ExternalId),
        ("tracking", Root::Tracking),
        ("kind", Root::Kind),
        ("name", Root::Name),
        ("email", Root::Email),
        ("now", Root::Now),
        ("search", Root::Search),
        ("page", Root::Page),
        ("feed", Root::Feed),
        ("token", Root::Token),
        ("status", Root::Status),
        ("headers", Root::Headers),
        ("answer", Root::Answer),
        ("text", Root::Text),
        ("fault", Root::Fault),
        ("item", Root::Item),
        ("steps", Root::Steps),
        ("signed", Root::Signed),
        ("signature", Root::Signature),
        ("dry_run", Root::DryRun),
        ("maps", Root::Maps),
        ("zone", Root::Zone),
    ];

    pub fn named(name: &str) -> Option<Root> {
        Root::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, root)| root)
    }
}

/// The zone of a platform's local times, as filters find it.
#[derive(Debug)]
pub(crate) struct Zone(pub TimeZone);

impl Object for Zone {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }
}

/// What one call's expressions see.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    values: [Value; ROOTS],
    person: Arc<PersonValues>,
}

/// A person's values, by field.
#[derive(Debug, Default)]
pub(crate) struct PersonValues {
    values: [Value; 20],
    known: FieldSet,
    cleared: FieldSet,
}

impl PersonValues {
    pub fn of(given: &Given) -> Self {
        let mut person =
            PersonValues { values: std::array::from_fn(|_| Value::from(())), ..Default::default() };
        for (field, value) in &given.person {
            match value {
                Some(value) => {
                    person.values[*field as usize] = Value::from(value.as_str());
                    person.known |= FieldSet::one(*field);
                }
                None => person.cleared |= FieldSet::one(*field),
            }
        }
        person
    }

    pub fn get(&self, field: Field) -> Value {
        self.values[field as usize].clone()
    }

    /// Whether an expression over these fields, having given none, means *cleared*: one was, and none has a value.
    pub fn is_cleared(&self, fields: FieldSet) -> bool {
        fields.meets(self.cleared) && !fields.meets(self.known)
    }
}

impl Object for PersonValues {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let field: Field = key.as_str()?.parse().ok()?;
        Some(self.get(field))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }
}

impl Scope {
    /// Settings and maps alone.
    pub fn of_settings(settings: Value, maps: Value) -> Scope {
        let mut scope = Scope { values: std::array::from_fn(|_| Value::from(())), person: Arc::default() };
        scope.set(Root::Settings, settings);
        scope.set(Root::Maps, maps);
        scope
    }

    /// With what a call is about.
    pub fn given(mut self, given: &Given) -> Scope {
        let text = |text: &Option<String>| text.as_deref().map_or(Value::from(()), Value::from);
        self.person = Arc::new(PersonValues::of(given));
        self.set(Root::Person, Value::from_dyn_object(Arc::clone(&self.person)));
        if let Some(record) = &given.record {
            self.set(Root::Record, Value::from(record.id.as_str()));
            self.set(Root::RecordSpace, Value::from(record.space.as_str()));
        }
        self.set(Root::ExternalId, Value::from(given.external_id.as_str()));
        self.set(Root::Tracking, Value::from(given.tracking.as_str()));
        self.set(Root::Kind, given.kind.map_or(Value::from(()), |kind| Value::from(kind.wire())));
        self.set(Root::Name, text(&given.name));
        self.set(Root::DryRun, Value::from(given.dry_run));
        self.set(Root::Email, text(&given.email));
        self.set(Root::Now, Value::from(given.now.to_string()));
        if let Some((since, until)) = &given.feed {
            let values =
                [("since", Value::from(since.to_string())), ("until", Value::from(until.to_string()))];
            self.set(Root::Feed, Value::from_pairs(values));
        }
        self.page(&given.page, None);
        self
    }

    /// With a page that is asked for, or was, and how many things it had.
    pub fn page(&mut self, page: &Page, count: Option<usize>) {
        let values = [
            ("number", Value::from(page.number)),
            ("offset", Value::from(page.offset)),
            ("cursor", Value::from(page.cursor.as_deref())),
            ("count", Value::from(count)),
        ];
        self.set(Root::Page, Value::from_pairs(values));
    }

    pub fn set(&mut self, root: Root, value: Value) {
        self.values[root as usize] = value;
    }

    pub fn get(&self, root: Root) -> &Value {
        &self.values[root as usize]
    }

    pub fn person(&self) -> &PersonValues {
        &self.person
    }

    /// What filters need besides their arguments.
    pub(super) fn means(&self) -> Means<'_> {
        let zone = self.get(Root::Zone).downcast_object_ref::<Zone>();
        Means { maps: self.get(Root::Maps).downcast_object_ref(), zone: zone.map(|zone| &zone.0) }
    }

    /// With the zone of the platform's local times.
    pub fn in_zone(&mut self, zone: TimeZone) {
        self.set(Root::Zone, Value::from_object(Zone(zone)));
    }
}

impl Object for Scope {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Root::named(key.as_str()?).map(|root| self.get(root).clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }
}
