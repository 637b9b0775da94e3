//! What nodes tell each other, gathered so that many records cost few messages.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};
use std::time::Duration;

use model::ConnectionId;
use model::lane::Event;
use store::nodes::News;
use tokio::sync::mpsc;

use crate::Hub;

/// How many things are told at once, and how many people of a lane in one of them.
const AT_ONCE: usize = 2_048;
const PEOPLE: usize = 200;
/// How long the teller waits where the store did not take it.
const PAUSE: Duration = Duration::from_secs(1);

impl Hub {
    /// Hears the other nodes, and tells them, from now on.
    pub(super) fn hear_news(self: &Arc<Self>) {
        let Some(nodes) = self.store().nodes() else { return };
        tokio::spawn(hear(Arc::downgrade(self), nodes.news()));
        if let Some(waiting) = self.place().to_tell() {
            tokio::spawn(tell(Arc::downgrade(self), waiting));
        }
    }

    async fn follow_news(self: &Arc<Self>, news: News) -> store::Result<()> {
        match news {
            News::Due(lane, people) => {
                for (person, at) in people {
                    self.lane_event(lane, Event::Due(person, at));
                }
            }
            News::Clubs(clubs) => clubs.into_iter().for_each(|club| self.show(club)),
            News::Entry(entry, tracking) => {
                self.read_directory().await?;
                if let Some(entry) = self.directory().get(entry) {
                    self.spread_later(entry, None, tracking);
                }
            }
            News::Look => self.place().nudge.notify_one(),
            News::Missed => {
                self.place().nudge.notify_one();
                self.registry().setup.clubs.iter().for_each(|club| self.show(club.id));
                let led: Vec<ConnectionId> = self.place().known().led.iter().copied().collect();
                let registry = Arc::clone(&self.registry());
                self.tell_gates(led.iter().filter_map(|lane| registry.spoke(*lane)));
            }
        }
        Ok(())
    }

    /// Tells what waits to be told, where nobody does that all the time: in a command that opened the store itself.
    pub async fn tell_nodes(&self) {
        let (Some(nodes), Some(mut waiting)) = (self.store().nodes(), self.place().to_tell()) else { return };
        while let Ok(first) = waiting.try_recv() {
            told(nodes.tell(&gathered(first, &mut waiting)).await);
        }
    }
}

async fn hear(hub: Weak<Hub>, mut news: mpsc::Receiver<News>) {
    while let Some(one) = news.recv().await {
        let Some(hub) = hub.upgrade() else { return };
        if let Err(error) = hub.follow_news(one).await {
            tracing::warn!(%error, "what another node told could not be followed; the next round finds it");
        }
    }
}

async fn tell(hub: Weak<Hub>, mut waiting: mpsc::Receiver<News>) {
    while let Some(first) = waiting.recv().await {
        let Some(hub) = hub.upgrade() else { return };
        let Some(nodes) = hub.store().nodes() else { return };
        if !told(nodes.tell(&gathered(first, &mut waiting)).await) {
            drop(hub);
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn told(done: store::Result<()>) -> bool {
    done.inspect_err(
        |error| tracing::debug!(%error, "the other nodes could not be told; they find it in the store"),
    )
    .is_ok()
}

/// The first and what waits behind it, as few messages.
fn gathered(first: News, waiting: &mut mpsc::Receiver<News>) -> Vec<News> {
    let (mut due, mut clubs, mut others) =
        (BTreeMap::<_, BTreeMap<_, _>>::new(), BTreeSet::new(), Vec::new());
    let rest = std::iter::from_fn(|| waiting.try_recv().ok());
    for one in std::iter::once(first).chain(rest.take(AT_ONCE)) {
        match one {
            News::Due(lane, people) => due.entry(lane).or_default().extend(people),
            News::Clubs(changed) => clubs.extend(changed),
            other if others.contains(&other) => {}
            other => others.push(other),
        }
    }
    let mut all = Vec::new();
    for (lane, people) in due {
        let people: Vec<_> = people.into_iter().collect();
        all.extend(people.chunks(PEOPLE).map(|some| News::Due(lane, some.to_vec())));
    }
    let clubs: Vec<_> = clubs.into_iter().collect();
    all.extend(clubs.chunks(PEOPLE).map(|some| News::Clubs(some.to_vec())));
    all.extend(others);
    all
}
