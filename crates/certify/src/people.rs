//! The test people: recognised by their e-mail address, in a domain where nobody gets mail.

use std::collections::BTreeMap;

use model::Field;
use platform::Found;

/// What their e-mail addresses begin with.
pub const MARK: &str = "connector-test-";
/// What a retired record's family name becomes.
pub const RETIRED: &str = "Test (may be deleted)";

/// The values of a record.
pub type Fields = BTreeMap<Field, Option<String>>;

/// The e-mail address of one of a run.
pub fn email(run: &str, case: &str, domain: &str) -> String {
    format!("{}{case}@{domain}", of_run(run))
}

/// What the e-mail addresses of a run begin with.
pub fn of_run(run: &str) -> String {
    format!("{MARK}{run}-")
}

/// Whether a record of a platform is one of ours.
pub fn is_ours(found: &Found) -> bool {
    found.email.as_deref().is_some_and(|email| email.trim().to_lowercase().starts_with(MARK))
}

/// Somebody with a value in every field but owner and lead source. Each has a mobile phone of their own, of the numbers
/// kept for fiction (NANP 555-0100 to 555-0199).
pub fn somebody(first: &str, last: &str, email: &str, nth: usize) -> Fields {
    let mobile = format!("+1604555{:04}", 100 + nth % 100);
    let values = [
        (Field::FirstName, first),
        (Field::LastName, last),
        (Field::Status, "ACTIVE"),
        (Field::BirthDate, "1988-02-29"),
        (Field::Gender, "F"),
        (Field::Address1, "12 Harbour Street"),
        (Field::Address2, "Flat 3"),
        (Field::City, "Vancouver"),
        (Field::Zipcode, "V6K 1A1"),
        (Field::State, "BC"),
        (Field::Country, "CA"),
        (Field::Mobile, &mobile),
        (Field::HomePhone, "+16045550198"),
        (Field::WorkPhone, "+16045550199"),
        (Field::Email, email),
        (Field::Company, "Harbour Books"),
        (Field::TrialStart, "2026-01-05"),
        (Field::TrialEnd, "2026-01-19"),
    ];
    values.into_iter().map(|(field, value)| (field, Some(value.to_owned()))).collect()
}

/// Names that systems stumble over: a case, a sentence, first and family name.
pub const ODD: [(&str, &str, &str, &str); 7] = [
    ("accents", "A name with accents is stored", "Zoë", "Çelik-Ørsted"),
    ("apostrophes", "A name with apostrophes is stored", "D'Arcy", "O\u{2019}Neill"),
    ("scripts", "A name in other scripts is stored", "Łucja", "Παπαδοπούλου 李"),
    ("emoji", "A name with an emoji is stored", "Ann \u{1f3cb}\u{fe0f}", "Strong"),
    ("markup", "A name that looks like markup is stored", "Ann & <b>Bo</b>", "\"Drop\"; -- %00"),
    (
        "long",
        "A name of 70 letters is stored",
        "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwaren",
        "gewissenhaftschaferwessenschafewarenwohlgepflegeundsorgfaltigkeitbesch",
    ),
    ("no-family-name", "Somebody without a family name is stored", "Cher", ""),
];
