//! The simulators over real HTTP: what they answer, what they do to data, and how they go wrong when asked.

#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

mod abc;
mod club_planner;
mod clubready;
mod control;
mod day;
mod evening;
mod faults;
mod gymmaster;
mod http;
mod hubspot;
mod i4;
mod intouch;
mod load;
mod magicline;
mod mindbody;
mod mindbody_soap;
mod mosoclub;
mod on_premises;
mod paramount;
mod sender;
mod spoke;
mod vfp;
mod watch;
