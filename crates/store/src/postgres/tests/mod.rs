//! What only the shared store promises, seen from inside: its plans, how a batch is put together, and its deadlines.

mod deadlines;
mod plans;

#[expect(
    dead_code,
    clippy::print_stderr,
    reason = "the contract suite uses the rest of it; a test that is skipped says so"
)]
#[path = "../../../tests/house/postgres.rs"]
mod server;
