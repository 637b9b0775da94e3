//! Drafts of our own contracts come near the descriptions that were written by hand.

#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use draft::{About, ClubPlace, Contract, Folder, SignIn};
use model::Operation;
use platform::{Description, samples};

fn platforms() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../platforms")
}

fn about(name: &str, source: &str) -> About {
    About {
        name: name.to_owned(),
        title: "Acme".to_owned(),
        vendor: "Acme Inc.".to_owned(),
        source: source.to_owned(),
    }
}

fn text<'a>(folder: &'a Folder, file: &str) -> &'a str {
    &folder.files.iter().find(|(name, _)| name == file).unwrap_or_else(|| panic!("no {file}")).1
}

fn description(folder: &Folder) -> Arc<Description> {
    Arc::new(Description::parse("acme/platform.yaml", text(folder, "platform.yaml")).unwrap())
}

async fn drafted(contract: &Contract, source: &str) -> Folder {
    draft::make(contract, &about("acme", source)).await.unwrap_or_else(|unmade| panic!("{unmade}"))
}

async fn open_spoke() -> Folder {
    let document = std::fs::read_to_string(platforms().join("open-spoke/openapi.yaml")).unwrap();
    drafted(&draft::openapi::read(&document).unwrap(), "openapi.yaml").await
}

async fn open_spoke_soap() -> Folder {
    let document = std::fs::read_to_string(platforms().join("open-spoke-soap/open-spoke.wsdl")).unwrap();
    drafted(&draft::wsdl::read(&document).unwrap(), "open-spoke.wsdl").await
}

/// Every operation has a sample, and the samples replay and show a call that went well.
async fn is_whole(folder: &Folder) {
    let description = description(folder);
    for operation in description.abilities().operations.keys() {
        let file = format!("samples/{}.yaml", operation.name());
        let sample = samples::read(text(folder, &file))
            .unwrap_or_else(|why| panic!("{file}: {why}\n{}", text(folder, &file)));
        samples::replay(&description, &sample)
            .await
            .unwrap_or_else(|why| panic!("{file}: {why}\n{}", text(folder, &file)));
        assert_eq!(sample.expected.outcome, "saved", "{file}\n{}", text(folder, &file));
    }
    let guide = text(folder, "guide.md");
    assert!(guide.contains("not affiliated with") && guide.contains("assumed"), "{guide}");
    assert!(text(folder, "platform.yaml").starts_with("# yaml-language-server: $schema="));
}

/// The operations of a draft, against those of the hand-written description. Changes are not drafted: no name says from
/// when on a call lists them.
fn same_operations(folder: &Folder, written: &str) {
    let drafted = description(folder);
    let file = platforms().join(written).join("platform.yaml");
    let written = Description::parse("platform.yaml", &std::fs::read_to_string(file).unwrap()).unwrap();
    let names = |one: &Description| {
        let operations = one.abilities().operations.keys();
        operations.filter(|one| **one != Operation::ListChanges).map(|one| one.name()).collect::<Vec<_>>()
    };
    assert_eq!(names(&drafted), names(&written));
    assert_eq!(drafted.abilities().conversion, written.abilities().conversion);
    assert_eq!(drafted.abilities().find_by, written.abilities().find_by);
}

#[tokio::test]
async fn the_open_spoke_s_own_openapi_drafts_what_was_written_by_hand() {
    let folder = open_spoke().await;
    same_operations(&folder, "open-spoke");
    is_whole(&folder).await;
}

#[tokio::test]
async fn the_open_spoke_s_own_wsdl_drafts_what_was_written_by_hand() {
    let folder = open_spoke_soap().await;
    same_operations(&folder, "open-spoke-soap");
    is_whole(&folder).await;
}

/// A contract of 2008 says neither what is in its documents nor what a save answers; the draft says so where it guesses.
#[tokio::test]
async fn a_wsdl_of_2008_drafts_what_it_tells_and_asks_for_the_rest() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../simulator/wsdl/club-server-2008.wsdl");
    let contract = draft::wsdl::read(&std::fs::read_to_string(file).unwrap()).unwrap();
    let folder = drafted(&contract, "club-server-2008.wsdl").await;
    let drafted = text(&folder, "platform.yaml");
    is_whole(&folder).await;
    for line in [
        "encoding: rpc_encoded",
        "sends_in: windows-1252",
        "ws_security:",
        "the contract does not say what is in it",
        "tel_mobile, email, company, seller (no of staff), source (no)",
        "`looked_up: true` stands in its place",
        "items: =answer.listStaffResponse.listStaffReturn.item | list",
    ] {
        let spaced = drafted.split_whitespace().filter(|word| *word != "#").collect::<Vec<_>>().join(" ");
        assert!(spaced.contains(line), "`{line}` is missing in\n{drafted}");
    }
    same_operations(&folder, "on-premises-soap");
}

#[tokio::test]
async fn without_a_contract_the_draft_is_whole_in_every_way_to_sign_in() {
    let ways = [
        SignIn::Bearer,
        SignIn::Basic,
        SignIn::Header("X-Api-Key".to_owned()),
        SignIn::Query("key".to_owned()),
        SignIn::OAuth2("https://login.acme.example/token".to_owned()),
        SignIn::Login,
        SignIn::None,
    ];
    for way in ways {
        for soap in [false, true] {
            for club in [ClubPlace::Path, ClubPlace::Query, ClubPlace::Header, ClubPlace::Nowhere] {
                let folder = drafted(&draft::skeleton(soap, way.clone(), club), "nothing").await;
                is_whole(&folder).await;
                let can = description(&folder);
                for operation in [Operation::CreateProspect, Operation::UpdateMember, Operation::ListStaff] {
                    assert!(can.abilities().can(operation), "{}", operation.name());
                }
            }
        }
    }
}
