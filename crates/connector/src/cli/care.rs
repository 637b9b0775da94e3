//! The commands that look after a hub.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::config::DatabaseUrl;

/// `connector backup`.
#[derive(Clone, Debug, Args)]
pub struct Backup {
    /// The file to write; it must not exist yet.
    pub file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `connector doctor`.
#[derive(Clone, Copy, Debug, Args)]
pub struct Doctor {
    /// Also verify each connection by a call to its platform.
    #[arg(long)]
    pub call: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `connector restore`.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Restore {
    /// The backup.
    #[arg(required = true)]
    pub file: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// What to do after it.
    #[command(subcommand)]
    pub after: Option<AfterRestore>,
}

/// `connector restore status|taken|accept`.
#[derive(Clone, Debug, Subcommand)]
pub enum AfterRestore {
    /// Show for each connection what is known, what was found, and what nobody knows.
    Status {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say that the database was put back by other means than `connector restore`, such as those of PostgreSQL.
    Taken {
        /// When the backup was taken that was put back, such as 2026-11-22T03:00Z.
        at: jiff::Timestamp,
    },
    /// Let people be created again where the platform cannot be asked whether they are there.
    Accept {
        /// Only at this platform; may be said several times.
        #[arg(long = "connection", value_name = "PLATFORM")]
        connections: Vec<String>,
        /// Only of this client, by name.
        #[arg(long)]
        client: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// `connector pause`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Example: connector pause vfp --client 'Kits Fitness' --reason 'VFP moves its servers until noon'"
)]
pub struct Pause {
    /// Which connection.
    #[command(flatten)]
    pub which: Which,
    /// Why; status and the clubs' logs show it.
    #[arg(long)]
    pub reason: String,
}

/// A connection.
#[derive(Clone, Debug, Args)]
pub struct Which {
    /// The platform's name, such as `vfp`, or the connection's number.
    pub connection: String,
    /// The client's name; may be left out where only one is connected to the platform.
    #[arg(long)]
    pub client: Option<String>,
}

/// `connector store`.
#[derive(Clone, Debug, Subcommand)]
pub enum Store {
    /// Move a hub that is stopped from its file to an empty PostgreSQL database.
    #[command(
        after_help = "Example: CONNECTOR_STORE=postgres://… connector store migrate sqlite:/var/lib/connector"
    )]
    Migrate {
        /// The hub's data directory, or its database file, as `sqlite:DATA`.
        #[arg(value_name = "sqlite:DATA")]
        from: String,
        /// The database, as `postgres://USER:PASSWORD@HOST/DATABASE`; what `--store` or CONNECTOR_STORE names when it is left out.
        to: Option<DatabaseUrl>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// What platforms' own people changed, as it is read.
#[derive(Debug, Subcommand)]
pub enum Feeds {
    /// How far each platform's changes were read, when they are read next, and what stands in the way.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Read a platform's changes now.
    Read(Which),
    /// Take in what was stopped because it would change so many: the changes as they are now.
    Apply(Which),
    /// Leave out what was stopped; what is changed from now on is taken in.
    Discard(Which),
}
