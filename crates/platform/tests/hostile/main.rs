//! Hostile answers, over real connections: a platform that is broken, taken over, or somebody else altogether.
//!
//! Each is asked for a list, for a person, and for a record to be made. Whatever comes, the call ends in time and in bounded
//! memory; a list or a look-up never says that somebody is not there because an answer could not be read; and a create ends
//! in doubt unless the answer itself says that nothing was stored.

#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

mod bodies;
mod connections;
mod lists;
mod numbers;
mod redirects;
mod server;
mod settings;
mod table;
mod words;
