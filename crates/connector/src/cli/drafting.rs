//! `connector platform new`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

/// `connector platform new`. What is not said is asked on a terminal, and elsewhere taken as it usually is.
#[derive(Clone, Debug, Args)]
pub struct New {
    /// The folder's name: lower case letters, digits and `-`.
    pub name: String,
    /// Draft it from an OpenAPI 3 document (JSON or YAML).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["wsdl", "speaks", "club"])]
    pub openapi: Option<PathBuf>,
    /// Draft it from a WSDL 1.1 (SOAP 1.1, document/literal).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["speaks", "club"])]
    pub wsdl: Option<PathBuf>,
    /// What people call the platform.
    #[arg(long)]
    pub title: Option<String>,
    /// Who makes it.
    #[arg(long)]
    pub vendor: Option<String>,
    /// What it speaks, where there is no contract to read.
    #[arg(long)]
    pub speaks: Option<Speaks>,
    /// How one signs in, where the contract does not say: bearer, basic, header:NAME, query:NAME, oauth2:URL, login or none.
    #[arg(long, value_name = "HOW")]
    pub sign_in: Option<SignIn>,
    /// Where the club's number goes, where there is no contract to read.
    #[arg(long)]
    pub club: Option<Club>,
    /// Where the folder is made; the configured folder of descriptions unless said, and `platforms` without one.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// What a platform speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Speaks {
    /// JSON over HTTP.
    Json,
    /// SOAP 1.1.
    Soap,
}

/// Where the club's number goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Club {
    /// Into every path.
    Path,
    /// Into the query.
    Query,
    /// Into a header.
    Header,
    /// Nowhere: the key says it.
    Nowhere,
}

/// How one signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// A token as `Authorization: Bearer`.
    Bearer,
    /// HTTP Basic.
    Basic,
    /// A key in a header.
    Header(String),
    /// A key in the query.
    Query(String),
    /// OAuth 2 client credentials at an address.
    OAuth2(String),
    /// A call that answers with a token.
    Login,
    /// Not at all.
    None,
}

impl FromStr for SignIn {
    type Err = String;

    fn from_str(text: &str) -> Result<SignIn, String> {
        let (way, name) = text.split_once(':').unwrap_or((text, ""));
        match (way.trim(), name.trim()) {
            ("bearer", "") => Ok(SignIn::Bearer),
            ("basic", "") => Ok(SignIn::Basic),
            ("login", "") => Ok(SignIn::Login),
            ("none", "") => Ok(SignIn::None),
            ("header", name) if !name.is_empty() => Ok(SignIn::Header(name.to_owned())),
            ("query", name) if !name.is_empty() => Ok(SignIn::Query(name.to_owned())),
            ("oauth2", url) if url.starts_with("https://") || url.starts_with("http://") => {
                Ok(SignIn::OAuth2(url.to_owned()))
            }
            ("header" | "query", _) => Err(format!("write the name behind it, such as `{way}:X-Api-Key`")),
            ("oauth2", _) => {
                Err("write the token's address behind it, such as `oauth2:https://login.example/token`"
                    .to_owned())
            }
            _ => Err("it is bearer, basic, header:NAME, query:NAME, oauth2:URL, login or none".to_owned()),
        }
    }
}
