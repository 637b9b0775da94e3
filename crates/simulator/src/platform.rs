//! Which platform a simulator plays.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// A simulated platform. `OpenSpoke` answers its contract over JSON and over SOAP on one port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Platform {
    /// InTouch FollowUp, its later REST API.
    #[serde(rename = "intouch")]
    InTouch,
    /// Jonas I4, SOAP 1.1.
    JonasI4,
    /// Visual Fitness Planner, REST.
    Vfp,
    /// ABC DataTrak, REST.
    AbcDatatrak,
    /// MINDBODY, its Public API.
    Mindbody,
    /// ClubReady.
    #[serde(rename = "clubready")]
    ClubReady,
    /// Paramount Acceptance, its prospects.
    Paramount,
    /// The contract for partners without an API.
    OpenSpoke,
    /// GymMaster, the API of its member portal.
    #[serde(rename = "gymmaster")]
    GymMaster,
    /// Magicline, its open API and its connect API.
    #[serde(rename = "magicline")]
    Magicline,
    /// HubSpot, contacts of its CRM v3.
    #[serde(rename = "hubspot")]
    HubSpot,
    /// Club Planner, where every call is a GET.
    #[serde(rename = "club-planner")]
    ClubPlanner,
    /// A club system of 2008 on a club's own premises, SOAP 1.1 in the rpc style.
    OnPremisesSoap,
    /// Motionsoft MoSoClub behind a bridge: leads at once, a file four times a day.
    #[serde(rename = "mosoclub")]
    MoSoClub,
}

impl Platform {
    /// All of them.
    pub const ALL: [Platform; 14] = [
        Platform::InTouch,
        Platform::JonasI4,
        Platform::Vfp,
        Platform::AbcDatatrak,
        Platform::Mindbody,
        Platform::ClubReady,
        Platform::Paramount,
        Platform::OpenSpoke,
        Platform::GymMaster,
        Platform::Magicline,
        Platform::HubSpot,
        Platform::ClubPlanner,
        Platform::OnPremisesSoap,
        Platform::MoSoClub,
    ];

    /// The name in commands and in `/_sim`.
    pub const fn name(self) -> &'static str {
        match self {
            Platform::InTouch => "intouch",
            Platform::JonasI4 => "jonas-i4",
            Platform::Vfp => "vfp",
            Platform::AbcDatatrak => "abc-datatrak",
            Platform::Mindbody => "mindbody",
            Platform::ClubReady => "clubready",
            Platform::Paramount => "paramount",
            Platform::OpenSpoke => "open-spoke",
            Platform::GymMaster => "gymmaster",
            Platform::Magicline => "magicline",
            Platform::HubSpot => "hubspot",
            Platform::ClubPlanner => "club-planner",
            Platform::OnPremisesSoap => "on-premises-soap",
            Platform::MoSoClub => "mosoclub",
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Platform {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Platform::ALL.into_iter().find(|platform| platform.name() == name).ok_or_else(|| {
            let names = Platform::ALL.map(Platform::name).join(", ");
            format!("`{name}` is not a simulated platform; there are {names}")
        })
    }
}
