//! Settings as a person typed them: whether they can be right, and what expressions see of them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use minijinja::value::Value;
use secrecy::ExposeSecret;

use crate::description::{Description, Setting, SettingKind};
use crate::expression::Hidden;
use crate::given::{SettingProblem, SettingValue, Settings};

/// Whether a value can be right for a setting; if not, why.
pub(crate) fn fits(setting: &Setting, value: &str) -> Result<(), String> {
    let said = match &setting.kind {
        SettingKind::Text | SettingKind::Secret => {
            value.chars().any(char::is_control).then(|| "it has control characters in it".to_owned())
        }
        SettingKind::List => list_fits(setting, value),
        SettingKind::Zone => jiff::tz::TimeZone::get(value)
            .is_err()
            .then(|| "it is the name of a time zone, like `America/Vancouver`".to_owned()),
        SettingKind::Choice(choices) => (!choices.iter().any(|choice| choice == value))
            .then(|| format!("it is one of {}", choices.join(", "))),
        SettingKind::Integer => value.parse::<i64>().is_err().then(|| "it is a whole number".to_owned()),
        SettingKind::Boolean => {
            (!matches!(value, "true" | "false")).then(|| "it is `true` or `false`".to_owned())
        }
        SettingKind::Url => address(value).err(),
        SettingKind::Scheme => {
            (!matches!(value, "http" | "https")).then(|| "it is `http` or `https`".to_owned())
        }
        SettingKind::Host => {
            (!is_host(value)).then(|| "it is the name or IP address of a host, and nothing else".to_owned())
        }
        SettingKind::Port => value
            .parse::<u16>()
            .map_or(true, |port| port == 0)
            .then(|| "it is a number from 1 to 65535".to_owned()),
        SettingKind::Label => (!is_label(value))
            .then(|| "it is letters, digits and `-`, without dot, slash or colon".to_owned()),
    };
    if let Some(said) = said {
        return Err(said);
    }
    match &setting.compiled {
        Some(pattern) if setting.kind != SettingKind::List && !pattern.is_match(value) => {
            Err(format!("it does not look like `{}`", setting.pattern.as_deref().unwrap_or_default()))
        }
        _ => Ok(()),
    }
}

impl Setting {
    /// Whether a value can be right; if not, why.
    pub fn check(&self, value: &str) -> Result<(), String> {
        fits(self, value)
    }
}

/// The most things that a list can hold.
const MOST_ITEMS: usize = 500;

/// What somebody typed as a list: parted by commas, semicolons or lines.
fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';', '\n']).map(str::trim).filter(|item| !item.is_empty())
}

fn list_fits(setting: &Setting, value: &str) -> Option<String> {
    if value.chars().any(|c| c.is_control() && c != '\n' && c != '\r') {
        return Some("it has control characters in it".to_owned());
    }
    if items(value).count() > MOST_ITEMS {
        return Some(format!("it has more than {MOST_ITEMS} things in it"));
    }
    let pattern = setting.compiled.as_ref()?;
    let wrong = items(value).find(|item| !pattern.is_match(item))?;
    Some(format!("`{wrong}` does not look like `{}`", setting.pattern.as_deref().unwrap_or_default()))
}

fn address(value: &str) -> Result<(), String> {
    // What reads an address leaves some of them out and takes others for a slash: it would lead elsewhere than it looks.
    if value.chars().any(|c| c == '\\' || c.is_whitespace() || c.is_control()) {
        return Err("it has neither spaces, control characters nor `\\`".to_owned());
    }
    let url = url::Url::parse(value).map_err(|error| format!("it is not an address: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("it begins with `https://` or `http://`".to_owned());
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err("it has neither user, password, `?` nor `#`".to_owned());
    }
    Ok(())
}

fn is_host(value: &str) -> bool {
    let bare = value.strip_prefix('[').and_then(|v| v.strip_suffix(']')).unwrap_or(value);
    bare.parse::<IpAddr>().is_ok() || (value.len() <= 253 && value.split('.').all(is_label))
}

fn is_label(value: &str) -> bool {
    (1..=63).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        && !value.starts_with('-')
        && !value.ends_with('-')
}

/// Checks all settings and turns them into what expressions see; what is wrong comes all at once.
pub(super) fn checked(description: &Description, given: &Settings) -> Result<Checked, Vec<SettingProblem>> {
    let mut checked =
        Checked { values: Value::from(()), texts: BTreeMap::new(), secrets: Vec::new(), at: None };
    let mut problems = Vec::new();
    let mut values = Vec::new();
    for setting in description.settings() {
        let text = match given.0.get(&setting.name) {
            Some(SettingValue::Text(text)) => Some(text.trim().to_owned()),
            Some(SettingValue::Secret(secret)) => Some(secret.expose_secret().to_owned()),
            None => None,
        };
        let set = text.filter(|text| !text.is_empty());
        let defaulted = set.is_none();
        let Some(text) = set.or_else(|| setting.default.clone()) else {
            if setting.required {
                problems.push(problem(setting, format!("{} is missing", setting.title)));
            }
            continue;
        };
        if let Err(said) = fits(setting, &text) {
            problems.push(problem(setting, format!("{} cannot be right: {said}", setting.title)));
            continue;
        }
        values.push((setting.name.clone(), value(setting, &text)));
        if setting.is_secret() {
            checked.secrets.push(text);
        } else {
            checked.texts.insert(setting.name.clone(), (text, defaulted));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    checked.values = Value::from_pairs(values);
    Ok(checked)
}

/// Settings that can be used.
pub(super) struct Checked {
    pub values: Value,
    /// Text settings, and whether each is its default.
    pub texts: BTreeMap<String, (String, bool)>,
    pub secrets: Vec<String>,
    /// Whose scheme, host and port take the place of all others.
    pub at: Option<url::Url>,
}

fn value(setting: &Setting, text: &str) -> Value {
    match setting.kind {
        SettingKind::Secret => Hidden::value(text.to_owned().into()),
        SettingKind::Integer | SettingKind::Port => {
            text.parse::<i64>().map_or(Value::from(text), Value::from)
        }
        SettingKind::Boolean => Value::from(text == "true"),
        SettingKind::List => Value::from(items(text).map(Value::from).collect::<Vec<_>>()),
        SettingKind::Url => Value::from(text.trim_end_matches('/')),
        SettingKind::Host if text.contains(':') && !text.starts_with('[') => Value::from(format!("[{text}]")),
        _ => Value::from(text),
    }
}

fn problem(setting: &Setting, message: String) -> SettingProblem {
    SettingProblem { setting: setting.name.clone(), message }
}
