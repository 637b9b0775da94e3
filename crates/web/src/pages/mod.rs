//! The pages: HTML made here, readable without JavaScript, and kept current with a little of it.
//!
//! What the pages show comes through two small traits in [`source`]; they know neither the store nor
//! the hub's rules. [`router::router`] has every route and every layer on one page.

mod assets;
mod closed;
mod docs;
mod headers;
mod health;
pub mod home;
mod live;
pub mod log;
mod render;
pub mod router;
pub mod source;
