//! The fields of a person, by the names they carry everywhere: code, tables, API, descriptions, docs.
//!
//! What a person *is* (prospect, member, ex-member) is not a field but a path: see [`crate::Kind`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One field of a person's profile. The source of the list is the wire contract `API 2011-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Given name.
    FirstName,
    /// Family name.
    LastName,
    /// `ACTIVE` or `INACTIVE`.
    Status,
    /// `yyyy-mm-dd`.
    BirthDate,
    /// `M` or `F`.
    Gender,
    /// First line of the street address.
    Address1,
    /// Second line of the street address.
    Address2,
    /// Town.
    City,
    /// Postal code.
    Zipcode,
    /// State, province or county.
    State,
    /// Two-letter ISO 3166 code.
    Country,
    /// Mobile phone, as typed.
    Mobile,
    /// Home phone, as typed.
    HomePhone,
    /// Work phone, as typed.
    WorkPhone,
    /// E-mail address.
    Email,
    /// Employer.
    Company,
    /// The staff member who looks after the person, as a reference into the directory.
    Owner,
    /// How the person heard of the club, as a reference into the directory.
    LeadSource,
    /// First day of the trial, `yyyy-mm-dd`.
    TrialStart,
    /// Last day of the trial, `yyyy-mm-dd`.
    TrialEnd,
}

impl Field {
    /// Every field, in the order in which pages and documents show them.
    pub const ALL: [Field; 20] = [
        Field::FirstName,
        Field::LastName,
        Field::Status,
        Field::BirthDate,
        Field::Gender,
        Field::Address1,
        Field::Address2,
        Field::City,
        Field::Zipcode,
        Field::State,
        Field::Country,
        Field::Mobile,
        Field::HomePhone,
        Field::WorkPhone,
        Field::Email,
        Field::Company,
        Field::Owner,
        Field::LeadSource,
        Field::TrialStart,
        Field::TrialEnd,
    ];

    /// The name in tables, descriptions and commands.
    pub const fn name(self) -> &'static str {
        match self {
            Field::FirstName => "first_name",
            Field::LastName => "last_name",
            Field::Status => "status",
            Field::BirthDate => "birth_date",
            Field::Gender => "gender",
            Field::Address1 => "address1",
            Field::Address2 => "address2",
            Field::City => "city",
            Field::Zipcode => "zipcode",
            Field::State => "state",
            Field::Country => "country",
            Field::Mobile => "mobile",
            Field::HomePhone => "home_phone",
            Field::WorkPhone => "work_phone",
            Field::Email => "email",
            Field::Company => "company",
            Field::Owner => "owner",
            Field::LeadSource => "lead_source",
            Field::TrialStart => "trial_start",
            Field::TrialEnd => "trial_end",
        }
    }

    /// What a club manager calls it.
    pub const fn label(self) -> &'static str {
        match self {
            Field::FirstName => "first name",
            Field::LastName => "last name",
            Field::Status => "status",
            Field::BirthDate => "date of birth",
            Field::Gender => "gender",
            Field::Address1 => "address",
            Field::Address2 => "address, second line",
            Field::City => "town",
            Field::Zipcode => "postal code",
            Field::State => "state",
            Field::Country => "country",
            Field::Mobile => "mobile phone",
            Field::HomePhone => "home phone",
            Field::WorkPhone => "work phone",
            Field::Email => "e-mail",
            Field::Company => "company",
            Field::Owner => "owner",
            Field::LeadSource => "lead source",
            Field::TrialStart => "trial start",
            Field::TrialEnd => "trial end",
        }
    }

    /// Whether the value refers to the directory and must be translated for each platform.
    pub const fn is_reference(self) -> bool {
        matches!(self, Field::Owner | Field::LeadSource)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Field {
    type Err = UnknownField;

    fn from_str(name: &str) -> Result<Self, UnknownField> {
        Field::ALL.into_iter().find(|field| field.name() == name).ok_or_else(|| UnknownField(name.to_owned()))
    }
}

/// A name that no field of a person has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a field of a person")]
pub struct UnknownField(pub String);
