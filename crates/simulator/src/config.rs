//! What a simulator starts with: clubs, credentials, staff, lead sources, and how much it remembers.

use serde::{Deserialize, Serialize};

use crate::Platform;

/// A club (one location) as the platform knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Club {
    /// The platform's own number of the club, opaque.
    pub id: String,
    /// Its name, as the verification call tells it.
    #[serde(default)]
    pub name: String,
}

impl Club {
    /// A club.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Club { id: id.into(), name: name.into() }
    }
}

/// A staff member at the platform. Only the platform's own people make them; a call that tries is a violation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    /// The platform's number of them; empty: the platform gives one.
    #[serde(default)]
    pub id: String,
    /// The club they work at; none: all clubs.
    #[serde(default)]
    pub club: Option<String>,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// E-mail address, by which the hub links them.
    #[serde(default)]
    pub email: String,
    /// Whether they still work there.
    #[serde(default = "yes")]
    pub active: bool,
}

impl Staff {
    /// An active staff member of all clubs.
    pub fn new(id: &str, first_name: &str, last_name: &str, email: &str) -> Self {
        Staff {
            id: id.to_owned(),
            club: None,
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            email: email.to_owned(),
            active: true,
        }
    }
}

/// A lead source at the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadSource {
    /// The platform's number of it; empty: the platform gives one.
    #[serde(default)]
    pub id: String,
    /// The club that has it; none: all clubs.
    #[serde(default)]
    pub club: Option<String>,
    /// Its name, by which the hub links it.
    pub name: String,
    /// Whether it is shown; hidden ones stay in lists.
    #[serde(default = "yes")]
    pub active: bool,
}

impl LeadSource {
    /// A shown lead source of all clubs.
    pub fn new(id: &str, name: &str) -> Self {
        LeadSource { id: id.to_owned(), club: None, name: name.to_owned(), active: true }
    }
}

fn yes() -> bool {
    true
}

/// What a caller must show. Which parts a platform uses is in `CONTRACTS.md`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Credentials {
    /// InTouch, HubSpot: client id. I4: Basic user. On premises: user. ABC: application id. MINDBODY: a staff member's user name.
    pub user: String,
    /// InTouch: client secret. I4: Basic password. On premises: password. VFP: API key. ABC: application key. MINDBODY: the password. ClubReady: API key. Paramount: the key in the path. Open spoke: the token, and, written `whsec_…`, also
    /// the signing key. GymMaster: API key. Magicline: the first studio's API key.
    /// HubSpot: the token of the private app, and the client secret of the public one.
    /// Club Planner: the token.
    pub secret: String,
    /// I4: company id. HubSpot: refresh token. MINDBODY: API key, and over SOAP the password of the source `Connector`.
    pub company: String,
    /// Open spoke: a signing key apart from the token.
    pub signing: Option<String>,
}

/// How a simulator starts.
#[derive(Clone, Debug)]
pub struct Config {
    /// TCP port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// The platform's clubs.
    pub clubs: Vec<Club>,
    /// What a caller must show.
    pub credentials: Credentials,
    /// The platform's staff on the first day.
    pub staff: Vec<Staff>,
    /// The platform's lead sources on the first day.
    pub lead_sources: Vec<LeadSource>,
    /// Where ids and chance start from.
    pub seed: u64,
    /// Calls kept in the ledger; older ones are forgotten, and counted.
    pub ledger_capacity: usize,
    /// Whether the ledger keeps bodies.
    pub ledger_bodies: bool,
    /// Open spoke only: keep no people, only a tally per external id. For load tests.
    pub sink: bool,
    /// Open spoke only: whether calls must be signed.
    pub check_signatures: bool,
    /// How long a token lives, in seconds, where the platform gives any out.
    pub token_ttl_s: u64,
}

impl Config {
    /// One club and the platform's usual credentials, no staff, no lead sources.
    pub fn new(platform: Platform) -> Self {
        let (club, user, secret, company) = match platform {
            Platform::InTouch => ("5f0c4a5e-1111-4c1b-9d55-0242ac120002", "connector", "intouch-secret", ""),
            Platform::JonasI4 => ("7", "connector", "i4-password", "1234"),
            Platform::Vfp => ("0042", "", "vfp-key", ""),
            Platform::AbcDatatrak => ("0042", "abc-app", "abc-key", ""),
            Platform::Mindbody => ("4100", "connector", "mindbody-password", "mindbody-key"),
            Platform::OnPremisesSoap => ("7", "connector", "club-server-password", ""),
            Platform::ClubReady => ("801", "", "clubready-key", ""),
            Platform::Paramount => ("61", "", "paramount-key", ""),
            Platform::OpenSpoke => ("kits", "", "whsec_c2ltdWxhdGVkIG9wZW4gc3Bva2Ugc2VjcmV0IDE=", ""),
            Platform::MoSoClub => ("42", "", "whsec_c2ltdWxhdGVkIE1vU29DbHViIHNlY3JldCAwMDE=", ""),
            Platform::ClubPlanner => ("5", "", "club-planner-token", ""),
            Platform::HubSpot => ("hub", "connector", "pat-hubspot", "hubspot-refresh"),
            Platform::Magicline => ("1200", "", "magicline-key", ""),
            Platform::GymMaster => ("31", "", "gymmaster-key", ""),
        };
        Config {
            port: 0,
            clubs: vec![Club::new(club, "Kits Beach")],
            credentials: Credentials {
                user: user.to_owned(),
                secret: secret.to_owned(),
                company: company.to_owned(),
                signing: None,
            },
            staff: Vec::new(),
            lead_sources: Vec::new(),
            seed: 1,
            ledger_capacity: 10_000,
            ledger_bodies: true,
            sink: false,
            check_signatures: true,
            token_ttl_s: 3600,
        }
    }

    /// A receiver for load tests: no ledger, no people, a tally per external id.
    pub fn sink() -> Self {
        Config { ledger_capacity: 0, ledger_bodies: false, sink: true, ..Config::new(Platform::OpenSpoke) }
    }
}
