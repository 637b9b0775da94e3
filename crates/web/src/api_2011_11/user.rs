//! `<user>`: one person of any kind, as the sender knows them.

use std::collections::BTreeMap;

use model::{Field, Kind};

use super::document::{Findings, Subject, at, root};
use super::literal::{is_country, is_date, quoted};
use super::{Problem, ProviderInfo, Said, UserSave};

/// A `<user>` document, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserDocument {
    /// Who says it, of whom.
    pub provider: ProviderInfo,
    /// What the person is.
    pub kind: Kind,
    /// What is said; a field that is absent was not mentioned. References are the sender's own numbers.
    pub fields: BTreeMap<Field, Said>,
    /// Elements that the contract does not know, by path; the first few.
    pub ignored: Vec<String>,
}

impl UserDocument {
    /// The part that is about the person.
    pub fn into_save(self) -> UserSave {
        UserSave {
            record_id: self.provider.record_id,
            kind: self.kind,
            fields: self.fields,
            ignored: self.ignored,
        }
    }
}

/// The element of each field, in the order of answers.
pub(super) const ELEMENTS: [(&str, Field); 20] = [
    ("firstname", Field::FirstName),
    ("lastname", Field::LastName),
    ("userStatus", Field::Status),
    ("birthdate", Field::BirthDate),
    ("gender", Field::Gender),
    ("address1", Field::Address1),
    ("address2", Field::Address2),
    ("city", Field::City),
    ("zipcode", Field::Zipcode),
    ("state", Field::State),
    ("country", Field::Country),
    ("mobile", Field::Mobile),
    ("homePhone", Field::HomePhone),
    ("workPhone", Field::WorkPhone),
    ("email", Field::Email),
    ("company", Field::Company),
    ("ownerID", Field::Owner),
    ("leadSourceID", Field::LeadSource),
    ("trialStartDate", Field::TrialStart),
    ("trialEndDate", Field::TrialEnd),
];

const USER_TYPE: &str = "userType";
/// Elements of answers: a caller may send a fetched document back, and we take no notice of them.
const TOLD_ONLY: [&str; 4] = ["createdBy", "createdDate", "modifiedBy", "modifiedDate"];

/// Reads a `<user>` document.
pub fn parse_user(bytes: &[u8], content_type: Option<&str>) -> Result<UserDocument, Problem> {
    let root = root(bytes, content_type, "user")?;
    let mut findings = Findings::default();
    let [provider, info, _] = findings.children(&root, "", ["providerInfo", "userInfo", "extraProviderIDs"]);
    let provider = findings.provider_info(provider);
    let mut fields = BTreeMap::new();
    let mut kind = None;
    match info {
        Some(info) => {
            let found = findings.children(info, "userInfo", known());
            for ((_, field), element) in ELEMENTS.into_iter().zip(found) {
                if let Some(said) = read(&mut findings, field, element) {
                    fields.insert(field, said);
                }
            }
            kind = read_kind(&mut findings, found[ELEMENTS.len()]);
        }
        None => findings.problem("userInfo is missing".to_owned()),
    }
    let subject = || Subject { provider: provider.clone(), name: name(&fields), kind };
    let ignored = findings.finish(subject)?;
    let kind = kind.ok_or_else(|| Problem::plain("userInfo/userType is missing"))?;
    Ok(UserDocument { provider, kind, fields, ignored })
}

const fn known() -> [&'static str; 25] {
    let mut names = [USER_TYPE; 25];
    let mut at = 0;
    while at < ELEMENTS.len() {
        names[at] = ELEMENTS[at].0;
        at += 1;
    }
    let mut told = 0;
    while told < TOLD_ONLY.len() {
        names[ELEMENTS.len() + 1 + told] = TOLD_ONLY[told];
        told += 1;
    }
    names
}

fn read(findings: &mut Findings, field: Field, element: Option<&xml::Element>) -> Option<Said> {
    let path = at("userInfo", name_of(field));
    let said = if matches!(field, Field::FirstName | Field::LastName | Field::Status) {
        Some(Said::Value(findings.required(element, &path)))
            .filter(|said| *said != Said::Value(String::new()))
    } else {
        findings.said(element, &path)
    };
    if let Some(Said::Value(value)) = &said
        && let Some(rule) = broken_rule(field, value)
    {
        findings.problem(format!("{path} must be {rule}, not {}", quoted(value)));
    }
    match said {
        Some(Said::Value(code)) if field == Field::Country => Some(Said::Value(code.to_ascii_uppercase())),
        said => said,
    }
}

/// The rule that a value breaks, in words.
fn broken_rule(field: Field, value: &str) -> Option<&'static str> {
    let (fine, rule) = match field {
        Field::Status => (matches!(value, "ACTIVE" | "INACTIVE"), "ACTIVE or INACTIVE"),
        Field::Gender => (matches!(value, "M" | "F"), "M or F"),
        Field::BirthDate | Field::TrialStart | Field::TrialEnd => {
            (is_date(value), "a date written yyyy-mm-dd")
        }
        Field::Country => (is_country(value), "a country code of two letters (ISO 3166)"),
        _ => return None,
    };
    (!fine).then_some(rule)
}

fn read_kind(findings: &mut Findings, element: Option<&xml::Element>) -> Option<Kind> {
    let literal = findings.required(element, "userInfo/userType");
    let kind = Kind::read(&literal);
    if kind.is_none() && !literal.is_empty() {
        let said = quoted(&literal);
        findings.problem(format!("userInfo/userType must be PROSPECT, MEMBER or EX_MEMBER, not {said}"));
    }
    kind
}

fn name(fields: &BTreeMap<Field, Said>) -> String {
    let parts =
        [Field::FirstName, Field::LastName].into_iter().filter_map(|field| match fields.get(&field) {
            Some(Said::Value(part)) => Some(part.as_str()),
            _ => None,
        });
    parts.collect::<Vec<_>>().join(" ")
}

fn name_of(field: Field) -> &'static str {
    ELEMENTS.iter().find(|(_, known)| *known == field).map_or("", |(name, _)| name)
}
