//! The evening: waiting until nothing is under way, and judging whether every record ended as scripted.

use std::fmt;
use std::time::Duration;

use anyhow::Result;
use comfy_table::{Table, presets};
use hub::Hub;
use model::scope::Standing;
use simulator::day::{Day, Player, shortfalls};

/// How long the evening may take to come to rest.
const PATIENCE: Duration = Duration::from_secs(90);
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How many shortfalls are named.
const NAMED: usize = 40;

/// How the day ended.
pub struct Evening {
    rows: Vec<[String; 5]>,
    shortfalls: Vec<String>,
    unrest: Option<String>,
}

impl Evening {
    /// Whether every record ended as scripted.
    pub fn is_well(&self) -> bool {
        self.shortfalls.is_empty() && self.unrest.is_none()
    }
}

/// Waits until nothing is under way, and judges.
pub async fn wait_and_judge(hub: &Hub, player: &Player, day: &Day) -> Result<Evening> {
    let resting = async {
        while under_way(hub).await?.is_some() || !shortfalls(day, &player.all()).is_empty() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    };
    let unrest = match tokio::time::timeout(PATIENCE, resting).await {
        Ok(rest) => rest.map(|()| None),
        Err(_) => under_way(hub).await,
    }?;
    let mut rows = Vec::new();
    for simulator in player.all() {
        let platform = simulator.platform();
        let expected = day.expected.iter().filter(|expected| expected.platform == platform);
        let (present, held) = expected.fold((0, 0), |(present, held), expected| {
            (present + usize::from(expected.present), held + usize::from(expected.held.is_some()))
        });
        rows.push([
            platform.to_string(),
            simulator.ledger().len().to_string(),
            simulator.people().iter().filter(|person| !person.gone).count().to_string(),
            present.to_string(),
            held.to_string(),
        ]);
    }
    Ok(Evening { rows, shortfalls: shortfalls(day, &player.all()), unrest })
}

/// What is still under way, if anything.
async fn under_way(hub: &Hub) -> Result<Option<String>> {
    let pulses = hub.pulses();
    if pulses.iter().any(|pulse| pulse.under_way > 0 || pulse.standing != Standing::Open) {
        return Ok(Some("calls are under way".to_owned()));
    }
    for pulse in pulses {
        let due = hub.store().take_due(pulse.connection, &[], 10).await?;
        if let Some(due) = due.first() {
            return Ok(Some(format!("person {} is due on connection {}", due.person, pulse.connection)));
        }
    }
    Ok(None)
}

impl fmt::Display for Evening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_preset(presets::ASCII_BORDERS_ONLY_CONDENSED);
        table.set_header(["platform", "calls", "people there", "scripted to be there", "scripted to wait"]);
        for row in &self.rows {
            table.add_row(row);
        }
        writeln!(f, "{table}")?;
        if let Some(unrest) = &self.unrest {
            writeln!(f, "the day did not come to rest: {unrest}")?;
        }
        for shortfall in self.shortfalls.iter().take(NAMED) {
            writeln!(f, "not as scripted: {shortfall}")?;
        }
        match self.shortfalls.len() {
            0 if self.unrest.is_none() => write!(f, "every record ended as scripted"),
            count => write!(f, "{count} records did not end as scripted"),
        }
    }
}
