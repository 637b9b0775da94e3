//! Who is there in the morning: staff and lead sources on both sides, and how a person's form is filled in.

use super::names::{AWKWARD, COMPANIES, LANGUAGES, STREETS};
use super::{CLUBS, Element};
use crate::dice::Dice;
use crate::text::fold;
use crate::{LeadSource, Staff};

/// InTouch's number of the staff member that VFP does not have.
pub(super) const UNKNOWN_AT_VFP: usize = 3;
/// InTouch's staff member that is sent only in the afternoon.
pub(super) const SENT_LATE: usize = 4;
/// The lead source that is renamed at noon, and its new name.
pub(super) const RENAMED: (usize, &str) = (3, "Open house");

/// Staff and lead sources on both sides.
pub(super) struct Directory {
    pub vfp_staff: Vec<Staff>,
    pub vfp_lead_sources: Vec<LeadSource>,
    pub intouch_staff: Vec<Staff>,
    pub intouch_lead_sources: Vec<LeadSource>,
}

const STAFF: [[(&str, &str); 5]; 2] = [
    [
        ("Nina", "Okafor"),
        ("Jean-Luc", "Bouchard"),
        ("Priya", "Dhillon"),
        ("Sam", "Winters"),
        ("Mateusz", "Zieliński"),
    ],
    [("Fiona", "MacNeil"), ("Ahmed", "Haddad"), ("Claire", "Thériault"), ("Dev", "Rao"), ("Linh", "Phan")],
];
const SOURCES: [&str; 5] = ["Facebook", "Walk-in", "Referral", "Open day", "Corporate"];

pub(super) fn staff_id(club: usize, index: usize) -> String {
    format!("5f0c4a5e-57af-4000-8000-00000000{club:02}{index:02}")
}

pub(super) fn source_id(club: usize, index: usize) -> String {
    (10 * (club + 1) + index).to_string()
}

pub(super) fn directory() -> Directory {
    let mut directory = Directory {
        vfp_staff: Vec::new(),
        vfp_lead_sources: Vec::new(),
        intouch_staff: Vec::new(),
        intouch_lead_sources: Vec::new(),
    };
    for (club, at) in CLUBS.iter().enumerate() {
        for (index, (first_name, last_name)) in STAFF[club].iter().enumerate() {
            let email = format!("staff{}{}@saltwater.example", club + 1, index + 1);
            let mut staff = Staff::new(&staff_id(club, index), first_name, last_name, &email);
            staff.club = Some(at.intouch.to_owned());
            directory.intouch_staff.push(staff.clone());
            if index != UNKNOWN_AT_VFP {
                let (id, shouted) = (format!("S-{}", 100 * (club + 1) + index), email.to_uppercase());
                directory.vfp_staff.push(Staff {
                    id,
                    club: Some(at.vfp.to_owned()),
                    email: shouted,
                    ..staff
                });
            }
        }
        for (index, name) in SOURCES.iter().enumerate() {
            let mut source = LeadSource::new(&source_id(club, index), name);
            source.club = Some(at.intouch.to_owned());
            directory.intouch_lead_sources.push(source);
        }
        for (index, name) in ["facebook", " Walk-In "].iter().enumerate() {
            let mut source = LeadSource::new(&format!("L-{}", 10 * (club + 1) + index), name);
            source.club = Some(at.vfp.to_owned());
            directory.vfp_lead_sources.push(source);
        }
    }
    directory
}

/// A name nobody has yet, and its language.
pub(super) fn name(dice: &mut Dice, index: usize, taken: &mut Vec<String>) -> (String, String, &'static str) {
    let awkward = AWKWARD.get(index / 7).filter(|_| index.is_multiple_of(7));
    if let Some((first, last)) = awkward {
        taken.push(fold(&format!("{first} {last}")));
        return ((*first).to_owned(), (*last).to_owned(), "awkward");
    }
    let language = &LANGUAGES[index % LANGUAGES.len()];
    let (mut first, last) = ((*dice.pick(language.first)).to_owned(), (*dice.pick(language.last)).to_owned());
    while taken.contains(&fold(&format!("{first} {last}"))) {
        first = format!("{first} {}", dice.pick(language.first));
    }
    taken.push(fold(&format!("{first} {last}")));
    (first, last, language.name)
}

/// How much of a form somebody fills in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Names alone.
    Bare,
    /// Names and how to reach them.
    Contact,
    /// Everything.
    Full,
}

/// A filled-in form. `family` shares its e-mail with the one before.
pub(super) fn form(
    dice: &mut Dice,
    who: (usize, usize),
    name: (&str, &str),
    how: (Form, bool),
) -> Vec<Element> {
    let ((club, index), (form, family)) = (who, how);
    let text = |value: &str| Some(value.to_owned());
    let mut elements = vec![("firstname", text(name.0)), ("lastname", text(name.1))];
    if form == Form::Bare {
        return elements;
    }
    let household = if family { index - 1 } else { index };
    let domain = *dice.pick(&["mail.example", "shaw.example", "post.example"]);
    let domain = if family { "family.example" } else { domain };
    elements.push(("email", Some(format!("guest{}.{household}@{domain}", club + 1))));
    let area = if club == 0 { 604 } else { 902 };
    let line = 1000 + index;
    elements.push(("mobile", Some(format!("({area}) 555-{line:04}"))));
    if form == Form::Contact {
        return elements;
    }
    let (city, state, zip) =
        if club == 0 { ("Vancouver", "BC", "V6K 1B4") } else { ("Halifax", "NS", "B3J 2K9") };
    let year = 1948 + dice.below(58);
    let (month, day) = (1 + dice.below(12), 1 + dice.below(28));
    elements.extend([
        ("birthdate", Some(format!("{year}-{month:02}-{day:02}"))),
        ("gender", text(if dice.below(2) == 0 { "M" } else { "F" })),
        ("address1", Some(format!("{} {}", 100 + dice.below(4000), dice.pick(&STREETS)))),
        ("city", text(city)),
        ("zipcode", text(zip)),
        ("state", text(state)),
        ("country", text("CA")),
        ("homePhone", Some(format!("+1 {area} 555 {:04}", 9999 - line))),
    ]);
    if dice.below(3) == 0 {
        elements.push(("company", text(dice.pick::<&str>(&COMPANIES))));
    }
    elements
}
