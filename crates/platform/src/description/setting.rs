//! Settings: what must be known before a club's calls can be made, who knows it, and who may see it.

use regex::Regex;

use super::Draft;
use crate::mistakes::Mistakes;
use crate::yaml::Node;

/// Something that turning up a platform needs.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Its name in expressions.
    pub name: String,
    /// The label of its field.
    pub title: String,
    /// Where to find it, in the words of a club manager.
    pub help: Option<String>,
    /// What it is.
    pub kind: SettingKind,
    /// Who has one.
    pub scope: Scope,
    /// Whether a call can be made without it.
    pub required: bool,
    /// Its value where none is given.
    pub default: Option<String>,
    /// What the whole value must look like.
    pub pattern: Option<String>,
    /// Whether it is the platform's own number of the client or the club.
    pub role: Option<Role>,
    /// Whether it switches something on that the platform does to people.
    pub side_effect: bool,
    pub(crate) compiled: Option<Regex>,
}

/// What a setting is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// Text that anybody may read.
    Text,
    /// Text that renders only into a request.
    Secret,
    /// One of a few values.
    Choice(Vec<String>),
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// Several texts, parted by commas, semicolons or lines.
    List,
    /// The name of a time zone, such as `Europe/Lisbon`.
    Zone,
    /// The beginning of addresses, with scheme and host.
    Url,
    /// `http` or `https`.
    Scheme,
    /// A host name or IP address, and nothing else.
    Host,
    /// A port.
    Port,
    /// One label of a host name: no dot, slash or colon, so that it cannot send a key elsewhere.
    Label,
}

/// Who has a value of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The Connector itself has one.
    Installation,
    /// Each client has one.
    Client,
    /// Each club has one.
    Club,
}

/// What a setting stands for at the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The platform's number of the client.
    ClientId,
    /// The platform's number of the club.
    ClubId,
    /// The club's time zone.
    TimeZone,
}

impl Setting {
    /// Whether its value is a secret.
    pub fn is_secret(&self) -> bool {
        self.kind == SettingKind::Secret
    }
}

pub(super) fn settings(draft: &Draft<'_>, mistakes: &mut Mistakes) -> Vec<Setting> {
    let mut settings: Vec<_> =
        draft.section("settings").iter().map(|(key, node)| setting(&key.name, node, mistakes)).collect();
    for role in [Role::ClientId, Role::ClubId, Role::TimeZone] {
        let mut having = settings.iter().zip(draft.section("settings")).filter(|(s, _)| s.role == Some(role));
        having.next();
        if let Some((_, (key, _))) = having.next() {
            mistakes.add(key.span.clone(), "another setting has this role already");
        }
    }
    for (key, node) in draft.section("side_effects") {
        if settings.iter().any(|setting| setting.name == key.name) {
            mistakes.add(key.span.clone(), format!("there is a setting `{}` already", key.name));
        }
        if !draft.file.contains(&format!("settings.{}", key.name)) {
            mistakes
                .add(key.span.clone(), format!("nothing depends on `{}`", key.name))
                .help(format!("let a request say it, by `=settings.{}`", key.name));
        }
        settings.push(side_effect(&key.name, node));
    }
    settings
}

/// A boolean that is off unless somebody switches it on.
fn side_effect(name: &str, node: &Node) -> Setting {
    Setting {
        name: name.to_owned(),
        title: node.text_at("title").unwrap_or(name).to_owned(),
        help: node.text_at("help").map(str::to_owned),
        kind: SettingKind::Boolean,
        scope: if node.text_at("scope") == Some("club") { Scope::Club } else { Scope::Client },
        required: false,
        default: Some("false".to_owned()),
        pattern: None,
        role: None,
        side_effect: true,
        compiled: None,
    }
}

fn setting(name: &str, node: &Node, mistakes: &mut Mistakes) -> Setting {
    let default = node.text_at("default").map(str::to_owned);
    let required = node.get("required").and_then(Node::boolean).unwrap_or(default.is_none());
    let (pattern, compiled) = pattern(node, mistakes);
    let setting = Setting {
        name: name.to_owned(),
        title: node.text_at("title").unwrap_or(name).to_owned(),
        help: node.text_at("help").map(str::to_owned),
        kind: kind(node, mistakes),
        scope: match node.text_at("scope") {
            Some("installation") => Scope::Installation,
            Some("club") => Scope::Club,
            _ => Scope::Client,
        },
        required,
        default,
        pattern,
        role: match node.text_at("role") {
            Some("client_id") => Some(Role::ClientId),
            Some("club_id") => Some(Role::ClubId),
            Some("time_zone") => Some(Role::TimeZone),
            _ => None,
        },
        side_effect: false,
        compiled,
    };
    check_default(&setting, node, mistakes);
    if (setting.role == Some(Role::TimeZone)) && setting.kind != SettingKind::Zone {
        mistakes
            .add(node.span.start..node.span.start + 1, "the club's time zone is a setting of kind `zone`");
    }
    setting
}

fn kind(node: &Node, mistakes: &mut Mistakes) -> SettingKind {
    let choices: Vec<String> = node
        .get("choices")
        .map_or(&[][..], Node::items)
        .iter()
        .filter_map(|choice| choice.text().map(str::to_owned))
        .collect();
    let word = node.text_at("kind");
    if (word == Some("choice")) != node.get("choices").is_some() {
        mistakes
            .add(node.span.start..node.span.start + 1, "`choices` and `kind: choice` belong together")
            .help("list the values of a choice under `choices:`");
    }
    match word {
        Some("secret") => SettingKind::Secret,
        Some("choice") => SettingKind::Choice(choices),
        Some("integer") => SettingKind::Integer,
        Some("boolean") => SettingKind::Boolean,
        Some("list") => SettingKind::List,
        Some("zone") => SettingKind::Zone,
        Some("url") => SettingKind::Url,
        Some("scheme") => SettingKind::Scheme,
        Some("host") => SettingKind::Host,
        Some("port") => SettingKind::Port,
        Some("label") => SettingKind::Label,
        _ => SettingKind::Text,
    }
}

fn pattern(node: &Node, mistakes: &mut Mistakes) -> (Option<String>, Option<Regex>) {
    let Some((node, text)) = node.get("pattern").and_then(|node| Some((node, node.text()?))) else {
        return (None, None);
    };
    match Regex::new(&format!("^(?:{text})$")) {
        Ok(regex) => (Some(text.to_owned()), Some(regex)),
        Err(error) => {
            let said = error.to_string();
            let last = said.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            mistakes.add(node.span.clone(), format!("this is not a regular expression: {last}"));
            (None, None)
        }
    }
}

fn check_default(setting: &Setting, node: &Node, mistakes: &mut Mistakes) {
    let Some((default, at)) = setting.default.as_deref().zip(node.get("default")) else {
        return;
    };
    if setting.is_secret() {
        mistakes
            .add(at.span.clone(), "a secret has no default")
            .help("whoever reads the description would know it: every installation has its own");
    } else if let Err(said) = crate::endpoint::fits(setting, default) {
        mistakes.add(at.span.clone(), format!("the default is not possible: {said}"));
    }
}
