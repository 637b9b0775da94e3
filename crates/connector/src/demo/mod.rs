//! The demonstration: the hub with simulated InTouch FollowUp, Jonas I4 and VFP, and a club's day played through the
//! doors that a club's systems use.

mod evening;
mod home;
mod turn_up;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use hub::Hub;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use simulator::day::{self, Day, Player};

use crate::cli::{self, Place};
use crate::commands::ask::{Ask, answer};
use crate::commands::logging_url::url_of;
use crate::config::Config;
use crate::say::{note, tell};
use crate::{running, server};
use home::Home;

/// Real time per time of the day, when the day is played once and when it is watched.
const HURRIED: f64 = 0.0005;
const WATCHED: f64 = 0.02;

/// Runs the demonstration.
pub async fn run(asked: cli::Demo, place: &Place) -> Result<ExitCode> {
    let scratch = running::scratch()?;
    let place = Place {
        data: Some(place.data.clone().unwrap_or_else(|| scratch.path().to_owned())),
        listen: Some(place.listen.clone().unwrap_or_else(|| format!("127.0.0.1:{}", asked.port))),
        ..place.clone()
    };
    let mut config = Config::read(&place)?;
    let listener = server::bind(&config).await?;
    config.public_url = place.public_url.clone().unwrap_or(format!("http://{}", listener.local_addr()?));
    let day = day::script(asked.seed);
    let platforms =
        Player::platforms(&day, [0, 0, 0]).await.context("the simulated platforms cannot start")?;
    turn_up::installation(&mut config, &platforms);
    let running = running::open(&config).await?;
    let tokens = turn_up::bring_live(&running.hub, &config, &platforms).await?;
    let player = Player::new(platforms, &config.public_url, [&tokens.intouch, &tokens.vfp])?;
    let home = Home::new(Arc::clone(&running.hub), &config, &player, &tokens);
    show(&asked, &config, running.hub.clone(), (listener, home), (player, &day)).await
}

async fn show(
    asked: &cli::Demo,
    config: &Config,
    hub: Arc<Hub>,
    (listener, home): (tokio::net::TcpListener, Home),
    (player, day): (Player, &Day),
) -> Result<ExitCode> {
    let told_to_stop = server::told_to_stop()?;
    greet(asked, config, &hub)?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let until = async move { drop(stopped.await) };
    let serving = server::serve(Arc::clone(&hub), config, listener, Some(Arc::new(home)), until);
    tokio::pin!(serving);
    let evening = tokio::select! {
        served = &mut serving => return served.map(|()| ExitCode::SUCCESS),
        evening = live_through(asked, &hub, (&player, day)) => evening.map(Some),
        () = told_to_stop => Ok(None),
    };
    drop(stop);
    serving.await?;
    match evening? {
        Some(evening) => {
            tell(&evening)?;
            Ok(if evening.is_well() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        None if asked.once => bail!("the day was broken off before its evening"),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// Plays the day, and answers how it ended; a day that is watched leaves everything standing until it is told to stop.
async fn live_through(
    asked: &cli::Demo,
    hub: &Hub,
    (player, day): (&Player, &Day),
) -> Result<evening::Evening> {
    let played = play(player, day, asked.once).await.context("the day was broken off");
    if asked.once {
        played?;
        return evening::wait_and_judge(hub, player, day).await;
    }
    if let Err(trouble) = played {
        note(format_args!("{trouble:#}"));
    }
    std::future::pending().await
}

/// Says where to look.
fn greet(asked: &cli::Demo, config: &Config, hub: &Hub) -> Result<()> {
    let logs: Vec<Value> = logs(hub, &config.public_url);
    if asked.json_urls {
        let urls: Vec<&str> = logs.iter().filter_map(|log| log["url"].as_str()).collect();
        tell(json!({ "home": format!("{}/", config.public_url), "logs": urls }))?;
    } else if !asked.once {
        tell(format_args!("The Connector is running. Open {}/ in a browser.\n", config.public_url))?;
        for log in &logs {
            let text = |name: &str| log[name].as_str().unwrap_or_default();
            tell(format_args!("  Connector Log of {}: {}", text("club"), text("url")))?;
        }
        tell("\nA club's day is being played; it runs until you press Ctrl-C.")?;
    }
    Ok(())
}

/// The logging URLs of all clubs.
fn logs(hub: &Hub, public_url: &str) -> Vec<Value> {
    let clubs = hub.registry().setup.clubs.clone();
    clubs.iter().map(|club| json!({ "club": club.name, "url": url_of(hub, public_url, club) })).collect()
}

async fn play(player: &Player, day: &Day, hurried: bool) -> Result<()> {
    let pace = if hurried { HURRIED } else { WATCHED };
    let bar = if hurried { ProgressBar::new(day.steps.len() as u64) } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template("the day {bar:40} {pos}/{len}")?);
    let mut before_ms = 0;
    for step in &day.steps {
        let pause_ms = (step.at_offset_ms.saturating_sub(before_ms) as f64 * pace) as u64;
        before_ms = step.at_offset_ms;
        tokio::time::sleep(Duration::from_millis(pause_ms.min(2_000))).await;
        player.play(&step.what, pace).await.with_context(|| step.what.to_string())?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

/// Asks the hub as a command would.
async fn ask(hub: &Arc<Hub>, config: &Config, question: Ask) -> Result<Value> {
    answer(hub, config, question).await
}
