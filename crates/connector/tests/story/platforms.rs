//! Every simulated platform from end to end: a lead of InTouch arrives with owner and lead source, its changes and its sale
//! follow, and what goes wrong on the way leaves one record of everybody.

use simulator::{Faults, Kind, Person, Platform, Simulator, Throttle};

use crate::house::House;
use crate::house::log::text;
use crate::house::vendor::{self, Vendor};

pub const ABC: Vendor = Vendor {
    name: "abc-datatrak",
    platform: Platform::AbcDatatrak,
    addresses: &["'{{ settings.api_url }}"],
    client_id: "kits",
    settings: &[("app_id", "abc-app")],
    club_settings: &[],
    secret: ("app_key", false),
    sends: ["creates_and_updates", "", ""],
    with: &["owner", "lead_source"],
    assumed: &["update_prospect", "list_staff", "read_person"],
    receives: false,
};

pub const MINDBODY: Vendor = Vendor {
    name: "mindbody",
    platform: Platform::Mindbody,
    addresses: &["https://api.mindbodyonline.com"],
    client_id: "kits",
    settings: &[("api_key", "mindbody-key")],
    club_settings: &[("user", "connector")],
    secret: ("password", true),
    sends: ["creates_and_updates", "creates_and_updates", ""],
    with: &["owner", "lead_source"],
    assumed: &["create_member", "update_member"],
    receives: false,
};

const MINDBODY_SOAP: Vendor = Vendor {
    name: "mindbody-soap",
    settings: &[("source_name", "Connector"), ("source_password", "mindbody-key")],
    assumed: &[
        "verify",
        "list_staff",
        "list_lead_sources",
        "create_prospect",
        "create_member",
        "update_prospect",
        "update_member",
        "find_person",
        "read_person",
    ],
    ..MINDBODY
};

const PARAMOUNT: Vendor = Vendor {
    name: "paramount",
    platform: Platform::Paramount,
    addresses: &["https://api.webfdm.com"],
    client_id: "kits",
    settings: &[("region", "west")],
    club_settings: &[],
    secret: ("key", false),
    sends: ["creates_and_updates", "", ""],
    with: &["owner"],
    assumed: &["verify", "list_staff", "create_prospect", "update_prospect"],
    receives: false,
};

const CLUBREADY: Vendor = Vendor {
    name: "clubready",
    platform: Platform::ClubReady,
    addresses: &["'{{ settings.api_url }}"],
    client_id: "kits",
    settings: &[],
    club_settings: &[],
    secret: ("api_key", false),
    sends: ["creates_and_updates", "", ""],
    with: &[],
    assumed: &["update_prospect", "read_person"],
    receives: false,
};

const GYMMASTER: Vendor = Vendor {
    name: "gymmaster",
    platform: Platform::GymMaster,
    addresses: &["https://{{ settings.site }}.gymmasteronline.com"],
    client_id: "kits",
    settings: &[],
    club_settings: &[],
    secret: ("api_key", false),
    sends: ["creates", "", ""],
    with: &[],
    assumed: &[],
    receives: false,
};

const MAGICLINE: Vendor = Vendor {
    name: "magicline",
    platform: Platform::Magicline,
    addresses: &[
        "https://{{ settings.tenant }}.open-api.magicline.com",
        "https://{{ settings.tenant }}.api.magicline.com",
    ],
    client_id: "kits",
    settings: &[],
    club_settings: &[],
    secret: ("api_key", true),
    sends: ["creates_and_updates", "updates", "updates"],
    with: &["lead_source"],
    assumed: &["list_lead_sources", "update_prospect", "update_member", "update_ex_member"],
    receives: false,
};

const HUBSPOT: Vendor = Vendor {
    name: "hubspot",
    platform: Platform::HubSpot,
    addresses: &["https://api.hubapi.com"],
    client_id: "kits",
    settings: &[],
    club_settings: &[],
    secret: ("access_token", false),
    sends: ["creates_and_updates", "creates_and_updates", "updates"],
    with: &["owner", "lead_source"],
    assumed: &["create_member", "update_member", "update_ex_member"],
    receives: false,
};

