//! `connector certify`: what is agreed with a partner, tried at their test system.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use ::certify::{Journal, Plan, System, Verdict};
use anyhow::{Context, Result, bail};
use platform::net::GuardedClient;
use platform::{Description, Endpoint, SettingKind, Settings, Tokens};
use url::Url;

use super::platform::{library, unknown};
use super::trial::setting;
use crate::cli;
use crate::config::Config;
use crate::say::{note, tell};

/// Makes the checks; it fails where one of them does.
pub async fn run(asked: cli::Certify, config: &Config) -> Result<ExitCode> {
    let library = library(config)?;
    let description = library.get(&asked.platform).with_context(|| unknown(&library, &asked.platform))?;
    if description.rotates() {
        bail!(
            "signing in to {} would use up the refresh token, and only a hub keeps the one that follows; certify with another way to sign in",
            description.title()
        );
    }
    let at = address(&asked.url, &description)?;
    let mut typed = typed(&asked, &description)?;
    fill(&mut typed, &description, &at);
    let bind = |typed: &BTreeMap<String, String>| {
        let settings = Settings::typed(&description, typed.clone());
        let net = Arc::new(GuardedClient::new()?);
        anyhow::Ok(Endpoint::bind_at(
            Some(&at),
            Arc::clone(&description),
            settings,
            net,
            Arc::new(Tokens::new()),
        ))
    };
    let endpoint = match bind(&typed)? {
        Ok(endpoint) => endpoint,
        Err(problems) => {
            for problem in problems {
                note(format_args!("--set {problem}"));
            }
            return Ok(ExitCode::FAILURE);
        }
    };
    let wrong = match spoilt(&typed, &description) {
        Some(spoilt) => bind(&spoilt)?.ok(),
        None => None,
    };
    let out = asked.out.unwrap_or_else(|| PathBuf::from(format!("certified-{}", asked.platform)));
    fs::create_dir_all(&out).with_context(|| format!("`{}` cannot be made", out.display()))?;
    let journal = Journal::open(&out)?;
    note(format_args!("checking {} at {at}; this takes a minute or more", description.title()));
    let plan = Plan {
        url: at.to_string(),
        endpoint,
        wrong,
        staff: asked.staff,
        lead_source: asked.lead_source,
        domain: asked.mail_domain,
        journal,
        clock: crate::pages::now,
    };
    let card = ::certify::certify(System::new(plan)).await;
    write(&out.join("card.json"), &serde_json::to_string_pretty(&card)?)?;
    write(&out.join("card.html"), &::certify::page(&card)?)?;
    for check in &card.checks {
        tell(format_args!("{:10} {}: {}", check.verdict.word(), check.title, check.seen))?;
    }
    let [works, fails, missing, not_tried] =
        [Verdict::Works, Verdict::Fails, Verdict::Missing, Verdict::NotTried].map(|one| card.count(one));
    tell(format_args!(
        "\n{works} work, {fails} fail, {missing} missing, {not_tried} not tried; the report card is {}",
        out.join("card.html").display()
    ))?;
    Ok(if fails == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The address of the test system. Its path is taken only where a setting is an address: else the description has it.
fn address(text: &str, description: &Description) -> Result<Url> {
    let url = Url::parse(text)
        .with_context(|| format!("`{text}` is not an address like https://test.example.com"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        bail!("`{text}` is not an address like https://test.example.com");
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        bail!("the address has neither user, password, `?` nor `#`; credentials are settings");
    }
    let takes_path = description.settings().iter().any(|setting| setting.kind == SettingKind::Url);
    if url.path() != "/" && !takes_path {
        bail!(
            "{} says the paths itself; give scheme, host and port alone, without `{}`",
            description.name(),
            url.path()
        );
    }
    Ok(url)
}

/// The settings of the file and of the command line.
fn typed(asked: &cli::Certify, description: &Description) -> Result<BTreeMap<String, String>> {
    let mut pairs = Vec::new();
    if let Some(file) = &asked.file {
        let text =
            fs::read_to_string(file).with_context(|| format!("`{}` cannot be read", file.display()))?;
        let values: BTreeMap<String, serde_json::Value> = if file.extension().is_some_and(|it| it == "toml") {
            toml::from_str(&text).with_context(|| format!("`{}`", file.display()))?
        } else {
            serde_saphyr::from_str(&text).with_context(|| format!("`{}`", file.display()))?
        };
        pairs.extend(values.into_iter().map(|(name, value)| match value {
            serde_json::Value::String(text) => format!("{name}={text}"),
            other => format!("{name}={other}"),
        }));
    }
    pairs.iter().chain(&asked.settings).map(|pair| setting(pair, description)).collect()
}

/// The parts of the address, in the settings for them that nobody gave.
fn fill(typed: &mut BTreeMap<String, String>, description: &Description, at: &Url) {
    for setting in description.settings() {
        let part = match setting.kind {
            SettingKind::Url => Some(at.as_str().trim_end_matches('/').to_owned()),
            SettingKind::Scheme => Some(at.scheme().to_owned()),
            SettingKind::Host => at.host_str().map(str::to_owned),
            SettingKind::Port => at.port_or_known_default().map(|port| port.to_string()),
            _ => None,
        };
        if let Some(part) = part {
            typed.entry(setting.name.clone()).or_insert(part);
        }
    }
}

/// The same settings with every secret changed, each still of its form; none where there is no secret.
fn spoilt(typed: &BTreeMap<String, String>, description: &Description) -> Option<BTreeMap<String, String>> {
    let mut spoilt = typed.clone();
    for setting in description.settings().iter().filter(|setting| setting.is_secret()) {
        if let Some(secret) = spoilt.get_mut(&setting.name) {
            *secret = changed(secret);
        }
    }
    (spoilt != *typed).then_some(spoilt)
}

/// The middle half of a secret with every letter and digit turned into the next.
fn changed(secret: &str) -> String {
    let length = secret.chars().count();
    let middle = length / 4..length - length / 4;
    let next = |(at, c): (usize, char)| match c {
        _ if !middle.contains(&at) => c,
        'z' => 'a',
        'Z' => 'A',
        '9' => '0',
        'a'..='y' | 'A'..='Y' | '0'..='8' => char::from_u32(u32::from(c) + 1).unwrap_or(c),
        other => other,
    };
    secret.chars().enumerate().map(next).collect()
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("`{}` cannot be written", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_secret_has_the_same_form_and_another_value() {
        assert_eq!(changed("ab12-Zz99"), "ab23-Aa99");
        assert_eq!(changed("x"), "y");
        assert_eq!(changed(""), "");
    }
}
