//! Which of a vendor's calls does what the Connector needs: a guess by names, with its reason.

use model::{Field, Operation};

use crate::contract::{Call, Contract, Place, Shape};
use crate::words::{self, Means};

/// A call chosen for an operation.
#[derive(Clone, Debug)]
pub(crate) struct Choice<'a> {
    pub operation: Operation,
    pub call: &'a Call,
    /// Others that would have done, best first.
    pub others: Vec<String>,
    /// What is odd about it.
    pub doubt: Option<&'static str>,
}

/// What a call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Noun {
    Person,
    Staff,
    Source,
    Club,
    Health,
    Other,
}

/// What a call does with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Create,
    Update,
    Save,
    Find,
    List,
    Read,
    Other,
}

const PEOPLE: [&str; 12] = [
    "person",
    "contact",
    "lead",
    "prospect",
    "guest",
    "customer",
    "client",
    "member",
    "user",
    "patron",
    "visitor",
    "individual",
];
const STAFF: [&str; 9] = [
    "staff",
    "employee",
    "trainer",
    "instructor",
    "coach",
    "salesperson",
    "salesrep",
    "consultant",
    "advisor",
];
const SOURCES: [&str; 5] = ["source", "leadsource", "campaign", "referral", "referraltype"];
const CLUBS: [&str; 9] =
    ["club", "location", "site", "branch", "facility", "studio", "gym", "centre", "center"];
const HEALTH: [&str; 4] = ["health", "ping", "heartbeat", "alive"];
/// What belongs to people and is none of ours.
const APART: [&str; 34] = [
    "note",
    "visit",
    "contract",
    "purchase",
    "sale",
    "booking",
    "class",
    "photo",
    "picture",
    "document",
    "card",
    "payment",
    "invoice",
    "token",
    "login",
    "logout",
    "password",
    "webhook",
    "subscription",
    "duplicate",
    "merge",
    "arrival",
    "balance",
    "field",
    "checkin",
    "appointment",
    "task",
    "tag",
    "message",
    "schedule",
    "bank",
    "index",
    "history",
    "permission",
];
const CREATE: [&str; 5] = ["create", "add", "new", "insert", "register"];
const UPDATE: [&str; 5] = ["update", "edit", "modify", "change", "patch"];
const SAVE: [&str; 3] = ["save", "upsert", "put"];
const FIND: [&str; 4] = ["find", "search", "lookup", "query"];
const LIST: [&str; 3] = ["list", "all", "browse"];
const READ: [&str; 4] = ["get", "read", "fetch", "retrieve"];

/// What leads, and what members, are kept as.
const LEADS: &[&str] = &["lead", "prospect", "guest", "person", "contact", "individual"];
const MEMBERS: &[&str] = &["member", "customer", "client", "person", "contact", "user"];

/// Chooses calls for as many operations as the contract can serve.
pub(crate) fn choose(contract: &Contract) -> Vec<Choice<'_>> {
    let known: Vec<Known<'_>> = contract.calls.iter().map(Known::of).collect();
    let mut chosen = Vec::new();
    let best = |operation, fits: &dyn Fn(&Known<'_>) -> Option<i32>| best(operation, &known, fits);
    let health =
        best(Operation::Health, &|one| (one.noun == Noun::Health).then(|| 10 - one.call.inputs.len() as i32));
    let verify = best(Operation::Verify, &|one| {
        let looks = matches!(one.verb, Verb::Read | Verb::List | Verb::Find);
        (one.noun == Noun::Club && looks).then(|| if one.names_club() { 20 } else { 10 })
    });
    let list = |noun: Noun| {
        move |one: &Known<'_>| {
            let looks = matches!(one.verb, Verb::List | Verb::Find);
            (one.noun == noun && looks && one.needs_only_club())
                .then(|| if one.verb == Verb::List { 20 } else { 15 } - one.length())
        }
    };
    let staff = best(Operation::ListStaff, &list(Noun::Staff));
    let find_staff = best(Operation::FindStaff, &|one| {
        let looks = matches!(one.verb, Verb::List | Verb::Find);
        (one.noun == Noun::Staff && looks && one.asks(Field::Email)).then(|| 10 - one.length())
    });
    let sources = best(Operation::ListLeadSources, &list(Noun::Source));
    let verify = verify.or_else(|| {
        let instead = staff.as_ref().or(sources.as_ref())?;
        let doubt = Some(
            "no call was found that only looks whether key and club are right; a list is asked for instead",
        );
        Some(Choice { operation: Operation::Verify, others: Vec::new(), doubt, ..instead.clone() })
    });
    chosen.extend([verify, health, staff, find_staff, sources].into_iter().flatten());
    let source = |operation, verb| {
        best(operation, &|one| (one.noun == Noun::Source && one.verb == verb).then(|| 10 - one.length()))
    };
    chosen.extend(source(Operation::CreateLeadSource, Verb::Create));
    chosen.extend(source(Operation::UpdateLeadSource, Verb::Update));
    people(&known, &mut chosen);
    chosen
}

