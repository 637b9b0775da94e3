//! The product from end to end: the real binary, spoken to over real HTTP by an independent client, with simulated
//! platforms around it. One binary of tests, for linking takes longer than testing.

#[path = "story/flow.rs"]
mod flow;
mod house;
