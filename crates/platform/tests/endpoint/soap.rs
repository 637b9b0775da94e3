//! SOAP 1.2, the rpc styles, answers whose parts refer to each other, and documents kept as text in others.

use std::sync::Arc;
use std::time::{Duration, Instant};

use model::{Field, Operation, Outcome};
use platform::net::{NetError, Request, Response};
use platform::{Answer, Description, Endpoint, Given, SettingValue, Settings};

use crate::{Fake, fake, given};

const OLD: &str = "
platform: {name: old, title: Old, vendor: Old Ltd, language: 1, version: 1, grade: assumed}
capabilities: {operations: [create_prospect]}
settings:
  password: {title: Password, kind: secret, scope: client}
hosts:
  main: {base: 'https://old.example', soap: {namespace: 'urn:old', SOAP}}
operations:
  create_prospect:
    repeat: unsafe
    request: {method: POST, path: /save, soap: {action: 'urn:old#Save', body: BODY}}
    answer: {id: ANSWER}
failures:
  - {when: =fault.code == 'Sender' and fault.subcode == 'FailedAuthentication' and fault.detail.Problem.No == '5', outcome: unauthorised, said: =fault.string}
";
const ANSWER: &str = "=answer.SaveResponse.return.id";
const BODY: &str = "{Save: {first: =person.first_name, staff: 7, new: true, nobody: null}}";

fn parse(soap: &str, body: &str, answer: &str) -> Result<Description, String> {
    let text = OLD.replace("SOAP", soap).replace("BODY", body).replace("ANSWER", answer);
    Description::parse("platform.yaml", &text).map_err(|wrong| wrong.list()[0].message.clone())
}

fn bind(description: Description, net: Arc<dyn platform::Net>) -> Endpoint {
    let settings = [("password".to_owned(), SettingValue::Secret("p<&>w".to_owned().into()))];
    Endpoint::bind(Arc::new(description), Settings(settings.into()), net, Arc::default()).unwrap()
}

fn said(body: &str) -> Response {
    let mut headers = http::HeaderMap::new();
    headers.insert("content-type", http::HeaderValue::from_static("text/xml"));
    Response { status: 200, headers, body: body.to_owned().into() }
}

fn saves() -> Arc<Fake> {
    fake(|_| {
        let saved = "<SaveResponse><return><id>7</id></return></SaveResponse>";
        Ok(said(&format!("<e:Envelope xmlns:e='urn:e'><e:Body>{saved}</e:Body></e:Envelope>")))
    })
}

/// The request that is made, its type and its action.
async fn sent(soap: &str, body: &str) -> (String, String, Option<String>) {
    let net = saves();
    let endpoint = bind(parse(soap, body, ANSWER).unwrap(), Arc::<Fake>::clone(&net));
    assert_eq!(id(&endpoint.call(Operation::CreateProspect, &given()).await), "7");
    let asked = net.asked.lock().unwrap();
    let header = |name: &str| asked[0].headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let body = String::from_utf8(asked[0].body.to_vec()).unwrap();
    let body = body.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").unwrap().to_owned();
    (body, header("content-type").unwrap(), header("soapaction"))
}

/// A platform whose answer's envelope has this in its body.
struct Says(String);

#[async_trait::async_trait]
impl platform::Net for Says {
    async fn send(&self, _: Request) -> Result<Response, NetError> {
        Ok(said(&format!(
            "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' \
             xmlns:c='http://schemas.xmlsoap.org/soap/encoding/'><e:Body>{}</e:Body></e:Envelope>",
            self.0
        )))
    }
}

async fn answered(soap: &str, answer: &str, body: &str) -> Answer {
    let endpoint = bind(parse(soap, BODY, answer).unwrap(), Arc::new(Says(body.to_owned())));
    endpoint.call(Operation::CreateProspect, &given()).await
}

