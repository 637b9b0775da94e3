//! Settings that would lead elsewhere.

use std::sync::Arc;

use platform::net::GuardedClient;
use platform::{Description, Endpoint, SettingValue, Settings, Tokens};

const BY_PARTS: &str = "
platform: {name: gym, title: Gym, vendor: Gym Ltd, language: 1, version: 1, grade: assumed}
capabilities: {operations: [verify]}
settings:
  tenant: {title: Tenant, kind: label, scope: client}
  server: {title: Server, kind: host, scope: client}
  gate: {title: Gate, kind: port, scope: client}
  whole: {title: Whole, kind: url, scope: client}
  key: {title: Key, kind: secret, scope: client}
auth:
  key: {headers: {X-Key: =settings.key}}
hosts:
  one: {base: 'https://{{ settings.tenant }}.gym.example/v1', auth: key}
  two: {base: 'https://{{ settings.server }}:{{ settings.gate }}/v1', auth: key}
  three: {base: '{{ settings.whole }}/v1', auth: key}
operations:
  verify: {request: {host: one, method: GET, path: /}}
";

/// The settings that are refused when one of them is replaced.
fn refused(name: &str, value: &str) -> Vec<String> {
    let description = Description::parse("platform.yaml", BY_PARTS).unwrap_or_else(|wrong| panic!("{wrong}"));
    let good = [("tenant", "kits"), ("server", "cms.gym.example"), ("gate", "443"), ("key", "k-1")];
    let good = good.into_iter().chain([("whole", "https://gym.example")]);
    let settings = good.map(|(setting, fine)| {
        let value = if setting == name { value } else { fine };
        (setting.to_owned(), SettingValue::Text(value.to_owned()))
    });
    let net = Arc::new(GuardedClient::new().unwrap());
    let settings = Settings(settings.collect());
    match Endpoint::bind(Arc::new(description), settings, net, Arc::new(Tokens::new())) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn a_part_of_an_address_is_that_part_and_nothing_else() {
    assert_eq!(refused("", ""), Vec::<String>::new());
    for name in ["tenant", "server", "gate"] {
        for value in [
            "evil.example.com/",
            "evil.example.com/x",
            "evil.example.com@",
            "@evil.example.com",
            "evil.example.com#",
            "evil.example.com?",
            "evil.example.com\\",
            "evil.example.com:80",
            "evil\u{3002}example\u{ff0e}com",
            "evil\u{ff61}example",
            "evil%2eexample",
            "evil.example.com\u{0}",
            "evil\r\n.example",
            "evil\texample",
            "ev\u{ad}il",
            "evil..example",
            ".",
            "..",
            "-evil",
        ] {
            let said = refused(name, value);
            assert!(
                said.len() == 1 && said[0].contains("cannot be right: it is "),
                "{name} {value:?}: {said:?}"
            );
        }
    }
    for value in ["evil.example.com", "127.0.0.1", "[::1]"] {
        assert_eq!(refused("tenant", value).len(), 1, "{value}");
    }
    for value in ["0", "65536", "-1", "443x", "4 4 3", "0x1bb"] {
        assert_eq!(refused("gate", value).len(), 1, "{value}");
    }
}

#[test]
fn an_address_has_neither_password_nor_query_nor_characters_that_vanish() {
    for value in [
        "https://gym.example@evil.example.com",
        "https://gym.example:pw@evil.example.com",
        "https://gym.example?x=",
        "https://gym.example#",
        "https://",
        "gym.example",
        "ftp://gym.example",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://gym.example\\@evil.example.com",
        "https://gym\n.example",
        "https://gym\t.example",
        "https://gym.example/\u{0}",
        "https://gym .example",
    ] {
        let said = refused("whole", value);
        assert!(said.len() == 1 && said[0].contains("cannot be right"), "{value:?}: {said:?}");
    }
}
