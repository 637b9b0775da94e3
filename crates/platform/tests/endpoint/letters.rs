//! Encodings: what a platform is sent and how its answers are read where neither is UTF-8.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Field, Operation, Outcome};
use platform::net::{NetError, Request, Response};
use platform::{Description, Endpoint, Given, SettingValue, Settings, Tokens};

use crate::{Fake, fake};

const OLD: &str = "
platform: {name: old, title: Old, vendor: Old Ltd, language: 1, version: 1, grade: assumed}
capabilities: {operations: [create_prospect]}
settings:
  password: {title: Password, kind: secret, scope: client}
hosts:
  main: {base: 'https://old.example', HOST}
operations:
  create_prospect:
    repeat: unsafe
    request: {method: POST, path: /save, BODY}
    answer: {id: =answer.r.id, success: =answer.r.name == 'Zoë'}
";
const XML: &str =
    "xml: {body: {p: {first: =person.first_name, last: =person.last_name, key: =settings.password}}}";

fn bind(host: &str, body: &str, password: &str, net: Arc<Fake>) -> Endpoint {
    let text = OLD.replace("HOST", host).replace("BODY", body);
    let description = Description::parse("platform.yaml", &text).unwrap_or_else(|wrong| panic!("{wrong}"));
    let settings = [("password".to_owned(), SettingValue::Secret(password.to_owned().into()))];
    Endpoint::bind(Arc::new(description), Settings(settings.into()), net, Arc::new(Tokens::new())).unwrap()
}

fn named(first: &str, last: &str) -> Given {
    let person = [(Field::FirstName, first), (Field::LastName, last)];
    let person: BTreeMap<_, _> = person.map(|(field, name)| (field, Some(name.to_owned()))).into();
    Given { person, ..crate::given() }
}

fn said(content_type: &str, body: &[u8]) -> Response {
    let mut headers = http::HeaderMap::new();
    headers.insert("content-type", content_type.parse().unwrap());
    Response { status: 200, headers, body: body.to_vec().into() }
}

/// How a platform answers.
type Answers = fn(&Request) -> Result<Response, NetError>;

const LATIN: Answers = |_| {
    Ok(said(
        "text/xml",
        b"<?xml version=\"1.0\" encoding=\"windows-1252\"?><r><id>7</id><name>Zo\xEB</name></r>",
    ))
};

async fn sent(host: &str, body: &str) -> (String, Vec<u8>) {
    let net = fake(LATIN);
    let answer = bind(host, body, "pass", Arc::clone(&net))
        .call(Operation::CreateProspect, &named("Zoë", "Fløe"))
        .await;
    assert!(matches!(&answer.outcome, Outcome::Saved { id: Some(id) } if id.id == "7"), "{answer:?}");
    let asked = net.asked.lock().unwrap();
    (asked[0].headers["content-type"].to_str().unwrap().to_owned(), asked[0].body.to_vec())
}

#[tokio::test]
async fn a_request_is_written_in_the_encoding_of_its_host_and_says_so() {
    let (kind, body) = sent("sends_in: windows-1252", XML).await;
    assert_eq!(kind, "application/xml; charset=windows-1252");
    let expected: &[u8] = b"<?xml version=\"1.0\" encoding=\"windows-1252\"?><p><first>Zo\xEB</first><last>Fl\xF8e</last><key>pass</key></p>";
    assert_eq!(body, expected, "{}", String::from_utf8_lossy(&body));
    let (kind, body) = sent("sends_in: utf-16", XML).await;
    assert_eq!((kind.as_str(), &body[..6]), ("application/xml; charset=utf-16", &b"\xFF\xFE<\0?\0"[..]));
    let (kind, body) = sent("sends_in: iso-8859-1", "form: {first: =person.first_name}").await;
    assert_eq!(kind, "application/x-www-form-urlencoded; charset=iso-8859-1");
    assert_eq!(body, b"first=Zo%EB");
    let (kind, body) = sent("sends_in: iso-8859-1", "text: '{{ person.first_name }}'").await;
    assert_eq!((kind.as_str(), body.as_slice()), ("text/plain; charset=iso-8859-1", &b"Zo\xEB"[..]));
}