const CLUB_PLANNER: Vendor = Vendor {
    name: "club-planner",
    platform: Platform::ClubPlanner,
    addresses: &["https://{{ settings.club }}.clubplanner.be"],
    client_id: "kits",
    settings: &[("status_prospect", "1"), ("status_member", "2")],
    club_settings: &[],
    secret: ("token", false),
    sends: ["creates_and_updates", "updates", ""],
    with: &[],
    assumed: &["create_member", "convert"],
    receives: false,
};

pub const OPEN_SPOKE: Vendor = Vendor {
    name: "open-spoke",
    platform: Platform::OpenSpoke,
    addresses: &["'{{ settings.base_url }}"],
    client_id: "https://spoke.example",
    settings: &[("signing_secret", "whsec_c2ltdWxhdGVkIG9wZW4gc3Bva2Ugc2VjcmV0IDE=")],
    club_settings: &[],
    secret: ("token", false),
    sends: ["creates_and_updates", "creates_and_updates", "updates"],
    with: &["owner", "lead_source"],
    assumed: &[],
    receives: false,
};

pub const MOSOCLUB: Vendor = Vendor {
    name: "mosoclub",
    platform: Platform::MoSoClub,
    addresses: &["'{{ settings.base_url }}"],
    client_id: "https://bridge.example",
    settings: &[
        ("signing_secret", "whsec_c2ltdWxhdGVkIE1vU29DbHViIHNlY3JldCAwMDE="),
        ("agreement_types", "Silver, Gold 12M"),
    ],
    club_settings: &[],
    secret: ("token", false),
    sends: ["creates_and_updates", "", ""],
    with: &[],
    assumed: &["verify", "save_prospect"],
    receives: false,
};

const OPEN_SPOKE_SOAP: Vendor =
    Vendor { name: "open-spoke-soap", settings: &[], addresses: &["=settings.base_url"], ..OPEN_SPOKE };

const ON_PREMISES_SOAP: Vendor = Vendor {
    name: "on-premises-soap",
    platform: Platform::OnPremisesSoap,
    addresses: &["'{{ settings.scheme }}://{{ settings.host }}:{{ settings.port }}"],
    client_id: "kits",
    settings: &[("scheme", "http"), ("host", "clubserver"), ("user", "connector")],
    club_settings: &[],
    secret: ("password", false),
    sends: ["creates_and_updates", "creates_and_updates", "updates"],
    with: &["owner", "lead_source"],
    assumed: &[
        "verify",
        "list_staff",
        "list_lead_sources",
        "create_prospect",
        "create_member",
        "update_prospect",
        "update_member",
        "update_ex_member",
        "find_person",
        "read_person",
    ],
    receives: false,
};

/// What the story tells of a platform; what it does not offer is left out, and named here.
struct Story {
    vendor: Vendor,
    /// Whether a change follows.
    changes: bool,
    /// Whether a sale made elsewhere makes a member there.
    sells: bool,
    /// Whether it can be asked for a person, so that no call stays in doubt.
    asked: bool,
}

fn at(there: &Simulator, last_name: &str) -> Vec<Person> {
    there
        .people()
        .into_iter()
        .filter(|person| person.get("last_name").eq_ignore_ascii_case(last_name))
        .collect()
}

fn lead(house: &House, id: &str, last_name: &str) -> simulator::sender::UserDocument {
    house
        .lead(id, ("Ann", last_name))
        .with("mobile", "+16045550101")
        .with("ownerID", "s-1")
        .with("leadSourceID", "l-1")
}

