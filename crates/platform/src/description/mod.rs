//! A description: one platform, parsed, checked, and ready to be bound to a club.
//!
//! Everything that can be known to be wrong without a club or a network is found here, all of it at once. What is left
//! is a structure in which every name resolves; nothing downstream checks again.

mod auth;
mod calls;
mod capabilities;
mod discovery;
mod hmac;
mod hosts;
mod lint;
mod names;
mod pages;
mod rates;
mod reading;
mod requests;
mod rules;
mod setting;
mod steps;

pub(crate) use auth::{Auth, Grant, Login, OAuth2, Place as TokenPlace, TokenBy, UsernameToken, Way};
pub(crate) use calls::Call;
pub(crate) use discovery::Required;
pub(crate) use hmac::{Hmac, Stamp, Written};
pub(crate) use hosts::{Host, SoapHost, SoapStyle, SoapVersion};
pub(crate) use pages::{Onward, Pages};
pub(crate) use reading::{Decode, Item, Reading};
pub(crate) use requests::{Body, Csv, Namespaces};
pub(crate) use rules::{Rule, Verdict};
pub use setting::{Role, Scope, Setting, SettingKind};
pub(crate) use steps::CallStep;

use std::collections::{BTreeMap, BTreeSet};

use minijinja::value::Value;
use model::{Abilities, Grade, Operation};

use crate::expression::{Maps, Otherwise, Place, ValueMap, Vocabulary};
use crate::language::{self, DESCRIPTION, Is};
use crate::mistakes::Mistakes;
use crate::template::{Builder, Piece, literal};
use crate::yaml::{self, Node, Style};

/// One platform, described. Immutable; share it in an `Arc`.
pub struct Description {
    name: String,
    title: String,
    vendor: String,
    about: Option<String>,
    version: u32,
    grade: Grade,
    abilities: Abilities,
    settings: Vec<Setting>,
    pub(crate) hosts: Vec<Host>,
    pub(crate) calls: BTreeMap<Operation, Call>,
    pub(crate) failures: Vec<Rule>,
    pub(crate) required: Option<Required>,
    pub(crate) maps: Value,
    /// Names in answers whose values are shown nowhere, in lower case.
    pub(crate) conceal: Vec<String>,
    /// The zone of the platform's local times.
    pub(crate) zone: Option<Vec<Piece>>,
}

impl Description {
    /// Reads and checks a description; what is wrong comes all at once.
    pub fn parse(file: &str, text: &str) -> Result<Description, Mistakes> {
        let mut mistakes = Mistakes::new(file, text);
        let root = yaml::parse(text, &mut mistakes);
        let description = root.map(|root| {
            language::check(&root, &Is::Object(&DESCRIPTION), &mut mistakes);
            Draft::new(&root, text).finish(&mut mistakes)
        });
        match description {
            Some(description) if mistakes.is_empty() => Ok(description),
            None if mistakes.is_empty() => {
                mistakes.add(0..0, "the file is empty");
                Err(mistakes)
            }
            _ => Err(mistakes.settle()),
        }
    }

    /// Its folder's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What people call the platform.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Who makes it.
    pub fn vendor(&self) -> &str {
        &self.vendor
    }

    /// Where the knowledge comes from.
    pub fn about(&self) -> Option<&str> {
        self.about.as_deref()
    }

    /// The version of this description.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// How far it can be trusted where an operation does not say otherwise.
    pub fn grade(&self) -> Grade {
        self.grade
    }

    /// What the platform can do.
    pub fn abilities(&self) -> &Abilities {
        &self.abilities
    }

    /// What turning it up needs, in the order of the description.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    /// Whether a sign-in uses up what it was made with: then only the hub may make one, for it keeps what follows.
    pub fn rotates(&self) -> bool {
        let ways = self.hosts.iter().flat_map(|host| &host.auth);
        ways.filter_map(|auth| auth.token.as_ref())
            .any(|by| matches!(&by.way, Way::OAuth2(oauth2) if oauth2.grant == Grant::Refresh))
    }

    /// What the platform does to people on its own where it is switched on.
    pub fn side_effects(&self) -> impl Iterator<Item = &Setting> {
        self.settings.iter().filter(|setting| setting.side_effect)
    }

    /// The setting of that name.
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.name == name)
    }
}

impl std::fmt::Debug for Description {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Description({} version {})", self.name, self.version)
    }
}

