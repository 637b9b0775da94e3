//! Turning a client up: every mistake beside its field, nothing but questions before going live, no one made twice.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::house::{CLIENT, House, KITS, calls, house};
use serde_json::{Value, json};

/// The number of a connection in the file.
fn of<'a>(file: &'a mut Value, platform: &str) -> &'a mut Value {
    let connections = file["connections"].as_array_mut().unwrap();
    connections.iter_mut().find(|one| one["platform"] == platform).unwrap()
}

async fn refused(house: &House, file: &Value, says: &[&str]) {
    let told = house.turn_up(file).await.failed();
    for text in says {
        assert!(told.out.contains(text), "`{text}` is missing in:\n{}", told.out);
    }
    house.turn_up_with(&house.turn_up_file(), &["--plan"]).await.went_well().says("new client");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_shows_everything_changes_nothing_and_only_asks() {
    let house = house()
        .with_i4()
        .with_vfp()
        .with_vfp_staff("V-1", ("Olga", "Owner"), "olga@club.example")
        .not_turned_up()
        .open()
        .await;
    house.intouch_there.add_staff(simulator::Staff::new("st-1", "Olga", "Owner", "Olga@Club.example"));
    house.intouch_there.add_staff(simulator::Staff::new("st-2", "Per", "Trainer", "per@club.example"));
    let file = house.turn_up_file();
    for _ in 0..2 {
        let told = house
            .turn_up_with(&file, &["--plan"])
            .await
            .went_well()
            .says("new client")
            .says("VFP: goes live");
        let told = told.says("staff of InTouch FollowUp in VFP: 1 matched, unmatched 1 (Per Trainer)");
        assert!(told.out.contains("nothing was changed") && !told.out.contains("/log/"), "{told:?}");
    }
    house.turn_up(&file).await.went_well().says("done").says("/log/");
    let again = house.turn_up(&file).await.went_well().says("nothing to change").says("/log/");
    assert!(!again.out.contains("done"), "{again:?}");
    for there in [&house.intouch_there, &house.i4, &house.vfp] {
        let asked = ["token", "getClub", "listStaff", "listLeadSources", "GetClub", "ping"];
        let ledger = there.ledger();
        assert!(!ledger.is_empty());
        assert!(ledger.iter().all(|call| asked.contains(&call.operation.as_str())), "{ledger:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_mistake_is_named_beside_its_field_and_nothing_is_changed() {
    let house = house().with_i4().with_vfp().not_turned_up().open().await;
    let calls_before = house.vfp.ledger().len();
    let mut file = house.turn_up_file();
    file["clubs"][0]["time_zone"] = json!("Vancouver");
    let i4 = of(&mut file, "jonas-i4");
    i4["clubs"][0]["id"] = json!("seven");
    i4["settings"]["pasword"] = json!("x");
    i4["settings"].as_object_mut().unwrap().remove("password");
    i4["agreement"].as_object_mut().unwrap().remove("existing_people");
    i4["agreement"]["accept_assumed"] =
        json!(["update_prospect", "update_member", "update_ex_member", "fly"]);
    i4["agreement"]["with"] = json!(["owner", "lead_source"]);
    let vfp = of(&mut file, "vfp");
    vfp["clubs"][1]["id"] = json!(KITS.vfp);
    vfp["clubs"][1]["club"] = json!("Nowhere");
    let mistakes = [
        "clubs[Kits Beach].time_zone: ",
        "connections[jonas-i4].clubs[Kits Beach].settings.club_id: `seven` cannot be right",
        "connections[jonas-i4].settings.pasword: the platform has no such setting",
        "connections[jonas-i4].settings.password: is missing",
        "connections[jonas-i4].agreement.existing_people: ",
        "connections[jonas-i4].agreement.accept_assumed: no capability is called `fly`",
        "add create_prospect",
        "connections[jonas-i4].agreement.with[0]: Jonas I4 cannot do this: it has no `list_staff`",
        "connections[jonas-i4].agreement.with[1]: Jonas I4 cannot do this: it has no `list_lead_sources`",
        "connections[vfp].clubs[Nowhere].club: no club of this file has this name",
        "connections[vfp].clubs[Nowhere].id: `0042` is used twice",
    ];
    refused(&house, &file, &mistakes).await;
    let since = house.vfp.ledger().split_off(calls_before);
    assert!(since.iter().all(|call| call.method == "GET"), "{since:?}");

    let mut file = house.turn_up_file();
    of(&mut file, "vfp")["provider"] = json!("INTOUCH");
    refused(&house, &file, &["connections[vfp].provider: "]).await;

    let told = house.turn_up(&json!({ "client": CLIENT, "clubs": [], "connection": [] })).await.failed();
    assert!(told.err.contains("connection"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_or_an_unknown_club_is_found_by_the_verification() {
    let house = house().with_i4().with_vfp().not_turned_up().open().await;
    let mut file = house.turn_up_file();
    of(&mut file, "jonas-i4")["settings"]["password"] = json!("wrong-s3cret");
    refused(&house, &file, &["Jonas I4 at Kits Beach: ", "Jonas I4 at Porto: "]).await;
    let told = house.turn_up(&file).await.failed();
    assert!(!told.out.contains("wrong-s3cret") && !told.err.contains("wrong-s3cret"), "{told:?}");
    let mut file = house.turn_up_file();
    of(&mut file, "vfp")["clubs"][1]["id"] = json!("9999");
    refused(&house, &file, &["VFP at Porto: "]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_whose_ids_were_taken_over_are_updated_and_not_made_again() {
    let mut house = house().with_vfp().not_turned_up().open().await;
    let mut file = house.turn_up_file();
    of(&mut file, "vfp")["live"] = json!(false);
    house.turn_up(&file).await.went_well();
    house.intouch.token = house.token("INTOUCH").await;
    let there = house.vfp.add_person(
        KITS.vfp,
        simulator::Kind::Prospect,
        &[("first_name", "ANN"), ("last_name", "ABLE")],
    );
    house.save(&house.lead("0001", ("Ann", "Able"))).await;
    house.save(&house.lead("2", ("Bea", "Best"))).await;
    let csv = house.dir.path().join("ids.csv");
    fs::write(&csv, format!("provider_record_id,platform_record_id\n0001,{there}\nnobody,{there}\n"))
        .unwrap();
    let import = |csv: &std::path::Path| {
        let csv = csv.to_str().unwrap().to_owned();
        [
            "links",
            "import",
            &csv,
            "--client",
            CLIENT,
            "--club",
            KITS.name,
            "--provider",
            "INTOUCH",
            "--platform",
            "vfp",
            "--json",
        ]
        .map(str::to_owned)
    };
    let import = import(&csv);
    let import: Vec<&str> = import.iter().map(String::as_str).collect();
    let told: Value = serde_json::from_str(&house.command(&import).await.failed().out).unwrap();
    assert_eq!((&told["linked"], &told["known"]), (&json!(1), &json!(0)));
    assert!(told["refused"][0].as_str().unwrap().contains("row 3"), "{told}");
    let told: Value = serde_json::from_str(&house.command(&import).await.failed().out).unwrap();
    assert_eq!((&told["linked"], &told["known"]), (&json!(0), &json!(1)));

    of(&mut file, "vfp")["live"] = json!(true);
    of(&mut file, "vfp")["agreement"]["existing_people"] = json!("all");
    house.turn_up(&file).await.went_well().says("goes live");
    house.until("Bea was loaded", async || !house.vfp.find(KITS.vfp, ("Bea", "Best"), "").is_empty()).await;
    house.save(&house.lead("0001", ("Ann", "Able")).with("city", "Vancouver")).await;
    house
        .until("Ann has her city", async || house.vfp.person(&there).unwrap().get("city") == "Vancouver")
        .await;
    assert_eq!((house.vfp.people().len(), calls(&house.vfp, "createGuest")), (2, 1));
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_token_opens_nothing_from_that_moment() {
    let house = house().open().await;
    let ann = house.lead("1", ("Ann", "Able"));
    house.save(&ann).await;
    let mut second = house.intouch.clone();
    second.token = house.token("INTOUCH").await;
    let list: Value =
        serde_json::from_str(&house.command(&["token", "list", "--json"]).await.went_well().out).unwrap();
    let shown = list.to_string();
    assert!(!shown.contains(&second.token) && !shown.contains(&house.intouch.token), "{shown}");
    let first = list[0]["hash"].as_str().unwrap();
    house.command(&["token", "revoke", first]).await.went_well();
    assert_eq!(house.intouch.save_user(&ann).await.unwrap().refused().unwrap().status, 401);
    house.save_as(&second, &ann).await;
    house.command(&["token", "create", "NOBODY"]).await.failed().says("NOBODY");
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_lie_sealed_on_the_disk() {
    let house = house().with_i4().with_vfp().open().await;
    house.save(&house.lead("1", ("Ann", "Able"))).await;
    house.until("Ann is there", async || !house.vfp.people().is_empty()).await;
    let secrets = ["i4-password", "vfp-key", "intouch-secret", house.intouch.token.as_str()];
    let mut files = 0;
    for entry in
        fs::read_dir(house.data()).unwrap().flatten().filter(|entry| entry.metadata().unwrap().is_file())
    {
        let bytes = fs::read(entry.path()).unwrap();
        files += 1;
        for secret in secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{} holds `{secret}`", entry.path().display());
        }
    }
    assert!(files >= 2);
    let said = house.hub_said();
    assert!(secrets.iter().all(|secret| !said.contains(secret)), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_directory_that_is_open_to_others_is_warned_of_once_at_the_start() {
    let mut house = house().not_turned_up().open().await;
    assert!(!house.hub_said().contains("open to other users"), "{}", house.hub_said());
    assert!(house.stop().await);
    fs::set_permissions(house.data(), fs::Permissions::from_mode(0o755)).unwrap();
    house.start().await;
    house.command(&["status"]).await.went_well();
    assert_eq!(house.hub_said().matches("open to other users (mode 755): `chmod 700 ").count(), 1);
    let mode = fs::metadata(house.data().join("connector.db")).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_platform_does_to_people_is_told_at_turn_up_and_off_unless_switched_on() {
    let mails = |vfp: String| {
        let effect = "side_effects:\n  mails: {title: Sends a welcome e-mail, scope: club}\n\nhosts:";
        vfp.replace("\nhosts:", &format!("\n{effect}")).replacen(
            "json: {guest: =parts.guest}",
            "headers: {X-Mail: '=settings.mails | text'}\n      json: {guest: =parts.guest}",
            1,
        )
    };
    let house = house().with_vfp_described(mails).not_turned_up().open().await;
    let mut file = house.turn_up_file();
    house
        .turn_up(&file)
        .await
        .went_well()
        .says("off, as long as nobody switches it on: Sends a welcome e-mail");
    for club in file["connections"][1]["clubs"].as_array_mut().unwrap() {
        club["settings"] = json!({ "mails": "true" });
    }
    house.turn_up(&file).await.went_well().says("SWITCHED ON for 2 clubs: Sends a welcome e-mail (`mails`)");
}