async fn told(story: Story) {
    let vendor = story.vendor;
    let (house, there) = vendor::with(&vendor).await;
    house.save_staff("s-1", ("Nina", "Okafor"), "Nina@club.example").await;
    house.save_source("l-1", "facebook").await;

    let saved = house.save(&lead(&house, "p-1", "Able")).await;
    house.until("Able is there", async || at(&there, "Able").len() == 1).await;
    let line = house.line_saying(&saved, vendor.name, "Arrived").await;
    let able = at(&there, "Able").remove(0);
    assert_eq!((able.kind, able.get("email")), (Kind::Prospect, "ann.able@example.org"), "{line:#}");
    for (what, field, number) in [("owner", "owner_id", "101"), ("lead_source", "lead_source_id", "7")] {
        let expected = if vendor.with.contains(&what) { number } else { "" };
        assert_eq!(able.get(field), expected, "{what}: {line:#}");
    }
    assert_eq!(text(&line, "type"), "INFO", "{line:#}");

    let changed = house.save(&lead(&house, "p-1", "Able").with("email", "able@new.example")).await;
    if story.changes {
        let new = async || at(&there, "Able")[0].get("email") == "able@new.example";
        house.until("the new address is there", new).await;
    } else {
        house.line_saying(&changed, vendor.name, "no changes of them").await;
    }
    if story.sells {
        house.save(&lead(&house, "p-1", "Able").with("userType", "MEMBER")).await;
        house.until("Able is a member", async || at(&there, "Able")[0].kind == Kind::Member).await;
    }

    there.set_faults(Faults { throttle: Some(Throttle { count: 1, retry_after_s: 1 }), ..Faults::default() });
    let saved = house.save(&lead(&house, "p-2", "Bold").with("email", "bold@example.org")).await;
    house.line_saying(&saved, vendor.name, "Arrived").await;
    assert_eq!(at(&there, "Bold").len(), 1, "after it was told to wait");
    there.clear_faults();

    there.change_secret("another");
    there.expire_tokens();
    let saved = house.save(&lead(&house, "p-3", "Cope").with("email", "cope@example.org")).await;
    house.line_saying(&saved, vendor.name, "does not let the Connector in").await;
    assert_eq!(at(&there, "Cope"), []);
    house.turn_up(&vendor.turn_up_file(&house, "another")).await.went_well();
    house.line_saying(&saved, vendor.name, "Arrived").await;

    there.set_faults(Faults { drop_after_store: 1, ..Faults::default() });
    let saved = house.save(&lead(&house, "p-4", "Dahl").with("email", "dahl@example.org")).await;
    let ends = if story.asked { "Arrived" } else { "cannot ask" };
    house.line_saying(&saved, vendor.name, ends).await;
    assert_eq!(at(&there, "Dahl").len(), 1);
    for person in there.people() {
        assert_eq!(at(&there, person.get("last_name")).len(), 1, "{person:?}");
    }
    assert_eq!(there.violations(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn abc_datatrak_from_end_to_end() {
    told(Story { vendor: ABC, changes: true, sells: false, asked: false }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mindbody_from_end_to_end() {
    told(Story { vendor: MINDBODY, changes: true, sells: true, asked: true }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mindbody_soap_from_end_to_end() {
    told(Story { vendor: MINDBODY_SOAP, changes: true, sells: true, asked: true }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paramount_from_end_to_end() {
    told(Story { vendor: PARAMOUNT, changes: true, sells: false, asked: false }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clubready_from_end_to_end() {
    told(Story { vendor: CLUBREADY, changes: true, sells: false, asked: true }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gymmaster_from_end_to_end() {
    told(Story { vendor: GYMMASTER, changes: false, sells: false, asked: false }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn magicline_from_end_to_end() {
    told(Story { vendor: MAGICLINE, changes: true, sells: false, asked: true }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hubspot_from_end_to_end() {
    told(Story { vendor: HUBSPOT, changes: true, sells: true, asked: true }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn club_planner_from_end_to_end() {
    told(Story { vendor: CLUB_PLANNER, changes: true, sells: true, asked: true }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn open_spoke_from_end_to_end() {
    told(Story { vendor: OPEN_SPOKE, changes: true, sells: true, asked: true }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn open_spoke_soap_from_end_to_end() {
    told(Story { vendor: OPEN_SPOKE_SOAP, changes: true, sells: true, asked: true }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mosoclub_from_end_to_end() {
    told(Story { vendor: MOSOCLUB, changes: true, sells: false, asked: true }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_premises_soap_from_end_to_end() {
    told(Story { vendor: ON_PREMISES_SOAP, changes: true, sells: true, asked: true }).await;
}