#[tokio::test]
async fn a_letter_that_the_encoding_lacks_is_refused_by_its_field_and_nothing_is_sent() {
    let net = fake(|_| unreachable!());
    for body in [
        XML,
        "form: {a: =person.first_name, b: =person.last_name}",
        "text: '{{ person.first_name }} {{ person.last_name }}'",
    ] {
        let endpoint = bind("sends_in: windows-1252", body, "pass", Arc::clone(&net));
        let answer = endpoint.call(Operation::CreateProspect, &named("Zoë", "Łuk")).await;
        let Outcome::Unsendable { field, said, too_long: false } = &answer.outcome else {
            panic!("{body}: {answer:?}")
        };
        assert!(said.contains("`Ł`") && said.contains("windows-1252"), "{said}");
        let one = !body.starts_with("text");
        assert_eq!(*field, one.then_some(Field::LastName), "{body}: the text has both in one piece");
    }
    let secret = bind("sends_in: windows-1252", XML, "pasŁwort", net);
    let Outcome::Misconfigured { reason } =
        secret.call(Operation::CreateProspect, &named("Zoë", "Fløe")).await.outcome
    else {
        panic!("a password that cannot be written is nobody's record")
    };
    assert!(!reason.contains('Ł'), "no letter of a secret is told: {reason}");
}

#[tokio::test]
async fn what_is_kept_of_a_call_is_readable_and_without_secrets_in_any_encoding() {
    let net = fake(LATIN);
    for charset in ["windows-1252", "utf-16"] {
        let endpoint = bind(&format!("sends_in: {charset}"), XML, "pässwörd", Arc::clone(&net));
        let answer = endpoint.call(Operation::CreateProspect, &named("Zoë", "Fløe")).await;
        let prepared = endpoint.preview(Operation::CreateProspect, &named("Zoë", "Fløe")).unwrap();
        for shown in [&answer.exchange.request, &prepared[0].body] {
            assert!(shown.contains("<first>Zoë</first>") && shown.contains("<key>••••••</key>"), "{shown}");
        }
    }
    let form = bind("sends_in: iso-8859-1", "form: {key: =settings.password}", "pässwörd", net);
    let prepared = form.preview(Operation::CreateProspect, &named("Zoë", "Fløe")).unwrap();
    assert_eq!(prepared[0].body, "key=••••••");
}

#[tokio::test]
async fn an_answer_is_read_as_it_says_itself_or_as_it_must_be_read() {
    let lies: Answers = |_| Ok(said("text/xml; charset=utf-8", b"<r><id>7</id><name>Zo\xEB</name></r>"));
    let call = async |host: &str, net| {
        bind(host, "text: x", "pass", net).call(Operation::CreateProspect, &named("Zoë", "Fløe")).await
    };
    let wrong = call("redirects: 0", fake(lies)).await;
    assert!(matches!(wrong.outcome, Outcome::Doubtful { .. }), "it says UTF-8 and is not: {wrong:?}");
    let right = call("answers_in: windows-1252", fake(lies)).await;
    assert!(matches!(right.outcome, Outcome::Saved { .. }), "{right:?}");
    let wide: Answers = |_| {
        let text = "<?xml version=\"1.0\"?><r><id>7</id><name>Zoë</name></r>";
        Ok(said("application/xml", &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()))
    };
    for host in ["redirects: 0", "answers_in: utf-16"] {
        let right = call(host, fake(wide)).await;
        assert!(matches!(right.outcome, Outcome::Saved { .. }), "{right:?}");
    }
}

#[test]
fn json_is_not_written_in_another_encoding() {
    let text =
        OLD.replace("HOST", "sends_in: iso-8859-1").replace("BODY", "json: {first: =person.first_name}");
    let wrong = Description::parse("platform.yaml", &text).unwrap_err();
    assert_eq!(wrong.list()[0].message, "`json` is always UTF-8, and the host `main` is sent iso-8859-1");
    let text = OLD.replace("HOST", "sends_in: latin-1").replace("BODY", XML);
    assert_eq!(
        Description::parse("platform.yaml", &text).unwrap_err().list()[0].message,
        "`latin-1` is not possible here"
    );
}
