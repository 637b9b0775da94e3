//! A platform of the tiny world: what it keeps, what it makes of values, and how it carries calls out.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Abilities, Agreement, ConnectionId, Conversion, Field, Kind, Link, Moment, Operation, PersonId, RemoteId,
    Report, Step, fold,
};

/// What a platform does to values, and how it can be used.
#[derive(Clone, Debug)]
pub struct Quirks {
    pub shouts: bool,
    pub digits: bool,
}

/// A record as the platform keeps it.
#[derive(Clone, Debug)]
pub struct Record {
    pub id: RemoteId,
    pub kind: Kind,
    pub fields: BTreeMap<Field, String>,
    pub visible: Moment,
}

#[derive(Clone, Debug)]
pub struct Side {
    pub connection: ConnectionId,
    pub agreement: Agreement,
    pub abilities: Abilities,
    pub quirks: Quirks,
    pub link: Link,
    pub records: Vec<Record>,
    pub calls: usize,
    pub flight: Option<(Step, Moment)>,
    pub late: Vec<(Moment, Step)>,
    pub reports: Vec<(RemoteId, Report)>,
    pub ever_known: BTreeSet<Field>,
    pub learned: BTreeMap<Field, (Option<String>, Moment)>,
    pub carried: BTreeMap<Field, Moment>,
    pub numbers: u32,
}

impl Side {
    pub fn new(connection: i64, agreement: Agreement, abilities: Abilities, quirks: Quirks) -> Self {
        let connection = ConnectionId(connection);
        Side {
            connection,
            agreement,
            abilities,
            quirks,
            link: Link::new(PersonId(1), connection),
            records: Vec::new(),
            calls: 0,
            flight: None,
            late: Vec::new(),
            reports: Vec::new(),
            ever_known: BTreeSet::new(),
            learned: BTreeMap::new(),
            carried: BTreeMap::new(),
            numbers: 0,
        }
    }

    /// What the platform makes of a value. Given its own rendering again, it keeps it.
    pub fn render(&self, field: Field, value: &str) -> String {
        let mut value = value.trim().to_owned();
        if field == Field::Mobile && self.quirks.digits {
            value = fold::digits(&value);
        }
        if let Some(clip) = self.abilities.clips.get(&field) {
            let clipped: String = value.chars().take(*clip).collect();
            clipped.trim_end().clone_into(&mut value);
        }
        if self.quirks.shouts { value.to_uppercase() } else { value }
    }

    pub fn number(&mut self, kind: Kind) -> RemoteId {
        self.numbers += 1;
        let apart = self.abilities.kinds_apart && kind != Kind::Prospect;
        let space = if apart { "member" } else { "" };
        RemoteId { space: space.to_owned(), id: self.numbers.to_string() }
    }

    pub fn write(&mut self, place: usize, fields: &BTreeMap<Field, Option<String>>) {
        for (field, value) in fields {
            let rendered =
                value.as_deref().map(|value| self.render(*field, value)).filter(|value| !value.is_empty());
            match rendered {
                Some(value) => drop(self.records[place].fields.insert(*field, value)),
                None => drop(self.records[place].fields.remove(field)),
            }
        }
    }

    /// The platform carries a call out.
    pub fn store(&mut self, step: &Step, now: Moment) -> RemoteId {
        use Operation as Op;
        let upsert = matches!(step.operation, Op::SaveProspect | Op::SaveMember | Op::SaveExMember);
        let creates = matches!(step.operation, Op::CreateProspect | Op::CreateMember)
            || upsert && self.records.is_empty();
        if creates {
            let id = self.number(step.kind);
            let visible = now.plus_s(i64::from(self.abilities.visible_after_s));
            self.records.push(Record { id, kind: step.kind, fields: BTreeMap::new(), visible });
        }
        let place = self.records.len() - 1;
        if self.abilities.of(step.operation).is_some_and(|ability| ability.whole_record)
            && step.operation != Op::Convert
        {
            self.records[place]
                .fields
                .retain(|field, _| field.is_reference() || step.fields.contains_key(field));
        }
        self.write(place, &step.fields);
        if step.operation == Op::Convert {
            self.records[place].kind = step.kind;
            self.records[place].id = self.number(step.kind);
        } else if self.abilities.conversion != Conversion::None {
            self.records[place].kind = step.kind;
        }
        assert!(self.records.len() == 1, "two records for one person at {:?}", self.quirks);
        self.records[place].id.clone()
    }

    pub fn snapshot(&self, only: &BTreeSet<Field>, now: Moment) -> Option<(RemoteId, Report)> {
        let record = self.records.first()?;
        let fields = only.iter().map(|field| (*field, record.fields.get(field).cloned())).collect();
        Some((
            record.id.clone(),
            Report { kind: Some(record.kind), fields, as_of: now, on_its_way_since: None },
        ))
    }
}