/// A description being read: the file's tree, and the names that its expressions may use.
#[derive(Clone)]
pub(crate) struct Draft<'a> {
    pub root: &'a Node,
    pub file: &'a str,
    pub settings: BTreeSet<String>,
    pub maps: BTreeSet<String>,
    pub parts: BTreeMap<&'a str, &'a Node>,
    /// The steps that come before, and what each hands on.
    pub steps: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> Draft<'a> {
    fn new(root: &'a Node, file: &'a str) -> Self {
        let names = |section: &str| {
            let entries = root.get(section).map_or(&[][..], Node::entries);
            entries.iter().map(|(key, _)| key.name.clone()).collect::<BTreeSet<_>>()
        };
        let parts = root.get("parts").map_or(&[][..], Node::entries);
        let parts = parts.iter().map(|(key, node)| (key.name.as_str(), node)).collect();
        Draft {
            root,
            file,
            settings: names("settings").into_iter().chain(names("side_effects")).collect(),
            maps: names("maps"),
            parts,
            steps: BTreeMap::new(),
        }
    }

    pub fn section(&self, name: &str) -> &'a [(yaml::Key, Node)] {
        self.root.get(name).map_or(&[], Node::entries)
    }

    pub fn builder<'b>(&'b self, place: Place, mistakes: &'b mut Mistakes) -> Builder<'b>
    where
        'a: 'b,
    {
        let vocabulary = Vocabulary {
            file: self.file,
            settings: &self.settings,
            maps: &self.maps,
            steps: &self.steps,
            zone: self.root.get("timezone").is_some(),
            place,
            in_each: false,
            mistakes,
        };
        Builder { vocabulary, parts: &self.parts, depth: 0 }
    }

    fn finish(self, mistakes: &mut Mistakes) -> Description {
        let platform = self.root.get("platform");
        let text = |key: &str| platform.and_then(|node| node.text_at(key)).unwrap_or_default().to_owned();
        let grade = grade(platform.and_then(|node| node.text_at("grade"))).unwrap_or(Grade::Assumed);
        let settings = setting::settings(&self, mistakes);
        let auths = auth::auths(&self, mistakes);
        let hosts = hosts::hosts(&self, &auths, &settings, mistakes);
        let calls = calls::calls(&self, &hosts, mistakes);
        let abilities = capabilities::abilities(&self, &calls, grade, mistakes);
        let failures = rules::rules(self.root.get("failures"), &self, mistakes);
        let required = discovery::required(&self, &hosts, mistakes);
        let description = Description {
            name: text("name"),
            title: text("title"),
            vendor: text("vendor"),
            about: platform.and_then(|node| node.text_at("about")).map(str::to_owned),
            version: platform
                .and_then(|node| node.get("version"))
                .and_then(Node::integer)
                .and_then(|version| version.try_into().ok())
                .unwrap_or(1),
            grade,
            abilities,
            settings,
            hosts,
            calls,
            failures,
            required,
            maps: Value::from_object(self.value_maps()),
            conceal: self
                .root
                .get("conceal")
                .map_or(&[][..], Node::items)
                .iter()
                .filter_map(|name| Some(name.text()?.to_ascii_lowercase()))
                .collect(),
            zone: self.zone(mistakes),
        };
        lint::lint(&self, &description, mistakes);
        description
    }

    fn zone(&self, mistakes: &mut Mistakes) -> Option<Vec<Piece>> {
        let node = self.root.get("timezone")?;
        let pieces = self.builder(Place::Settings, mistakes).pieces(node);
        if let [Piece::Literal(name)] = &pieces[..]
            && jiff::tz::TimeZone::get(name).is_err()
        {
            mistakes
                .add(node.span.clone(), format!("`{name}` is not a time zone"))
                .help("write it like `America/Vancouver`, or name a setting of kind `zone`");
        }
        Some(pieces)
    }

    fn value_maps(&self) -> Maps {
        let maps = self.section("maps").iter().map(|(key, node)| {
            let entries = node.get("values").map_or(&[][..], Node::entries);
            let pairs = entries.iter().filter_map(|(ours, theirs)| {
                let style = theirs.plain().map_or(Style::Single, |_| Style::Plain);
                Some((ours.name.clone(), literal(theirs, theirs.text()?, style).value()))
            });
            let otherwise = match node.text_at("otherwise") {
                Some("drop") => Otherwise::Drop,
                Some("keep") => Otherwise::Keep,
                _ => Otherwise::Fail,
            };
            (key.name.clone(), ValueMap { pairs: pairs.collect(), otherwise })
        });
        Maps(maps.collect())
    }
}

pub(crate) fn grade(word: Option<&str>) -> Option<Grade> {
    [Grade::Assumed, Grade::Public, Grade::Certified].into_iter().find(|grade| Some(grade.name()) == word)
}
