//! `connector platform` and `connector platform try`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::drafting::New;

/// `connector platform`.
#[derive(Clone, Debug, Subcommand)]
pub enum Platform {
    /// All platforms, with their capabilities and grades.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// One platform: what it can do, what turning it up needs, and its client guide.
    Show {
        /// Its name.
        name: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Check descriptions and report every mistake.
    Lint {
        /// Description files, folders of one platform, or folders of such folders; all that the hub knows when none is given.
        #[arg(value_name = "FILE_OR_FOLDER")]
        paths: Vec<PathBuf>,
        /// Check again whenever one of them changes, until Ctrl-C.
        #[arg(long, requires = "paths")]
        watch: bool,
    },
    /// Explain a line of a description: what its keys are for, what may stand there, and what samples make of it.
    #[command(after_help = "Example: connector platform explain platforms/vfp/platform.yaml:85")]
    Explain {
        /// A description's file, or its folder, and a line of it.
        #[arg(value_name = "FILE:LINE")]
        place: String,
    },
    /// Begin a description: a folder with guide and samples, from a vendor's contract or from a few answers.
    #[command(
        after_help = "Examples:\n  connector platform new acme --openapi acme.yaml --title 'Acme Gym' --vendor 'Acme Inc.'\n  connector platform new acme --wsdl acme.wsdl\n  connector platform new acme --speaks json --sign-in header:X-Api-Key --club query"
    )]
    New(Box<New>),
    /// The fields of a person, as expressions know them.
    Fields {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// The JSON Schema of descriptions.
    Schema,
    /// Show what a call computes and what it would send, and make it if asked to.
    #[command(
        after_help = "Example: connector platform try vfp create_prospect --sample platforms/vfp/samples/create_prospect.yaml --person first_name=Ada"
    )]
    Try(Box<Try>),
    /// Replay a platform's samples offline.
    Test {
        /// Its name; all bundled ones when none is given.
        name: Option<String>,
        /// Test again whenever a file in the configured folder of descriptions changes, until Ctrl-C.
        #[arg(long)]
        watch: bool,
    },
}

/// `connector platform try`.
#[derive(Clone, Debug, Args)]
pub struct Try {
    /// The platform's name.
    pub name: String,
    /// The operation, such as `create_prospect`.
    pub operation: String,
    /// Begin with the settings and the person of a sample.
    #[arg(long, value_name = "FILE")]
    pub sample: Option<PathBuf>,
    /// A setting; `env:NAME` takes it from the environment, where secrets belong.
    #[arg(long = "set", value_name = "SETTING=VALUE")]
    pub settings: Vec<String>,
    /// A field of the person; an empty value is a cleared one.
    #[arg(long, value_name = "FIELD=VALUE")]
    pub person: Vec<String>,
    /// A field that changed, where only changed ones are sent; all of the person's unless said.
    #[arg(long, value_name = "FIELD")]
    pub changed: Vec<String>,
    /// What the person is: prospect, member or ex-member.
    #[arg(long)]
    pub kind: Option<String>,
    /// The record's number at the platform.
    #[arg(long)]
    pub record: Option<String>,
    /// The Connector's own id of the person.
    #[arg(long)]
    pub external_id: Option<String>,
    /// The name of a lead source.
    #[arg(long)]
    pub named: Option<String>,
    /// The e-mail address of a staff member.
    #[arg(long)]
    pub email: Option<String>,
    /// Make the call.
    #[arg(long)]
    pub send: bool,
    /// Ask the platform only to try it, where it can; with `--send`, nothing is stored there.
    #[arg(long)]
    pub dry_run: bool,
}
