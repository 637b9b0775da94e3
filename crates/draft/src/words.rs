//! What vendors call things: names of fields and calls, and what they mean here.
//!
//! The lists are what the manuals and public clients of gym software use; a name that is in none of them is left to the
//! integrator.

use model::Field;

/// What a member of a body, or an input of a call, stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    /// A field of a person.
    Person(Field),
    /// What the person is to the club.
    Kind,
    /// The Connector's own id.
    ExternalId,
    /// The platform's number of the club.
    Club,
    /// The platform's number of the business.
    Client,
    /// The platform's number of the record.
    Record,
    /// The name of a lead source.
    Name,
}

const FIELDS: &[(Field, &[&str])] = &[
    (Field::FirstName, &["firstname", "givenname", "forename", "fname", "first", "namefirst"]),
    (Field::LastName, &["lastname", "surname", "familyname", "lname", "last", "namelast"]),
    (Field::Status, &["status", "userstatus", "active", "isactive", "memberstatus", "state_of_record"]),
    (Field::BirthDate, &["birthdate", "dateofbirth", "dob", "birthday", "birth"]),
    (Field::Gender, &["gender", "sex"]),
    (
        Field::Address1,
        &["address1", "addressline1", "street", "street1", "streetaddress", "address", "line1"],
    ),
    (Field::Address2, &["address2", "addressline2", "street2", "line2"]),
    (Field::City, &["city", "town", "suburb", "locality"]),
    (Field::Zipcode, &["zipcode", "zip", "postalcode", "postcode", "postal"]),
    (Field::State, &["state", "province", "region", "county", "stateprovince"]),
    (Field::Country, &["country", "countrycode"]),
    (
        Field::Mobile,
        &[
            "mobile",
            "mobilephone",
            "cellphone",
            "cell",
            "phonemobile",
            "mobilenumber",
            "phonecell",
            "phone",
            "phonenumber",
            "telephone",
        ],
    ),
    (Field::HomePhone, &["homephone", "phonehome", "homenumber"]),
    (Field::WorkPhone, &["workphone", "phonework", "businessphone", "worknumber"]),
    (Field::Email, &["email", "emailaddress", "mail", "primaryemail"]),
    (Field::Company, &["company", "companyname", "employer", "organisation", "organization"]),
    (
        Field::Owner,
        &[
            "ownerid",
            "owner",
            "salespersonid",
            "staffid",
            "employeeid",
            "assignedto",
            "assignedtoid",
            "consultantid",
            "salesrepid",
            "repid",
        ],
    ),
    (
        Field::LeadSource,
        &[
            "leadsourceid",
            "leadsource",
            "sourceid",
            "source",
            "campaignid",
            "referraltypeid",
            "marketingsourceid",
        ],
    ),
    (Field::TrialStart, &["trialstart", "trialstartdate", "trialfrom", "trialbegin"]),
    (Field::TrialEnd, &["trialend", "trialenddate", "trialto", "trialuntil"]),
];

const KIND: &[&str] = &[
    "kind",
    "type",
    "usertype",
    "persontype",
    "membertype",
    "guesttype",
    "contacttype",
    "customertype",
    "clienttype",
];
const EXTERNAL: &[&str] = &[
    "externalid",
    "externalref",
    "externalreference",
    "foreignid",
    "thirdpartyid",
    "externalkey",
    "sourcesystemid",
];
const CLUBS: &[&str] =
    &["club", "location", "site", "branch", "facility", "studio", "gym", "centre", "center"];
const CLIENTS: &[&str] =
    &["tenant", "business", "organization", "organisation", "account", "company", "franchise", "chain"];

/// A name without what spelling adds: case, `-`, `_`, dots and spaces.
pub(crate) fn folded(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The words of a name, `getLeadSources` and `lead-sources` alike: lower case, without the s of plurals.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let starts = c.is_ascii_uppercase() && !before.is_ascii_uppercase();
        if !c.is_ascii_alphanumeric() || starts {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_ascii_alphanumeric(), words.last_mut()) {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words.iter().map(|word| singular(word)).collect()
}

fn singular(word: &str) -> String {
    match word {
        "people" => "person".to_owned(),
        "status" | "address" | "business" | "access" => word.to_owned(),
        _ if word.ends_with("ies") => format!("{}y", &word[..word.len() - 3]),
        _ if word.ends_with("sses") => word[..word.len() - 2].to_owned(),
        _ if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") => {
            word[..word.len() - 1].to_owned()
        }
        _ => word.to_owned(),
    }
}

/// The field of a person that a name stands for.
pub(crate) fn field(name: &str) -> Option<Field> {
    let name = folded(name);
    FIELDS.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(field, _)| *field)
}

/// Whether it is a club's number: `clubId`, `location_id`, `site`.
pub(crate) fn is_club(name: &str) -> bool {
    numbered(name, CLUBS)
}

/// Whether it is the business's number.
pub(crate) fn is_client(name: &str) -> bool {
    numbered(name, CLIENTS) && folded(name) != "company"
}

fn numbered(name: &str, of: &[&str]) -> bool {
    let name = folded(name);
    of.iter().any(|word| {
        name.strip_prefix(word)
            .is_some_and(|rest| matches!(rest, "" | "id" | "uuid" | "number" | "no" | "code" | "num" | "key"))
    })
}

/// What a name in a body or beside it stands for.
pub(crate) fn means(name: &str) -> Option<Means> {
    let short = folded(name);
    let short = short.as_str();
    if EXTERNAL.contains(&short) {
        return Some(Means::ExternalId);
    }
    if is_club(name) {
        return Some(Means::Club);
    }
    if let Some(field) = field(name) {
        return Some(Means::Person(field));
    }
    if is_client(name) {
        return Some(Means::Client);
    }
    match short {
        _ if KIND.contains(&short) => Some(Means::Kind),
        "name" | "description" => Some(Means::Name),
        _ if is_number(name) => Some(Means::Record),
        _ => None,
    }
}

/// Whether it is a record's own number: `id`, `uuid`, `memberId`.
pub(crate) fn is_number(name: &str) -> bool {
    const WHOSE: [&str; 18] = [
        "",
        "person",
        "member",
        "prospect",
        "lead",
        "customer",
        "client",
        "contact",
        "guest",
        "user",
        "record",
        "staff",
        "employee",
        "leadsource",
        "source",
        "campaign",
        "unique",
        "object",
    ];
    let name = folded(name);
    WHOSE.iter().any(|whose| {
        name.strip_prefix(whose).is_some_and(|rest| matches!(rest, "id" | "uuid" | "guid" | "number" | "no"))
    })
}

/// A name in lower case with `_` between its words.
pub(crate) fn spelt(name: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    for c in name.chars() {
        let starts = c.is_ascii_uppercase() && !before.is_ascii_uppercase();
        if (starts || !c.is_ascii_alphanumeric()) && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    let end = out.trim_end_matches('_').len();
    out.truncate(end.min(60));
    out
}
