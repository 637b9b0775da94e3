//! The Connector Log, on the command line and by a club's logging URL.

use std::time::Duration;

use crate::house::log::text;
use crate::house::{House, KITS, PORTO, house};
use serde_json::Value;
use simulator::{Faults, Refuse};

/// The logging URL of a club.
async fn log_of(house: &House, club: &str) -> String {
    let told = house.turn_up_with(&house.turn_up_file(), &["--json"]).await.went_well();
    let told: Value = serde_json::from_str(&told.out).unwrap();
    let logs = told["logs"].as_array().unwrap();
    logs.iter().find(|log| log["club"] == club).unwrap()["url"].as_str().unwrap().to_owned()
}

/// A house with one lead that arrived, one that was refused, and one of the other club.
async fn eventful() -> (House, [String; 3]) {
    let house = house().with_i4().with_vfp().open().await;
    let refuse = Refuse { field: "zipcode".to_owned(), contains: "??".to_owned(), message: "Bad".to_owned() };
    house.vfp.set_faults(Faults { refuse: Some(refuse), ..Faults::default() });
    let arrived = house.save(&house.lead("1", ("Ann", "Able")).with("mobile", "604 555 0101")).await;
    let refused = house.save(&house.lead("2", ("Bea", "Best")).with("zipcode", "??")).await;
    let porto = house.intouch.at_club(PORTO.intouch);
    let elsewhere = house.save_as(&porto, &porto.user("3", ("Zed", "Elsewhere"), "PROSPECT")).await;
    house.line_saying(&arrived, "vfp", "Arrived").await;
    house.line_saying(&arrived, "jonas-i4", "Arrived").await;
    house.line_saying(&refused, "vfp", "does not accept").await;
    house
        .until("Zed is in VFP", async || !house.vfp.find(PORTO.vfp, ("Zed", "Elsewhere"), "").is_empty())
        .await;
    (house, [arrived, refused, elsewhere])
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_filtered_by_type_platform_turn_and_person() {
    let (house, [arrived, refused, _]) = eventful().await;
    let names = |lines: &[Value]| {
        let mut names: Vec<String> = lines.iter().map(|line| text(line, "name").to_owned()).collect();
        names.sort();
        names.dedup();
        names
    };
    assert_eq!(names(&house.log(&[]).await), ["Ann Able", "Bea Best"], "and nobody of another club");
    assert_eq!(names(&house.log(&["--type", "error"]).await), ["Bea Best"]);
    assert_eq!(names(&house.log(&["--needs", "club"]).await), ["Bea Best"]);
    assert_eq!(house.log(&["--needs", "operator"]).await.len(), 0);
    assert!(house.log(&["--platform", "vfp"]).await.iter().all(|line| text(line, "summary").contains("VFP")));
    assert_eq!(names(&house.log(&[&arrived]).await), ["Ann Able"]);
    assert_eq!(names(&house.log(&[&refused]).await), ["Bea Best"]);
    for search in ["able", "ann.able@example.org", "555 0101", "5550101", "Ann Able"] {
        house.until(search, async || names(&house.log(&[search]).await) == ["Ann Able"]).await;
    }
    let number = text(&house.line(&arrived, "vfp").await.unwrap(), "record").to_owned();
    house
        .until("by the platform's number", async || names(&house.log(&[&number]).await) == ["Ann Able"])
        .await;
    house.command(&["log", "--club", "Nowhere"]).await.failed().says("Nowhere");
    house.command(&["log", "--club", KITS.name, "--platform", "mindbody"]).await.failed().says("mindbody");
    house.command(&["log", "--club", KITS.name]).await.went_well().says("Correct the");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_opens_by_its_url_alone_and_shows_its_own_club_alone() {
    let (house, [arrived, ..]) = eventful().await;
    let url = log_of(&house, KITS.name).await;
    let get = async |url: &str| {
        let answer = house.http.get(url).send().await.unwrap();
        let headers = answer.headers().clone();
        (answer.status().as_u16(), headers, answer.text().await.unwrap())
    };
    let (status, headers, page) = get(&url).await;
    assert_eq!(status, 200);
    for shown in ["Ann Able", "Bea Best", "does not accept", arrived.as_str(), "Kits Beach"] {
        assert!(page.contains(shown), "`{shown}` is missing");
    }
    assert!(!page.contains("Elsewhere"), "another club's people are not shown");
    assert_eq!(headers["referrer-policy"], "no-referrer");
    assert!(headers["cache-control"].to_str().unwrap().contains("no-store"));
    assert!(headers["x-robots-tag"].to_str().unwrap().contains("noindex"));
    let (_, _, other) = get(&log_of(&house, PORTO.name).await).await;
    assert!(other.contains("Zed Elsewhere") && !other.contains("Ann Able"));

    let (status, _, csv) = get(&format!("{url}/export.csv")).await;
    assert_eq!(status, 200);
    assert!(csv.contains("Ann Able") && !csv.contains("Elsewhere"), "{csv}");
    for path in ["", "/export.csv"] {
        let mut wrong = url.clone();
        let last = if wrong.pop() == Some('A') { 'B' } else { 'A' };
        wrong.push(last);
        let (status, _, page) = get(&format!("{wrong}{path}")).await;
        assert_eq!(status, 404);
        assert!(!page.contains("Ann Able"));
    }
    assert!(!house.hub_said().contains(url.rsplit('/').next().unwrap()), "the URL is never logged");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_followed_log_goes_on_with_new_lines_late_lines_and_changed_ones() {
    let house = house().with_i4().with_vfp().open().await;
    house.i4.set_faults(Faults { latency_ms: 1_500, ..Faults::default() });
    let before = house.save(&house.lead("1", ("Ann", "Able"))).await;
    house.line_saying(&before, "vfp", "Arrived").await;
    let mut follow = house.following(&["--club", KITS.name, "--json"]);
    let told = |lines: &[Value], tracking: &str, says: &str| {
        lines.iter().any(|line| text(line, "tracking") == tracking && text(line, "summary").contains(says))
    };
    follow.until(|lines| told(lines, &before, "sent to VFP")).await;

    let bea = house.save(&house.lead("2", ("Bea", "Best"))).await;
    follow.until(|lines| told(lines, &bea, "sent to VFP")).await;
    follow.until(|lines| told(lines, &before, "sent to Jonas I4")).await;
    house.i4.set_faults(Faults { maintenance: true, ..Faults::default() });
    let cleo = house.save(&house.lead("3", ("Cleo", "Clark"))).await;
    follow.until(|lines| told(lines, &cleo, "for Jonas I4")).await;
    house.i4.clear_faults();
    follow.until(|lines| told(lines, &cleo, "sent to Jonas I4")).await;
    let lines = follow.stop().await;
    let ann = lines.iter().filter(|line| told(&[(*line).clone()], &before, "sent to VFP")).count();
    assert_eq!(ann, 1, "what did not change is told once");
}

/// The logging URL of Kits Beach, as a command answers it.
async fn logging_url(house: &House, what: &str) -> String {
    let told = house.command(&["logging-url", what, "--club", KITS.name]).await.went_well();
    told.out.trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_or_revoked_url_explains_itself_and_shows_nothing() {
    let mut house = house().with_vfp().open().await;
    let saved = house.save(&house.lead("1", ("Ann", "Able"))).await;
    house.line_saying(&saved, "vfp", "Arrived").await;
    let get = async |house: &House, url: &str| {
        let answer = house.http.get(url).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let first = logging_url(&house, "show").await;
    assert_eq!(first, log_of(&house, KITS.name).await);
    let porto = log_of(&house, PORTO.name).await;

    let second = logging_url(&house, "rotate").await;
    let told = house.command(&["logging-url", "show", "--club", KITS.name, "--json"]).await.went_well();
    let told: Value = serde_json::from_str(&told.out).unwrap();
    let withdrawn: jiff::Timestamp = text(&told, "withdrawn").parse().unwrap();
    let withdrawn = withdrawn.in_tz(KITS.zone).unwrap().strftime("On %-d %B %Y at %H:%M").to_string();
    assert!(second != first && second.starts_with(&house.url()), "{second}");
    assert!(house.stop().await);
    house.start().await;
    let (status, page) = get(&house, &first).await;
    assert_eq!(status, 410);
    assert!(page.contains("This link has been withdrawn") && !page.contains("Ann Able"), "{page}");
    assert!(page.contains(&withdrawn), "`{withdrawn}` is missing in {page}");
    assert_eq!(get(&house, &format!("{first}/export.csv")).await.0, 410);
    assert!(get(&house, &second).await.1.contains("Ann Able"));

    house.command(&["logging-url", "revoke", "--club", KITS.name]).await.went_well().says("none since");
    assert_eq!(get(&house, &second).await.0, 410);
    house.command(&["logging-url", "revoke", "--club", KITS.name]).await.failed().says("revoked already");
    house.command(&["logging-url", "show", "--club", KITS.name]).await.went_well().says("rotate");
    house.turn_up(&house.turn_up_file()).await.went_well().says("Kits Beach: revoked");
    assert_eq!(get(&house, &porto).await.0, 200, "the other club's is untouched");

    let third = logging_url(&house, "rotate").await;
    assert!(get(&house, &third).await.1.contains("Ann Able"));
    for old in [&first, &second] {
        assert_eq!(get(&house, old).await.0, 410);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_club_without_an_integration_gets_a_page_that_says_so_and_what_to_do() {
    let house = house().with_vfp().open().await;
    let mut file = house.turn_up_file();
    let fraser =
        serde_json::json!({ "name": "Fraser", "time_zone": "America/Vancouver", "address": "2 Hill" });
    file["clubs"].as_array_mut().unwrap().push(fraser);
    house.turn_up(&file).await.went_well().says("new club `Fraser`");
    let url = house.command(&["logging-url", "show", "--club", "Fraser"]).await.went_well().out;
    let answer = house.http.get(url.trim()).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let page = answer.text().await.unwrap();
    for text in ["Fraser has no integration yet", "What to do", "has been ordered"] {
        assert!(page.contains(text), "`{text}` is missing in {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_on_its_way_shows_what_is_to_be_sent() {
    let house =
        house().with_vfp().with_vfp_staff("V-77", ("Olga", "Owner"), "olga@club.example").open().await;
    house.save_staff("st-1", ("Olga", "Owner"), "olga@club.example").await;
    let url = log_of(&house, KITS.name).await;
    house.vfp.set_faults(Faults { latency_ms: 3_000, ..Faults::default() });
    let ann = house.lead("1", ("Ann", "Able")).with("mobile", "604 555 0101").with("ownerID", "st-1");
    let saved = house.save(&ann).await;
    let page = house.http.get(&url).send().await.unwrap().text().await.unwrap();
    for shown in ["on its way to VFP", "What is to be sent", "604 555 0101", "Olga Owner", &saved] {
        assert!(page.contains(shown), "`{shown}` is missing in {page}");
    }
    house.vfp.clear_faults();
    house.line_saying(&saved, "vfp", "Arrived").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn open_logs_do_not_hold_up_a_hub_that_is_told_to_stop() {
    let mut house = house().open().await;
    let live = format!("{}/live", log_of(&house, KITS.name).await);
    let mut open = Vec::new();
    for _ in 0..3 {
        let stream = house.http.get(&live).send().await.unwrap();
        assert_eq!(stream.headers()["content-type"], "text/event-stream");
        open.push(stream);
    }
    house.save(&house.lead("1", ("Ann", "Able"))).await;
    let told = open[0].chunk().await.unwrap().expect("a change is told");
    assert!(String::from_utf8_lossy(&told).contains("changed"));

    let stopped = tokio::time::timeout(Duration::from_secs(5), house.stop()).await;
    assert!(stopped.expect("open pages do not hold it up"), "it ends well: {}", house.hub_said());
    assert!(!house.hub_said().contains("were cut"), "{}", house.hub_said());
    for mut stream in open {
        while stream.chunk().await.expect("the stream ended and did not break").is_some() {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn very_long_values_arrive_whole_and_are_shown_by_their_beginning() {
    let house = house().with_vfp().open().await;
    let url = log_of(&house, KITS.name).await;
    let long = format!("Begin {}End", "x".repeat(60_000));
    let mut saved = Vec::new();
    for id in 1..=3 {
        let lead = house.lead(&id.to_string(), ("Ann", &format!("Able {id}"))).with("address1", &long);
        saved.push(house.save(&lead.with("company", &long)).await);
    }
    for save in &saved {
        house.line_saying(save, "vfp", "Arrived").await;
    }
    house.vfp.set_faults(Faults { latency_ms: 3_000, ..Faults::default() });
    house.save(&house.lead("9", ("Zed", "Last")).with("address1", &long)).await;
    let get = async |url: &str| house.http.get(url).send().await.unwrap().text().await.unwrap();
    let page = get(&url).await;
    assert!(page.contains("on its way to VFP"), "{page}");
    for page in [page, get(&format!("{url}/export.csv")).await] {
        assert!(page.contains("Begin xxx") && page.contains("x…"), "the beginning is shown");
        assert!(page.len() < 100_000, "a page has {} bytes", page.len());
        assert!(!page.contains("xEnd"));
    }
    let notes = get(&url).await.matches("only the beginning is shown here; it travels whole").count();
    assert_eq!(notes, 4, "each line that is clipped says so");
    house.vfp.clear_faults();
    let there = house.vfp.find(KITS.vfp, ("Ann", "Able 1"), "");
    assert!(format!("{there:?}").contains("xEnd"), "the platform got all of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_and_lead_sources_are_found_by_name_and_e_mail_as_people_are() {
    let house =
        house().with_vfp().with_vfp_staff("V-77", ("Olga", "Owner"), "olga@club.example").open().await;
    let olga = house.save_staff("st-1", ("Olga", "Owner"), "olga@club.example").await;
    let source = house.save_source("src-1", "Corporate Days").await;
    house.line_saying(&olga, "vfp", "V").await;
    house.line_saying(&source, "vfp", "V").await;
    let found = async |search: &str| {
        let mut found: Vec<String> =
            house.log(&[search]).await.iter().map(|line| text(line, "tracking").to_owned()).collect();
        found.dedup();
        found
    };
    for search in ["olga", "Owner Olg", "OLGA@club.example", "st-1"] {
        assert_eq!(found(search).await, [olga.as_str()], "{search}");
    }
    assert_eq!(found("corporate day").await, [source.as_str()]);
    assert!(found("nobody").await.is_empty());
    let page = house.http.get(format!("{}?q=olga", log_of(&house, KITS.name).await)).send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains(&olga) && !page.contains(&source), "{page}");
}
