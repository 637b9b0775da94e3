//! What the Connector shows and hears over HTTP: the pages people read, and the API partners call.
//!
//! Handlers find, allow, do and show. They know neither SQL nor any platform; what they need comes
//! through small traits that the hub's side fulfils.

pub mod api_2011_11;
pub mod hearing;
pub mod pages;