fn id(answer: &Answer) -> &str {
    match &answer.outcome {
        Outcome::Saved { id: Some(id) } => &id.id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn soap_1_2_has_its_own_envelope_and_says_its_action_in_the_content_type() {
    let (body, kind, action) = sent("version: 1.2", BODY).await;
    assert_eq!(kind, "application/soap+xml; charset=utf-8; action=\"urn:old#Save\"");
    assert_eq!(action, None);
    let start = "<soap:Envelope xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\"><soap:Body><Save xmlns=\"urn:old\">";
    assert!(body.starts_with(start), "{body}");
    let (body, kind, action) = sent("version: '1.1'", BODY).await;
    assert_eq!((kind.as_str(), action.as_deref()), ("text/xml; charset=utf-8", Some("\"urn:old#Save\"")));
    assert!(body.contains("xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\""), "{body}");
}

#[tokio::test]
async fn a_fault_of_soap_1_2_is_read_by_code_subcode_reason_and_detail() {
    let fault = "<e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>e:FailedAuthentication</e:Value></e:Subcode></e:Code>\
                 <e:Reason><e:Text>who are you</e:Text></e:Reason><e:Detail><Problem><No>5</No></Problem></e:Detail></e:Fault>";
    let read = answered("version: '1.2'", ANSWER, fault).await;
    assert_eq!(read.outcome, Outcome::Unauthorised { said: "who are you".to_owned() });
    let wrong = OLD.replace("fault.subcode", "fault.subcod").replace("SOAP", "version: '1.2'");
    let wrong = Description::parse("platform.yaml", &wrong.replace("BODY", BODY).replace("ANSWER", ANSWER));
    assert_eq!(wrong.unwrap_err().list()[0].message, "`subcod` is not part of a fault");
}

#[tokio::test]
async fn rpc_names_the_call_in_its_namespace_and_the_parameters_in_none() {
    let (body, _, _) = sent("encoding: rpc", BODY).await;
    assert_eq!(
        body,
        "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><rpc:Save xmlns:rpc=\"urn:old\">\
         <first>Ada</first><staff>7</staff><new>true</new>\
         <nobody xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/></rpc:Save></soap:Body></soap:Envelope>"
    );
}

#[tokio::test]
async fn rpc_encoded_says_the_type_of_every_value_and_leaves_out_what_has_none() {
    let body = "{Save: {who: {'@xsi:type': 'o:Person', first: =person.first_name, \
                born: {'@xsi:type': 'xsd:date', $text: '1985-12-10'}, since: {'@xsi:type': 'xsd:date', $text: =person.trial_start}}, \
                staff: 7, new: true, nobody: null}}";
    let (body, _, _) = sent("encoding: rpc_encoded, prefixes: {o: 'urn:old'}", body).await;
    assert_eq!(
        body,
        "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:soapenc=\"http://schemas.xmlsoap.org/soap/encoding/\" xmlns:o=\"urn:old\">\
         <soap:Body><rpc:Save xmlns:rpc=\"urn:old\" soap:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\">\
         <who xsi:type=\"o:Person\"><first xsi:type=\"xsd:string\">Ada</first><born xsi:type=\"xsd:date\">1985-12-10</born></who>\
         <staff xsi:type=\"xsd:int\">7</staff><new xsi:type=\"xsd:boolean\">true</new><nobody xsi:nil=\"true\"/></rpc:Save></soap:Body></soap:Envelope>"
    );
}

#[tokio::test]
async fn parts_of_an_encoded_answer_are_read_in_the_place_that_refers_to_them() {
    let body = "<SaveResponse><return href='#id0'/></SaveResponse>\
                <multiRef id='id0' c:root='0' xsi:type='Person'><id xsi:type='xsd:string'>7</id><boss href='#id1'/></multiRef>\
                <multiRef id='id1' c:root='0'><id href='#id2'/></multiRef><multiRef id='id2'>9</multiRef>";
    for (soap, answer, expected) in [
        ("encoding: rpc_encoded", ANSWER, "7"),
        ("encoding: rpc_encoded", "=answer.SaveResponse.return.boss.id", "9"),
        ("encoding: rpc_encoded", "'=1 if answer.multiRef is none else 2'", "1"),
        ("encoding: rpc", "'=answer.SaveResponse.return[''@href'']'", "#id0"),
    ] {
        assert_eq!(id(&answered(soap, answer, body).await), expected, "{soap} {answer}");
    }
}

#[tokio::test]
async fn references_without_an_end_or_to_nothing_leave_a_create_in_doubt() {
    for (body, words) in [
        ("<SaveResponse><return href='#a'/></SaveResponse><m id='a'><b href='#a'/></m>", "in a circle"),
        (
            "<SaveResponse><return href='#a'/></SaveResponse><m id='a' href='#b'/><m id='b' href='#a'/>",
            "in a circle",
        ),
        ("<SaveResponse id='s'><return href='#s'/></SaveResponse>", "in a circle"),
        ("<SaveResponse><return href='#a'/></SaveResponse>", "does not have"),
        ("<SaveResponse><return href='#a'/></SaveResponse><m id='a'/><m id='a'/>", "two parts of one `id`"),
    ] {
        let read = answered("encoding: rpc_encoded", ANSWER, body).await;
        assert!(matches!(read.outcome, Outcome::Doubtful { .. }), "{read:?}");
        assert!(read.exchange.notes.iter().any(|note| note.contains(words)), "{words}: {read:?}");
    }
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the test measures how long a refusal takes")]
async fn a_small_answer_that_means_a_huge_one_is_refused_quickly() {
    let mut laughs = "<SaveResponse><return href='#l0'/></SaveResponse><m id='l12'>ha</m>".to_owned();
    for level in 0..12 {
        let next = format!("<x href='#l{}'/>", level + 1).repeat(10);
        laughs = format!("{laughs}<m id='l{level}'>{next}</m>");
    }
    let many = |inner: String| {
        let references = "<x href='#a'/>".repeat(15_000);
        format!("<SaveResponse><return>{references}</return></SaveResponse><m id='a'>{inner}</m>")
    };
    for body in [laughs, many(format!("<{}/>", "n".repeat(60_000))), many("t".repeat(200_000))] {
        let started = Instant::now();
        let read = answered("encoding: rpc_encoded", ANSWER, &body).await;
        let notes = read.exchange.notes;
        assert!(notes.iter().any(|note| note.contains("the answer means more than")), "{notes:?}");
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn a_structure_is_sent_as_text_and_its_secrets_are_masked_however_deep() {
    let body = "{Save: {doc: {$xml: {person: {'@no': '1', first: =person.first_name, mail: =person.email, since: =person.trial_start, \
                key: =settings.password}}}}}";
    let net = saves();
    let endpoint = bind(parse("version: '1.1'", body, ANSWER).unwrap(), Arc::<Fake>::clone(&net));
    let person = [(Field::FirstName, Some("Ada <&> B".to_owned())), (Field::Email, None)].into();
    let answer = endpoint.call(Operation::CreateProspect, &Given { person, ..given() }).await;
    let text = String::from_utf8(net.asked.lock().unwrap()[0].body.to_vec()).unwrap();
    let root = xml::parse(&text, &xml::Limits::default()).unwrap();
    assert_eq!(
        root.path(&["Body", "Save", "doc"]).unwrap().text,
        "<person no=\"1\"><first>Ada &lt;&amp;&gt; B</first><mail></mail><key>p&lt;&amp;&gt;w</key></person>"
    );
    assert_eq!(answer.exchange.sent, [Field::FirstName, Field::Email]);
    let kept = answer.exchange.request;
    assert!(kept.contains("••••••") && !kept.contains("amp;gt;w"), "{kept}");
}

#[tokio::test]
async fn a_document_kept_as_text_is_read_and_one_inside_of_it_too() {
    let declared = "<SaveResponse><return>&lt;?xml version='1.0' encoding='windows-1252'?>&lt;r>&lt;id>7&lt;/id>&lt;/r></return></SaveResponse>";
    let read = answered("version: '1.1'", "=(answer.SaveResponse.return | xml).r.id", declared).await;
    assert_eq!(id(&read), "7");
    let twice = "<SaveResponse><return><![CDATA[<r><in>&lt;id>8&lt;/id></in></r>]]></return></SaveResponse>";
    let read = answered("version: '1.1'", "=((answer.SaveResponse.return | xml).r.in | xml).id", twice).await;
    assert_eq!(id(&read), "8");
    let nothing = "<SaveResponse><return/></SaveResponse>";
    let read =
        answered("version: '1.1'", "'=1 if (answer.SaveResponse.return | xml) is none else 2'", nothing)
            .await;
    assert_eq!(id(&read), "1");
}

#[tokio::test]
async fn text_that_should_have_been_a_document_leaves_a_create_in_doubt() {
    let deep = format!("{}{}", "<a>".repeat(5000), "</a>".repeat(5000));
    for inner in ["no document", "<a>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", deep.as_str()] {
        let body = format!("<SaveResponse><return><![CDATA[{inner}]]></return></SaveResponse>");
        let read = answered("version: '1.1'", "=(answer.SaveResponse.return | xml).r.id", &body).await;
        let Outcome::Doubtful { reason } = &read.outcome else { panic!("{read:?}") };
        assert!(reason.contains("the text is not XML"), "{reason}");
    }
}

#[test]
fn names_that_mean_nothing_are_found_when_the_description_is_read() {
    for (soap, body, expected) in [
        ("encoding: rpc/encoded", "{Save: {}}", "`rpc/encoded` is not possible here"),
        ("version: 1.3", "{Save: {}}", "`1.3` is not possible here"),
        (
            "encoding: rpc, prefixes: {rpc: 'urn:x'}",
            "{Save: {}}",
            "the prefix `rpc` is declared by the Connector",
        ),
        ("encoding: rpc", "{Save: {a: {'@xsi:type': x}}}", "the prefix `xsi` stands for no namespace"),
        (
            "encoding: rpc_encoded",
            "{Save: {a: {'@xsi:type': 'o:Person'}}}",
            "the prefix `o` stands for no namespace",
        ),
        ("header: {o:Key: 1}", "{Save: {}}", "the prefix `o` stands for no namespace"),
        ("version: 1.2", "{Save: {a: {$text: b, c: d}}}", "`c` cannot stand beside `$text`"),
        ("version: 1.2", "{Save: {a: {$xml: {b: c}, d: e}}}", "`d` cannot stand beside `$xml`"),
        ("version: 1.2", "{Save: {a: {$xml: {b: c, d: e}}}}", "an XML body has one root element"),
        ("version: 1.2", "{Save: {a: {$xml: {soap:b: c}}}}", "the prefix `soap` stands for no namespace"),
        (
            "version: 1.2",
            "{Save: {a: {$value: =kind, $when: =kind is none}}}",
            "`$when` cannot stand beside `$value`",
        ),
    ] {
        assert_eq!(parse(soap, body, ANSWER).err().as_deref(), Some(expected), "{soap} {body}");
    }
    let json = OLD.replace("soap: {action: 'urn:old#Save', body: BODY}", "json: {a: {$text: b}}");
    let json =
        Description::parse("platform.yaml", &json.replace("SOAP", "version: 1.2").replace("ANSWER", ANSWER));
    assert_eq!(
        json.unwrap_err().list()[0].message,
        "`$text` is the text of an XML element, and here is none"
    );
}
