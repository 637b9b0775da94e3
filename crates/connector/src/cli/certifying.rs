//! `connector certify`.

use std::path::PathBuf;

use clap::Args;

/// `connector certify`. It makes test people, whose e-mail addresses begin with `connector-test-`, and writes nobody else.
#[derive(Clone, Debug, Args)]
pub struct Certify {
    /// The address of the test system: it takes the place of the platform's own, and fills the settings for an address.
    pub url: String,
    /// The platform's name.
    #[arg(long)]
    pub platform: String,
    /// A YAML, JSON or TOML file with the settings of one club, each with its value; `env:NAME` takes one from the environment.
    #[arg(long = "settings", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// A setting; `env:NAME` takes it from the environment, where secrets belong.
    #[arg(long = "set", value_name = "SETTING=VALUE")]
    pub settings: Vec<String>,
    /// A staff member there, by e-mail address, where staff can be found and not listed.
    #[arg(long, value_name = "E-MAIL")]
    pub staff: Option<String>,
    /// A lead source there, by name, where lead sources can be found and not listed.
    #[arg(long, value_name = "NAME")]
    pub lead_source: Option<String>,
    /// The domain of the test people's e-mail addresses; at the usual one nobody gets mail.
    #[arg(long, value_name = "DOMAIN", default_value = "example.com")]
    pub mail_domain: String,
    /// Where the report card is written, and kept who was made there; `certified-PLATFORM` unless said.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}
