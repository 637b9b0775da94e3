//! The vocabulary of the Connector and its pure rules.
//!
//! Nothing here does I/O, reads a clock or waits. Time and chance come in as arguments, so every rule can be tested in
//! microseconds and every failure replayed from its inputs.

mod abilities;
mod field;
mod kind;
mod outcome;

pub use abilities::{Abilities, Ability, Conversion, FindBy, Grade, Operation};
pub use field::{Field, UnknownField};
pub use kind::Kind;
pub use outcome::{Outcome, RemoteId};
