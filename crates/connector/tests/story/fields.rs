//! Fields: what an agreement adds to the contract, and what the log says of what the contract does not know.

use crate::house::log::text;
use crate::house::{CLIENT_ID, House, KITS, house};
use serde_json::json;

async fn mobile_of(house: &House, id: &str) -> Option<String> {
    let user = house.vfp_voice.fetch_user(id).await.unwrap().done().expect("the person is known");
    user.user_info.get("mobile").cloned()
}

/// VFP's agreement says this, too.
async fn agree(house: &House, name: &str) {
    let mut file = house.turn_up_file();
    file["connections"][1]["agreement"][name] = json!(true);
    house.turn_up(&file).await.went_well();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_element_is_left_out_and_named_in_the_log() {
    let house = house().with_vfp().open().await;
    let ann = house.lead("1", ("Ann", "Able")).with("shoeSize", "43").with("favouriteColour", "blue");
    let saved = house.save(&ann).await;
    house.line_saying(&saved, "vfp", "Arrived").await;
    let line = house.line(&saved, "intouch").await.expect("what was left out has a line");
    let named = "Not understood and left out: userInfo/shoeSize, userInfo/favouriteColour.";
    assert_eq!((text(&line, "type"), text(&line, "sentence")), ("INFO", named), "{line}");
    let known = house.intouch.fetch_user("1").await.unwrap().done().unwrap();
    assert!(!known.user_info.contains_key("shoeSize"), "{known:?}");

    let again = house.save(&ann.with("shoeSize", "44")).await;
    let lines = house.log(&[&again]).await;
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0]["notes"].to_string().contains("userInfo/shoeSize"), "{lines:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_element_clears_where_the_agreement_says_so_and_only_there() {
    let house = house().with_vfp().with_intouch_receiving().open().await;
    let ann = ("Ann", "Able");
    let whole = house.vfp_voice.user("g-1", ann, "PROSPECT").with("email", "ann@example.org");
    let whole = whole.with("mobile", "604 555 0101");
    let emptied = house.vfp_voice.user("g-1", ann, "PROSPECT").empty("mobile");
    house.save_as(&house.vfp_voice, &whole).await;
    let mobile_there =
        || house.intouch_there.find(KITS.intouch, ann, "").first().map(|ann| ann.get("mobile").to_owned());
    house.until("InTouch has her mobile", async || mobile_there().is_some_and(|it| !it.is_empty())).await;
    house.save_as(&house.vfp_voice, &emptied).await;
    assert_eq!(mobile_of(&house, "g-1").await.as_deref(), Some("604 555 0101"));

    agree(&house, "empty_means_cleared").await;
    house.save_as(&house.vfp_voice, &emptied).await;
    assert_eq!(mobile_of(&house, "g-1").await, None);
    house.until("InTouch has none either", async || mobile_there().is_some_and(|it| it.is_empty())).await;
    let known = house.vfp_voice.fetch_user("g-1").await.unwrap().done().unwrap();
    assert_eq!(known.user_info["email"], "ann@example.org", "what is absent stays");

    house.save(&house.lead("i-1", ("Bea", "Best")).with("mobile", "604 555 0102")).await;
    house.save(&house.intouch.user("i-1", ("Bea", "Best"), "PROSPECT").empty("mobile")).await;
    let bea = house.intouch.fetch_user("i-1").await.unwrap().done().unwrap();
    assert_eq!(bea.user_info["mobile"], "604 555 0102", "InTouch's agreement says no such thing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_told_intouchs_own_id_where_that_is_switched_on() {
    let house = house().with_vfp().with_intouch_receiving().open().await;
    let ann = ("Ann", "Able");
    house.save_as(&house.vfp_voice, &house.vfp_voice.user("g-1", ann, "PROSPECT")).await;
    let there = || house.intouch_there.find(KITS.intouch, ann, "").first().map(|ann| ann.id.clone());
    house.until("InTouch has her", async || there().is_some()).await;
    let fetched = async || house.vfp_voice.fetch_user("g-1").await.unwrap().done().unwrap();
    assert_eq!(fetched().await.intouch_id, None, "it was not switched on");

    agree(&house, "tells_intouch_id").await;
    house.until("VFP is told her number", async || fetched().await.intouch_id == there()).await;
    let asked = [("provider", "VFP"), ("client_id", CLIENT_ID), ("club_id", KITS.vfp), ("recordID", "g-1")];
    let document = house.vfp_voice.get_with("user", &asked).await.unwrap().done().unwrap();
    let place = |element: &str| document.find(element).unwrap_or_else(|| panic!("{element}: {document}"));
    assert!(place("</providerInfo>") < place("<extraProviderIDs>"), "{document}");
    assert!(place("</extraProviderIDs>") < place("<userInfo>"), "{document}");
}
