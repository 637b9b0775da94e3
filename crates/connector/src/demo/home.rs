//! The landing page of the demonstration: a door per reader, and live counts.

use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;
use hub::Hub;
use simulator::day::{CLIENT_ID, CLUBS, Player};
use tokio_stream::wrappers::BroadcastStream;
use web::pages::home::view::{ApiDoor, ClubDoor, CommandToTry, Count, HomeView};
use web::pages::source::HomeSource;

use super::{logs, turn_up::Tokens};
use crate::config::Config;

/// The landing page's content.
pub struct Home {
    hub: Arc<Hub>,
    public_url: String,
    data: String,
    platforms: Vec<String>,
    token: String,
}

impl Home {
    /// The landing page of this demonstration.
    pub fn new(hub: Arc<Hub>, config: &Config, player: &Player, tokens: &Tokens) -> Self {
        let platforms = player.all().iter().map(|one| format!("{} {}", one.platform(), one.url())).collect();
        Home {
            hub,
            public_url: config.public_url.clone(),
            data: config.data.display().to_string(),
            platforms,
            token: tokens.intouch.clone(),
        }
    }

    async fn clubs(&self) -> Vec<ClubDoor> {
        let clubs = self.hub.registry().setup.clubs.clone();
        let mut doors = Vec::new();
        for (club, log) in clubs.iter().zip(logs(&self.hub, "")) {
            let today = self.hub.log_today(club).await.unwrap_or_default();
            doors.push(ClubDoor {
                name: club.name.clone(),
                about: "InTouch FollowUp, Jonas I4 and VFP are connected.".to_owned(),
                log: log["url"].as_str().unwrap_or_default().to_owned(),
                needs_you: today.needs_club,
            });
        }
        doors
    }
}

#[async_trait]
impl HomeSource for Home {
    async fn home(&self) -> HomeView {
        let (people, held) = self.hub.store().counts().await.unwrap_or_default();
        let count = |value: u64, label: &str| Count { value, label: label.to_owned() };
        let command = |command: String, shows: &str| CommandToTry { command, shows: shows.to_owned() };
        let connector = format!("connector --data {}", self.data);
        let first_sim = self.platforms.first().and_then(|one| one.split(' ').next_back()).unwrap_or_default();
        HomeView {
            clubs: self.clubs().await,
            counts: vec![
                count(people, "people known"),
                count(held.iter().map(|(_, count)| count).sum(), "transfers waiting for somebody"),
                count(self.hub.pulses().iter().map(|pulse| pulse.under_way as u64).sum(), "calls under way"),
            ],
            commands: vec![
                command(
                    format!("{connector} log --club \"{}\" --follow", CLUBS[0].name),
                    "The log, as it grows.",
                ),
                command(
                    format!("{connector} log --club \"{}\" --needs club", CLUBS[0].name),
                    "What waits for the club.",
                ),
                command(
                    format!("{connector} platform list"),
                    "The platforms, their capabilities and grades.",
                ),
                command(
                    format!("curl {first_sim}/_sim/ledger"),
                    "Every call that the simulated InTouch got.",
                ),
            ],
            api: ApiDoor {
                base: self.public_url.clone(),
                provider: "INTOUCH".to_owned(),
                client_id: CLIENT_ID.to_owned(),
                club_id: CLUBS[0].intouch.to_owned(),
                token: self.token.clone(),
            },
        }
    }

    fn changes(&self) -> BoxStream<'static, ()> {
        BroadcastStream::new(self.hub.changes()).map(|_| ()).boxed()
    }
}
