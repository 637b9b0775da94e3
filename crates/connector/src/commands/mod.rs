//! The commands, one file each.

pub mod ask;
mod backup;
mod certify;
mod directory;
mod doctor;
mod drafting;
mod entry;
mod explain;
mod feeds;
pub mod held;
mod links;
mod lint;
mod log;
pub mod logging_url;
mod pause;
mod platform;
mod restore;
mod status;
mod store;
pub mod token;
mod trial;
pub mod turn_up;
mod versions;
mod watch;

use std::process::ExitCode;

use anyhow::Result;

use crate::cli::{Cli, Command};
use crate::config::Config;
use crate::say::note;
use crate::{demo, running, server};

/// Does what was asked.
pub async fn run(cli: Cli) -> Result<ExitCode> {
    let config = Config::read(&cli.place)?;
    match cli.command {
        Command::Serve => serve(&config).await,
        Command::Demo(asked) => demo::run(asked, &cli.place).await,
        Command::TurnUp(asked) => turn_up::run(asked, &config).await,
        Command::Links(asked) => links::run(asked, &config).await,
        Command::Directory(asked) => directory::run(asked, &config).await,
        Command::Token(asked) => token::run(asked, &config).await,
        Command::Log(asked) => log::run(asked, &config).await,
        Command::LoggingUrl(asked) => logging_url::run(asked, &config).await,
        Command::Backup(asked) => backup::run(asked, &config).await,
        Command::Restore(asked) => restore::run(asked, &config).await,
        Command::Store(asked) => store::run(asked, &config).await,
        Command::Doctor(asked) => doctor::run(asked, &config).await,
        Command::Pause(asked) => pause::run(asked.which, Some(asked.reason), &config).await,
        Command::Resume(which) => pause::run(which, None, &config).await,
        Command::Feeds(asked) => feeds::run(asked, &config).await,
        Command::Held(asked) => held::run(asked, &config).await,
        Command::Status { json } => status::run(json, &config).await,
        Command::Versions(asked) => versions::run(asked, &config).await,
        Command::Certify(asked) => certify::run(asked, &config).await,
        Command::Platform(asked) => platform::run(asked, &config).await,
    }
}

async fn serve(config: &Config) -> Result<ExitCode> {
    server::survive_full_files()?;
    let running = running::open(config).await?;
    running::warn_if_open_to_others(&config.data);
    let stop = server::told_to_stop()?;
    let listener = server::bind(config).await?;
    note(format_args!("the Connector listens on http://{}", listener.local_addr()?));
    server::serve(running.hub.clone(), config, listener, None, stop).await?;
    Ok(ExitCode::SUCCESS)
}
