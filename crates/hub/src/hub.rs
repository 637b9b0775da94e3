//! The hub's parts, held together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption, Guard};
use model::{ClubId, Restored, Setup};
use platform::library::Library;
use platform::{Net, Settings, Tokens};
use store::Store;
use store::nodes::News;
use tokio::sync::broadcast;

use crate::clock::Clock;
use crate::directory::Directory;
use crate::feeds::Feeds;
use crate::held::changed_settings;
use crate::lanes::Lanes;
use crate::nodes::Place;
use crate::registry::{Means, Registry};
use crate::restored;
use crate::scopes::Scopes;
use crate::sign_ins::SignIns;
use crate::vault::Vault;
use crate::versions::Versions;

/// How many club changes a slow reader of live lines may fall behind before it is told only that something changed.
const CHANGES: usize = 1_024;

/// What a hub is made of.
pub struct Parts {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The platforms' descriptions.
    pub library: Arc<Library>,
    /// The way out.
    pub net: Arc<dyn Net>,
    /// Opens and seals secrets.
    pub vault: Arc<Vault>,
    /// Time and chance.
    pub clock: Arc<dyn Clock>,
    /// Settings of installation scope, by platform.
    pub installation: BTreeMap<String, Settings>,
}

/// The hub.
pub struct Hub {
    parts: Parts,
    tokens: Arc<Tokens>,
    registry: ArcSwap<Registry>,
    versions: Versions,
    directory: Directory,
    lanes: Lanes,
    feeds: Feeds,
    place: Place,
    restored: ArcSwapOption<Restored>,
    scopes: Scopes,
    changes: broadcast::Sender<ClubId>,
    changing: tokio::sync::Mutex<()>,
}

impl Hub {
    /// Reads the set-up and the directory. Nothing is sent before [`Hub::open_lanes`].
    pub async fn new(parts: Parts) -> store::Result<Arc<Hub>> {
        let directory = Directory::default();
        directory.load(&*parts.store).await?;
        let restored = restored::begin(&*parts.store, parts.clock.now()).await?;
        let sign_ins = SignIns { store: Arc::clone(&parts.store), vault: Arc::clone(&parts.vault) };
        let hub = Arc::new(Hub {
            place: Place::new(parts.store.nodes().is_some()),
            parts,
            tokens: Arc::new(Tokens::kept_in(Arc::new(sign_ins))),
            registry: ArcSwap::default(),
            versions: Versions::default(),
            directory,
            lanes: Lanes::default(),
            feeds: Feeds::default(),
            restored: ArcSwapOption::from_pointee(restored),
            scopes: Scopes::default(),
            changes: broadcast::channel(CHANGES).0,
            changing: tokio::sync::Mutex::default(),
        });
        hub.use_setup(hub.store().setup().await?);
        Ok(hub)
    }

    /// Uses the set-up that another node kept, and what was decided there since a restore.
    pub(crate) async fn read_setup(self: &Arc<Self>) -> store::Result<()> {
        let _one_at_a_time = self.changing.lock().await;
        self.read_restored().await?;
        let setup = self.store().setup().await?;
        let before = Arc::clone(&self.registry());
        let changed = changed_settings(&before.setup.connections, &setup.connections);
        self.use_setup(setup);
        self.open_lanes();
        self.release_mended(changed.into_iter().filter(|lane| self.place().leads(*lane)).collect());
        Ok(())
    }

    /// While this is held, the set-up stays as it is, and opens no lanes.
    pub(crate) async fn unchanged(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.changing.lock().await
    }

    /// Keeps a new set-up and uses it from now on, if it is still the one it was made from.
    pub async fn change_setup(self: &Arc<Self>, before: &Setup, after: Setup) -> store::Result<bool> {
        let _one_at_a_time = self.changing.lock().await;
        if self.registry().setup != *before {
            return Ok(false);
        }
        if !self.store().keep_setup(before.clone(), after.clone()).await? {
            self.use_setup(self.store().setup().await?);
            return Ok(false);
        }
        let changed = changed_settings(&before.connections, &after.connections);
        self.use_setup(after);
        self.open_lanes();
        self.release_mended(changed);
        self.place().look();
        Ok(true)
    }

    /// Stops handing out work, waits, within bounds, for the calls under way, and leaves the other nodes.
    pub async fn rest(self: &Arc<Self>, within: Duration) {
        const LOOK_EVERY: Duration = Duration::from_millis(20);
        self.prepare_to_leave();
        self.pause_lanes();
        let looks = within.as_millis() / LOOK_EVERY.as_millis();
        for _ in 0..looks {
            if self.pulses().iter().all(|pulse| pulse.under_way == 0) {
                break;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        self.leave_place().await;
    }

    /// What a registry is made with.
    pub(crate) fn means<'a>(&'a self, tokens: &'a Arc<Tokens>) -> Means<'a> {
        Means {
            library: &self.parts.library,
            versions: &self.versions,
            vault: &self.parts.vault,
            net: &self.parts.net,
            tokens,
            installation: &self.parts.installation,
        }
    }

    fn use_setup(&self, setup: Setup) {
        let (registry, problems) = Registry::new(setup, &self.means(&self.tokens));
        for problem in problems {
            tracing::error!(%problem, "a connection is left out until this is mended");
        }
        self.registry.store(Arc::new(registry));
    }

    pub(crate) const fn feed_places(&self) -> &Feeds {
        &self.feeds
    }

    /// The set-up as it is now.
    pub fn registry(&self) -> Guard<Arc<Registry>> {
        self.registry.load()
    }

    /// The store.
    pub fn store(&self) -> &dyn Store {
        &*self.parts.store
    }

    /// The descriptions.
    pub fn library(&self) -> &Library {
        &self.parts.library
    }

    /// The vault.
    pub fn vault(&self) -> &Vault {
        &self.parts.vault
    }

    /// Time and chance.
    pub fn clock(&self) -> &dyn Clock {
        &*self.parts.clock
    }

    /// Fresh tokens, for calls made at turn-up: what is kept of sign-ins that rotate is the same.
    pub(crate) fn other_tokens(&self) -> Arc<Tokens> {
        Arc::new(self.tokens.beside())
    }

    /// Staff and lead sources.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    pub(crate) fn restore(&self) -> &ArcSwapOption<Restored> {
        &self.restored
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn lanes(&self) -> &Lanes {
        &self.lanes
    }

    pub(crate) fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// Told whenever something in a club's log changed.
    pub fn changes(&self) -> broadcast::Receiver<ClubId> {
        self.changes.subscribe()
    }

    pub(crate) fn announce(&self, club: ClubId) {
        self.show(club);
        self.place.tell(News::Clubs(vec![club]));
    }

    /// Tells those who look at a club's log here.
    pub(crate) fn show(&self, club: ClubId) {
        drop(self.changes.send(club));
    }

    pub(crate) async fn clock_sleep(&self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}
