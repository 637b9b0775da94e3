//! The command line.

mod care;
mod certifying;
mod describing;
mod drafting;
mod held;
mod versions;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::DatabaseUrl;
pub use care::{AfterRestore, Backup, Doctor, Feeds, Pause, Restore, Store, Which};
pub use certifying::Certify;
pub use describing::{Platform, Try};
pub use drafting::{Club, New, Speaks};
pub use held::Held;
pub use versions::Versions;

/// Keeps the people of a fitness club the same in every system the club uses.
#[derive(Debug, Parser)]
#[command(name = "connector", version, about, max_term_width = 100)]
#[command(
    after_help = "Begin with `connector demo`: a hub between simulated platforms, and a club's day to watch."
)]
pub struct Cli {
    /// Say more on standard error.
    #[arg(long, short, global = true)]
    pub verbose: bool,
    /// Where things are.
    #[command(flatten)]
    pub place: Place,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Where things are. Flags win over the environment, the environment over the file.
#[derive(Clone, Debug, Args)]
pub struct Place {
    /// The configuration file (TOML).
    #[arg(long, global = true, env = "CONNECTOR_CONFIG")]
    pub config: Option<PathBuf>,
    /// The data directory.
    #[arg(long, global = true, env = "CONNECTOR_DATA")]
    pub data: Option<PathBuf>,
    /// The PostgreSQL database that keeps everything instead of a file in the data directory:
    /// postgres://USER:PASSWORD@HOST/DATABASE.
    #[arg(long, global = true, env = "CONNECTOR_STORE", hide_env_values = true)]
    pub store: Option<DatabaseUrl>,
    /// The address to listen on.
    #[arg(long, global = true, env = "CONNECTOR_LISTEN")]
    pub listen: Option<String>,
    /// The address under which the outside world reaches this hub, for the URLs that are printed.
    #[arg(long, global = true, env = "CONNECTOR_PUBLIC_URL")]
    pub public_url: Option<String>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the hub until it is told to stop.
    Serve,
    /// Run the hub with simulated InTouch FollowUp, Jonas I4 and VFP, and play a club's day.
    Demo(Demo),
    /// Bring a client live from a file, or change what it says.
    TurnUp(TurnUp),
    /// Ids of people who exist at a platform already.
    #[command(subcommand)]
    Links(Links),
    /// A club's staff and lead sources: how they correspond, and links by hand.
    #[command(subcommand)]
    Directory(Directory),
    /// Tokens by which platforms call the hub.
    #[command(subcommand)]
    Token(Token),
    /// Read a club's Connector Log.
    Log(Log),
    /// The URL that opens a club's Connector Log in a browser.
    #[command(subcommand)]
    LoggingUrl(LoggingUrl),
    /// Copy the database to a file while the hub runs.
    Backup(Backup),
    /// Put the database back from a backup, and decide what nobody knows since.
    Restore(Restore),
    /// Where everything is kept, and moving it.
    #[command(subcommand)]
    Store(Store),
    /// Look whether everything is well, and say what to do where it is not.
    Doctor(Doctor),
    /// How the hub and its connections are doing.
    Status {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Let nothing go out to a platform for a while; what is received waits, and goes out when it is resumed.
    Pause(Pause),
    /// End a pause: what waits goes out.
    Resume(Which),
    /// What platforms' own people changed: how far it was read, reading it now, and decisions about it.
    #[command(subcommand)]
    Feeds(Feeds),
    /// Records that wait for somebody: why, for whom, and decisions about them.
    #[command(subcommand)]
    Held(Held),
    /// Platforms and their descriptions.
    #[command(subcommand)]
    Platform(Platform),
    /// Which description of its platform each connection runs; a newer one is shown, tried at one club, adopted, taken back.
    #[command(subcommand)]
    Versions(Versions),
    /// Try everything that is agreed with a partner at their test system, and write a report card.
    #[command(
        after_help = "Example: connector certify https://test.example.com --platform open-spoke --set club=kits --set token=env:TOKEN --out report"
    )]
    Certify(Certify),
}

/// `connector demo`.
#[derive(Clone, Debug, Args)]
pub struct Demo {
    /// Play the day, print a summary, and end with 0 only if every record ended as scripted.
    #[arg(long)]
    pub once: bool,
    /// The port of the hub; 0 takes any free one.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Print one line of JSON with the addresses.
    #[arg(long)]
    pub json_urls: bool,
    /// The day's seed.
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
}

