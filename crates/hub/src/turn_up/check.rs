//! Checking a turn-up file against the descriptions: every mistake, each beside its field.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use model::{Abilities, Grade, Kind, Operation, Sends, Setup};
use platform::library::Library;
use platform::{Description, Role, Scope, Setting};

use super::file::{AgreementFile, ClubIdFile, ConnectionFile, SettingFile, TurnUpFile, With};

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {message}")]
pub struct Problem {
    /// The field, as a path into the file.
    pub at: String,
    /// What is wrong and what to do.
    pub message: String,
}

struct Findings(Vec<Problem>);

impl Findings {
    fn add(&mut self, at: impl Into<String>, message: impl Into<String>) {
        self.0.push(Problem { at: at.into(), message: message.into() });
    }
}

/// All mistakes of a file.
pub fn check(file: &TurnUpFile, library: &Library, setup: &Setup) -> Vec<Problem> {
    let mut findings = Findings(Vec::new());
    if file.client.trim().is_empty() {
        findings.add("client", "the client needs a name");
    }
    let clubs = clubs(file, &mut findings);
    let mut platforms = BTreeSet::new();
    for connection in &file.connections {
        let at = format!("connections[{}]", connection.platform);
        if !platforms.insert(connection.platform.as_str()) {
            findings.add(&at, "this platform is connected twice; one connection holds all its clubs");
        }
        let Some(description) = library.get(&connection.platform) else {
            let known = library.names().collect::<Vec<_>>().join(", ");
            findings.add(format!("{at}.platform"), format!("no platform has this name; known are {known}"));
            continue;
        };
        club_ids(connection, &at, &clubs, &mut findings);
        provider(file, connection, &at, setup, &mut findings);
        settings(connection, &description, &at, &mut findings);
        agreement(connection, &description, &at, &mut findings);
    }
    findings.0
}

fn clubs<'a>(file: &'a TurnUpFile, findings: &mut Findings) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    for club in &file.clubs {
        let at = format!("clubs[{}]", club.name);
        if club.name.trim().is_empty() {
            findings.add(&at, "the club needs a name");
        }
        if !names.insert(club.name.as_str()) {
            findings.add(&at, "another club of this client has the same name");
        }
        if TimeZone::get(&club.time_zone).is_err() {
            findings.add(
                format!("{at}.time_zone"),
                format!("`{}` is not a time zone; write it like `America/Vancouver`", club.time_zone),
            );
        }
    }
    if file.clubs.is_empty() {
        findings.add("clubs", "a client has at least one club");
    }
    names
}

fn club_ids(connection: &ConnectionFile, at: &str, clubs: &BTreeSet<&str>, findings: &mut Findings) {
    let mut ids = BTreeMap::new();
    let mut mapped = BTreeSet::new();
    for ClubIdFile { club, id, .. } in &connection.clubs {
        let at = format!("{at}.clubs[{club}]");
        if !clubs.contains(club.as_str()) {
            let known = clubs.iter().copied().collect::<Vec<_>>().join(", ");
            findings
                .add(format!("{at}.club"), format!("no club of this file has this name; it names {known}"));
        }
        if !mapped.insert(club.as_str()) {
            findings.add(&at, "this club is mapped twice");
        }
        if id.trim().is_empty() {
            findings.add(format!("{at}.id"), "the club's id at the platform is missing");
        } else if let Some(other) = ids.insert(id.as_str(), club.as_str()) {
            findings.add(format!("{at}.id"), format!("`{id}` is used twice: `{other}` has it too"));
        }
    }
    if connection.client_id.trim().is_empty() {
        findings.add(format!("{at}.client_id"), "the client's id at the platform is missing");
    }
    if connection.clubs.is_empty() {
        findings.add(format!("{at}.clubs"), "no club is mapped; at least one must be");
    }
}

fn provider(
    file: &TurnUpFile,
    connection: &ConnectionFile,
    at: &str,
    setup: &Setup,
    findings: &mut Findings,
) {
    let Some(provider) = &connection.provider else { return };
    let same = file
        .connections
        .iter()
        .filter(|other| other.provider.as_ref() == Some(provider) && other.client_id == connection.client_id);
    if let Some(other) = same.map(|other| &other.platform).find(|other| **other != connection.platform) {
        findings.add(
            format!("{at}.provider"),
            format!("`{provider}` with this client id is `{other}` too; who calls could not be told apart"),
        );
    }
    let client = setup.clients.iter().find(|client| client.name == file.client).map(|client| client.id);
    let taken = setup.connections.iter().any(|other| {
        other.provider.as_ref() == Some(provider)
            && other.client_number == connection.client_id
            && Some(other.client) != client
    });
    if taken {
        findings.add(
            format!("{at}.client_id"),
            format!("another client is known to `{provider}` by the id `{}`", connection.client_id),
        );
    }
}

fn settings(connection: &ConnectionFile, description: &Description, at: &str, findings: &mut Findings) {
    let of = |scope: Scope| description.settings().iter().filter(move |setting| setting.scope == scope);
    given(&connection.settings, of(Scope::Client), (at, &connection.client_id), findings);
    for number in &connection.clubs {
        let at = format!("{at}.clubs[{}]", number.club);
        given(&number.settings, of(Scope::Club), (&at, &number.id), findings);
    }
}

