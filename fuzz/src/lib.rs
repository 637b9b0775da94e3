//! Where foreign bytes come in, each as a function of bytes that must end, and say only what is true of what it read.
//!
//! `cargo xtask fuzz` lets an engine look for bytes with which one of them does not; the tests beside play the samples of this
//! repository, their near variants, and everything that was ever found. A panic is a finding, and so is an answer that
//! says more than the bytes do.

mod answers;
mod descriptions;
mod documents;
mod expressions;
mod net;
mod requests;
pub mod samples;
mod trees;

/// A function of foreign bytes.
pub struct Target {
    /// As `cargo xtask fuzz` names it.
    pub name: &'static str,
    /// Reads the bytes; panics where something is wrong with what came of them.
    pub run: fn(&[u8]),
    /// The most bytes that are worth trying at once.
    pub most_bytes: usize,
}

/// All of them.
pub const TARGETS: [Target; 6] = [
    Target { name: "xml", run: trees::run, most_bytes: 4096 },
    Target { name: "description", run: descriptions::run, most_bytes: 8192 },
    Target { name: "expression", run: expressions::run, most_bytes: 1024 },
    Target { name: "answer", run: answers::run, most_bytes: 4096 },
    Target { name: "request", run: requests::run, most_bytes: 1024 },
    Target { name: "document", run: documents::run, most_bytes: 4096 },
];

/// The target of a name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
