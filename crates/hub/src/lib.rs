//! The hub: what happens between the doors and the platforms.
//!
//! [`Hub::receive`] is the one way in for every door; `deliver` the one way out to every platform. Both are read top
//! to bottom. The rules that they apply are in `model`, what they keep is in `store`, how a platform is called is in
//! `platform`; nothing here knows HTTP frameworks or SQL.

pub mod clock;
mod decide;
mod deliver;
pub mod directory;
pub mod door;
pub mod feeds;
mod fetch;
pub mod held;
mod hub;
mod import;
mod lanes;
mod lines;
pub mod log;
mod nodes;
mod receive;
pub mod registry;
pub mod restored;
mod retention;
mod scopes;
mod sign_ins;
pub mod turn_up;
pub mod vault;
pub mod versions;
pub mod wording;

pub use hub::{Hub, Parts};
pub use import::Imported;
pub use lanes::Pulse;
pub use scopes::Closed;