/// `connector turn-up`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example: connector turn-up kits-fitness.yaml --plan")]
pub struct TurnUp {
    /// The turn-up file (YAML).
    pub file: PathBuf,
    /// Show what it would do, and do nothing.
    #[arg(long)]
    pub plan: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `connector links`.
#[derive(Clone, Debug, Subcommand)]
pub enum Links {
    /// Take over a platform's ids of people the hub knows.
    #[command(
        after_help = "Example: connector links import ids.csv --client 'Kits Fitness' --club 'Kits Beach' --provider INTOUCH --platform vfp"
    )]
    Import {
        /// A CSV file with the columns `provider_record_id` and `platform_record_id`.
        file: PathBuf,
        /// The client's name.
        #[arg(long)]
        client: String,
        /// The club's name.
        #[arg(long)]
        club: String,
        /// The provider whose record ids stand in the first column.
        #[arg(long)]
        provider: String,
        /// The platform whose ids stand in the second.
        #[arg(long)]
        platform: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// `connector directory`.
#[derive(Clone, Debug, Subcommand)]
pub enum Directory {
    /// Read the lists of the club's platforms, and show how everyone and everything in them corresponds.
    List {
        /// The club's name; may be left out where there is only one.
        #[arg(long)]
        club: Option<String>,
        /// Only staff, or only lead sources.
        #[arg(long)]
        role: Option<Role>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Link one to another by hand; no match undoes it.
    #[command(after_help = "Example: connector directory link staff intouch:olga@club.example vfp:V-77")]
    Link {
        /// Staff or lead source.
        role: Role,
        /// One, as PLATFORM:WHO, where WHO is its number there, its name or its e-mail address.
        #[arg(value_name = "PLATFORM:WHO")]
        one: String,
        /// The other, likewise.
        #[arg(value_name = "PLATFORM:WHO")]
        other: String,
        /// The club's name; may be left out where there is only one.
        #[arg(long)]
        club: Option<String>,
    },
    /// Unlink one from whom it is linked to at a platform; it is not matched again by itself.
    #[command(after_help = "Example: connector directory unlink staff intouch:st-1 vfp")]
    Unlink(OneAt),
    /// Keep the link that one has at a platform, whatever changes on either side.
    #[command(after_help = "Example: connector directory pin staff intouch:st-1 vfp")]
    Pin(OneAt),
    /// Take back what was decided by hand, and let matching decide again.
    #[command(after_help = "Example: connector directory match staff intouch:st-1 vfp")]
    Match(OneAt),
}

/// A staff member or lead source, and the platform where it is somebody or something else.
#[derive(Clone, Debug, Args)]
pub struct OneAt {
    /// Staff or lead source.
    pub role: Role,
    /// Which, as PLATFORM:WHO, where WHO is its number there, its name or its e-mail address.
    #[arg(value_name = "PLATFORM:WHO")]
    pub one: String,
    /// The other platform.
    pub platform: String,
    /// The club's name; may be left out where there is only one.
    #[arg(long)]
    pub club: Option<String>,
}

/// What an entry of the directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// A staff member.
    Staff,
    /// A lead source.
    LeadSource,
}

/// `connector token`.
#[derive(Clone, Debug, Subcommand)]
pub enum Token {
    /// Make a token for a provider; it is shown once.
    #[command(
        after_help = "Example: connector token create INTOUCH --client 'Kits Fitness' --label 'front desk'"
    )]
    Create {
        /// The provider identifier, such as `INTOUCH`.
        provider: String,
        /// Limit it to one client, by name.
        #[arg(long)]
        client: Option<String>,
        /// Limit it to one club, by name; may be said several times.
        #[arg(long = "club", value_name = "CLUB")]
        clubs: Vec<String>,
        /// What it is for.
        #[arg(long, default_value = "", hide_default_value = true)]
        label: String,
    },
    /// List tokens, without their secrets.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Withdraw a token; whoever calls with it is refused from that moment.
    Revoke {
        /// Its hash, as `list` shows it, or the first six characters or more.
        hash: String,
    },
}

/// `connector log`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example: connector log --club 'Kits Beach' --needs club")]
pub struct Log {
    /// The club's name; may be left out where there is only one.
    #[arg(long)]
    pub club: Option<String>,
    /// A name, an e-mail address, digits of a phone, a platform's number or a tracking UUID.
    pub search: Option<String>,
    /// Only lines of this type.
    #[arg(long = "type", value_parser = ["INFO", "WARNING", "ERROR"], ignore_case = true)]
    pub level: Option<String>,
    /// Only lines from or to this platform.
    #[arg(long)]
    pub platform: Option<String>,
    /// Only lines that wait for this one to do something.
    #[arg(long, value_parser = ["club", "platform", "operator"])]
    pub needs: Option<String>,
    /// How many lines.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub limit: u16,
    /// Go on with new and changed lines until stopped.
    #[arg(long)]
    pub follow: bool,
    /// Print one JSON object a line.
    #[arg(long)]
    pub json: bool,
}

/// `connector logging-url`.
#[derive(Clone, Debug, Subcommand)]
pub enum LoggingUrl {
    /// Show it.
    Show(LoggingUrlOf),
    /// Make another, and withdraw the present one: whoever opens it reads that it was replaced.
    Rotate(LoggingUrlOf),
    /// Withdraw it, and make no other.
    Revoke(LoggingUrlOf),
}

/// Whose URL.
#[derive(Clone, Debug, Args)]
pub struct LoggingUrlOf {
    /// The club's name; may be left out where there is only one.
    #[arg(long)]
    pub club: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
