//! Smart Match: whom is a platform talking about? (integration rules §5)
//!
//! By stored id first, which the store answers; then, in this order and going on while a step finds none or several:
//! full name with e-mail and mobile, full name with e-mail, full name with mobile.

use crate::{Field, Moment, PersonId, Profile, fold};

/// What Smart Match found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// Exactly this person, by this rule.
    One(PersonId, Rule),
    /// Nobody.
    None,
    /// Several; a new person is made and these are named, so that someone can merge them.
    Several(Vec<PersonId>),
}

/// The rule that found a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Full name, e-mail and mobile.
    NameEmailMobile,
    /// Full name and e-mail.
    NameEmail,
    /// Full name and mobile.
    NameMobile,
}

struct Keys {
    name: String,
    email: String,
    mobile: String,
    birth_date: Option<String>,
}

type Test<'a> = &'a dyn Fn(&Keys) -> bool;

fn keys(profile: &Profile) -> Keys {
    Keys {
        name: profile.name_key(),
        email: fold::text(profile.get(Field::Email).unwrap_or_default()),
        mobile: fold::digits(profile.get(Field::Mobile).unwrap_or_default()),
        birth_date: profile.get(Field::BirthDate).filter(|date| !date.is_empty()).map(str::to_owned),
    }
}

/// Matches a reported profile against people of the same club. An empty e-mail or mobile matches nothing, and two
/// people with known, different birth dates never match.
pub fn smart_match<'a>(
    reported: &Profile,
    people: impl IntoIterator<Item = (PersonId, &'a Profile)>,
) -> Match {
    let wanted = keys(reported);
    let people: Vec<(PersonId, Keys)> = people
        .into_iter()
        .map(|(id, profile)| (id, keys(profile)))
        .filter(|(_, keys)| keys.name == wanted.name && !wanted.name.is_empty())
        .filter(|(_, keys)| match (&keys.birth_date, &wanted.birth_date) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        })
        .collect();
    let email = |keys: &Keys| !keys.email.is_empty() && keys.email == wanted.email;
    let mobile = |keys: &Keys| !keys.mobile.is_empty() && keys.mobile == wanted.mobile;
    let steps: [(Rule, Test<'_>); 3] = [
        (Rule::NameEmailMobile, &|keys| email(keys) && mobile(keys)),
        (Rule::NameEmail, &email),
        (Rule::NameMobile, &mobile),
    ];
    let mut ambiguous = Vec::new();
    for (rule, matches) in steps {
        let found: Vec<PersonId> =
            people.iter().filter(|(_, keys)| matches(keys)).map(|(id, _)| *id).collect();
        match found[..] {
            [one] => return Match::One(one, rule),
            [] => {}
            _ => ambiguous.extend(found),
        }
    }
    ambiguous.sort();
    ambiguous.dedup();
    if ambiguous.is_empty() { Match::None } else { Match::Several(ambiguous) }
}

/// A record that a platform shows when asked for a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown<'a> {
    /// The Connector's own id, where the platform keeps it.
    pub external_id: Option<&'a str>,
    /// Given name.
    pub first_name: &'a str,
    /// Family name.
    pub last_name: &'a str,
    /// E-mail address.
    pub email: &'a str,
    /// Mobile phone.
    pub mobile: &'a str,
    /// When it was made there.
    pub created: Option<Moment>,
}

/// Clocks differ: a record may seem this much older than the call that made it.
const SKEW_MS: i64 = 5 * 60 * 1000;

/// Whether a shown record could be this person: by external id, or by name together with e-mail or mobile, for
/// families share an e-mail. A record made before `since` cannot be the result of a call made then.
pub fn could_be(shown: &Shown<'_>, external_id: &str, profile: &Profile, since: Option<Moment>) -> bool {
    if let Some(theirs) = shown.external_id.filter(|theirs| !theirs.is_empty()) {
        return theirs == external_id;
    }
    if let (Some(made), Some(since)) = (shown.created, since)
        && made.plus_ms(SKEW_MS) < since
    {
        return false;
    }
    let wanted = keys(profile);
    let email = fold::text(shown.email);
    let mobile = fold::digits(shown.mobile);
    !wanted.name.is_empty()
        && fold::full_name(shown.first_name, shown.last_name) == wanted.name
        && ((!email.is_empty() && email == wanted.email) || (!mobile.is_empty() && mobile == wanted.mobile))
}