/// The calls about people: saves where the platform keeps our number, else creates and updates.
fn people<'a>(known: &[Known<'a>], chosen: &mut Vec<Choice<'a>>) {
    let writes = |verb: Verb, liked: &'static [&'static str]| {
        move |one: &Known<'_>| {
            let told = one.fields;
            let likes = one.words.iter().any(|word| liked.contains(&word.as_str()));
            (one.noun == Noun::Person && one.verb == verb && told >= 2)
                .then(|| told as i32 * 2 + if likes { 9 } else { 0 } - one.length())
        }
    };
    let saved = best(Operation::SaveProspect, known, &writes(Verb::Save, LEADS))
        .filter(|one| known.iter().any(|known| std::ptr::eq(known.call, one.call) && known.external));
    if let Some(save) = saved {
        for operation in [Operation::SaveProspect, Operation::SaveMember, Operation::SaveExMember] {
            let says_kind = Known::of(save.call).kind;
            if operation == Operation::SaveProspect || says_kind {
                chosen.push(Choice { operation, ..save.clone() });
            }
        }
    } else {
        let create = best(Operation::CreateProspect, known, &writes(Verb::Create, LEADS))
            .or_else(|| best(Operation::CreateProspect, known, &writes(Verb::Save, LEADS)));
        let update = best(Operation::UpdateProspect, known, &writes(Verb::Update, LEADS))
            .or_else(|| best(Operation::UpdateProspect, known, &writes(Verb::Save, LEADS)));
        let member = best(Operation::CreateMember, known, &writes(Verb::Create, MEMBERS))
            .or_else(|| best(Operation::CreateMember, known, &writes(Verb::Save, MEMBERS)));
        let changed = best(Operation::UpdateMember, known, &writes(Verb::Update, MEMBERS))
            .or_else(|| best(Operation::UpdateMember, known, &writes(Verb::Save, MEMBERS)));
        let member = member.filter(|member| {
            let same = create.as_ref().is_some_and(|create| std::ptr::eq(create.call, member.call));
            let own = Known::of(member.call).words.iter().any(|word| word == "member");
            (same && Known::of(member.call).kind) || (!same && own)
        });
        let former = changed.clone().map(|one| Choice { operation: Operation::UpdateExMember, ..one });
        chosen.extend([create, update, member, changed, former].into_iter().flatten());
    }
    let searches = |one: &Known<'_>| {
        let looks = matches!(one.verb, Verb::Find | Verb::List);
        let keys = find_by(one.call).len() as i32;
        (one.noun == Noun::Person && looks && keys > 0).then(|| keys * 3 - one.length())
    };
    chosen.extend(best(Operation::FindPerson, known, &searches));
    let reads = |one: &Known<'_>| {
        (one.noun == Noun::Person && one.verb == Verb::Read && !one.external).then(|| 10 - one.length())
    };
    chosen.extend(best(Operation::ReadPerson, known, &reads));
}

