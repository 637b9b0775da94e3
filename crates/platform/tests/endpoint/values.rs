//! Values: local times of a platform, lists that somebody typed, and bodies of CSV.

use std::sync::Arc;

use jiff::Timestamp;
use model::{Field, Operation};
use platform::{Description, Endpoint, Found, Given, SettingProblem, SettingValue, Settings};

use crate::{Fake, answer, fake, given};

const GYM: &str = "
platform: {name: gym, title: Gym, vendor: Gym Ltd, language: 1, version: 1, grade: assumed}
capabilities: {operations: [create_prospect, read_person]}
timezone: =settings.zone
settings:
  zone: {title: Time zone, kind: zone, scope: club, role: time_zone}
  types: {title: Agreement types, kind: list, scope: club, default: '', pattern: '[A-Z]+'}
hosts: {main: {base: 'https://gym.example/'}}
operations:
  create_prospect:
    repeat: unsafe
    request:
      method: POST
      path: /people
      csv:
        delimiter: ;
        columns:
          Name: =person.last_name
          Note: '{{ person.first_name }}; \"x\"'
          City: =person.city
          Made: =now | local('%Y-%m-%d %H:%M')
          Types: =settings.types | join('+')
    answer: {id: =answer.id}
  read_person:
    request: {method: GET, path: '/people/{{ record }}'}
    answer:
      items: =answer | list
      item:
        id: =item.id
        kind: ='MEMBER' if item.type in settings.types else 'PROSPECT'
        created_at: =item.made | read_local('%Y-%m-%d %H:%M')
";

fn bound(text: &str, zone: &str, types: &str, net: &Arc<Fake>) -> Result<Endpoint, Vec<SettingProblem>> {
    let description =
        Arc::new(Description::parse("platform.yaml", text).unwrap_or_else(|wrong| panic!("{wrong}")));
    let settings = [("zone", zone), ("types", types)];
    let settings = settings.map(|(name, value)| (name.to_owned(), SettingValue::Text(value.to_owned())));
    Endpoint::bind(description, Settings(settings.into()), Arc::<Fake>::clone(net), Arc::default())
}

async fn sent(zone: &str, now: &str) -> String {
    let net = fake(|_| Ok(answer(200, &[], r#"{"id":1}"#)));
    let endpoint = bound(GYM, zone, "GOLD, SILVER;\nSTAFF", &net).unwrap();
    let mut given = Given { now: now.parse().unwrap(), ..given() };
    given.person.insert(Field::LastName, Some("O\"Hara".to_owned()));
    endpoint.call(Operation::CreateProspect, &given).await;
    String::from_utf8(net.asked.lock().unwrap()[0].body.to_vec()).unwrap()
}

async fn read(zone: &str, made: &'static str, kind: &'static str) -> Found {
    let net = Arc::new(Fake::with(move |_| {
        let body = format!(r#"{{"id":1,"made":"{made}","type":"{kind}"}}"#);
        let json = [(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"))];
        Ok(platform::net::Response { status: 200, headers: json.into_iter().collect(), body: body.into() })
    }));
    let endpoint = bound(GYM, zone, "GOLD", &net).unwrap();
    let given = Given { record: Some(model::RemoteId::plain("1")), ..given() };
    endpoint.call(Operation::ReadPerson, &given).await.found.remove(0)
}

#[tokio::test]
async fn a_row_of_csv_has_its_columns_in_order_and_quotes_what_needs_it() {
    let body = sent("UTC", "2026-11-22T10:00:00Z").await;
    let row = "\"O\"\"Hara\";\"Ada; \"\"x\"\"\";;2026-11-22 10:00;GOLD+SILVER+STAFF";
    assert_eq!(body, format!("Name;Note;City;Made;Types\r\n{row}\r\n"));
}

#[tokio::test]
async fn an_instant_is_written_in_local_time_on_both_sides_of_both_clock_changes() {
    for (at, expected) in [
        ("2026-03-08T09:59:00Z", "2026-03-08 01:59"),
        ("2026-03-08T10:00:00Z", "2026-03-08 03:00"),
        ("2026-11-01T08:59:00Z", "2026-11-01 01:59"),
        ("2026-11-01T09:00:00Z", "2026-11-01 01:00"),
    ] {
        let body = sent("America/Vancouver", at).await;
        assert!(body.contains(&format!(";{expected};")), "{at}: {body}");
    }
}

#[tokio::test]
async fn a_local_time_is_read_on_both_sides_of_both_clock_changes() {
    for (made, expected) in [
        ("2026-03-08 01:59", "2026-03-08T09:59:00Z"),
        // It never was: an hour later.
        ("2026-03-08 02:30", "2026-03-08T10:30:00Z"),
        ("2026-03-08 03:00", "2026-03-08T10:00:00Z"),
        ("2026-11-01 00:59", "2026-11-01T07:59:00Z"),
        // It was twice: the first.
        ("2026-11-01 01:30", "2026-11-01T08:30:00Z"),
        ("2026-11-01 02:00", "2026-11-01T10:00:00Z"),
    ] {
        let found = read("America/Vancouver", made, "GOLD").await;
        assert_eq!(found.created_at, Some(expected.parse::<Timestamp>().unwrap()), "{made}");
    }
}

#[tokio::test]
async fn a_list_that_was_typed_is_looked_into_thing_by_thing() {
    assert_eq!(read("UTC", "2026-01-01 00:00", "GOLD").await.kind, Some(model::Kind::Member));
    assert_eq!(read("UTC", "2026-01-01 00:00", "OL").await.kind, Some(model::Kind::Prospect));
    let problems = bound(GYM, "UTC", "GOLD, silver", &fake(|_| unreachable!())).err().unwrap();
    assert_eq!(problems[0].message, "Agreement types cannot be right: `silver` does not look like `[A-Z]+`");
}

#[test]
fn a_zone_is_one_that_there_is() {
    let problems = bound(GYM, "Vancouver", "", &fake(|_| unreachable!())).err().unwrap();
    assert!(problems[0].message.contains("like `America/Vancouver`"), "{problems:?}");
    for (from, to, expected) in [
        ("timezone: =settings.zone\n", "", "`local` needs to know the zone of the platform's local times"),
        ("timezone: =settings.zone", "timezone: Vancouver", "`Vancouver` is not a time zone"),
        ("kind: zone", "kind: text", "the club's time zone is a setting of kind `zone`"),
        ("local('%Y-%m-%d %H:%M')", "local('now')", "`now` is not a format of a date"),
    ] {
        let text = GYM.replacen(from, to, 1);
        assert_ne!(text, GYM, "{from}");
        let mistakes = Description::parse("platform.yaml", &text).unwrap_err();
        assert!(mistakes.list().iter().any(|mistake| mistake.message == expected), "{mistakes}");
    }
}
