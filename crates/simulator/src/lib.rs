//! Partner platforms to test and demonstrate against: real HTTP servers with state, the vendors' quirks, and faults on
//! demand.
//!
//! What they answer is written down in `CONTRACTS.md`, and comes from public facts, never from the descriptions that
//! are tested against them. For the same reason nothing here imports the hub or the description language. The simulators
//! also watch: a second call for one person while the first is under way, a person stored twice or an older state after
//! a newer one is a violation, and `GET /_sim/violations` tells.

mod abc;
mod clock;
mod club_planner;
mod clubready;
mod config;
mod control;
mod dates;
pub mod day;
mod dice;
mod faults;
mod form;
mod gymmaster;
mod http_call;
mod hubspot;
mod i4;
mod intouch;
mod ledger;
mod magicline;
mod mindbody;
mod mosoclub;
mod offline;
mod on_premises;
mod paramount;
mod people;
mod person;
mod platform;
mod room;
pub mod sender;
mod server;
mod simulator;
mod soap;
mod spoke;
mod tally;
mod text;
mod vfp;
mod watch;

pub use config::{Club, Config, Credentials, LeadSource, Staff};
pub use faults::{Faults, Refuse, Throttle, Trouble};
pub use ledger::Call;
pub use offline::{Answer, Offline};
pub use person::{FIELDS, Kind, Person};
pub use platform::Platform;
pub use simulator::Simulator;
pub use spoke::sign;
pub use tally::{Count, Tally};
pub use watch::{Violation, Wrong};
