//! `connector platform new`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use draft::SignIn;

/// `connector platform new`. What is not said is asked on a terminal, and elsewhere taken as it usually is.
#[derive(Clone, Debug, Args)]
pub struct New {
    /// The folder's name: lower case letters, digits and `-`.
    pub name: String,
    /// Draft it from an OpenAPI 3 document (JSON or YAML).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["wsdl", "speaks", "club"])]
    pub openapi: Option<PathBuf>,
    /// Draft it from a WSDL 1.1 (SOAP 1.1: document/literal, rpc/literal, rpc/encoded).
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
