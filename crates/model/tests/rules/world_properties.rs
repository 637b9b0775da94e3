//! What holds in every world, whatever its platforms, agreements, edits, losses and crashes.

use model::{
    Abilities, Agreement, Conflict, ConnectionId, Conversion, Field, FindBy, Kind, Next, Operation, Person,
    Rest, Sends, fold,
};
use proptest::prelude::*;

use crate::domain::{ability, everything, lead};
use crate::side::{Quirks, Side};
use crate::world::{Fate, World};

const EDITED: [Field; 4] = [Field::FirstName, Field::Email, Field::Mobile, Field::Company];

#[derive(Clone, Debug)]
enum Act {
    Writes(usize, Field, Option<&'static str>),
    Moves(usize, Kind),
    Tells(usize, Vec<Field>),
    Delivers(usize, usize, bool),
    Begins(usize),
    Ends(usize, Fate),
    Looks(usize, bool),
    Passes(i64),
}

fn value(field: Field) -> impl Strategy<Value = Option<&'static str>> {
    let values = match field {
        Field::Mobile => ["604-555", "(604) 555", "7 77", "", "+1 604"],
        Field::Email => ["a@x.example", "A@X.example", "b@x.example", "", "c@x.example"],
        _ => ["Jane", "JANE", "Janet", "", "Jane of the long name"],
    };
    prop_oneof![1 => Just(None), 6 => prop::sample::select(values.to_vec()).prop_map(Some)]
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => Just(Fate::Saved),
        2 => Just(Fate::AnswerLost),
        1 => (0..90_000_i64).prop_map(Fate::Late),
        1 => Just(Fate::Lost),
        1 => Just(Fate::Unavailable),
        1 => Just(Fate::Rejected),
        1 => any::<bool>().prop_map(Fate::Crash),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let place = 0..4_usize;
    let written = (place.clone(), prop::sample::select(EDITED.to_vec()))
        .prop_flat_map(|(place, field)| value(field).prop_map(move |value| Act::Writes(place, field, value)));
    let kinds = prop::sample::select(Kind::ALL.to_vec());
    prop_oneof![
        5 => written,
        1 => (place.clone(), kinds).prop_map(|(place, kind)| Act::Moves(place, kind)),
        1 => (place.clone(), prop::sample::subsequence(EDITED.to_vec(), 0..=4))
            .prop_map(|(place, only)| Act::Tells(place, only)),
        6 => (place.clone(), 0..3_usize, any::<bool>()).prop_map(|(place, nth, twice)| Act::Delivers(place, nth, twice)),
        6 => place.clone().prop_map(Act::Begins),
        6 => (place.clone(), fate()).prop_map(|(place, fate)| Act::Ends(place, fate)),
        2 => (place, any::<bool>()).prop_map(|(place, answers)| Act::Looks(place, answers)),
        3 => prop_oneof![0..2_000_i64, 0..200_000_i64].prop_map(Act::Passes),
    ]
}

fn abilities() -> impl Strategy<Value = (Abilities, Quirks)> {
    let conversion = prop::sample::select(vec![Conversion::Perform, Conversion::Update, Conversion::None]);
    let clip = prop::option::of(3..8_usize);
    (any::<[bool; 6]>(), conversion, clip).prop_map(
        |([upsert, whole, askable, shouts, digits, apart], conversion, clip)| {
            use Operation as Op;
            let saves = [Op::SaveProspect, Op::SaveMember, Op::SaveExMember, Op::Convert];
            let calls = [
                Op::CreateProspect,
                Op::CreateMember,
                Op::UpdateProspect,
                Op::UpdateMember,
                Op::UpdateExMember,
                Op::Convert,
            ];
            let operations = if upsert { &saves[..] } else { &calls[..] };
            let mut abilities = crate::domain::platform(conversion, operations);
            for ability in abilities.operations.values_mut() {
                ability.whole_record = whole;
            }
            if askable {
                abilities.operations.insert(Op::FindPerson, ability(Op::FindPerson));
                abilities.find_by.insert(FindBy::Name);
            }
            abilities.kinds_apart = apart && !upsert && conversion == Conversion::Perform;
            abilities.clips.extend(clip.map(|clip| (Field::Company, clip)));
            (abilities, Quirks { shouts, digits })
        },
    )
}

fn agreement() -> impl Strategy<Value = Agreement> {
    let sends = || prop::sample::select(vec![Sends::Updates, Sends::CreatesAndUpdates]);
    let conflict =
        prop_oneof![Just(Conflict::Newest), (1..4_i64).prop_map(|n| Conflict::Prefer(ConnectionId(n)))];
    (sends(), sends(), conflict).prop_map(|(members, ex_members, conflict)| Agreement {
        members,
        ex_members,
        conflict,
        ..everything()
    })
}

fn sides() -> impl Strategy<Value = Vec<Side>> {
    prop::collection::vec((abilities(), agreement()), 2..4).prop_map(|sides| {
        let numbered = sides.into_iter().zip(1_i64..);
        numbered
            .map(|(((abilities, quirks), agreement), n)| Side::new(n, agreement, abilities, quirks))
            .collect()
    })
}

