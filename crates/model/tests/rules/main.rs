//! The rules of the core, told by examples and held to by properties.
//!
//! Read this as the second documentation: each module is one chapter, each test name a sentence of it.

mod brake;
mod budgets;
mod by_hand;
mod crossings;
mod directory;
mod domain;
mod doubts;
mod feeds;
mod holds;
mod kinds;
mod lane_world;
mod lanes;
mod late_answers;
mod matching;
mod merging;
mod parts;
mod restores;
mod scope;
mod scopes;
mod side;
mod sightings;
mod world;
mod world_properties;
