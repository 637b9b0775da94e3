//! Turn-up: bringing a client live (integration rules §7).
//!
//! A file says who the client is, which clubs it has, and how each platform is connected. It is checked whole against
//! the descriptions before anything happens; what it would change is shown; nothing but the verification call and the
//! reading of lists leaves before it is applied. Applied twice, the second time finds nothing to change.

mod check;
mod file;
mod first_load;
mod plan;
mod survey;

pub use check::{Problem, check};
pub use file::{
    AgreementFile, ClubFile, ClubIdFile, ConnectionFile, SecretFile, SendsFile, SettingFile, TurnUpFile,
};
pub use plan::{Plan, PlanError};
pub use survey::{Pairing, Survey, Verified};
