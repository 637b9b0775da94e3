//! Where calls go, and how one signs in.

use crate::contract::{Contract, Member, Shape, SignIn};
use crate::describe::Drafting;
use crate::words;
use crate::yaml::{Entry, Yaml, entry, text};

impl Drafting {
    /// The one host, and the way to sign in.
    pub fn host(&mut self, contract: &Contract) -> Yaml {
        let mut keys = vec![entry("base", text(self.base(contract)))];
        let way = contract.sign_in.first().cloned().unwrap_or(SignIn::Bearer);
        let unsaid = contract.sign_in.is_empty();
        if let Some(auth) = self.auth(&way) {
            let auth = if unsaid {
                auth.said("TODO: the contract does not say how one signs in; this is a guess.")
            } else {
                auth
            };
            let others = contract.sign_in.len().saturating_sub(1);
            let auth = if others > 0 {
                auth.said(format!("TODO: the first of {} ways; is it the one?", others + 1))
            } else {
                auth
            };
            self.auth.push(auth);
            keys.push(entry("auth", text("key")));
        }
        if let Some(charset) = contract.charset {
            keys.push(
                entry("sends_in", text(charset))
                    .said("TODO: the contract is written in these letters; does the system know others?"),
            );
        }
        match &contract.soap {
            Some(namespace) => {
                let mut soap = vec![entry("namespace", text(namespace.clone()))];
                soap.extend(contract.encoding.map(|encoding| entry("encoding", text(encoding))));
                if let SignIn::SoapHeader(name, members) = &way {
                    let header = members.iter().map(|member| self.header(member)).collect();
                    soap.push(entry("header", Yaml::Map(vec![entry(name, Yaml::Map(header))])));
                }
                keys.push(entry("soap", Yaml::Map(soap)));
            }
            None => keys.push(entry("headers", Yaml::Map(vec![entry("Accept", text("application/json"))]))),
        }
        Yaml::Map(vec![entry("api", Yaml::Map(keys))])
    }

    /// An element of the SOAP header.
    fn header(&mut self, member: &Member) -> Entry {
        let name = words::spelt(&member.name);
        if let Shape::Object(inner) = &member.shape {
            let inside = inner.iter().map(|member| self.header(member)).collect();
            return entry(&member.name, Yaml::Map(inside));
        }
        let setting = if words::is_club(&member.name) {
            self.settings.club()
        } else if words::is_client(&member.name) {
            self.settings.client()
        } else if ["token", "password", "key", "secret"].iter().any(|word| name.contains(word)) {
            self.settings.secret(&name, &crate::settings::sentence(&member.name))
        } else {
            self.settings.text(&name, &crate::settings::sentence(&member.name))
        };
        entry(&member.name, text(format!("={setting}")))
    }

    /// The beginning of all addresses: the vendor's own where it says one, else each client's.
    fn base(&mut self, contract: &Contract) -> String {
        let url = &contract.base.url;
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        let (host, path) =
            rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
        let made_up = host.ends_with(".example")
            || host.contains("example.")
            || host.starts_with("localhost")
            || host.starts_with("127.")
            || host == "tempuri.org"
            // A name without a dot is that of a machine in somebody's own house.
            || !host.is_empty() && !host.contains('.') && !host.contains('{');
        let mut known = contract.base.variables.iter();
        if scheme.is_empty() || host.is_empty() || made_up || host.starts_with('{') && !host.contains('.') {
            let path = if scheme.is_empty() && !url.starts_with('/') { String::new() } else { path };
            let base = self.settings.base_url();
            return if path.is_empty() { format!("={base}") } else { format!("{{{{ {base} }}}}{path}") };
        }
        let host = known.by_ref().fold(host.to_owned(), |host, (name, usual)| {
            let place = format!("{{{name}}}");
            if !host.contains(&place) {
                return host;
            }
            let setting = self.settings.label(name, usual);
            host.replace(&place, &format!("{{{{ {setting} }}}}"))
        });
        let path = contract
            .base
            .variables
            .iter()
            .fold(path, |path, (name, usual)| path.replace(&format!("{{{name}}}"), usual));
        format!("{scheme}://{host}{path}")
    }

    fn auth(&mut self, way: &SignIn) -> Option<Entry> {
        let settings = &mut self.settings;
        let one = |key: &str, name: &str, value: String| {
            Yaml::Map(vec![entry(key, Yaml::Map(vec![entry(name, text(value))]))])
        };
        let way = match way {
            SignIn::Bearer => {
                let token = settings.secret("token", "Access token");
                one("headers", "Authorization", format!("Bearer {{{{ {token} }}}}"))
            }
            SignIn::Header(name) => {
                one("headers", name, format!("={}", settings.secret("api_key", "API key")))
            }
            SignIn::Query(name) => one("query", name, format!("={}", settings.secret("api_key", "API key"))),
            SignIn::Basic => {
                let user = entry("user", text(format!("={}", settings.text("user", "User name"))));
                let password =
                    entry("password", text(format!("={}", settings.secret("password", "Password"))));
                Yaml::Map(vec![entry("basic", Yaml::Map(vec![user, password]))])
            }
            SignIn::OAuth2(url) => {
                let absolute = url.starts_with("https://") || url.starts_with("http://");
                let url = if absolute {
                    url.clone()
                } else {
                    format!("{{{{ {} }}}}/{}", settings.base_url(), url.trim_start_matches('/'))
                };
                let id = settings.text("client_id", "Client id");
                let secret = settings.secret("client_secret", "Client secret");
                Yaml::Map(vec![entry(
                    "oauth2",
                    Yaml::Map(vec![
                        entry("grant", text("client_credentials")),
                        entry("url", text(url)),
                        entry("client_id", text(format!("={id}"))),
                        entry("client_secret", text(format!("={secret}"))),
                    ]),
                )])
            }
            SignIn::Login => {
                let base = settings.base_url();
                let user = entry("username", text(format!("={}", settings.text("user", "User name"))));
                let password =
                    entry("password", text(format!("={}", settings.secret("password", "Password"))));
                let login = vec![
                    entry("url", text(format!("{{{{ {base} }}}}/login")))
                        .said("TODO: where one logs in, with what, and where the token is in the answer."),
                    entry("json", Yaml::Map(vec![user, password])),
                    entry("token", text("=answer.token")),
                ];
                Yaml::Map(vec![entry("login", Yaml::Map(login))])
            }
            SignIn::WsSecurity => {
                let user = entry("user", text(format!("={}", settings.text("user", "User name"))));
                let password =
                    entry("password", text(format!("={}", settings.secret("password", "Password"))));
                Yaml::Map(vec![entry("ws_security", Yaml::Map(vec![user, password]))])
            }
            SignIn::SoapHeader(..) | SignIn::None => return None,
        };
        Some(entry("key", way))
    }
}
