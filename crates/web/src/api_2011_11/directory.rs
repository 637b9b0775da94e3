//! `<staff>` and `<leadSource>`: entries of the sender's directory.

use xml::Element;

use super::document::{Findings, Subject, at, root};
use super::literal::{boolean, quoted};
use super::{Problem, ProviderInfo, Said, SourceRecord, StaffRecord};

/// A `<staff>` document, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffDocument {
    /// Who says it.
    pub provider: ProviderInfo,
    /// The staff member.
    pub staff: StaffRecord,
    /// Elements that the contract does not know, by path; the first few.
    pub ignored: Vec<String>,
}

/// A `<leadSource>` document, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadSourceDocument {
    /// Who says it.
    pub provider: ProviderInfo,
    /// The lead source.
    pub source: SourceRecord,
    /// Elements that the contract does not know, by path; the first few.
    pub ignored: Vec<String>,
}

/// Reads a `<staff>` document. An id and an e-mail at least; who is not said to be inactive is active.
pub fn parse_staff(bytes: &[u8], content_type: Option<&str>) -> Result<StaffDocument, Problem> {
    let root = root(bytes, content_type, "staff")?;
    let mut findings = Findings::default();
    let [provider, info] = findings.children(&root, "", ["providerInfo", "staffInfo"]);
    let provider = findings.provider_info(provider);
    let mut staff = StaffRecord { record_id: provider.record_id.clone(), ..StaffRecord::default() };
    match info {
        Some(info) => {
            let known = ["firstname", "lastname", "email", "active"];
            let [first, last, email, active] = findings.children(info, "staffInfo", known);
            staff.first_name = optional(&mut findings, first, "staffInfo/firstname");
            staff.last_name = optional(&mut findings, last, "staffInfo/lastname");
            staff.email = findings.required(email, "staffInfo/email");
            staff.active = is_active(&mut findings, active, "staffInfo");
        }
        None => findings.problem("staffInfo is missing".to_owned()),
    }
    let name = || format!("{} {}", staff.first_name, staff.last_name).trim().to_owned();
    let ignored = findings.finish(|| Subject { provider: provider.clone(), name: name(), kind: None })?;
    Ok(StaffDocument { provider, staff, ignored })
}

/// Reads a `<leadSource>` document. An id and a name at least; one not said to be inactive is active.
pub fn parse_lead_source(bytes: &[u8], content_type: Option<&str>) -> Result<LeadSourceDocument, Problem> {
    let root = root(bytes, content_type, "leadSource")?;
    let mut findings = Findings::default();
    let [provider, info] = findings.children(&root, "", ["providerInfo", "leadInfo"]);
    let provider = findings.provider_info(provider);
    let mut source = SourceRecord { record_id: provider.record_id.clone(), ..SourceRecord::default() };
    match info {
        Some(info) => {
            let [name, active] = findings.children(info, "leadInfo", ["name", "active"]);
            source.name = findings.required(name, "leadInfo/name");
            source.active = is_active(&mut findings, active, "leadInfo");
        }
        None => findings.problem("leadInfo is missing".to_owned()),
    }
    let subject = || Subject { provider: provider.clone(), name: source.name.clone(), kind: None };
    let ignored = findings.finish(subject)?;
    Ok(LeadSourceDocument { provider, source, ignored })
}

fn optional(findings: &mut Findings, element: Option<&Element>, path: &str) -> String {
    match findings.said(element, path) {
        Some(Said::Value(value)) => value,
        Some(Said::Nil | Said::Empty) | None => String::new(),
    }
}

fn is_active(findings: &mut Findings, element: Option<&Element>, path: &str) -> bool {
    let path = at(path, "active");
    let said = optional(findings, element, &path);
    if said.is_empty() {
        return true;
    }
    boolean(&said).unwrap_or_else(|| {
        findings.problem(format!("{path} must be true or false, not {}", quoted(&said)));
        true
    })
}
