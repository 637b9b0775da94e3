//! The commands about records that wait for somebody.

use clap::Subcommand;

/// `connector held`.
#[derive(Clone, Debug, Subcommand)]
pub enum Held {
    /// What is held, grouped by its cause, and changes of many people that wait for a decision.
    List {
        /// Only this platform's, such as `vfp`.
        #[arg(long)]
        platform: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Each record of a group, one by the tracking UUID of its line, or a decision.
    Show {
        /// The group's name, or a tracking UUID; the beginning is enough.
        which: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Send a change of many people that waits for a decision.
    Apply {
        /// The decision's name; the beginning is enough.
        which: String,
        /// Behind everybody else, as a first load goes.
        #[arg(long)]
        slowly: bool,
        /// Do it; without, it is only said what would be done.
        #[arg(long)]
        yes: bool,
    },
    /// Do not send a change of many people: they keep what they have there until they are changed themselves.
    Discard {
        /// The decision's name; the beginning is enough.
        which: String,
        /// Do it; without, it is only said what would be done.
        #[arg(long)]
        yes: bool,
    },
    /// Send a record, or all of a group, again. Those of which nobody knows whether they are there stay held.
    Release {
        /// The group's name, or a tracking UUID; the beginning is enough.
        which: String,
        /// Do it; without, it is only said what would be done.
        #[arg(long)]
        yes: bool,
    },
    /// Say which record at the platform a held one is, after somebody has looked.
    #[command(after_help = "Example: connector held is 0193a5c2-77 1000045 --yes")]
    Is {
        /// The tracking UUID of its line; the beginning is enough.
        which: String,
        /// The record's number there.
        number: String,
        /// Do it; without, it is only said what would be done.
        #[arg(long)]
        yes: bool,
    },
    /// Say that a record in doubt is not at the platform, after somebody has looked; it is made again.
    NotThere {
        /// The tracking UUID of its line; the beginning is enough.
        which: String,
    },
    /// Take a record, or a group, for settled by hand; not those of which nobody knows whether they are there. The next edit is sent as ever.
    Settled {
        /// The group's name, or a tracking UUID; the beginning is enough.
        which: String,
        /// What was done, for the club's log.
        #[arg(long)]
        note: String,
        /// Do it; without, it is only said what would be done.
        #[arg(long)]
        yes: bool,
    },
}
