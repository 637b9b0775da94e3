//! The description: its sections, from a contract and what was chosen of it.

use std::fmt::Write as _;

use model::Operation;

use crate::About;
use crate::body::Body;
use crate::choose::{Choice, choose, find_by};
use crate::contract::{Call, Contract, Place};
use crate::maps::Maps;
use crate::settings::Settings;
use crate::words::{self, Means};
use crate::yaml::{Entry, Yaml, entry, raw, text};
use crate::{failures, parts, reading};

/// What editors take for the schema of the file: it is put beside it.
pub(crate) const SCHEMA: &str = "platform.schema.json";

/// A description that was drafted, and what was chosen for it.
pub(crate) struct Described {
    pub text: String,
    /// The operations in order, each with the call that answers it.
    pub calls: Vec<(Operation, Call)>,
}

/// Drafts the description of a platform.
pub(crate) fn describe(contract: &Contract, about: &About) -> Described {
    let chosen = choose(contract);
    let mut drafting = Drafting::default();
    let hosts = drafting.host(contract);
    let operations = drafting.operations(&chosen);
    let calls: Vec<&Call> = chosen.iter().map(|one| one.call).collect();
    let failures = failures::rules(contract, &calls);
    let (parts, operations) = parts::shared(operations);
    let mut sections = vec![
        entry("platform", platform(about)),
        entry("capabilities", capabilities(&chosen))
            .said("TODO: what is left out here is never called; what is listed must be true."),
        entry("settings", drafting.settings.section()),
        entry("auth", Yaml::Map(drafting.auth)),
        entry("hosts", hosts),
        entry("maps", drafting.maps.section()),
        entry("parts", Yaml::Map(parts)),
        entry("operations", Yaml::Map(operations)),
        entry("failures", failures)
            .said("TODO: how does it say which field it refuses, and that it has somebody already?"),
    ];
    sections.retain(|section| !section.value.is_empty() || section.key == "operations");
    let mut head = format!("# yaml-language-server: $schema={SCHEMA}\n");
    let _ = writeln!(
        head,
        "# Drafted from {}. Everything is a guess until somebody looked: each TODO is a question.",
        about.source
    );
    for remark in &contract.remarks {
        let _ = writeln!(head, "# TODO: {remark}.");
    }
    let text = head + &Yaml::Map(sections).document();
    Described { text, calls: chosen.iter().map(|one| (one.operation, one.call.clone())).collect() }
}

fn platform(about: &About) -> Yaml {
    Yaml::Map(vec![
        entry("name", text(about.name.clone())),
        entry("title", text(about.title.clone())),
        entry("vendor", text(about.vendor.clone())),
        entry("language", raw(1)),
        entry("version", raw(1)),
        entry("grade", text("assumed")),
        entry("about", text(format!("Drafted from {}, and tried against nothing yet.", about.source))),
    ])
}