fn best<'a>(
    operation: Operation,
    known: &[Known<'a>],
    fits: &dyn Fn(&Known<'_>) -> Option<i32>,
) -> Option<Choice<'a>> {
    let mut scored: Vec<_> = known.iter().filter_map(|one| Some((fits(one)?, one))).collect();
    scored.sort_by_key(|(score, _)| -score);
    let (_, first) = scored.first()?;
    let others = scored.iter().skip(1).take(3).map(|(_, one)| one.call.shown()).collect();
    Some(Choice { operation, call: first.call, others, doubt: None })
}

/// The keys by which a call looks for a person: the name of the key, and the input or member that takes it.
pub(crate) fn find_by(call: &Call) -> Vec<(&'static str, String)> {
    let inputs =
        call.inputs.iter().filter(|input| input.place == Place::Query).map(|input| input.name.as_str());
    let members = call.body.iter().flat_map(Shape::members).flat_map(|member| match &member.shape {
        Shape::Document(_, inner) => inner.iter().map(|one| one.name.as_str()).collect(),
        _ => vec![member.name.as_str()],
    });
    let mut keys = Vec::new();
    for name in inputs.chain(members) {
        let key = match words::means(name) {
            Some(Means::ExternalId) => "external_id",
            Some(Means::Person(Field::Email)) => "email",
            Some(Means::Person(Field::Mobile)) => "mobile",
            Some(Means::Person(Field::LastName)) => "name",
            _ => continue,
        };
        if !keys.iter().any(|(known, _)| *known == key) {
            keys.push((key, name.to_owned()));
        }
    }
    let order = ["external_id", "email", "mobile", "name"];
    keys.sort_by_key(|(key, _)| order.iter().position(|known| known == key));
    keys
}

/// A call, and what its names say.
struct Known<'a> {
    call: &'a Call,
    noun: Noun,
    verb: Verb,
    words: Vec<String>,
    /// How many fields of a person its body takes.
    fields: usize,
    /// Whether it takes the Connector's own id, and what a person is.
    external: bool,
    kind: bool,
}

