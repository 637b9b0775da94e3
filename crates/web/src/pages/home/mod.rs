//! The landing page of a demonstration: a door for every reader.

pub mod page;
pub mod view;
