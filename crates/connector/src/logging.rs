//! The process's own log: one event, once, at the edge; never a body, a token or an e-mail address.

use tracing_subscriber::EnvFilter;

/// Writes events to standard error; where it takes none (a file on a full disk), they are lost, and nobody stumbles over
/// it. `RUST_LOG` decides what; without it warnings are shown, with `--verbose` more.
pub fn start(verbose: bool) {
    let usual = if verbose { "info" } else { "warn" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    let events = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    events.log_internal_errors(false).init();
}
