//! `connector versions`.

use clap::Subcommand;

/// `connector versions`. A connection runs the description that it was turned up with until a newer one is adopted.
#[derive(Clone, Debug, Subcommand)]
pub enum Versions {
    /// Which description each connection runs, and whether a newer one is here.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show, without a call, what the newest description would send of each connection's last 100 records.
    Preview {
        /// The platform.
        platform: String,
        /// Only this client's connection.
        #[arg(long)]
        client: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Let one club run the newest description.
    Try {
        /// The platform.
        platform: String,
        /// The club; `CLIENT/CLUB` where clients have clubs of one name.
        #[arg(long)]
        club: String,
    },
    /// Let all clubs run the newest description, after one has tried it.
    Adopt {
        /// The platform.
        platform: String,
        /// Only this client's connection.
        #[arg(long)]
        client: Option<String>,
        /// Even where more than five of a hundred records would no longer go out, or no club has tried it.
        #[arg(long)]
        anyway: bool,
    },
    /// Go back: no club tries another description; where none did, the description that ran before runs again.
    Back {
        /// The platform.
        platform: String,
        /// Only this client's connection.
        #[arg(long)]
        client: Option<String>,
    },
}
