//! The house: hubs over one store, each of which may die and be followed by another.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Result, anyhow};
use hub::door::Sender;
use hub::turn_up::{Plan, TurnUpFile, check};
use hub::vault::Vault;
use hub::{Hub, Parts};
use platform::library::Library;
use serde_json::json;
use simulator::{Config, Platform};
use store::Memory;

use crate::commons::Commons;
use crate::life::Life;
use crate::platforms::{Platforms, Way};
use crate::stumbling::Stumbling;
use crate::world::World;

/// A hub in one of its lives.
#[derive(Clone)]
pub struct Living {
    /// The hub.
    pub hub: Arc<Hub>,
    /// Its life.
    pub life: Arc<Life>,
}

/// Everything the hubs of a schedule are made of.
pub struct House {
    /// Time and chance.
    pub world: Arc<World>,
    /// What every life keeps its people in.
    pub memory: Arc<Memory>,
    /// The platforms.
    pub platforms: Arc<Platforms>,
    commons: Option<Arc<Commons>>,
    lives: AtomicU32,
    now: Mutex<BTreeMap<u32, Living>>,
}

impl House {
    /// A house without a hub, for one of them or for several at once.
    pub fn new(world: Arc<World>, platforms: Platforms, nodes: u32) -> Self {
        let (memory, now, lives) = (Arc::default(), Mutex::default(), AtomicU32::default());
        let commons = (nodes > 1).then(Arc::default);
        House { world, memory, platforms: Arc::new(platforms), commons, lives, now }
    }

    /// A hub that lives now.
    pub fn living(&self) -> Option<Living> {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let living: Vec<&Living> = now.values().filter(|one| !one.life.is_over()).collect();
        match living[..] {
            [] => None,
            [one] => Some(one.clone()),
            _ => Some(living[self.world.below(living.len() as u64) as usize].clone()),
        }
    }

    /// Lets one of the hubs stand still for a while, now and then.
    pub async fn stand_still(self: Arc<Self>) {
        loop {
            tokio::time::sleep(Duration::from_secs(1 + self.world.below(40))).await;
            let often = self.world.faults().freeze;
            let Some(Living { life, .. }) =
                self.living().filter(|_| self.world.strikes("a node stands still", often))
            else {
                continue;
            };
            self.world.note(format_args!("life {} stands still", life.number));
            life.stand_still(true);
            tokio::time::sleep(Duration::from_millis(self.world.below(20_000))).await;
            self.world.note(format_args!("life {} goes on", life.number));
            life.stand_still(false);
        }
    }

    /// Turns the club up, before anything can go wrong.
    pub async fn turn_up(&self) -> Result<()> {
        let hub =
            Hub::new(self.parts(Arc::clone(&self.memory) as Arc<dyn store::Store>, Arc::default())).await?;
        let file: TurnUpFile = serde_json::from_value(file())?;
        let before = hub.registry().setup.clone();
        if let Some(problem) = check(&file, hub.library(), &before).first() {
            return Err(anyhow!("{problem}"));
        }
        let plan = Plan::new(&file, &before, (hub.library(), hub.vault()), self.world.now())?;
        store::Store::keep_setup(&*self.memory, before, plan.setup).await?;
        Ok(())
    }

    /// Lets one hub after the other live at a place.
    pub async fn live(self: Arc<Self>, place: u32) {
        loop {
            let number = self.lives.fetch_add(1, Ordering::Relaxed) + 1;
            let life = Arc::new(Life::new(number));
            let born = tokio::select! {
                biased;
                () = life.ended() => None,
                hub = self.be_born(&life) => hub.ok(),
            };
            if let Some(hub) = born {
                hub.take_place(&format!("place {place}"));
                self.world.note(format_args!("life {number} begins"));
                let living = Living { hub, life: Arc::clone(&life) };
                self.now.lock().unwrap_or_else(PoisonError::into_inner).insert(place, living);
                life.ended().await;
            }
            let pause = 100 + self.world.below(3_000);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    async fn be_born(&self, life: &Arc<Life>) -> Result<Arc<Hub>> {
        let (memory, world) = (Arc::clone(&self.memory), Arc::clone(&self.world));
        let store = Stumbling { memory, world, life: Arc::clone(life), commons: self.commons.clone() };
        Ok(Hub::new(self.parts(Arc::new(store), Arc::clone(life))).await?)
    }

    fn parts(&self, store: Arc<dyn store::Store>, life: Arc<Life>) -> Parts {
        static LIBRARY: OnceLock<Arc<Library>> = OnceLock::new();
        let library =
            LIBRARY.get_or_init(|| Arc::new(Library::bundled().expect("the bundled descriptions are good")));
        Parts {
            store,
            library: Arc::clone(library),
            net: Arc::new(Way { platforms: Arc::clone(&self.platforms), life }),
            vault: Arc::new(Vault::new([7; 32])),
            clock: Arc::clone(&self.world) as Arc<dyn hub::clock::Clock>,
            installation: BTreeMap::new(),
        }
    }

    /// Who speaks for a platform.
    pub fn sender(hub: &Hub, platform: &str) -> Sender {
        let setup = &hub.registry().setup;
        let connection = setup.connections.iter().find(|one| one.platform == platform);
        Sender { connection: connection.expect("it was turned up").id, club: setup.clubs[0].id }
    }
}

fn file() -> serde_json::Value {
    let of = |platform| Config::new(platform).credentials;
    let (of_i4, of_vfp, of_spoke) = (of(Platform::JonasI4), of(Platform::Vfp), of(Platform::OpenSpoke));
    let clubs = |id: &str| json!([{ "club": "Kits Beach", "id": id }]);
    let updates = ["create_prospect", "update_prospect", "update_member", "update_ex_member"];
    let all = ["create_prospect", "create_member", "update_prospect", "update_member", "update_ex_member"];
    json!({
        "client": "Kits", "clubs": [{ "name": "Kits Beach", "time_zone": "UTC" }],
        "connections": [
            {
                "platform": "intouch", "provider": "INTOUCH", "client_id": "1111", "live": true,
                "settings": { "client_id": "connector", "client_secret": "secret" }, "clubs": clubs("kits"),
                "agreement": { "receives": ["people"], "existing_people": "none" },
            },
            {
                "platform": "jonas-i4", "client_id": of_i4.company, "live": true,
                "settings": {
                    "scheme": "http", "host": "127.0.0.1", "port": 1, "user": of_i4.user, "password": of_i4.secret,
                },
                "clubs": clubs("7"),
                "agreement": {
                    "sends": { "prospects": "creates_and_updates", "members": "updates", "ex_members": "updates" },
                    "existing_people": "none", "accept_assumed": updates,
                },
            },
            {
                "platform": "vfp", "provider": "VFP", "client_id": "1111", "live": true,
                "settings": { "base_url": "http://127.0.0.1:2", "api_key": of_vfp.secret },
                "clubs": clubs("0042"),
                "agreement": {
                    "sends": { "prospects": "creates_and_updates", "members": "creates_and_updates" },
                    "receives": ["people"], "existing_people": "none", "accept_assumed": all,
                },
            },
            {
                "platform": "open-spoke", "client_id": "1111", "live": true,
                "settings": {
                    "base_url": "http://127.0.0.1:3", "token": of_spoke.secret, "signing_secret": of_spoke.secret,
                },
                "clubs": clubs("kits"),
                "agreement": {
                    "sends": { "prospects": "creates_and_updates", "members": "creates_and_updates" },
                    "existing_people": "none",
                },
            },
        ],
    })
}
