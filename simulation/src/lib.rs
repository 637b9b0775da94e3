//! The simulation: the real hub on a virtual clock, with everything around it from one seed.
//!
//! A *schedule* is a club with three platforms, a few people, those who edit them, and the faults that the seed draws:
//! processes that end around commits, commits that fail, calls and answers that are lost or late; with several nodes on one
//! store also nodes that stand still past their lease and wake. When the edits are
//! over the faults end, the world comes to rest, and what the platforms and the store hold is compared with what was
//! acknowledged. One thread, one seed, one course of events: a schedule that fails is played again with its seed.

mod commons;
mod house;
mod life;
mod people;
mod plan;
mod platforms;
mod stumbling;
mod verdict;
mod world;

use std::cell::RefCell;
use std::sync::{Arc, Once};
use std::time::Duration;

use anyhow::Result;
use tokio::sync::mpsc;

use house::House;
use people::Acknowledged;
use plan::Faults;
use platforms::Platforms;
pub use world::Told;
use world::World;

/// What came of a schedule.
#[derive(Clone, Debug)]
pub struct Played {
    /// How many people it had.
    pub people: u64,
    /// What happened.
    pub told: Told,
}

thread_local! {
    static PANICS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Plays one schedule, with one hub or several on one store.
pub fn play(seed: u64, nodes: u32) -> Result<Played> {
    static LISTEN: Once = Once::new();
    LISTEN.call_once(|| {
        std::panic::set_hook(Box::new(|panic| PANICS.with_borrow_mut(|seen| seen.push(panic.to_string()))));
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    let mut played = runtime.block_on(schedule(seed, nodes))?;
    drop(runtime);
    played.told.violations.extend(PANICS.take());
    Ok(played)
}

async fn schedule(seed: u64, nodes: u32) -> Result<Played> {
    let mut chance = fastrand::Rng::with_seed(seed);
    let (faults, people) = (Faults::draw(&mut chance), chance.u64(1..=4));
    let world = Arc::new(World::new(chance.u64(..), Faults::default()));
    let (echo, mut echoes) = mpsc::unbounded_channel();
    let platforms = Platforms::new(Arc::clone(&world), echo, faults.hidden_ms);
    let house = Arc::new(House::new(Arc::clone(&world), platforms, nodes));
    house.turn_up().await?;
    let freeze = if nodes > 1 && faults.crash > 0 { 1 + seed % 4 } else { 0 };
    world.begin_faults(Faults { freeze, ..faults });
    let mut lives = tokio::task::JoinSet::new();
    (1..=nodes).for_each(|place| drop(lives.spawn(Arc::clone(&house).live(place))));
    if freeze > 0 {
        lives.spawn(Arc::clone(&house).stand_still());
    }
    let reporting = Arc::clone(&house);
    tokio::spawn(async move {
        while let Some(id) = echoes.recv().await {
            tokio::spawn(Arc::clone(&reporting).vfp_reports(id));
        }
    });
    let acknowledged = Arc::new(Acknowledged::default());
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..people {
        writers.spawn(Arc::clone(&house).intouch_writes(number, Arc::clone(&acknowledged)));
        writers.spawn(Arc::clone(&house).vfp_edits(number, Arc::clone(&acknowledged)));
    }
    while let Some(written) = writers.join_next().await {
        written?;
    }
    tokio::time::sleep(Duration::from_secs(world.below(600))).await;
    world.end_faults();
    house.settle().await?;
    house.judge(people, &acknowledged).await?;
    lives.abort_all();
    Ok(Played { people, told: world.told() })
}
