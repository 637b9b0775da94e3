//! Binds a description to settings: addresses become known, and with them where calls may go.

use std::sync::Arc;

use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use url::Url;

use super::mask::Mask;
use super::settings::{self, Checked};
use super::{BoundHost, BoundToken, Endpoint, Reached, digest, refresh, required};
use crate::description::{Auth, Description, Host, Role, Scope as Owner, SettingKind, TokenBy, Way};
use crate::expression::Scope;
use crate::given::{SettingProblem, Settings};
use crate::net::{Egress, Net};
use crate::template::{Piece, interpolate};
use crate::tokens::Tokens;

impl Endpoint {
    /// Binds a description to the merged settings of one club; all problems come at once.
    pub fn bind(
        description: Arc<Description>,
        settings: Settings,
        net: Arc<dyn Net>,
        tokens: Arc<Tokens>,
    ) -> Result<Endpoint, Vec<SettingProblem>> {
        Endpoint::bind_at(None, description, settings, net, tokens)
    }

    /// The same at another place: scheme, host and port of every address become those of `at`, unless one of the
    /// description's own hosts is there. It may be a private address, for whoever starts the program names it.
    pub fn bind_at(
        at: Option<&Url>,
        description: Arc<Description>,
        settings: Settings,
        net: Arc<dyn Net>,
        tokens: Arc<Tokens>,
    ) -> Result<Endpoint, Vec<SettingProblem>> {
        let mut checked = settings::checked(&description, &settings)?;
        let mut scope = Scope::of_settings(checked.values.clone(), description.maps.clone());
        if let Some(zone) = &description.zone {
            let zone = time_zone(zone, &Arc::new(scope.clone()));
            scope.in_zone(
                zone.map_err(|message| vec![SettingProblem { setting: "timezone".to_owned(), message }])?,
            );
        }
        let shared = Arc::new(scope.clone());
        let own =
            description.hosts.iter().filter_map(|host| interpolate(&host.base, &shared, str::to_owned).ok());
        let own: Vec<String> = own.map(|(base, _)| origin(&base)).collect();
        checked.at = at.filter(|at| !own.contains(&at.origin().ascii_serialization())).cloned();
        let mut hosts = Vec::new();
        let mut warnings = Vec::new();
        for host in &description.hosts {
            let bound = bind_host(host, &description, &checked, &shared, &tokens);
            let bound =
                bound.map_err(|message| vec![SettingProblem { setting: host.name.clone(), message }])?;
            if bound.base.starts_with("http://") && bound.auth.is_some() {
                warnings.push(format!(
                    "credentials for `{}` travel unencrypted: the address begins with `http://`",
                    host.name
                ));
            }
            hosts.push(bound);
        }
        let mask = Mask::of(&checked.secrets);
        let reached = reached(&description, &hosts, &checked);
        let required = required::Known::default();
        Ok(Endpoint { description, hosts, scope, mask, net, tokens, warnings, required, reached })
    }
}

fn time_zone(pieces: &[Piece], scope: &Arc<Scope>) -> Result<TimeZone, String> {
    let (name, _) = interpolate(pieces, scope, str::to_owned).map_err(|problem| problem.said)?;
    TimeZone::get(&name).map_err(|_| format!("`{name}` is not a time zone"))
}

fn bind_host(
    host: &Host,
    description: &Description,
    checked: &Checked,
    scope: &Arc<Scope>,
    tokens: &Tokens,
) -> Result<BoundHost, String> {
    let (base, allow) = address(&host.base, description, checked, scope)?;
    let auth = chosen(host, scope)?;
    let token = auth.as_ref().and_then(|auth| auth.token.as_ref());
    let token = token
        .map(|by| {
            let (url, allow) = address(&by.url, description, checked, scope)?;
            let slot = tokens.slot(fingerprint(by, &url, description, checked, scope)?);
            let url = Url::parse(&url).map_err(|error| format!("`{url}` is not an address: {error}"))?;
            let kept = (Arc::clone(tokens.keep()), refresh::kept_as(by, url.as_str(), scope)?);
            Ok::<_, String>(BoundToken { slot, kept, url, allow })
        })
        .transpose()?;
    let base = base.trim_end_matches('/').to_owned();
    Ok(BoundHost { base, auth, challenge: digest::Last::default(), allow, token })
}

/// The first way to sign in whose condition holds.
fn chosen(host: &Host, scope: &Arc<Scope>) -> Result<Option<Arc<Auth>>, String> {
    for auth in &host.auth {
        let holds = auth.when.as_ref().map_or(Ok(true), |when| when.holds(scope));
        if holds.map_err(|problem| problem.said)? {
            return Ok(Some(Arc::clone(auth)));
        }
    }
    if host.auth.is_empty() {
        return Ok(None);
    }
    Err("none of its ways to sign in fits these settings".to_owned())
}

