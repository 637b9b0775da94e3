//! `connector certify`: the report card of every simulated platform, of ones that misbehave, and of nobody else's people.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use simulator::{Config, Faults, Kind, LeadSource, Platform, Refuse, Simulator, Staff, Throttle};
use tempfile::TempDir;
use tokio::process::Command;

use crate::house::command::Told;

/// A platform to certify: its name, its simulator, and the settings of one club.
type System = (&'static str, Platform, &'static [&'static str]);

const OPEN_SPOKE: System = (
    "open-spoke",
    Platform::OpenSpoke,
    &[
        "token=whsec_c2ltdWxhdGVkIG9wZW4gc3Bva2Ugc2VjcmV0IDE=",
        "signing_secret=whsec_c2ltdWxhdGVkIG9wZW4gc3Bva2Ugc2VjcmV0IDE=",
        "club=kits",
    ],
);
const ON_PREMISES: System = (
    "on-premises-soap",
    Platform::OnPremisesSoap,
    &["user=connector", "password=club-server-password", "club=7"],
);
const OTHERS: [System; 14] = [
    (
        "abc-datatrak",
        Platform::AbcDatatrak,
        &["app_id=abc-app", "app_key=abc-key", "club_number=0042", "time_zone=America/New_York"],
    ),
    (
        "club-planner",
        Platform::ClubPlanner,
        &["club=kits", "token=club-planner-token", "club_number=5", "status_prospect=1", "status_member=2"],
    ),
    ("clubready", Platform::ClubReady, &["api_key=clubready-key", "store_id=801"]),
    ("gymmaster", Platform::GymMaster, &["site=kits", "api_key=gymmaster-key", "company_id=31"]),
    ("hubspot", Platform::HubSpot, &["access_token=pat-hubspot", "club=hub"]),
    (
        "intouch",
        Platform::InTouch,
        &[
            "client_id=connector",
            "client_secret=intouch-secret",
            "club_uuid=5f0c4a5e-1111-4c1b-9d55-0242ac120002",
        ],
    ),
    (
        "jonas-i4",
        Platform::JonasI4,
        &["user=connector", "password=i4-password", "company_id=1234", "club_id=7"],
    ),
    ("magicline", Platform::Magicline, &["tenant=kits", "studio_id=1200", "api_key=magicline-key"]),
    (
        "mindbody",
        Platform::Mindbody,
        &["api_key=mindbody-key", "site=4100", "user=connector", "password=mindbody-password"],
    ),
    (
        "mindbody-soap",
        Platform::Mindbody,
        &[
            "source_name=Connector",
            "source_password=mindbody-key",
            "site=4100",
            "user=connector",
            "password=mindbody-password",
        ],
    ),
    (
        "open-spoke-soap",
        Platform::OpenSpoke,
        &["token=whsec_c2ltdWxhdGVkIG9wZW4gc3Bva2Ugc2VjcmV0IDE=", "club=kits"],
    ),
    (
        "mosoclub",
        Platform::MoSoClub,
        &[
            "token=whsec_c2ltdWxhdGVkIE1vU29DbHViIHNlY3JldCAwMDE=",
            "signing_secret=whsec_c2ltdWxhdGVkIE1vU29DbHViIHNlY3JldCAwMDE=",
            "agreement_types=Gold 12M",
            "club=42",
        ],
    ),
    ("paramount", Platform::Paramount, &["key=paramount-key", "region=west", "club_id=61"]),
    ("vfp", Platform::Vfp, &["api_key=vfp-key", "site=0042"]),
];

/// A system where Nina works, and Facebook is a lead source.
async fn system((_, platform, _): System) -> Simulator {
    let config = Config {
        staff: vec![Staff::new("101", "Nina", "Okafor", "nina@club.example")],
        lead_sources: vec![LeadSource::new("7", "Facebook")],
        ..Config::new(platform)
    };
    Simulator::start(platform, config).await.unwrap()
}

async fn certify(dir: &Path, (name, _, settings): System, there: &Simulator, more: &[&str]) -> Told {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connector"));
    command.current_dir(dir).args(["certify", &there.url(), "--platform", name, "--out", "card"]);
    for setting in settings {
        command.args(["--set", setting]);
    }
    command.args(["--staff", "nina@club.example", "--lead-source", "Facebook"]).args(more);
    Told::by(command).await
}

fn card(dir: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(dir.join("card/card.json")).unwrap()).unwrap()
}

fn all_are_retired(there: &Simulator) {
    for person in there.people() {
        assert_eq!(person.get("last_name").to_lowercase(), "test (may be deleted)", "{person:?}");
    }
}

/// The verdict of a check and what was seen.
fn check<'c>(card: &'c Value, id: &str) -> (&'c str, &'c str) {
    let checks = card["checks"].as_array().unwrap();
    let found =
        checks.iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no `{id}` in {card:#}"));
    (found["verdict"].as_str().unwrap(), found["seen"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_who_does_everything_reads_that_everything_works() {
    let dir = TempDir::new().unwrap();
    let there = system(OPEN_SPOKE).await;
    certify(dir.path(), OPEN_SPOKE, &there, &[]).await.went_well();
    let card = card(dir.path());
    for check in card["checks"].as_array().unwrap() {
        assert_eq!(check["verdict"], "works", "{check:#}");
    }
    all_are_retired(&there);
    assert_eq!(there.violations(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_simulated_platform_has_a_card_without_failures_and_everybody_is_retired_who_can_be() {
    for one in [OPEN_SPOKE, ON_PREMISES].into_iter().chain(OTHERS) {
        let dir = TempDir::new().unwrap();
        let there = system(one).await;
        certify(dir.path(), one, &there, &[]).await.went_well().says(" 0 fail");
        let card = card(dir.path());
        let people = card["people"].as_array().unwrap();
        let retired = people.iter().filter(|person| person["retired"] == true).count();
        let numbers: BTreeSet<&str> =
            people.iter().map(|person| person["number"].as_str().unwrap()).collect();
        let stored: BTreeSet<String> = there.people().into_iter().map(|person| person.id).collect();
        assert_eq!(numbers, stored.iter().map(String::as_str).collect(), "{}: all are known", one.0);
        let changes = one.0 != "gymmaster";
        assert_eq!(retired, if changes { people.len() } else { 0 }, "{}", one.0);
        assert_eq!(check(&card, "wrong_credentials").0, "works", "{}", one.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_club_server_of_2008_reads_what_it_lacks() {
    let dir = TempDir::new().unwrap();
    let there = system(ON_PREMISES).await;
    certify(dir.path(), ON_PREMISES, &there, &[]).await.went_well();
    let card = card(dir.path());
    let missing = |id: &str, words: &str| {
        let (verdict, seen) = check(&card, id);
        assert_eq!(verdict, "missing", "{id}: {seen}");
        assert!(seen.contains(words), "{id}: {seen}");
    };
    missing("number_prospect", "the answer does not say it; a search found");
    missing("duplicate_prospect", "stored a second time");
    missing("name_emoji", "windows-1252");
    missing("name_no-family-name", "surname is mandatory");
    missing("new_lead_source", "not offered");
    missing("changes", "not offered");
    assert_eq!(check(&card, "name_accents").0, "works");
    let page = std::fs::read_to_string(dir.path().join("card/card.html")).unwrap();
    assert!(page.contains("The Connector has to search for everybody it makes"), "{page}");
    assert!(!page.contains("club-server-password"), "secrets are masked");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_made_where_the_credentials_are_wrong() {
    let dir = TempDir::new().unwrap();
    let there = system(OPEN_SPOKE).await;
    there.change_secret("another");
    certify(dir.path(), OPEN_SPOKE, &there, &[]).await.failed();
    let card = card(dir.path());
    assert_eq!(check(&card, "sign_in").0, "fails");
    assert_eq!(card["checks"].as_array().unwrap().len(), 1, "{card:#}");
    assert_eq!(there.people(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_asks_to_wait_is_waited_for() {
    let dir = TempDir::new().unwrap();
    let there = system(OPEN_SPOKE).await;
    there.set_faults(Faults { throttle: Some(Throttle { count: 2, retry_after_s: 1 }), ..Faults::default() });
    certify(dir.path(), OPEN_SPOKE, &there, &[]).await.went_well().says("asked to wait 2 times");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_never_comes_fails_and_who_was_stored_is_found_and_retired() {
    let dir = TempDir::new().unwrap();
    let there = system(ON_PREMISES).await;
    there.set_faults(Faults { drop_after_store: 1, ..Faults::default() });
    certify(dir.path(), ON_PREMISES, &there, &[]).await.failed();
    let card = card(dir.path());
    let (verdict, seen) = check(&card, "make_prospect");
    assert_eq!(verdict, "fails");
    assert!(seen.starts_with("no answer that tells whether it was stored"), "{seen}");
    all_are_retired(&there);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_run_could_not_retire_the_next_one_does() {
    let dir = TempDir::new().unwrap();
    let there = system(OPEN_SPOKE).await;
    let refuse =
        Refuse { field: "last_name".into(), contains: "may be deleted".into(), message: "locked".into() };
    there.set_faults(Faults { refuse: Some(refuse), ..Faults::default() });
    certify(dir.path(), OPEN_SPOKE, &there, &[]).await.went_well();
    assert_eq!(check(&card(dir.path()), "retire").0, "missing");
    there.clear_faults();
    certify(dir.path(), OPEN_SPOKE, &there, &[]).await.went_well();
    assert_eq!(check(&card(dir.path()), "earlier").0, "works");
    all_are_retired(&there);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_never_stored_is_looked_for_once_more_and_forgotten() {
    let dir = TempDir::new().unwrap();
    let there = system(OPEN_SPOKE).await;
    std::fs::create_dir(dir.path().join("card")).unwrap();
    let left = json!([{
        "system": format!("{}/", there.url()), "email": "connector-test-0-1@example.com",
        "number": null, "kind": "PROSPECT", "external_id": "x",
    }]);
    std::fs::write(dir.path().join("card/people.json"), left.to_string()).unwrap();
    certify(dir.path(), OPEN_SPOKE, &there, &[]).await.went_well();
    let card = card(dir.path());
    let people = card["people"].as_array().unwrap();
    assert!(people.iter().all(|one| one["email"] != "connector-test-0-1@example.com"), "{card:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_is_written_even_where_a_number_was_given_to_somebody_else() {
    let dir = TempDir::new().unwrap();
    let there = system(OPEN_SPOKE).await;
    let ann = [
        ("first_name", "Ann"),
        ("last_name", "Able"),
        ("email", "ann@example.org"),
        ("mobile", "+16045550196"),
    ];
    let number = there.add_person("kits", Kind::Prospect, &ann);
    std::fs::create_dir(dir.path().join("card")).unwrap();
    let left = json!([{
        "system": format!("{}/", there.url()), "email": "connector-test-0-1@example.com",
        "number": { "id": number }, "kind": "PROSPECT", "external_id": "x",
    }]);
    std::fs::write(dir.path().join("card/people.json"), left.to_string()).unwrap();
    let before = there.person(&number);
    certify(dir.path(), OPEN_SPOKE, &there, &[]).await.went_well();
    assert_eq!(there.person(&number), before);
    let card = card(dir.path());
    let (verdict, seen) = check(&card, "earlier");
    assert!(
        verdict == "missing" && seen.contains("whether the record with its number is still theirs"),
        "{seen}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_command_says_what_to_do() {
    let dir = TempDir::new().unwrap();
    let there = system(OPEN_SPOKE).await;
    let asked = async |platform: &str, url: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_connector"));
        command.current_dir(dir.path()).args(["certify", url, "--platform", platform]);
        Told::by(command).await.failed()
    };
    asked("open-spook", &there.url()).await.says("did you mean `open-spoke`?");
    asked("open-spoke", "kits").await.says("`kits` is not an address like https://test.example.com");
    asked("hubspot", "http://127.0.0.1:1/crm").await.says("give scheme, host and port alone, without `/crm`");
    asked("hubspot", "http://127.0.0.1:1").await.says("--set `access_token`");
    assert_eq!(there.ledger(), []);
}
