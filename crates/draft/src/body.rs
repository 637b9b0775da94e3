//! What a call sends: a vendor's members, and what of ours goes into each.

use model::{Field, Operation};

use crate::contract::{Leaf, Member, Shape};
use crate::maps::Maps;
use crate::settings::Settings;
use crate::words::{self, Means, folded};
use crate::yaml::{Entry, Yaml, entry, raw, text};

/// What a body is built for.
pub(crate) struct Body<'a> {
    pub operation: Operation,
    pub maps: &'a mut Maps,
    pub settings: &'a mut Settings,
    /// The record's number stands in the path already.
    pub numbered: bool,
    used: Vec<Field>,
    left_out: Vec<String>,
}

/// What a call is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    Person,
    Source,
    Staff,
    Search,
    Nobody,
}

impl<'a> Body<'a> {
    pub fn new(operation: Operation, numbered: bool, maps: &'a mut Maps, settings: &'a mut Settings) -> Self {
        Body { operation, maps, settings, numbered, used: Vec::new(), left_out: Vec::new() }
    }

    /// The structure, and what is to be said of it.
    pub fn build(mut self, shape: &Shape) -> (Yaml, Vec<String>) {
        let built = self.object(shape.members(), 0, true);
        let mut said = Vec::new();
        if !self.left_out.is_empty() {
            said.push(format!(
                "Left out, for nothing of ours was recognised in it: {}.",
                self.left_out.join(", ")
            ));
        }
        (Yaml::Map(built), said)
    }

    fn subject(&self) -> Subject {
        use Operation as O;
        match self.operation {
            O::FindPerson => Subject::Search,
            O::FindStaff => Subject::Staff,
            O::CreateLeadSource | O::UpdateLeadSource | O::FindLeadSource => Subject::Source,
            O::Verify | O::Health | O::ListStaff | O::ListLeadSources | O::ReadPerson => Subject::Nobody,
            _ => Subject::Person,
        }
    }

    fn object(&mut self, members: &[Member], depth: usize, must: bool) -> Vec<Entry> {
        members.iter().filter_map(|member| self.member(member, members, (depth, must))).collect()
    }

    fn member(&mut self, member: &Member, all: &[Member], (depth, must): (usize, bool)) -> Option<Entry> {
        if member.name.starts_with('$') {
            self.left_out.push(member.name.clone());
            return None;
        }
        let built = match &member.shape {
            Shape::Leaf(leaf) => self.leaf(member, leaf, all),
            Shape::Document(root, inner) => {
                let built = self.object(inner, depth + 1, false);
                let document = Yaml::Map(vec![entry("$xml", Yaml::Map(vec![entry(root, Yaml::Map(built))]))]);
                return Some(entry(&member.name, document).said(
                    "TODO: it is a document as text, and the contract does not say what is in it: these names are made up.",
                ));
            }
            Shape::Object(_) if depth > 6 => None,
            Shape::Object(inner) => self.inside(member, inner, (depth, must && member.required)),
            Shape::List(element) if depth <= 6 && !element.members().is_empty() => {
                let built = self.object(element.members(), depth + 1, false);
                Some(Yaml::List(vec![Yaml::Map(built)])).filter(|_| !element.members().is_empty())
            }
            Shape::List(_) => None,
        };
        let built = built.filter(|built| match built {
            Yaml::List(items) => items.iter().any(|item| !item.is_empty()),
            built => !built.is_empty(),
        });
        match built {
            Some(value) => {
                let unsure = matches!(
                    folded(&member.name).as_str(),
                    "phone" | "phonenumber" | "telephone" | "source" | "address"
                );
                let built = entry(&member.name, value);
                Some(if unsure && matches!(member.shape, Shape::Leaf(_)) {
                    built.said("TODO: is this what it means?")
                } else {
                    built
                })
            }
            None if must
                && member.required
                && matches!(member.shape, Shape::Leaf(_))
                && self.subject() != Subject::Search =>
            {
                let setting = self.settings.needed(&member.name, &member.about);
                let expression =
                    leaf(&member.shape).map_or_else(|| setting.clone(), |leaf| number(&setting, leaf));
                Some(
                    entry(&member.name, text(format!("={expression}")))
                        .said("TODO: it is required, and nothing of ours was recognised in it."),
                )
            }
            None => {
                if !words::is_number(&member.name) && !self.left_out.contains(&member.name) {
                    self.left_out.push(member.name.clone());
                }
                None
            }
        }
    }

    /// A structure: `owner: {id: …}` stands for the owner, others for what is in them.
    fn inside(&mut self, member: &Member, inner: &[Member], (depth, must): (usize, bool)) -> Option<Yaml> {
        let reference =
            words::field(&member.name).filter(|field| matches!(field, Field::Owner | Field::LeadSource));
        if let (Some(field), Subject::Person) = (reference, self.subject()) {
            let number = inner.iter().find(|one| words::is_number(&one.name))?;
            let expression = person(field, leaf(&number.shape), self.maps);
            return Some(Yaml::Map(vec![entry(&number.name, text(expression))]));
        }
        let before = self.left_out.len();
        let built = self.object(inner, depth + 1, must);
        if built.is_empty() {
            self.left_out.truncate(before);
        }
        Some(Yaml::Map(built))
    }

