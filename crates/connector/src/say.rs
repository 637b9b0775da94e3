//! What commands say: what was asked for on standard output, what goes with it on standard error.
//!
//! Whoever reads may go away before all is told (`connector log | head -1`). Then there is nothing left to do, and nothing
//! to complain of to anybody: the process ends without a word, by the number by which shells know it. Every other
//! trouble with standard output is reported. `println!` would panic on both, so that clippy refuses it here.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use platform::Mistakes;

/// How a process ends whose reader went away, as a shell counts it: 128, and the number of SIGPIPE.
const READER_GONE: u8 = 128 + 13;

/// Why something was not told.
#[derive(Debug, thiserror::Error)]
pub enum Untold {
    /// Nobody reads any more.
    #[error("nobody reads standard output")]
    ReaderGone,
    /// It cannot be written, for another reason.
    #[error("standard output cannot be written: {0}")]
    Failed(io::Error),
}

/// Tells on standard output, and ends the line.
pub fn tell(text: impl Display) -> Result<(), Untold> {
    let text = format!("{text}\n");
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Untold::ReaderGone,
        _ => Untold::Failed(error),
    })
}

/// Tells on standard error, and ends the line. Where that cannot be written, there is no other place to say so.
pub fn note(text: impl Display) {
    drop(io::stderr().lock().write_all(format!("{text}\n").as_bytes()));
}

/// Says why a command failed; answers how the process ends.
pub fn failed(error: &anyhow::Error) -> ExitCode {
    if matches!(error.downcast_ref(), Some(Untold::ReaderGone)) {
        return ExitCode::from(READER_GONE);
    }
    match error.downcast_ref::<Mistakes>() {
        Some(mistakes) => note(mistakes.to_string().trim_end()),
        None => note(format_args!("error: {error:#}")),
    }
    ExitCode::FAILURE
}
