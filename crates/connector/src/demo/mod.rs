//! The demonstration: the hub with simulated InTouch FollowUp, Jonas I4 and VFP, and a club's day played through the
//! doors that a club's systems use.

mod evening;
mod home;
mod turn_up;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use hub::Hub;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use simulator::day::{self, Day, Player};

use crate::cli::{self, Place};
use crate::commands::ask::{Ask, answer};
use crate::commands::logging_url::url_of;
use crate::config::Config;
use crate::{running, server};
use home::Home;

/// Real time per time of the day, when the day is played once and when it is watched.
const HURRIED: f64 = 0.0005;
const WATCHED: f64 = 0.02;

/// Runs the demonstration.
pub async fn run(asked: cli::Demo, place: &Place) -> Result<ExitCode> {
    let kept = place.data.is_some();
    let scratch = std::env::temp_dir().join(format!("connector-demo-{}", std::process::id()));
    let place = Place {
        data: Some(place.data.clone().unwrap_or_else(|| scratch.clone())),
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
    let outcome = show(&asked, &config, running.hub.clone(), (listener, home), (player, &day)).await;
    drop(running);
    if !kept {
        drop(std::fs::remove_dir_all(&scratch));
    }
    outcome
}

async fn show(
    asked: &cli::Demo,
    config: &Config,
    hub: Arc<Hub>,
    (listener, home): (tokio::net::TcpListener, Home),
    (player, day): (Player, &Day),
) -> Result<ExitCode> {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let once = asked.once;
    let until = async move { if once { drop(stopped.await) } else { server::told_to_stop().await } };
    let serving = server::serve(Arc::clone(&hub), config, listener, Some(Arc::new(home)), until);
    let playing = async {
        greet(asked, config, &hub);
        let played = play(&player, day, asked.once).await;
        if !asked.once {
            if let Err(trouble) = played {
                eprintln!("the day was broken off: {trouble:#}");
            }
            return std::future::pending().await;
        }
        let summary = match played {
            Ok(()) => evening::wait_and_judge(&hub, &player, day).await,
            Err(trouble) => Err(trouble),
        };
        let _: Result<(), ()> = stop.send(());
        summary
    };
    tokio::pin!(serving);
    let mut summary = None;
    tokio::select! {
        served = &mut serving => served?,
        told = playing => summary = Some(told),
    }
    match summary {
        None => Ok(ExitCode::SUCCESS),
        Some(told) => {
            serving.await?;
            let evening = told?;
            println!("{evening}");
            Ok(if evening.is_well() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}

/// Says where to look.
fn greet(asked: &cli::Demo, config: &Config, hub: &Hub) {
    let logs: Vec<Value> = logs(hub, &config.public_url);
    if asked.json_urls {
        let urls: Vec<&str> = logs.iter().filter_map(|log| log["url"].as_str()).collect();
        println!("{}", json!({ "home": format!("{}/", config.public_url), "logs": urls }));
    } else if !asked.once {
        println!("The Connector is running. Open {}/ in a browser.\n", config.public_url);
        for log in &logs {
            println!(
                "  Connector Log of {}: {}",
                log["club"].as_str().unwrap_or(""),
                log["url"].as_str().unwrap_or("")
            );
        }
        println!("\nA club's day is being played; it runs until you press Ctrl-C.");
    }
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
        player.play(&step.what, pace).await.with_context(|| format!("{:?}", step.what))?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

/// Asks the hub as a command would.
async fn ask(hub: &Arc<Hub>, config: &Config, question: Ask) -> Result<Value> {
    answer(hub, config, question).await
}