    fn leaf(&mut self, member: &Member, leaf: &Leaf, all: &[Member]) -> Option<Yaml> {
        let means = words::means(&member.name);
        let expression = match (self.subject(), means) {
            (_, Some(Means::Club)) => self.settings.club(),
            (_, Some(Means::Client)) => self.settings.client(),
            (Subject::Person, Some(Means::Person(field))) => return self.field(member, field, leaf, all),
            (Subject::Person, Some(Means::Kind)) => {
                let filter =
                    self.maps.filter("kind", leaf).map_or(String::new(), |filter| format!(" | {filter}"));
                format!("kind{filter}")
            }
            (Subject::Person, Some(Means::ExternalId)) => "external_id".to_owned(),
            (Subject::Person, Some(Means::Name)) if member.name.eq_ignore_ascii_case("name") => {
                let apart = all.iter().any(|one| words::field(&one.name) == Some(Field::FirstName));
                if apart {
                    return None;
                }
                "[person.first_name, person.last_name] | join(' ')".to_owned()
            }
            (Subject::Person | Subject::Source, Some(Means::Record)) if self.takes_number() => {
                number("record", leaf)
            }
            (Subject::Nobody, Some(Means::Record)) if self.operation == Operation::ReadPerson => {
                number("record", leaf)
            }
            (Subject::Source, Some(Means::Name)) => "name".to_owned(),
            (Subject::Source, Some(Means::Person(Field::Status))) if leaf.kind == "boolean" => {
                return Some(raw(true));
            }
            (Subject::Staff, Some(Means::Person(Field::Email))) => "email".to_owned(),
            (Subject::Search, Some(means)) => search(means)?.to_owned(),
            _ => return constant(member, leaf),
        };
        Some(text(format!("={expression}")))
    }

    fn field(&mut self, member: &Member, field: Field, leaf: &Leaf, all: &[Member]) -> Option<Yaml> {
        let plain_phone = matches!(folded(&member.name).as_str(), "phone" | "phonenumber" | "telephone");
        let beside =
            all.iter().any(|one| one.name != member.name && words::field(&one.name) == Some(Field::Mobile));
        let field = if field == Field::Mobile && plain_phone && beside { Field::HomePhone } else { field };
        if self.used.contains(&field) {
            return None;
        }
        self.used.push(field);
        Some(text(person(field, Some(leaf), self.maps)))
    }

    /// Whether the record's number belongs into the body: where it exists, and is not in the path. A save sends it
    /// only where the platform named it before.
    fn takes_number(&self) -> bool {
        use Operation as O;
        let exists = matches!(
            self.operation,
            O::UpdateProspect
                | O::UpdateMember
                | O::UpdateExMember
                | O::UpdateLeadSource
                | O::SaveProspect
                | O::SaveMember
                | O::SaveExMember
        );
        exists && !self.numbered
    }
}

fn constant(member: &Member, leaf: &Leaf) -> Option<Yaml> {
    match (&leaf.words[..], member.required) {
        ([only], _) => Some(match leaf.kind.as_str() {
            "number" | "boolean" => raw(only),
            _ => text(only.clone()),
        }),
        _ => None,
    }
}

/// The expression that gives a key of a search.
pub(crate) fn search(means: Means) -> Option<&'static str> {
    match means {
        Means::ExternalId => Some("search.external_id"),
        Means::Person(Field::Email) => Some("search.email"),
        Means::Person(Field::Mobile) => Some("search.mobile"),
        Means::Person(Field::FirstName) => Some("search.first_name"),
        Means::Person(Field::LastName) => Some("search.last_name"),
        _ => None,
    }
}

/// The expression that gives a field of a person, as a vendor's leaf wants it.
fn person(field: Field, leaf: Option<&Leaf>, maps: &mut Maps) -> String {
    let name = field.name();
    let leaf = leaf.cloned().unwrap_or_default();
    let filter = match field {
        Field::Gender => maps.filter("gender", &leaf).map(str::to_owned),
        Field::Status => maps.filter("status", &leaf).map(str::to_owned),
        Field::BirthDate | Field::TrialStart | Field::TrialEnd if leaf.format == "date-time" => {
            Some("date('%Y-%m-%dT00:00:00')".to_owned())
        }
        Field::Owner | Field::LeadSource if leaf.kind == "number" => Some("int".to_owned()),
        _ => None,
    };
    format!("=person.{name}{}", filter.map_or(String::new(), |filter| format!(" | {filter}")))
}

fn number(name: &str, leaf: &Leaf) -> String {
    if leaf.kind == "number" { format!("{name} | int") } else { name.to_owned() }
}

fn leaf(shape: &Shape) -> Option<&Leaf> {
    match shape {
        Shape::Leaf(leaf) => Some(leaf),
        _ => None,
    }
}
