//! A first description of a platform, drafted from what its vendor publishes.
//!
//! An OpenAPI document, a WSDL, or a few answers of the integrator become a [`Contract`]: calls, and the shapes of what
//! goes in and comes out. By the names of calls and fields the calls that the Connector needs are chosen from it, and
//! written down as a description, a guide and one sample for each call. Nothing of that is certain: every choice is
//! marked `TODO` with its reason, and graded *assumed*. What is certain is the form: a draft has no mistakes, and its
//! samples replay.
//!
//! Contracts are read leniently and by hand, not by a typed library: half of those that vendors publish break the
//! standard somewhere, and a draft from nine tenths of one is worth having.

mod body;
mod choose;
mod contract;
mod describe;
mod failures;
mod folder;
mod guide;
mod host;
mod maps;
pub mod openapi;
mod parts;
mod reading;
mod samples;
mod settings;
mod skeleton;
mod words;
pub mod wsdl;
mod yaml;

pub use contract::{Base, Call, Contract, Input, Leaf, Member, Place, Shape, SignIn};
pub use folder::{Folder, Unmade, make};
pub use skeleton::{ClubPlace, skeleton};

/// Who is described.
#[derive(Clone, Debug)]
pub struct About {
    /// The folder's name: lower case, digits and `-`.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Who makes it.
    pub vendor: String,
    /// Where the contract comes from, such as a file's name.
    pub source: String,
}

/// Why a contract cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);
