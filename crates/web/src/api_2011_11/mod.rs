//! API `2011-11`: the wire contract that partners already speak (`facts/connector-api-2011-11`).
//!
//! Reading and writing documents is pure: bytes in, a document or a sentence out. The handlers know the hub only as a
//! [`Door`]. Every answer is XML in the vendor's namespace, and every error carries the tracking UUID under which the
//! Connector Log shows it.

mod answer;
mod body;
mod credentials;
mod directory;
mod document;
mod door;
mod handlers;
mod hub_door;
mod literal;
mod query;
mod refusal;
mod routes;
#[cfg(test)]
mod tests;
mod user;

pub use answer::{error, lead_source_list, save_response, staff_list, user_document};
pub use credentials::token;
pub use directory::{LeadSourceDocument, StaffDocument, parse_lead_source, parse_staff};
pub use document::{Problem, ProviderInfo, Subject};
pub use door::{Door, Grant, Said, Sender, SourceRecord, StaffRecord, Turned, UserSave, UserView};
pub use hub_door::HubDoor;
pub use query::{Asked, Query};
pub use refusal::{Reason, Refusal, Refused};
pub use routes::{BASE, router};
pub use user::{UserDocument, parse_user};