fn given<'a>(
    given: &BTreeMap<String, SettingFile>,
    declared: impl Iterator<Item = &'a Setting>,
    (at, id): (&str, &str),
    findings: &mut Findings,
) {
    let declared: Vec<&Setting> = declared.collect();
    for name in given.keys() {
        if !declared.iter().any(|setting| setting.name == *name) {
            let known = declared.iter().map(|setting| setting.name.as_str()).collect::<Vec<_>>().join(", ");
            let known =
                if known.is_empty() { "it has none here".to_owned() } else { format!("it has {known}") };
            findings
                .add(format!("{at}.settings.{name}"), format!("the platform has no such setting; {known}"));
        }
    }
    for setting in declared {
        let by_role = matches!(setting.role, Some(Role::ClientId | Role::ClubId));
        let of_club = setting.role == Some(Role::TimeZone);
        let at = format!("{at}.settings.{}", setting.name);
        match given.get(&setting.name) {
            None if by_role => pattern(setting, id, &at, findings),
            None if of_club => {}
            None if setting.required => {
                let help = setting.help.as_deref().unwrap_or(&setting.title);
                findings.add(at, format!("is missing: {help}"));
            }
            Some(SettingFile::Text(text)) => pattern(setting, text, &at, findings),
            _ => {}
        }
    }
}

fn pattern(setting: &Setting, value: &str, at: &str, findings: &mut Findings) {
    if let Err(why) = setting.check(value) {
        let shown = if setting.is_secret() { "the value" } else { value };
        let help = setting.help.as_deref().unwrap_or(&setting.title);
        findings.add(at, format!("`{shown}` cannot be right: {why} ({help})"));
    }
}

fn agreement(connection: &ConnectionFile, description: &Description, at: &str, findings: &mut Findings) {
    let abilities = description.abilities();
    let at = format!("{at}.agreement");
    let sends = &connection.agreement.sends;
    let mut needed = Vec::new();
    for (name, kind, agreed) in [
        ("prospects", Kind::Prospect, sends.prospects),
        ("members", Kind::Member, sends.members),
        ("ex_members", Kind::ExMember, sends.ex_members),
    ] {
        match operations_for(kind, agreed, abilities) {
            Ok(operations) => needed.extend(operations),
            Err(missing) => findings.add(
                format!("{at}.sends.{name}"),
                format!("{} cannot do this: it has no `{missing}`", description.title()),
            ),
        }
    }
    for (index, with) in connection.agreement.with.iter().enumerate() {
        match with_operation(*with, abilities) {
            Ok(operation) => needed.extend(operation),
            Err(missing) => findings.add(
                format!("{at}.with[{index}]"),
                format!("{} cannot do this: it has no `{missing}`", description.title()),
            ),
        }
    }
    let creates = [sends.prospects, sends.members, sends.ex_members].into_iter().any(Sends::creates);
    if creates && connection.agreement.existing_people.is_none() {
        findings.add(
            format!("{at}.existing_people"),
            "say what happens to people from before: none, changed, active_prospects or all",
        );
    }
    assumed(&connection.agreement, &needed, abilities, &at, findings);
}

fn operations_for(kind: Kind, agreed: Sends, abilities: &Abilities) -> Result<Vec<Operation>, &'static str> {
    let able = |operation: Operation| abilities.can(operation).then_some(operation);
    let save = Operation::save(kind);
    match agreed {
        Sends::Nothing => Ok(Vec::new()),
        Sends::Updates => able(save)
            .or_else(|| able(Operation::update(kind)))
            .map(|operation| vec![operation])
            .ok_or(Operation::update(kind).name()),
        Sends::Creates | Sends::CreatesAndUpdates => {
            if let Some(save) = able(save) {
                return Ok(vec![save]);
            }
            let create = Operation::create(kind).ok_or(save.name())?;
            let create = able(create).ok_or(create.name())?;
            if agreed == Sends::Creates {
                return Ok(vec![create]);
            }
            let update = able(Operation::update(kind)).ok_or(Operation::update(kind).name())?;
            Ok(vec![create, update])
        }
    }
}

fn with_operation(with: With, abilities: &Abilities) -> Result<Option<Operation>, &'static str> {
    let wanted = match with {
        With::Trial => return Ok(None),
        With::Owner => [Operation::FindStaff, Operation::ListStaff],
        With::LeadSource => [Operation::FindLeadSource, Operation::ListLeadSources],
    };
    let able = wanted.into_iter().find(|operation| abilities.can(*operation));
    let creates = with == With::LeadSource && abilities.can(Operation::CreateLeadSource);
    match able {
        None if creates => Ok(Some(Operation::CreateLeadSource)),
        None => Err(wanted[1].name()),
        able => Ok(able),
    }
}

/// An assumed capability is off unless it is accepted by name.
fn assumed(
    agreement: &AgreementFile,
    needed: &[Operation],
    abilities: &Abilities,
    at: &str,
    findings: &mut Findings,
) {
    for name in &agreement.accept_assumed {
        if !Operation::ALL.iter().any(|operation| operation.name() == name) {
            findings.add(format!("{at}.accept_assumed"), format!("no capability is called `{name}`"));
        }
    }
    let missing: BTreeSet<&str> = needed
        .iter()
        .filter(|operation| abilities.of(**operation).is_some_and(|ability| ability.grade == Grade::Assumed))
        .map(|operation| operation.name())
        .filter(|name| !agreement.accept_assumed.iter().any(|accepted| accepted == name))
        .collect();
    if !missing.is_empty() {
        let names = missing.into_iter().collect::<Vec<_>>().join(", ");
        findings.add(
            format!("{at}.accept_assumed"),
            format!("nobody outside the vendor has confirmed these; to use them all the same, add {names}"),
        );
    }
}
