//! When platforms misbehave: what helps is done, nothing is lost, and nothing is sent twice.

use std::time::Duration;

use crate::house::log::text;
use crate::house::{House, KITS, PORTO, calls, house};
use simulator::{Club, Config, Faults, Kind, Person, Platform, Refuse, Simulator, Throttle};

fn at_i4(house: &House, name: (&str, &str)) -> Vec<Person> {
    house.i4.find(KITS.i4, name, "")
}

fn at_vfp(house: &House, name: (&str, &str)) -> Vec<Person> {
    house.vfp.find(KITS.vfp, name, "")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_dropped_after_storing_leaves_one_record_at_vfp_and_a_held_doubt_at_i4() {
    let house = house().with_i4().with_vfp().hurried().open().await;
    let dropped = Faults { drop_after_store: 1, ..Faults::default() };
    house.i4.set_faults(dropped.clone());
    house.vfp.set_faults(dropped);
    let ann = ("Ann", "Able");
    let saved = house.save(&house.lead("1", ann)).await;
    let line = house.line_saying(&saved, "jonas-i4", "cannot ask").await;
    assert_eq!((text(&line, "type"), text(&line, "turn")), ("ERROR", "club"), "{line}");
    assert!(text(&line, "advice").contains("Ann Able"), "{line}");

    house.save(&house.lead("1", ann).with("city", "Vancouver")).await;
    let fence = house.save(&house.lead("2", ("Fay", "Fence"))).await;
    house.line_saying(&fence, "jonas-i4", "Arrived").await;
    assert_eq!(
        (at_i4(&house, ann).len(), calls(&house.i4, "AddProspect")),
        (1, 2),
        "an edit does not release a doubt"
    );
    assert!(text(&house.line(&saved, "jonas-i4").await.unwrap(), "sentence").contains("cannot ask"));

    let arrived = async || {
        let line = house.line(&saved, "vfp").await;
        line.is_some_and(|line| text(&line, "sentence").contains("Arrived"))
    };
    house.within(Duration::from_secs(50), "VFP was asked, and had it", arrived).await;
    house.until("the edit followed", async || at_vfp(&house, ann)[0].get("city") == "Vancouver").await;
    assert_eq!(at_vfp(&house, ann).len(), 1);
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_asks_to_slow_down_is_given_its_time() {
    let house = house().with_vfp().open().await;
    house
        .vfp
        .set_faults(Faults { throttle: Some(Throttle { count: 2, retry_after_s: 1 }), ..Faults::default() });
    for n in 0..10 {
        house.save(&house.lead(&format!("{n}"), ("Ann", &format!("Able{n}")))).await;
    }
    house.until("all arrived", async || house.vfp.people().len() == 10).await;
    let refused = house.vfp.ledger().iter().filter(|call| call.status == 429).count();
    assert_eq!(refused, 2, "nobody knocks while told to wait but who was under way");
    assert_eq!(calls(&house.vfp, "createGuest"), 10);
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_is_down_is_probed_alone_and_then_everything_arrives() {
    let house = house().with_i4().with_vfp().open().await;
    house.i4.set_faults(Faults { maintenance: true, ..Faults::default() });
    let asked_before = house.i4.ledger().len();
    let mut last = String::new();
    for n in 0..20 {
        last = house.save(&house.lead(&format!("{n}"), ("Ann", &format!("Able{n}")))).await;
    }
    house.until("VFP is not held up", async || house.vfp.people().len() == 20).await;
    let turned_away = || house.i4.ledger().split_off(asked_before);
    house.until("I4 was probed twice", async || turned_away().len() >= 7).await;
    let count = turned_away().len();
    assert!(count <= 10, "{count} calls to a platform that is down: {:#?}", turned_away());
    let waiting = house.log(&["--platform", "jonas-i4", "--type", "ERROR"]).await;
    assert!(!waiting.is_empty() && waiting.iter().all(|line| line["turn"] == "nobody"), "{waiting:#?}");

    house.i4.clear_faults();
    house.within(Duration::from_secs(40), "all arrived", async || house.i4.people().len() == 20).await;
    house.line_saying(&last, "jonas-i4", "Arrived").await;
    assert_eq!(house.log(&["--platform", "jonas-i4", "--type", "ERROR"]).await.len(), 0);
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_field_holds_the_record_says_which_and_whose_turn_and_an_edit_releases_it() {
    let house = house().with_i4().with_vfp().open().await;
    let refuse = |field: &str| {
        Some(Refuse { field: field.to_owned(), contains: "??".to_owned(), message: "Not a code".to_owned() })
    };
    house.vfp.set_faults(Faults { refuse: refuse("zipcode"), ..Faults::default() });
    house.i4.set_faults(Faults { refuse: refuse("zipcode"), ..Faults::default() });
    let ann = ("Ann", "Able");
    let saved = house.save(&house.lead("1", ann).with("zipcode", "??")).await;
    for platform in ["vfp", "jonas-i4"] {
        let line = house.line_saying(&saved, platform, "does not accept the").await;
        assert_eq!((text(&line, "type"), text(&line, "turn")), ("ERROR", "club"), "{line}");
        assert!(
            text(&line, "sentence").contains("zip") || text(&line, "sentence").contains("post"),
            "{line}"
        );
        assert!(text(&line, "advice").contains("InTouch"), "{line}");
        assert!(line["attempts"].to_string().contains("Not a code"), "{line}");
    }
    house.save(&house.lead("1", ann).with("zipcode", "V6K 1A1")).await;
    for platform in ["vfp", "jonas-i4"] {
        let line = house.line_saying(&saved, platform, "Arrived").await;
        assert_eq!(text(&line, "type"), "INFO", "the same line heals: {line}");
    }
    assert_eq!((at_i4(&house, ann).len(), at_vfp(&house, ann).len()), (1, 1));
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_platform_is_sent_after_a_restart_too() {
    let mut house = house().with_i4().open().await;
    house.i4.set_faults(Faults { maintenance: true, ..Faults::default() });
    let ann = ("Ann", "Able");
    let saved = house.save(&house.lead("1", ann)).await;
    house.line_saying(&saved, "jonas-i4", "Trying again").await;
    house.kill().await;
    house.i4.clear_faults();
    house.start().await;
    let line = house.line_saying(&saved, "jonas-i4", "Arrived").await;
    assert!(text(&line, "sentence").contains("second try"), "{line}");
    assert_eq!(at_i4(&house, ann).len(), 1);
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_of_intouch_is_renewed_without_anybody_noticing() {
    let house = house().with_vfp().with_intouch_receiving().open().await;
    let dee = ("Dee", "Dunn");
    house.intouch_there.put_person(
        "1",
        KITS.intouch,
        Kind::Prospect,
        &[("first_name", "Dee"), ("last_name", "Dunn")],
    );
    house.save(&house.lead("1", dee)).await;
    house.until("Dee is in VFP", async || !at_vfp(&house, dee).is_empty()).await;
    let id = at_vfp(&house, dee)[0].id.clone();
    for city in ["Porto", "Lisbon", "Faro"] {
        house.intouch_there.expire_tokens();
        let saved = house
            .save_as(&house.vfp_voice, &house.vfp_voice.user(&id, dee, "PROSPECT").with("city", city))
            .await;
        let arrived = async || house.intouch_there.person("1").is_some_and(|dee| dee.get("city") == city);
        house.until(&format!("{city} is known in InTouch"), arrived).await;
        let line = house.line_saying(&saved, "intouch", "Arrived").await;
        assert_eq!(text(&line, "type"), "INFO");
    }
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_edited_very_often_while_a_platform_is_down_has_a_line_for_every_save() {
    let house = house().with_vfp().open().await;
    house.vfp.set_faults(Faults { maintenance: true, ..Faults::default() });
    let ann = house.lead("1", ("Ann", "Able"));
    let first = house.save(&ann).await;
    house.line_saying(&first, "vfp", "Trying again").await;
    let mut saves = vec![first.clone()];
    for revision in 1..=130 {
        saves.push(house.save(&ann.clone().with("city", &format!("rev:{revision}"))).await);
    }
    let joined = house.line(&saves[5], "vfp").await.expect("an early one has its line already");
    assert!(text(&joined, "sentence").contains("together with the change of"), "{joined}");
    assert!(joined["notes"].to_string().contains(&first), "{joined}");
    assert!(house.line(&saves[130], "vfp").await.is_none(), "a late one waits for the outcome");

    house.vfp.clear_faults();
    house.line_saying(&first, "vfp", "Arrived").await;
    house.line_saying(&saves[130], "vfp", "A later change carried").await;
    let lines = house.log(&["--platform", "vfp"]).await;
    let told: Vec<&str> = lines.iter().map(|line| text(line, "tracking")).collect();
    assert_eq!(told.len(), saves.len(), "one line for each");
    assert!(saves.iter().all(|save| told.contains(&save.as_str())));
    assert!(lines.iter().all(|line| text(line, "type") == "INFO" && line["open"] == false), "{lines:#?}");
    assert_eq!(house.vfp.find(KITS.vfp, ("Ann", "Able"), "")[0].get("city").to_lowercase(), "rev:130");
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_too_long_for_us_to_send_is_told_as_ours_and_goes_once_it_is_shortened() {
    let house = house().with_vfp().open().await;
    let lead = house.lead("1", ("Ann", "Able"));
    let saved = house.save(&lead.clone().with("address1", &"long ".repeat(14_000))).await;
    let line = house.line_saying(&saved, "vfp", "too long").await;
    assert_eq!(text(&line, "sentence"), "The address is too long to be sent, so nothing went to VFP.");
    let advice = "Shorten the address in InTouch FollowUp to 16,000 characters at most and save; it is then sent again.";
    assert_eq!((text(&line, "type"), text(&line, "turn"), text(&line, "advice")), ("ERROR", "club", advice));
    let attempts = line["attempts"].to_string();
    assert!(attempts.contains("not sent, ") && attempts.contains("more than 65536 bytes"), "{attempts}");
    assert!(!format!("{line}").contains("does not accept"), "the platform said nothing: {line}");
    assert_eq!(house.vfp.people().len(), 0, "nothing was sent");
    house.save(&lead.with("address1", "1 Short Street")).await;
    house.line_saying(&saved, "vfp", "Arrived").await;
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_moved_to_another_address_is_called_there_at_once_and_its_old_one_is_forgotten() {
    let house = house().with_vfp().open().await;
    house.vfp.set_faults(Faults { maintenance: true, ..Faults::default() });
    for n in 0..5 {
        house.save(&house.lead(&format!("{n}"), ("Ann", &format!("Able{n}")))).await;
    }
    let closed = async || {
        let told = house.command(&["status", "--json"]).await.went_well();
        let status: serde_json::Value = serde_json::from_str(&told.out).unwrap();
        status["closed"].as_array().unwrap().len()
    };
    house.until("its host is found down", async || closed().await == 1).await;

    let clubs = [KITS, PORTO].map(|club| Club::new(club.vfp, club.name)).to_vec();
    let moved = Config { clubs, ..Config::new(Platform::Vfp) };
    let moved = Simulator::start(Platform::Vfp, moved).await.unwrap();
    let mut file = house.turn_up_file();
    let connections = file["connections"].as_array_mut().unwrap();
    let vfp = connections.iter_mut().find(|connection| connection["platform"] == "vfp").unwrap();
    vfp["settings"]["base_url"] = moved.url().into();
    house.turn_up(&file).await.went_well();
    assert_eq!(closed().await, 0, "nobody waits for the old address");
    house.within(Duration::from_secs(40), "all arrived", async || moved.people().len() == 5).await;
    assert_eq!(moved.violations(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_platform_and_a_slow_one_keep_nothing_from_a_healthy_one() {
    let house = house().with_i4().with_vfp().with_intouch_receiving().open().await;
    house.intouch_there.set_faults(Faults { refuse_connections_ms: Some(600_000), ..Faults::default() });
    house.i4.set_faults(Faults { latency_ms: 5_000, ..Faults::default() });
    let dead = |n: usize| house.vfp_voice.user(&format!("v{n}"), ("Vera", &format!("Vale{n}")), "PROSPECT");
    for n in 0..20 {
        house.save_as(&house.vfp_voice, &dead(n)).await;
        house.save(&house.lead(&format!("{n}"), ("Ann", &format!("Able{n}")))).await;
    }
    let arrived = || house.vfp.people().iter().filter(|one| one.get("first_name") == "Ann").count();
    house.until("the healthy one has all", async || arrived() == 20).await;
    let slow = house.i4.people().len();
    assert!(slow < 40, "the slow one had not all by then");
    assert!(house.intouch_there.people().is_empty(), "nor the dead one any");

    house.i4.clear_faults();
    house.intouch_there.clear_faults();
    let all = async || house.i4.people().len() == 40 && house.intouch_there.people().len() == 20;
    house.within(Duration::from_mins(1), "the others have all as well", all).await;
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_up_that_finds_more_than_can_be_read_holds_one_record_and_not_the_platform() {
    let house = house().with_vfp().open().await;
    let shared = "604 555 0000";
    for number in 0..6_000 {
        let name = format!("Shared{number}");
        house.vfp.add_person(
            KITS.vfp,
            Kind::Prospect,
            &[("first_name", "Ann"), ("last_name", &name), ("mobile", shared)],
        );
    }
    let mut held = Vec::new();
    for name in ["Able", "Bold", "Cope", "Dahl"] {
        held.push(house.save(&house.lead(name, ("Bo", name)).with("mobile", shared)).await);
    }
    for tracking in &held {
        house.line_saying(tracking, "vfp", "needs attention").await;
    }
    let saved = house.save(&house.lead("p-9", ("Bo", "Else")).with("mobile", "604 555 0199")).await;
    house.line_saying(&saved, "vfp", "Arrived").await;
}
