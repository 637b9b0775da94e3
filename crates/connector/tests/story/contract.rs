//! The wire contract `2011-11`, by a client that was written from the contract alone.

use crate::house::log::text;
use crate::house::{CLIENT_ID, House, KITS, PORTO, house};
use simulator::sender::{Answer, BASE_PATH, Encoding, Login, Refused, Sender, UserDocument};

/// The same voice, but for this.
fn but(voice: &Sender, change: impl FnOnce(&mut Sender)) -> Sender {
    let mut voice = voice.clone();
    change(&mut voice);
    voice
}

async fn refused(voice: &Sender, document: &UserDocument) -> Refused {
    let answer = voice.save_user(document).await.unwrap();
    answer.clone().refused().unwrap_or_else(|| panic!("it was not refused: {answer:?} for {document:?}"))
}

async fn known(house: &House, id: &str, element: &str) -> Option<String> {
    let user = house.intouch.fetch_user(id).await.unwrap().done().expect("the person is known");
    user.user_info.get(element).cloned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_saved_is_fetched_in_the_callers_numbers_under_every_spelling_and_login() {
    let house = house().open().await;
    house.save_staff("st-1", ("Olga", "Owner"), "olga@club.example").await;
    house.save_source("007", "Facebook").await;
    let elements = [
        ("birthdate", "1984-02-29"),
        ("gender", "F"),
        ("address1", "1 Beach Road"),
        ("address2", "Apt. 2"),
        ("city", "Vancouver"),
        ("zipcode", "V6K 1A1"),
        ("state", "BC"),
        ("country", "CA"),
        ("mobile", "+1 (604) 555-0101"),
        ("homePhone", "604 555 0102"),
        ("workPhone", "604 555 0103 ext. 4"),
        ("email", "ann@example.org"),
        ("company", "A & B <Ltd>"),
        ("ownerID", "st-1"),
        ("leadSourceID", "007"),
        ("trialStartDate", "2026-11-01"),
        ("trialEndDate", "2026-11-14"),
    ];
    let plain = house.intouch.user("0042", ("Ann", "Able"), "PROSPECT");
    let full = elements.iter().fold(plain, |user, (name, value)| user.with(name, value));
    house.save(&full.clone().namespaced()).await;

    for (spelling, login) in
        [("recordID", Login::Basic), ("uuid", Login::Bearer), ("record_id", Login::Basic)]
    {
        let voice = but(&house.intouch, |voice| (voice.record_parameter, voice.login) = (spelling, login));
        let user = voice.fetch_user("0042").await.unwrap().done().expect("it is found");
        for (name, value) in elements.iter().chain(&[("userType", "PROSPECT"), ("userStatus", "ACTIVE")]) {
            assert_eq!(user.user_info.get(*name).map(String::as_str), Some(*value), "{name}");
        }
        assert_eq!(user.user_info["createdBy"], "INTOUCH");
        assert!(user.user_info["createdDate"].ends_with('Z') && user.user_info["createdDate"].len() == 24);
        let ids =
            ["identifier", "clientID", "clubID", "recordID"].map(|name| user.provider_info[name].as_str());
        assert_eq!(ids, ["INTOUCH", CLIENT_ID, KITS.intouch, "0042"]);
    }
    for literal in ["EX_MEMBER", "EXMEMBER", "EX-MEMBER", "FORMER_MEMBER"] {
        house.save(&full.clone().with("userType", literal)).await;
        assert_eq!(known(&house, "0042", "userType").await.as_deref(), Some("EX_MEMBER"), "{literal}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_and_lead_sources_are_saved_listed_and_fetched_one_by_one() {
    let house = house().open().await;
    house.save_staff("st-1", ("Olga", "Owner"), "olga@club.example").await;
    house.save_staff("st-2", ("Per", "Trainer"), "per@club.example").await;
    house.save_source("1", "Facebook").await;
    house.save_source("2", "Walk-in").await;
    house.save_source("2", "Walk in").await;
    let staff = house.intouch.list_staff().await.unwrap().done().unwrap();
    let emails: Vec<&str> = staff.iter().map(|one| one.email.as_str()).collect();
    assert_eq!(emails, ["olga@club.example", "per@club.example"]);
    let sources = house.intouch.list_lead_sources().await.unwrap().done().unwrap();
    let names: Vec<(&str, &str)> =
        sources.iter().map(|one| (one.record_id.as_str(), one.name.as_str())).collect();
    assert_eq!(names, [("1", "Facebook"), ("2", "Walk in")]);
    assert_eq!(house.intouch.fetch_staff("st-2").await.unwrap().done().unwrap()[0].last_name, "Trainer");
    assert_eq!(house.intouch.fetch_lead_source("2").await.unwrap().done().unwrap()[0].name, "Walk in");
    assert_eq!(house.intouch.fetch_staff("st-3").await.unwrap().refused().unwrap().reason, "NOT_FOUND");
    let other_club = house.intouch.at_club(PORTO.intouch);
    assert_eq!(other_club.list_staff().await.unwrap().done().unwrap(), [], "each club has its own");
    let by_identifier =
        [("provider", "INTOUCH"), ("client_id", CLIENT_ID), ("club_id", KITS.intouch), ("identifier", "1")];
    let one = house.intouch.get_with("leadsource", &by_identifier).await.unwrap().done().unwrap();
    assert!(one.contains("Facebook") && !one.contains("Walk in"), "{one}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_absent_or_empty_stays_and_nil_clears() {
    let house = house().open().await;
    house
        .save(&house.lead("1", ("Ann", "Able")).with("mobile", "604 555 0101").with("city", "Vancouver"))
        .await;
    house.save(&house.intouch.user("1", ("Ann", "Able"), "PROSPECT").empty("mobile")).await;
    assert_eq!(known(&house, "1", "mobile").await.as_deref(), Some("604 555 0101"));
    assert_eq!(known(&house, "1", "city").await.as_deref(), Some("Vancouver"));
    house.save(&house.intouch.user("1", ("Ann", "Able"), "PROSPECT").nil("mobile")).await;
    assert_eq!(known(&house, "1", "mobile").await, None);
    assert_eq!(known(&house, "1", "city").await.as_deref(), Some("Vancouver"));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_every_language_survive_every_encoding() {
    let house = house().open().await;
    let encodings = [
        Encoding::Utf8,
        Encoding::Utf8Bom,
        Encoding::Utf16Le,
        Encoding::Utf16Be,
        Encoding::Latin1,
        Encoding::Windows1252,
    ];
    for (n, encoding) in encodings.into_iter().enumerate() {
        let id = format!("e{n}");
        let user = house.intouch.user(&id, ("Zoë € 李", "Ægir-Łuk"), "PROSPECT").encoded(encoding);
        house.save(&user).await;
        assert_eq!(known(&house, &id, "firstname").await.as_deref(), Some("Zoë € 李"), "{encoding:?}");
        assert_eq!(known(&house, &id, "lastname").await.as_deref(), Some("Ægir-Łuk"), "{encoding:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mistake_is_refused_as_documented_changes_nothing_and_is_found_in_the_log() {
    let house = house().with_vfp().open().await;
    let good = house.lead("1", ("Ann", "Able")).with("mobile", "604 555 0101");
    let tracking = house.save(&good).await;
    house.line_saying(&tracking, "vfp", "Arrived").await;
    let (before, calls) = (house.intouch.fetch_user("1").await.unwrap(), house.vfp.ledger().len());

    let changed = house.lead("1", ("Changed", "Able"));
    let mistakes = [
        (changed.clone().without("firstname"), "userInfo/firstname"),
        (changed.clone().without("lastname"), "userInfo/lastname"),
        (changed.clone().without("userStatus"), "userInfo/userStatus"),
        (changed.clone().without("userType"), "userInfo/userType"),
        (changed.clone().empty("lastname"), "userInfo/lastname"),
        (changed.clone().with("userType", "LEAD"), "must be PROSPECT, MEMBER or EX_MEMBER, not 'LEAD'"),
        (changed.clone().with("userStatus", "active?"), "userInfo/userStatus"),
        (changed.clone().with("gender", "X"), "userInfo/gender"),
        (changed.clone().with("birthdate", "1984-02-30"), "userInfo/birthdate"),
        (changed.clone().with("country", "Canada"), "userInfo/country"),
        (changed.clone().with("trialEndDate", "tomorrow"), "userInfo/trialEndDate"),
    ];
    for (document, says) in mistakes {
        let refused = refused(&house.intouch, &document).await;
        assert_eq!((refused.status, refused.reason.as_str()), (400, "VALIDATION"), "{refused:?}");
        assert!(refused.message.contains(says), "`{says}` is missing in {refused:?}");
        let lines = house.log(&[&refused.error_uuid]).await;
        assert_eq!(lines.len(), 1, "{refused:?}");
        assert_eq!((text(&lines[0], "type"), text(&lines[0], "turn")), ("ERROR", "platform"), "{lines:?}");
    }
    for identity in [
        ("INTOUCH", "9999", KITS.intouch),
        ("INTOUCH", CLIENT_ID, "nowhere"),
        ("NOBODY", CLIENT_ID, KITS.intouch),
    ] {
        let mut document = changed.clone();
        document.identity = [identity.0, identity.1, identity.2, "1"].map(str::to_owned);
        let refused = refused(&house.intouch, &document).await;
        assert_eq!((refused.status, refused.reason.as_str()), (400, "VALIDATION"), "{refused:?}");
    }
    for (document, says) in
        [("<user><userInfo></user>", "userInfo"), ("", ""), ("<!DOCTYPE user []><user/>", "DOCTYPE")]
    {
        let answer = house.intouch.post("user", document.to_owned(), Encoding::Utf8).await.unwrap();
        let refused = answer.refused().expect("it is refused");
        assert_eq!((refused.status, refused.reason.as_str()), (400, "VALIDATION"), "{refused:?}");
        assert!(refused.message.contains(says), "{refused:?}");
    }
    assert_eq!(house.intouch.fetch_user("1").await.unwrap(), before);
    let fence = house.save(&house.lead("2", ("Fay", "Fence"))).await;
    house.line_saying(&fence, "vfp", "Arrived").await;
    let since = house.vfp.ledger().split_off(calls);
    assert!(since.iter().all(|call| !call.body.contains("Able")), "{since:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_token_or_another_providers_sees_and_changes_nothing() {
    let house = house().with_vfp().open().await;
    let ann = house.lead("1", ("Ann", "Able"));
    let uuid = house.save(&ann).await;
    let wrong = but(&house.intouch, |voice| "wrong".clone_into(&mut voice.token));
    let without = but(&house.intouch, |voice| voice.login = Login::None);
    for (voice, why) in [(&wrong, "this token is not accepted"), (&without, "this call needs a token")] {
        let refused = refused(voice, &ann).await;
        assert_eq!((refused.status, refused.reason.as_str()), (401, "UNAUTHORIZED"));
        assert!(!refused.error_uuid.is_empty() && refused.message.starts_with(why), "{refused:?}");
        assert_eq!(voice.fetch_user("1").await.unwrap().refused().unwrap().status, 401);
    }
    let posing = but(&house.intouch, |voice| voice.token.clone_from(&house.vfp_voice.token));
    assert_eq!(refused(&posing, &ann).await.reason, "FORBIDDEN");
    assert_eq!(posing.fetch_user("1").await.unwrap().refused().unwrap().reason, "FORBIDDEN");
    let not_its_own = house.vfp_voice.fetch_user("1").await.unwrap().refused().unwrap();
    assert_eq!((not_its_own.status, not_its_own.reason.as_str()), (404, "NOT_FOUND"));
    let by_our_uuid = house.intouch.fetch_user(&uuid).await.unwrap().refused().unwrap();
    assert_eq!(by_our_uuid.reason, "NOT_FOUND", "the Connector's own UUID is no key");
    let elsewhere = house.intouch.at_club(PORTO.intouch).fetch_user("1").await.unwrap().refused().unwrap();
    assert_eq!(elsewhere.reason, "NOT_FOUND");
    let two = [
        ("provider", "INTOUCH"),
        ("client_id", CLIENT_ID),
        ("club_id", KITS.intouch),
        ("recordID", "1"),
        ("uuid", "2"),
    ];
    assert_eq!(house.intouch.get_with("user", &two).await.unwrap().refused().unwrap().reason, "VALIDATION");
}

#[tokio::test(flavor = "multi_thread")]
async fn monstrous_and_mislabelled_bodies_are_answered_clearly() {
    let house = house().open().await;
    let post = |content_type: &'static str, body: Vec<u8>| {
        let url = format!("{}{BASE_PATH}/user", house.url());
        let call = house.http.post(url).basic_auth("INTOUCH", Some(&house.intouch.token));
        call.header("content-type", content_type).body(body).send()
    };
    for attempt in 0..5 {
        let huge = post("application/xml", vec![b' '; 50 << 20]).await.unwrap();
        assert_eq!(huge.status(), 413, "attempt {attempt}");
        assert!(huge.text().await.unwrap().contains("<reason>TOO_LARGE</reason>"));
    }
    let attributes: Vec<String> = (0..100_000).map(|n| format!("a{n}=''")).collect();
    let many =
        post("application/xml", format!("<user {}/>", attributes.join(" ")).into_bytes()).await.unwrap();
    let status = many.status().as_u16();
    assert!(matches!(status, 400 | 413), "{status}");
    let nested = post("application/xml", "<user>".repeat(100_000).into_bytes()).await.unwrap();
    assert_eq!(nested.status(), 400);
    let json = post("application/json", b"{}".to_vec()).await.unwrap();
    assert_eq!(json.status(), 415);
    assert!(json.text().await.unwrap().contains("<reason>UNSUPPORTED_TYPE</reason>"));
    let form = house.http.put(format!("{}{BASE_PATH}/user", house.url())).send().await.unwrap();
    assert_eq!(form.status(), 405);
    assert!(matches!(house.intouch.list_staff().await.unwrap(), Answer::Done(_)), "the hub is well");
}
