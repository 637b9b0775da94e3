//! The simulators over real HTTP: what they answer, what they do to data, and how they go wrong when asked.

mod control;
mod day;
mod faults;
mod http;
mod i4;
mod intouch;
mod load;
mod sender;
mod spoke;
mod vfp;
mod watch;