/// Only the first side's users write; the others' platforms merely repeat, in their own way, what they were told.
fn at_the_first_side(act: Act) -> Act {
    match act {
        Act::Writes(_, field, value) => Act::Writes(0, field, value),
        Act::Moves(_, kind) => Act::Moves(0, kind),
        other => other,
    }
}

fn nobody() -> Person {
    let mut person = lead("", "");
    person.profile.fields.clear();
    person
}

fn lived(sides: Vec<Side>, acts: &[Act]) -> World {
    let places = sides.len();
    let mut world = World::new(nobody(), sides);
    world.appears_at(0);
    for act in acts {
        match act {
            Act::Writes(place, field, value) => world.user_writes(place % places, *field, *value),
            Act::Moves(place, kind) => world.user_moves(place % places, *kind),
            Act::Tells(place, only) => world.tells(place % places, &only.iter().copied().collect()),
            Act::Delivers(place, nth, twice) => world.delivers(place % places, *nth, *twice),
            Act::Begins(place) => world.begins(place % places),
            Act::Ends(place, fate) => world.ends(place % places, *fate),
            Act::Looks(place, answers) => world.looks(place % places, *answers),
            Act::Passes(ms) => world.pass(*ms),
        }
    }
    world
}

/// The platform holds the projection, up to its own rendering and to what was left apart on purpose.
fn holds_the_projection(world: &World, place: usize) {
    let side = &world.sides[place];
    let Some(record) = side.records.first() else { return };
    let projection = world.projection(place);
    for (field, wanted) in &projection.fields {
        let held = record.fields.get(field).map(String::as_str);
        let apart = side.link.shadow.fields.get(field).is_some_and(|held| held.apart.is_some());
        let clip = side.abilities.clips.get(field).copied();
        let same = match (wanted.as_deref(), held) {
            (Some(wanted), Some(held)) => fold::renders(*field, wanted, held, clip),
            (wanted, held) => {
                wanted == held || wanted.is_some_and(|wanted| side.render(*field, wanted).is_empty())
            }
        };
        assert!(same || apart, "side {place}, {field}: wanted {wanted:?}, holds {held:?}; {:#?}", side.link);
    }
    if side.abilities.conversion != Conversion::None {
        assert_eq!(record.kind, projection.kind, "side {place}: {:#?}", side.link);
    }
}

/// So many worlds, or as many more as `PROPTEST_CASES` asks for.
fn at_least(worlds: u32) -> ProptestConfig {
    let asked = ProptestConfig::default();
    ProptestConfig { cases: asked.cases.max(worlds), max_shrink_iters: 20_000, ..asked }
}

proptest! {
    #![proptest_config(at_least(600))]

    #[test]
    fn after_edits_stop_calls_stop_and_every_platform_holds_the_projection(
        sides in sides(),
        acts in prop::collection::vec(act(), 0..60),
    ) {
        let mut world = lived(sides, &acts);
        world.settles();
        let all = EDITED.into_iter().chain([Field::LastName]).collect();
        (0..world.sides.len()).for_each(|place| world.tells(place, &all));
        world.settles();
        for place in 0..world.sides.len() {
            holds_the_projection(&world, place);
            prop_assert!(matches!(world.next(place), Next::Rest(_)));
        }
        (0..world.sides.len()).for_each(|place| world.tells(place, &all));
        let revision = world.person.revision;
        prop_assert_eq!(world.settles(), 0, "what platforms repeat makes no calls");
        prop_assert_eq!(world.person.revision, revision, "and changes nobody");
    }

    #[test]
    fn whoever_was_accepted_as_a_lead_arrives_everywhere_whatever_they_became(
        sides in sides(),
        acts in prop::collection::vec(act(), 0..40),
    ) {
        let mut world = lived(sides, &acts);
        world.settles();
        for place in 0..world.sides.len() {
            prop_assert_eq!(world.sides[place].records.len(), 1);
            let next = world.next(place);
            prop_assert!(matches!(next, Next::Rest(Rest::Same)), "{:?}", next);
        }
    }

    #[test]
    fn what_one_side_wrote_last_is_never_undone_by_those_who_only_repeat(
        sides in sides(),
        acts in prop::collection::vec(act(), 0..80),
    ) {
        let acts: Vec<Act> = acts.into_iter().map(at_the_first_side).collect();
        let mut world = lived(sides, &acts);
        world.settles();
        let all = EDITED.into_iter().collect();
        (0..world.sides.len()).for_each(|place| world.tells(place, &all));
        world.settles();
        for field in EDITED {
            let written = acts.iter().rev().find_map(|act| match act {
                Act::Writes(_, written, value) if *written == field => Some(*value),
                _ => None,
            });
            if let Some(value) = written {
                let side = &world.sides[0];
                let kept = value.map(|value| side.render(field, value)).filter(|value| !value.is_empty());
                prop_assert_eq!(side.records[0].fields.get(&field), kept.as_ref(), "{}", field);
            }
        }
        let moved = acts.iter().rev().find_map(|act| match act {
            Act::Moves(_, kind) => Some(*kind),
            _ => None,
        });
        if let Some(kind) = moved {
            prop_assert_eq!(world.sides[0].records[0].kind, kind);
        }
    }
}