impl<'a> Known<'a> {
    fn of(call: &'a Call) -> Known<'a> {
        // Every SOAP call of a service has the same path.
        let resource = if call.action.is_some() { Vec::new() } else { resource(&call.path) };
        let named = apart(&words::words(&call.name));
        let words = if resource.is_empty() { named.clone() } else { resource.clone() };
        let noun = match noun(&words) {
            Noun::Other if !words.iter().any(|word| APART.contains(&word.as_str())) => noun(&named),
            noun => noun,
        };
        let mut told = Told::default();
        call.body.iter().for_each(|body| told.count(body, 0));
        told.external |= call.inputs.iter().any(|input| words::means(&input.name) == Some(Means::ExternalId));
        let verb = verb(call, &named, &told, noun);
        Known { call, noun, verb, words, fields: told.fields, external: told.external, kind: told.kind }
    }

    fn names_club(&self) -> bool {
        self.call.inputs.iter().any(|input| words::is_club(&input.name) || input.place == Place::Path)
            || self.call.body.iter().flat_map(Shape::members).any(|member| words::is_club(&member.name))
    }

    fn needs_only_club(&self) -> bool {
        let needs = |name: &str| !words::is_club(name) && !words::is_client(name);
        let paths = self.call.inputs.iter().filter(|input| input.place == Place::Path);
        let inside = self.call.body.iter().flat_map(Shape::members).filter(|member| member.required);
        !paths.into_iter().any(|input| needs(&input.name))
            && !inside.into_iter().any(|member| needs(&member.name))
    }

    fn asks(&self, field: Field) -> bool {
        let asked = |name: &str| words::field(name) == Some(field);
        self.call.inputs.iter().any(|input| asked(&input.name))
            || self.call.body.iter().flat_map(Shape::members).any(|member| asked(&member.name))
    }

    fn length(&self) -> i32 {
        self.call.path.matches('/').count() as i32
    }
}

/// What a body takes.
#[derive(Default)]
struct Told {
    fields: usize,
    external: bool,
    kind: bool,
    number: bool,
}

impl Told {
    fn count(&mut self, shape: &Shape, depth: usize) {
        for member in shape.members() {
            match words::means(&member.name) {
                Some(Means::Person(_)) => self.fields += 1,
                Some(Means::ExternalId) => self.external = true,
                Some(Means::Kind) => self.kind = true,
                Some(Means::Record) => self.number = true,
                _ => {}
            }
            if depth < 4 {
                self.count(&member.shape, depth + 1);
            }
        }
    }
}

fn resource(path: &str) -> Vec<String> {
    let steps = path.split('/').filter(|step| !step.is_empty() && !step.starts_with('{'));
    for step in steps.rev() {
        let words = apart(&words::words(step));
        let only_verbs = words.iter().all(|word| verb_of(word).is_some());
        if !words.is_empty() && !only_verbs {
            return words;
        }
    }
    Vec::new()
}

/// Words with verbs cut off: `addclient` is two.
fn apart(words: &[String]) -> Vec<String> {
    let split = |word: &String| {
        let verbs = ["create", "add", "update", "find", "search", "list", "get", "save"];
        let verb = verbs.iter().find(|verb| word.starts_with(**verb) && word.len() >= verb.len() + 4);
        match verb {
            Some(verb) => vec![(*verb).to_owned(), word[verb.len()..].to_owned()],
            None => vec![word.clone()],
        }
    };
    words.iter().flat_map(split).collect()
}

fn noun(words: &[String]) -> Noun {
    let any = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    match () {
        () if any(&HEALTH) => Noun::Health,
        () if any(&APART) => Noun::Other,
        () if any(&SOURCES) => Noun::Source,
        () if any(&STAFF) => Noun::Staff,
        () if any(&PEOPLE) => Noun::Person,
        () if any(&CLUBS) => Noun::Club,
        () => Noun::Other,
    }
}

fn verb_of(word: &str) -> Option<Verb> {
    let verbs: [(&[&str], Verb); 6] = [
        (&CREATE, Verb::Create),
        (&UPDATE, Verb::Update),
        (&SAVE, Verb::Save),
        (&FIND, Verb::Find),
        (&LIST, Verb::List),
        (&READ, Verb::Read),
    ];
    verbs.into_iter().find(|(words, _)| words.contains(&word)).map(|(_, verb)| verb)
}

fn verb(call: &Call, named: &[String], told: &Told, noun: Noun) -> Verb {
    let steps: Vec<String> = call.path.split('/').flat_map(|step| apart(&words::words(step))).collect();
    let said = named.iter().chain(&steps).find_map(|word| verb_of(word));
    let last = call.inputs.iter().find(|input| call.path.ends_with(&format!("{{{}}}", input.name)));
    let item = last.is_some_and(|input| noun == Noun::Club || !words::is_club(&input.name));
    let searched = !find_by(call).is_empty();
    match (call.method.as_str(), said) {
        _ if call.action.is_some() => match said {
            Some(Verb::Read) if searched => Verb::Find,
            Some(Verb::Read) if !told.number && noun != Noun::Club => Verb::List,
            said => said.unwrap_or(Verb::Other),
        },
        ("GET", _) if item => Verb::Read,
        ("GET", _) if searched => Verb::Find,
        ("GET", _) => Verb::List,
        ("POST", Some(verb @ (Verb::Create | Verb::Update | Verb::Save | Verb::Find))) => verb,
        ("POST", _) if item => Verb::Update,
        ("POST", _) => Verb::Create,
        ("PUT" | "PATCH", Some(Verb::Save)) => Verb::Save,
        ("PUT", _) if told.external => Verb::Save,
        ("PUT" | "PATCH", _) => Verb::Update,
        _ => Verb::Other,
    }
}
