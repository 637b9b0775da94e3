//! The evening's check, and the player before a hub that only says yes.

use simulator::day::{CLUBS, Day, Event, Player, fields, script, shortfalls};
use simulator::{Kind, Platform, Simulator};

use crate::sender::{RECEIPT, XML, hub};

/// A hub in one function: puts everybody where the day says.
fn bring(day: &Day, simulators: &[Simulator; 3]) {
    for simulator in simulators {
        let platform = simulator.platform();
        for expected in day.expected.iter().filter(|e| e.platform == platform && e.present) {
            let person = day.people.iter().find(|person| person.key == expected.person).unwrap();
            let elements: Vec<_> =
                person.elements.iter().map(|(name, value)| (*name, Some(value.clone()))).collect();
            let (owner, source) = directory(simulator, expected);
            let mut fields = fields(&elements);
            fields.extend([("owner_id", owner.as_str()), ("lead_source_id", source.as_str())]);
            simulator.put_person(
                &person.key,
                CLUBS[person.club].id_at(platform),
                expected.kind.unwrap(),
                &fields,
            );
        }
    }
}

fn directory(simulator: &Simulator, expected: &simulator::day::Expected) -> (String, String) {
    let owner = expected.owner_email.clone().and_then(|email| {
        simulator.staff().into_iter().find(|staff| staff.email.to_lowercase() == email).map(|staff| staff.id)
    });
    let source = expected.lead_source.clone().map(|name| {
        let has = |known: &simulator::LeadSource| known.name.trim().to_lowercase() == name.to_lowercase();
        let known = simulator.lead_sources().into_iter().find(has);
        known.map_or_else(
            || simulator.add_lead_source(simulator::LeadSource::new("", &name)),
            |known| known.id,
        )
    });
    (owner.unwrap_or_default(), source.unwrap_or_default())
}

#[tokio::test]
async fn a_good_day_has_no_shortfalls_and_every_slip_is_found() {
    let day = script(5);
    let simulators = Player::platforms(&day, [0; 3]).await.unwrap();
    bring(&day, &simulators);
    let all = simulators.each_ref();
    assert_eq!(shortfalls(&day, &all), Vec::<String>::new());

    let key = |story: &str| day.people.iter().find(|person| person.story == story).unwrap().key.clone();
    all[1].set_kind(&key("sold_in_intouch"), Kind::Prospect);
    all[2].remove_person(&key("lead"));
    all[2].put_person(&key("updated"), CLUBS[0].vfp, Kind::Prospect, &[("owner_id", "")]);
    let twin = all[2].person(&key("trial")).unwrap();
    let name = [("first_name", twin.get("first_name")), ("last_name", twin.get("last_name"))];
    all[2].put_person("twin", &twin.club, Kind::Prospect, &name);
    let found = shortfalls(&day, &all);
    let says = |what: &str| found.iter().filter(|line| line.contains(what)).count();
    assert_eq!(
        (
            found.len(),
            says("is missing"),
            says("2 times"),
            says("belongs to None"),
            says("is Some(Prospect)")
        ),
        (4, 1, 1, 1, 1),
        "{found:?}"
    );
}

#[tokio::test]
async fn the_player_speaks_for_intouch_and_vfp_and_keeps_their_people() {
    let day = script(5);
    let (sender, seen) = hub("200 OK", XML, RECEIPT).await;
    let simulators = Player::platforms(&day, [0; 3]).await.unwrap();
    bring(&day, &simulators);
    let player = Player::new(simulators, &sender.base_url, ["it", "vt"]).unwrap();
    let one = |wanted: fn(&Event) -> bool| &day.steps.iter().find(|step| wanted(&step.what)).unwrap().what;
    for wanted in [
        (|event| matches!(event, Event::InTouchSaves { .. })) as fn(&Event) -> bool,
        |event| matches!(event, Event::VfpSells { .. }),
        |event| matches!(event, Event::VfpWalkIn { .. }),
        |event| matches!(event, Event::StaffSaved { .. }),
        |event| matches!(event, Event::LeadSourceSaved { .. }),
        |event| matches!(event, Event::AnswersDropped { .. }),
    ] {
        player.play(one(wanted), 0.001).await.unwrap();
    }
    let said: Vec<String> =
        seen.lock().unwrap().iter().map(|call| String::from_utf8_lossy(call).into_owned()).collect();
    assert_eq!(said.len(), 5);
    assert!(said[0].contains("<identifier>INTOUCH</identifier>") && said[0].contains("<userType>"));
    assert!(
        said[1].contains("<identifier>VFP</identifier>") && said[1].contains("<userType>MEMBER</userType>")
    );
    assert!(
        said[3].starts_with("POST /connector/api/2011-11/staff ") && said[4].contains("<leadInfo><name>")
    );
    assert!(player.vfp.faults().drop_after_store > 0);
    assert_eq!(player.all().map(Simulator::platform), [Platform::InTouch, Platform::JonasI4, Platform::Vfp]);
}
