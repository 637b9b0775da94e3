//! Platforms are described, not coded: the description language, and the calls that it describes.
//!
//! A [`Description`] is parsed and checked once. Bound to the settings of one club of one connection it is an
//! [`Endpoint`], which carries out one [`model::Operation`] at a time and always answers with a [`model::Outcome`].
//! Nothing here knows what a person is beyond the names of the fields, and nothing decides whether or when to call.

mod body;
mod clock;
mod decode;
mod description;
mod endpoint;
mod expression;
mod given;
mod json;
mod language;
pub mod library;
mod mistakes;
pub mod net;
pub mod samples;
mod template;
mod tokens;
mod yaml;

pub use description::{Description, Role, Scope, Setting, SettingKind};
pub use endpoint::{Endpoint, Reached};
pub use given::{
    Answer, Computed, Exchange, Found, Given, Page, Prepared, SettingProblem, SettingValue, Settings,
};
pub use language::{Explained, explain, filters, json_schema};
pub use mistakes::{Mistake, Mistakes, nearest};
pub use net::Net;
pub use tokens::{Keep, Kept, Tokens};
