//! Smart Match: whom is a platform talking about? (integration rules §5)

use model::{Field, Known, Match, PersonId, Profile, Rule, smart_match};

use crate::domain::{INTOUCH, at, lead};

fn someone(name: (&str, &str), said: &[(Field, &str)]) -> Profile {
    let mut profile = lead(name.0, name.1).profile;
    for (field, value) in said {
        profile.fields.insert(*field, Known { value: Some((*value).to_owned()), by: INTOUCH, at: at(0) });
    }
    profile
}

fn jane(said: &[(Field, &str)]) -> Profile {
    someone(("Jane", "Smith"), said)
}

fn matched(reported: &Profile, people: &[&Profile]) -> Match {
    smart_match(reported, people.iter().enumerate().map(|(n, profile)| (PersonId(n as i64), *profile)))
}

const EMAIL: (Field, &str) = (Field::Email, "jane@a.example");
const MOBILE: (Field, &str) = (Field::Mobile, "604-555-0101");

#[test]
fn name_email_and_mobile_come_first() {
    let full = jane(&[EMAIL, MOBILE]);
    let only_email = jane(&[EMAIL]);
    assert_eq!(matched(&full, &[&only_email, &full]), Match::One(PersonId(1), Rule::NameEmailMobile));
}

#[test]
fn then_name_and_email_then_name_and_mobile() {
    let full = jane(&[EMAIL, MOBILE]);
    let (email, mobile) = (jane(&[EMAIL]), jane(&[MOBILE]));
    assert_eq!(matched(&full, &[&mobile, &email]), Match::One(PersonId(1), Rule::NameEmail));
    assert_eq!(matched(&full, &[&mobile]), Match::One(PersonId(0), Rule::NameMobile));
}

#[test]
fn a_step_that_finds_several_gives_way_to_one_that_finds_exactly_one() {
    let reported = jane(&[EMAIL, MOBILE]);
    let (one, other) = (jane(&[EMAIL]), jane(&[EMAIL]));
    let mobile = jane(&[MOBILE]);
    assert_eq!(matched(&reported, &[&one, &other, &mobile]), Match::One(PersonId(2), Rule::NameMobile));
}

#[test]
fn several_are_named_and_none_is_taken() {
    let (one, other) = (jane(&[EMAIL]), jane(&[EMAIL]));
    assert_eq!(matched(&jane(&[EMAIL]), &[&one, &other]), Match::Several(vec![PersonId(0), PersonId(1)]));
}

#[test]
fn names_and_emails_are_compared_without_case_and_mobiles_by_digits() {
    let shouted =
        someone((" JANE", "SMITH "), &[(Field::Email, "JANE@A.EXAMPLE"), (Field::Mobile, "(604) 5550101")]);
    assert_eq!(matched(&shouted, &[&jane(&[EMAIL, MOBILE])]), Match::One(PersonId(0), Rule::NameEmailMobile));
}

#[test]
fn a_shouted_sharp_s_is_the_same_name() {
    let reported = someone(("HANS", "WEISS"), &[EMAIL]);
    assert_eq!(
        matched(&reported, &[&someone(("Hans", "Weiß"), &[EMAIL])]),
        Match::One(PersonId(0), Rule::NameEmail)
    );
}

#[test]
fn an_empty_email_or_mobile_matches_nothing() {
    let empty = [(Field::Email, ""), (Field::Mobile, "ask at desk")];
    assert_eq!(matched(&jane(&empty), &[&jane(&empty)]), Match::None);
    assert_eq!(matched(&jane(&[]), &[&jane(&[])]), Match::None, "a name alone is not enough");
}

#[test]
fn a_nameless_report_matches_nobody() {
    let nameless = someone(("", ""), &[EMAIL, MOBILE]);
    assert_eq!(matched(&nameless, &[&nameless]), Match::None);
}

#[test]
fn another_name_is_another_person_though_families_share_an_email() {
    assert_eq!(matched(&someone(("John", "Smith"), &[EMAIL]), &[&jane(&[EMAIL])]), Match::None);
}

#[test]
fn two_known_different_birth_dates_never_match_and_an_unknown_one_does_not_matter() {
    let born = |date| jane(&[EMAIL, (Field::BirthDate, date)]);
    assert_eq!(matched(&born("1980-01-01"), &[&born("1981-01-01")]), Match::None);
    assert!(matches!(matched(&born("1980-01-01"), &[&jane(&[EMAIL])]), Match::One(..)));
    assert!(matches!(matched(&born("1980-01-01"), &[&born("")]), Match::One(..)), "an empty date is unknown");
}

#[test]
fn a_birth_date_can_tell_namesakes_apart() {
    let born = |date| jane(&[EMAIL, (Field::BirthDate, date)]);
    let found = matched(&born("1980-01-01"), &[&born("1981-01-01"), &born("1980-01-01")]);
    assert_eq!(found, Match::One(PersonId(1), Rule::NameEmail));
}
