//! The rules between platforms, where two of them speak at once, repeat themselves, or forget.

use std::time::Duration;

use crate::house::log::text;
use crate::house::{House, KITS, calls, house};
use futures::future::join_all;
use serde_json::json;
use simulator::{Faults, Kind, Person};

fn at_vfp(house: &House, name: (&str, &str)) -> Vec<Person> {
    house.vfp.find(KITS.vfp, name, "")
}

/// Lets a later lead pass through, so that whatever an earlier one caused has happened.
async fn fence(house: &House, id: &str) {
    let saved = house.save(&house.lead(id, ("Fay", id))).await;
    house.line_saying(&saved, "vfp", "Arrived").await;
}

/// How often anything was written at a platform.
fn writes(there: &simulator::Simulator) -> usize {
    there.ledger().iter().filter(|call| call.method != "GET").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_again_goes_nowhere_and_its_line_says_so() {
    let house = house().with_i4().with_vfp().with_intouch_receiving().open().await;
    let ann = ("Ann", "Able");
    let first = house.save(&house.lead("1", ann).with("mobile", "604 555 0101")).await;
    house.line_saying(&first, "vfp", "Arrived").await;
    house.line_saying(&first, "jonas-i4", "Arrived").await;
    let written = [&house.vfp, &house.i4, &house.intouch_there].map(writes);
    let again = house.save(&house.lead("1", ann).with("mobile", "604 555 0101")).await;
    let lines = house.log(&[&again]).await;
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!((text(&lines[0], "type"), text(&lines[0], "sentence")), ("INFO", "Nothing in it was new."));

    let there = at_vfp(&house, ann)[0].id.clone();
    let echo = house.vfp_voice.user(&there, ("ANN", "ABLE"), "PROSPECT");
    house
        .save_as(&house.vfp_voice, &echo.with("email", "Ann.Able@Example.org").with("mobile", "6045550101"))
        .await;
    fence(&house, "fence").await;
    house.until("I4 has the fence", async || house.i4.people().len() == 2).await;
    let since = [&house.vfp, &house.i4, &house.intouch_there].map(writes);
    assert_eq!(since, [written[0] + 1, written[1] + 1, written[2]], "only the fence was written");
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_whom_a_platform_reports_under_a_new_number_is_recognised() {
    let house = house().with_vfp().with_intouch_receiving().open().await;
    house.vfp.set_faults(Faults { maintenance: true, ..Faults::default() });
    let ann = ("Ann", "Able");
    house.intouch_there.put_person(
        "1",
        KITS.intouch,
        Kind::Prospect,
        &[("first_name", "Ann"), ("last_name", "Able")],
    );
    let saved = house.save(&house.lead("1", ann).with("mobile", "604 555 0101")).await;
    house.line_saying(&saved, "vfp", "Trying again").await;
    let walk_in = [("first_name", "ANN"), ("last_name", "ABLE"), ("mobile", "6045550101")];
    let there = house.vfp.add_person(KITS.vfp, Kind::Member, &walk_in);
    let report = house.vfp_voice.user(&there, ("ANN", "ABLE"), "MEMBER").with("mobile", "6045550101");
    house.save_as(&house.vfp_voice, &report).await;
    house.vfp.clear_faults();
    let member = async || house.intouch_there.person("1").is_some_and(|ann| ann.kind == Kind::Member);
    house.until("Ann is a member in InTouch", member).await;
    let completed = async || house.vfp.person(&there).unwrap().get("email") == "ann.able@example.org";
    house.until("VFP knows her e-mail address", completed).await;
    assert_eq!(
        (house.vfp.people().len(), calls(&house.vfp, "createGuest")),
        (1, 0),
        "{:#?}",
        house.vfp.people()
    );
    assert_eq!(house.intouch_there.people().len(), 1);
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_overtakes_the_answer_to_its_create_makes_nobody_twice() {
    let house = house().with_vfp().with_intouch_receiving().open().await;
    house.vfp.set_faults(Faults { answer_delay_ms: 700, ..Faults::default() });
    let ann = ("Ann", "Able");
    house.intouch_there.put_person(
        "1",
        KITS.intouch,
        Kind::Prospect,
        &[("first_name", "Ann"), ("last_name", "Able")],
    );
    let saved = house.save(&house.lead("1", ann)).await;
    house.until("VFP stored her", async || !at_vfp(&house, ann).is_empty()).await;
    let there = at_vfp(&house, ann)[0].id.clone();
    let report =
        house.vfp_voice.user(&there, ("ANN", "ABLE"), "PROSPECT").with("email", "ann.able@example.org");
    house.save_as(&house.vfp_voice, &report).await;
    house.line_saying(&saved, "vfp", "Arrived").await;
    house.vfp.clear_faults();
    house.save(&house.lead("1", ann).with("city", "Vancouver")).await;
    house
        .until("the change arrived", async || house.vfp.person(&there).unwrap().get("city") == "Vancouver")
        .await;
    assert_eq!((house.vfp.people().len(), house.intouch_there.people().len()), (1, 1));
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_platforms_that_edit_one_person_end_with_the_same_and_fall_silent() {
    let house = house().with_vfp().with_intouch_receiving().open().await;
    let ann = ("Ann", "Able");
    house.intouch_there.put_person(
        "1",
        KITS.intouch,
        Kind::Prospect,
        &[("first_name", "Ann"), ("last_name", "Able")],
    );
    let saved = house.save(&house.lead("1", ann)).await;
    house.line_saying(&saved, "vfp", "Arrived").await;
    let there = at_vfp(&house, ann)[0].id.clone();
    for n in 0..15 {
        let (city, company) = (format!("rev:{n}"), format!("Works {n}"));
        let by_intouch = house.lead("1", ann).with("city", &city);
        house.vfp.put_person(&there, KITS.vfp, Kind::Prospect, &[("company", &company)]);
        let by_vfp = house.vfp_voice.user(&there, ann, "PROSPECT").with("company", &company);
        tokio::join!(house.save(&by_intouch), house.save_as(&house.vfp_voice, &by_vfp));
    }
    let same = async || {
        let (city, company) = ("rev:14", "Works 14");
        house.vfp.person(&there).unwrap().get("city") == city
            && house.intouch_there.person("1").unwrap().get("company") == company
    };
    house.until("each knows the other's last word", same).await;
    fence(&house, "fence 1").await;
    let quiet = writes(&house.vfp) + writes(&house.intouch_there);
    fence(&house, "fence 2").await;
    assert_eq!(writes(&house.vfp) + writes(&house.intouch_there), quiet + 1, "after edits stop, calls stop");
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_told_just_after_our_call_is_sent_back_for_the_call_may_have_overwritten_it() {
    let house = house().with_vfp().open().await;
    let ann = ("Ann", "Able");
    let saved = house.save(&house.lead("1", ann).with("company", "Works")).await;
    house.line_saying(&saved, "vfp", "Arrived").await;
    let there = at_vfp(&house, ann)[0].id.clone();
    house
        .save_as(&house.vfp_voice, &house.vfp_voice.user(&there, ann, "PROSPECT").with("company", "Mills"))
        .await;
    let same = async || house.vfp.person(&there).unwrap().get("company") == "Mills";
    house.until("VFP holds what it said", same).await;
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn many_changes_of_one_person_arrive_in_order_and_the_last_one_stays() {
    let house = house().with_i4().with_vfp().open().await;
    let latency = Faults { latency_ms: 20, ..Faults::default() };
    house.vfp.set_faults(latency.clone());
    house.i4.set_faults(latency);
    let people: Vec<String> = (0..5).map(|n| format!("p{n}")).collect();
    let change = async |id: &String| {
        for revision in 0..25 {
            house.save(&house.lead(id, ("Ann", id)).with("city", &format!("rev:{revision}"))).await;
        }
    };
    join_all(people.iter().map(change)).await;
    let last = |there: Vec<Person>| there.len() == 5 && there.iter().all(|one| one.get("city") == "rev:24");
    house
        .until("the last change is everywhere", async || last(house.vfp.people()) && last(house.i4.people()))
        .await;
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_removed_at_a_platform_is_not_made_again_unasked() {
    let house = house().with_vfp().open().await;
    let ann = ("Ann", "Able");
    let saved = house.save(&house.lead("1", ann)).await;
    house.line_saying(&saved, "vfp", "Arrived").await;
    house.vfp.remove_person(&at_vfp(&house, ann)[0].id);
    for city in ["Porto", "Faro"] {
        let saved = house.save(&house.lead("1", ann).with("city", city)).await;
        let line = house.line_saying(&saved, "vfp", "no longer exists").await;
        assert_eq!((text(&line, "type"), text(&line, "turn")), ("WARNING", "club"), "{line}");
    }
    assert_eq!(calls(&house.vfp, "createGuest"), 1);
    assert_eq!(house.intouch.fetch_user("1").await.unwrap().done().unwrap().user_info["city"], "Faro");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_no_longer_live_gets_nothing_until_it_is_again() {
    let house = house().with_i4().with_vfp().open().await;
    house.vfp.set_faults(Faults { maintenance: true, ..Faults::default() });
    let saved = house.save(&house.lead("1", ("Ann", "Able"))).await;
    house.line_saying(&saved, "vfp", "Trying again").await;
    house.vfp.clear_faults();
    let mut file = house.turn_up_file();
    file["connections"][2]["live"] = json!(false);
    house.turn_up(&file).await.went_well().says("no longer live");
    let calls_before = writes(&house.vfp);
    let later = house.save(&house.lead("2", ("Bea", "Best"))).await;
    house.line_saying(&later, "jonas-i4", "Arrived").await;
    tokio::time::sleep(Duration::from_secs(8)).await;
    assert_eq!(writes(&house.vfp), calls_before, "{:#?}", house.vfp.ledger());
    file["connections"][2]["live"] = json!(true);
    house.turn_up(&file).await.went_well().says("goes live");
    house.line_saying(&saved, "vfp", "Arrived").await;
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_that_go_only_once_won_go_once_they_are_won() {
    let house = house().with_vfp().not_turned_up().open().await;
    let mut file = house.turn_up_file();
    file["connections"][1]["agreement"]["when"] = json!("once_won");
    house.turn_up(&file).await.went_well();
    let mut voice = house.intouch.clone();
    voice.token = house.token("INTOUCH").await;
    let ann = house.lead("1", ("Ann", "Able"));
    let saved = house.save_as(&voice, &ann).await;
    house.line_saying(&saved, "vfp", "once they are won").await;
    assert_eq!(calls(&house.vfp, "createGuest"), 0);
    let won = house.save_as(&voice, &ann.with("userType", "MEMBER")).await;
    house.line_saying(&won, "vfp", "Arrived").await;
    assert_eq!(at_vfp(&house, ("Ann", "Able"))[0].kind, Kind::Member);
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_vfp_changed_on_its_own_survives_a_change_that_comes_from_intouch() {
    keeps_what_vfp_changed(house().with_vfp().with_intouch_receiving().open().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_read_is_the_persons_own_where_prospects_and_members_are_numbered_apart() {
    let apart = |vfp: String| {
        vfp.replace("  ids: per_club\n", "  ids: per_club\n  kinds_apart: true\n").replace(
            "id: =headers.location | tail\n",
            "id: =headers.location | tail\n      id_space: prospect\n",
        )
    };
    let house = house().with_vfp_described(apart).with_intouch_receiving().open().await;
    let house = keeps_what_vfp_changed(house).await;
    let status = house.command(&["status", "--json"]).await.went_well();
    let status: serde_json::Value = serde_json::from_str(&status.out).unwrap();
    assert_eq!(status["people"], 1, "nobody else was made of what was read");
}

async fn keeps_what_vfp_changed(house: House) -> House {
    let ann = ("Ann", "Able");
    let saved = house.save(&house.lead("1", ann)).await;
    house.line_saying(&saved, "vfp", "Arrived").await;
    let there = at_vfp(&house, ann)[0].id.clone();
    house.vfp.put_person(&there, KITS.vfp, Kind::Prospect, &[("address1", "9 New Street")]);
    house.save(&house.lead("1", ann).with("city", "Vancouver")).await;
    house
        .until("the change arrived", async || house.vfp.person(&there).unwrap().get("city") == "Vancouver")
        .await;
    assert_eq!(house.vfp.person(&there).unwrap().get("address1"), "9 New Street");
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prospect_of_vfp_whose_create_in_intouch_was_not_answered_is_there_once() {
    let house = house().with_vfp().with_intouch_receiving().open().await;
    house.intouch_there.set_faults(Faults { drop_after_store: 1, ..Faults::default() });
    let there =
        house.vfp.add_person(KITS.vfp, Kind::Prospect, &[("first_name", "Ann"), ("last_name", "Able")]);
    let report = house.vfp_voice.user(&there, ("Ann", "Able"), "PROSPECT").with("email", "ann@example.org");
    let saved = house.save_as(&house.vfp_voice, &report).await;
    let line = house.line_saying(&saved, "intouch", "did not confirm").await;
    assert_eq!((text(&line, "type"), text(&line, "turn")), ("ERROR", "nobody"), "{line}");
    assert_eq!(house.intouch_there.people().len(), 1);
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_knows_no_ex_members_is_not_troubled_when_a_membership_ends() {
    let plans =
        house().with_vfp().vfp_described_with("  conversion:", "  ex_members: as_members\n  conversion:");
    let plans = plans.vfp_described_with("    - update_ex_member\n", "");
    let described = "  update_ex_member:\n    request: {method: PUT, path: '/guests/{{ record }}', json: {guest: =parts.guest}}\n    answer: {success: =answer.success == true}\n";
    let house = plans.vfp_described_with(described, "").not_turned_up().open().await;
    let mut file = house.turn_up_file();
    let agreement = &mut file["connections"][1]["agreement"];
    agreement["sends"] = json!({ "prospects": "creates_and_updates", "members": "creates_and_updates" });
    agreement["accept_assumed"].as_array_mut().unwrap().retain(|name| name != "update_ex_member");
    house.turn_up(&file).await.went_well();
    let mut voice = house.intouch.clone();
    voice.token = house.token("INTOUCH").await;
    let ann = house.lead("1", ("Ann", "Able")).with("userType", "MEMBER");
    let sold = house.save_as(&voice, &ann).await;
    house.line_saying(&sold, "vfp", "Arrived").await;
    let written = writes(&house.vfp);

    let ended = house.save_as(&voice, &ann.clone().with("userType", "EX_MEMBER")).await;
    let lines = house.log(&[&ended]).await;
    let says = "No other system here needs to be told of it.";
    assert_eq!((lines.len(), text(&lines[0], "sentence")), (1, says), "{lines:#?}");
    let moved = ann.with("userType", "EX_MEMBER").with("city", "Vancouver");
    let moved = house.save_as(&voice, &moved).await;
    house.line_saying(&moved, "vfp", "Arrived").await;
    assert_eq!(writes(&house.vfp), written + 1, "only her new town was written");
    let there = &at_vfp(&house, ("Ann", "Able"))[0];
    assert_eq!((there.kind, there.get("city")), (Kind::Member, "Vancouver"));
    house.nothing_forbidden_happened();
}

/// The summary and the sentence of a line, with its time of day left out.
async fn told(house: &House, saved: &str, platform: &str, says: &str) -> (String, String) {
    let line = house.line_saying(saved, platform, says).await;
    let sentence = text(&line, "sentence");
    let sentence = sentence.strip_prefix("Arrived at ").map_or(sentence, |rest| &rest["14:05".len()..]);
    (text(&line, "summary").to_owned(), sentence.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_told_as_a_change_and_a_new_kind_is_named() {
    let house = house().with_vfp().open().await;
    let ann = house.lead("1", ("Ann", "Able"));
    let mut became = Vec::new();
    for (kind, city) in
        [("PROSPECT", "Porto"), ("MEMBER", "Porto"), ("MEMBER", "Lisbon"), ("EX_MEMBER", "Lisbon")]
    {
        let saved = house.save(&ann.clone().with("userType", kind).with("city", city)).await;
        became.push(told(&house, &saved, "vfp", "Arrived").await);
    }
    let change = "changed in InTouch FollowUp and sent to VFP";
    let expected = [
        ("entered in InTouch FollowUp and sent to VFP", "."),
        (change, ". Ann Able is a member there now."),
        (change, "."),
        (change, ". Ann Able is a former member there now."),
    ];
    assert_eq!(became, expected.map(|(summary, sentence)| (summary.to_owned(), sentence.to_owned())));
    let again = house.save(&ann.with("userType", "EX_MEMBER")).await;
    let line = &house.log(&[&again]).await[0];
    assert_eq!(text(line, "summary"), "reported by InTouch FollowUp once more");
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_are_told_as_people_and_every_line_of_the_directory_says_something() {
    let house =
        house().with_vfp().with_vfp_staff("V-77", ("Olga", "Owner"), "olga@club.example").open().await;
    let olga = house.save_staff("st-1", ("Olga", "Owner"), "olga@club.example").await;
    let nell = house.save_staff("st-2", ("Nell", "Nobody"), "nell@club.example").await;
    let found = told(&house, &olga, "vfp", "VFP").await.1;
    assert_eq!(found, "The same person was found in VFP, by e-mail address.");
    let line = house.line_saying(&nell, "vfp", "VFP").await;
    let nobody = "Nobody in VFP has this person’s e-mail address; people go there without this owner.";
    assert_eq!(text(&line, "sentence"), nobody);
    let advice = "Give Nell Nobody the same e-mail address in VFP as in InTouch FollowUp; the two are then linked by themselves.";
    assert_eq!(text(&line, "advice"), advice);
    let source = house.save_source("src-1", "Corporate").await;
    let lines = house.log(&["Corporate"]).await;
    let kept = lines.iter().find(|line| text(line, "summary") == "saved in InTouch FollowUp").unwrap();
    let says = "Kept as a lead source. Where another system has lead sources, a line of its own says what became of it there.";
    assert_eq!((text(kept, "tracking"), text(kept, "sentence")), (source.as_str(), says));
    let kept = house.log(&[&olga]).await;
    let says = "Kept as a member of staff. Where another system has owners, a line of its own says whether this person was found there.";
    assert!(kept.iter().any(|line| text(line, "sentence") == says), "{kept:#?}");
}
