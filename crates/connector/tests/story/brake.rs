//! The brake: one changed staff member or lead source does not change people in bulk before somebody has decided it.

use crate::house::log::text;
use crate::house::{House, KITS, Told, calls, house};
use serde_json::Value;

const OLGA: (&str, &str) = ("Olga", "Owner");
/// More than the fifty that may always change, of sixty.
const MANY: usize = 60;

fn names() -> impl Iterator<Item = String> {
    (0..MANY).map(|one| format!("Able{one}"))
}

fn owner_of(house: &House, last_name: &str) -> String {
    house.vfp.find(KITS.vfp, ("Ann", last_name), "")[0].get("owner_id").to_owned()
}

fn with_owner(house: &House, number: &str) -> usize {
    names().filter(|name| owner_of(house, name) == number).count()
}

/// Sixty leads whose owner VFP does not know.
async fn of_a_stranger() -> House {
    let house = house()
        .with_vfp()
        .with_vfp_staff("V-77", OLGA, "olga@vfp.example")
        .with_vfp_staff("V-78", ("Per", "Trainer"), "per@vfp.example")
        .open()
        .await;
    house.save_staff("st-1", OLGA, "olga@club.example").await;
    for (number, name) in names().enumerate() {
        house.save(&house.lead(&number.to_string(), ("Ann", &name)).with("ownerID", "st-1")).await;
    }
    house.until("all arrived", async || house.vfp.people().len() == MANY && due(&house).await == 0).await;
    house
}

async fn due(house: &House) -> u64 {
    let told = house.command(&["status", "--json"]).await.went_well();
    let told: Value = serde_json::from_str(&told.out).unwrap();
    told["due"].as_u64().unwrap()
}

async fn link(house: &House, number: &str) -> Told {
    house
        .command(&["directory", "link", "staff", "intouch:st-1", number, "--club", KITS.name])
        .await
        .went_well()
}

/// The name of the decision that waits.
async fn decision(house: &House) -> String {
    let told = house.command(&["held", "list", "--json"]).await.went_well();
    let told: Value = serde_json::from_str(&told.out).unwrap();
    let [decision] = &told["decisions"].as_array().unwrap()[..] else { panic!("{told:#}") };
    assert_eq!((decision["changes"].as_u64(), decision["people"].as_u64()), (Some(60), Some(60)));
    text(decision, "decision").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_of_sixty_people_is_not_sent_to_all_before_somebody_decided_it() {
    let mut house = of_a_stranger().await;
    let before = calls(&house.vfp, "updateGuest");
    link(&house, "vfp:V-77")
        .await
        .says("nobody is sent anew yet, for 60 people at once need a decision: see `connector held list`");
    let told = house.command(&["held", "list"]).await.went_well();
    told.says(
        "The owner of 60 of 60 people in VFP would change at once, because of the staff member “Olga Owner”",
    )
    .says("Ann Able0: nothing → Olga Owner");
    let lines = house.log(&["--platform", "vfp"]).await;
    let braked = lines.iter().find(|line| text(line, "summary").contains("not yet changed")).unwrap();
    assert_eq!((text(braked, "type"), text(braked, "name")), ("WARNING", "Olga Owner"));
    assert!(text(braked, "advice").contains("Whoever runs the Connector decides"), "{braked}");

    house.save(&house.lead("7", ("Ann", "Able7")).with("ownerID", "st-1").with("city", "Porto")).await;
    house.until("who is edited gets the owner", async || owner_of(&house, "Able7") == "V-77").await;
    assert_eq!(calls(&house.vfp, "updateGuest"), before + 1);

    assert!(house.stop().await);
    house.start().await;
    let which = house.command(&["held", "list", "--json"]).await.went_well();
    let which: Value = serde_json::from_str(&which.out).unwrap();
    let which = text(&which["decisions"][0], "decision").to_owned();
    house.command(&["held", "apply", &which]).await.went_well().says("59 of 60 people in VFP").says("--yes");
    assert_eq!(calls(&house.vfp, "updateGuest"), before + 1, "a preview sends nothing");
    house.command(&["held", "apply", &which, "--yes"]).await.went_well().says("59 sent anew");
    house.until("all have the owner", async || with_owner(&house, "V-77") == MANY).await;
    house
        .command(&["held", "apply", &which, "--yes"])
        .await
        .failed()
        .says("no decision that waits begins with");
    house.command(&["held", "list"]).await.went_well().says("Nothing waits for anybody.");
    assert_eq!(calls(&house.vfp, "updateGuest"), before + MANY);
    house.nothing_forbidden_happened();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_against_is_not_sent_later_by_itself_and_may_be_done_again_slowly() {
    let house = of_a_stranger().await;
    let before = calls(&house.vfp, "updateGuest");
    link(&house, "vfp:V-77").await;
    let which = decision(&house).await;
    house.command(&["held", "discard", &which, "--yes"]).await.went_well().says("nobody is sent anew");
    let again = house.save_staff("st-1", OLGA, "olga@club.example").await;
    house.line_saying(&again, "vfp", "that stays so").await;
    house.command(&["held", "list"]).await.went_well().says("Nothing waits for anybody.");
    house.save(&house.lead("7", ("Ann", "Able7")).with("ownerID", "st-1").with("city", "Porto")).await;
    house.until("who is edited gets the owner", async || owner_of(&house, "Able7") == "V-77").await;
    assert_eq!(calls(&house.vfp, "updateGuest"), before + 1, "nobody else was sent");

    link(&house, "vfp:V-78").await.says("60 people at once need a decision");
    let which = decision(&house).await;
    house.command(&["held", "apply", &which, "--slowly", "--yes"]).await.went_well().says("60 sent anew");
    house.until("all have the owner", async || with_owner(&house, "V-78") == MANY).await;
    house.nothing_forbidden_happened();
}