fn capabilities(chosen: &[Choice<'_>]) -> Yaml {
    let has = |operation: Operation| chosen.iter().find(|one| one.operation == operation);
    let names = chosen.iter().map(|one| text(one.operation.name())).collect();
    let member = has(Operation::SaveMember).or(has(Operation::UpdateMember));
    let write = member.or(has(Operation::SaveProspect)).or(has(Operation::UpdateProspect));
    let mut keys = vec![entry("operations", Yaml::List(names))];
    let conversion = entry("conversion", text(if member.is_some() { "update" } else { "none" }));
    keys.push(
        conversion.said(
            "TODO: how does a prospect become a member there? `perform` is a call `convert` of its own.",
        ),
    );
    if let Some(write) = write {
        let told = write.call.about.to_ascii_lowercase();
        let said = [
            "left alone",
            "leave alone",
            "leaves alone",
            "only the fields",
            "partial",
            "only changed",
            "omitted",
        ];
        let changed = write.call.method == "PATCH" || said.iter().any(|words| told.contains(words));
        let updates = entry("updates", text(if changed { "changed" } else { "whole" }));
        keys.push(if changed {
            updates
        } else {
            updates.said("TODO: does it empty what is left out of an update? If not, `changed`.")
        });
    }
    keys.push(
        entry("ids", text("per_club"))
            .said("TODO: or is a record's number the same in all clubs of a client? Then `per_client`."),
    );
    keys.push(entry("late_after_s", raw(30)));
    keys.push(entry("concurrency", raw(4)));
    Yaml::Map(keys)
}

/// What comes together while calls are described.
#[derive(Default)]
pub(crate) struct Drafting {
    maps: Maps,
    pub settings: Settings,
    pub auth: Vec<Entry>,
    seen: Vec<(Operation, Call)>,
}

impl Drafting {
    fn operations(&mut self, chosen: &[Choice<'_>]) -> Vec<Entry> {
        chosen.iter().map(|one| self.operation(one)).collect()
    }

    fn operation(&mut self, choice: &Choice<'_>) -> Entry {
        use Operation as O;
        let (operation, call) = (choice.operation, choice.call);
        let mut keys = vec![entry("source", text(call.shown()))];
        match operation {
            O::CreateProspect | O::CreateMember | O::CreateLeadSource => {
                keys.push(entry("repeat", text("unsafe")).said(
                    "TODO: does a second call of the same content make a second record? If not, `safe`.",
                ));
            }
            O::SaveProspect | O::SaveMember | O::SaveExMember => keys.push(entry("repeat", text("safe"))),
            O::FindPerson => {
                let keys_of = find_by(call).iter().map(|(key, _)| text(*key)).collect();
                keys.push(entry("find_by", Yaml::List(keys_of)));
            }
            _ => {}
        }
        let lists = matches!(operation, O::ListStaff | O::ListLeadSources);
        let (paged, pages) = if lists { reading::pages(call) } else { (Vec::new(), Vec::new()) };
        keys.push(entry("request", self.request(operation, call, paged)));
        let answer = reading::answer(operation, call);
        if !(answer.is_empty() || operation == O::Verify && choice.doubt.is_some()) {
            keys.push(entry("answer", Yaml::Map(answer)));
        }
        if !pages.is_empty() {
            keys.push(entry("pages", Yaml::Map(pages)).said("TODO: does its list end like this?"));
        }
        let again = self.seen.iter().find(|(_, seen)| seen.shown() == call.shown()).map(|(first, _)| *first);
        let mut said = match again {
            Some(first) => format!("TODO: the same call as `{}`; is it right for this, too?", first.name()),
            None => "TODO: is this the call?".to_owned(),
        };
        self.seen.push((operation, call.clone()));
        if let (false, None) = (call.about.is_empty(), again) {
            // Of a document that travels as text, the vendor's words are all there is.
            let about = match &call.body {
                Some(body) if reading::has_document(body) => call.about.trim_end_matches('.').to_owned(),
                _ => crate::openapi::words_of(&call.about),
            };
            let _ = write!(said, " The contract says: {about}.");
        }
        if let (false, None) = (choice.others.is_empty(), again) {
            let _ = write!(said, " Others would do: {}.", choice.others.join(", "));
        }
        let built = entry(operation.name(), Yaml::Map(keys)).said(said);
        match choice.doubt {
            Some(doubt) => built.said(format!("TODO: {doubt}.")),
            None => built,
        }
    }

    fn request(&mut self, operation: Operation, call: &Call, paged: Vec<Entry>) -> Yaml {
        let mut keys = vec![entry("method", text(call.method.clone()))];
        let (path, numbered) = self.path(operation, call);
        keys.push(entry("path", text(path)));
        let mut query = Vec::new();
        let mut headers = Vec::new();
        for input in call.inputs.iter().filter(|input| input.place != Place::Path) {
            if paged.iter().any(|known| known.key == input.name) {
                continue;
            }
            let Some(value) = self.input(operation, input) else { continue };
            let into = if input.place == Place::Query { &mut query } else { &mut headers };
            into.push(entry(&input.name, value));
        }
        query.extend(paged);
        keys.extend(Some(entry("query", Yaml::Map(query))).filter(|query| !query.value.is_empty()));
        keys.extend(Some(entry("headers", Yaml::Map(headers))).filter(|headers| !headers.value.is_empty()));
        let Some(shape) = &call.body else { return Yaml::Map(keys) };
        let (body, said) = Body::new(operation, numbered, &mut self.maps, &mut self.settings).build(shape);
        let say = |entry: Entry| said.iter().fold(entry, |entry, said| entry.said(said.clone()));
        match &call.action {
            Some(action) => {
                if crate::folder::writes(operation) {
                    let nil = call.about.contains("nil");
                    let cleared = entry("cleared", if nil { raw("'null'") } else { text("empty") });
                    keys.push(cleared.said(
                        "TODO: is a value cleared by an empty element (`empty`), or by `xsi:nil` (`'null'`)?",
                    ));
                }
                let soap = vec![
                    entry("action", text(action.clone())),
                    say(entry("body", Yaml::Map(vec![entry(&call.elements.0, body)]))),
                ];
                keys.push(entry("soap", Yaml::Map(soap)));
            }
            None if body.is_empty() => {}
            None => keys.push(say(entry("json", body))),
        }
        Yaml::Map(keys)
    }

    /// The path with what goes into it, and whether the record's number is in it.
    fn path(&mut self, operation: Operation, call: &Call) -> (String, bool) {
        let mut path = call.path.clone();
        let mut numbered = false;
        let inputs: Vec<_> = call.inputs.iter().filter(|input| input.place == Place::Path).collect();
        for input in inputs.iter().rev() {
            let place = format!("{{{}}}", input.name);
            let about_club = operation == Operation::Verify && call.path.ends_with(&place);
            let expression = match words::means(&input.name) {
                Some(Means::Club) => self.settings.club(),
                _ if about_club => self.settings.club(),
                Some(Means::ExternalId) => "external_id".to_owned(),
                Some(Means::Client) => self.settings.client(),
                _ if call.path.ends_with(&place) && !numbered => {
                    numbered = true;
                    "record".to_owned()
                }
                _ => self.settings.needed(&input.name, &input.about),
            };
            path = path.replace(&place, &format!("{{{{ {expression} }}}}"));
        }
        (path, numbered)
    }

    fn input(&mut self, operation: Operation, input: &crate::Input) -> Option<Yaml> {
        let means = words::means(&input.name);
        let expression = match (operation, means) {
            (_, Some(Means::Club)) => self.settings.club(),
            (_, Some(Means::Client)) => self.settings.client(),
            (Operation::FindPerson, Some(means)) => crate::body::search(means)?.to_owned(),
            (Operation::FindStaff, Some(Means::Person(model::Field::Email))) => "email".to_owned(),
            _ if !input.required => return None,
            _ => match &input.usual {
                Some(usual) => return Some(raw(format!("'{}'", usual.replace('\'', "''")))),
                None => self.settings.needed(&input.name, &input.about),
            },
        };
        Some(text(format!("={expression}")))
    }
}