/// Hosts by their addresses; keys by every setting that can be part of a sign-in: secrets, and texts that are no number
/// of a client or club.
fn reached(description: &Description, hosts: &[BoundHost], checked: &Checked) -> Reached {
    let mut origins: Vec<String> = hosts.iter().map(|host| origin(&host.base)).collect();
    origins.sort();
    origins.dedup();
    let host = origins.join(" ");
    let mut hash = Sha256::new();
    std::iter::once(&host).chain(credentials(description, checked)).for_each(|part| add(&mut hash, part));
    let key = format!("{:x}", hash.finalize());
    Reached { host: host.into(), key: key.into() }
}

fn credentials<'c>(description: &'c Description, checked: &'c Checked) -> impl Iterator<Item = &'c String> {
    let settings = description.settings().iter();
    let names = settings.filter(|it| it.role.is_none() && matches!(it.kind, SettingKind::Text));
    names.filter_map(|it| checked.texts.get(&it.name)).map(|(text, _)| text).chain(&checked.secrets)
}

pub(super) fn add(hash: &mut Sha256, part: &str) {
    hash.update(part.len().to_le_bytes());
    hash.update(part);
}

fn origin(base: &str) -> String {
    Url::parse(base).map_or_else(|_| base.to_owned(), |url| url.origin().ascii_serialization())
}

/// An address, and what may be called there: exactly its host and port. A private address is allowed only where a
/// setting other than its default names it.
fn address(
    pieces: &[Piece],
    description: &Description,
    checked: &Checked,
    scope: &Arc<Scope>,
) -> Result<(String, Egress), String> {
    let (text, _) = interpolate(pieces, scope, str::to_owned).map_err(|problem| problem.said)?;
    let mut url = Url::parse(&text).map_err(|error| format!("`{text}` is not an address: {error}"))?;
    let text = match &checked.at {
        None => text,
        Some(at) => {
            let elsewhere = || format!("`{text}` cannot be called at `{at}`");
            url.set_scheme(at.scheme()).map_err(|()| elsewhere())?;
            url.set_host(at.host_str()).map_err(|_| elsewhere())?;
            url.set_port(at.port()).map_err(|()| elsewhere())?;
            url.to_string()
        }
    };
    let host = url.host_str().ok_or_else(|| format!("`{text}` has no host"))?.to_owned();
    let port = url.port_or_known_default().ok_or_else(|| format!("`{text}` has no port"))?;
    let named = |piece: &Piece| match piece {
        Piece::Literal(_) => false,
        Piece::Expr(expr) => description.settings().iter().any(|setting| {
            expr.source().strip_prefix("settings.") == Some(&setting.name)
                && matches!(setting.kind, SettingKind::Host | SettingKind::Url)
                && checked.texts.get(&setting.name).is_some_and(|(_, defaulted)| !defaulted)
        }),
    };
    let private = checked.at.is_some() || pieces.iter().any(named);
    Ok((text, Egress { hosts: vec![(host, port)], private }))
}

/// What a token belongs to: whoever has the same credentials at the same address shares it.
fn fingerprint(
    by: &TokenBy,
    url: &str,
    description: &Description,
    checked: &Checked,
    scope: &Arc<Scope>,
) -> Result<[u8; 32], String> {
    let text = |pieces: &[Piece]| {
        interpolate(pieces, scope, str::to_owned).map(|(text, _)| text).map_err(|p| p.said)
    };
    let mut hash = Sha256::new();
    add(&mut hash, url);
    for setting in description.settings() {
        let club = by.per_club && (setting.role == Some(Role::ClubId) || setting.scope == Owner::Club);
        if let Some((text, _)) = checked.texts.get(&setting.name).filter(|_| club) {
            add(&mut hash, text);
        }
    }
    let oauth2 = match &by.way {
        Way::OAuth2(oauth2) => oauth2,
        Way::Login(_) => {
            credentials(description, checked).for_each(|part| add(&mut hash, part));
            return Ok(hash.finalize().into());
        }
    };
    let parts = [&oauth2.client_id, &oauth2.client_secret, &oauth2.user, &oauth2.password, &oauth2.refresh];
    for part in parts {
        add(&mut hash, &part.as_deref().map_or(Ok(String::new()), text)?);
    }
    for (name, template) in &oauth2.parameters {
        hash.update(name.as_bytes());
        let mut rendering = super::writing::rendering(scope, xml::Charset::Utf8);
        if let Ok(Some(tree)) = rendering.tree(template) {
            hash.update(tree.as_text()?.as_bytes());
        }
    }
    Ok(hash.finalize().into())
}
