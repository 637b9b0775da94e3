//! The simulated platforms without HTTP, and the way to them, on which everything may go wrong.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use platform::Net;
use platform::net::{NetError, Request, Response};
use simulator::{Answer, Config, Faults, Offline, Person, Platform, Trouble};
use tokio::sync::{mpsc, oneshot};

use crate::life::Life;
use crate::world::{COUNTED, World};

/// The only club's number at each platform.
pub const CLUBS: [(Platform, &str); 3] =
    [(Platform::JonasI4, "7"), (Platform::Vfp, "0042"), (Platform::OpenSpoke, "kits")];

/// A platform.
pub struct There {
    /// Which one.
    pub platform: Platform,
    /// Its records.
    pub records: Offline,
    down_until: Mutex<(i64, i64)>,
    /// How far in its person's history each field of a record is.
    places: Mutex<BTreeMap<(String, model::Field), usize>>,
    /// Who last wrote a record, and when.
    touched: Mutex<BTreeMap<String, (Hand, i64)>>,
}

/// Who writes a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// The hub.
    Ours,
    /// The platform's own people.
    Theirs,
}

/// Within how many milliseconds of each other two writes may cross: neither the platform nor the hub can then tell which
/// of them a report was made after.
const CROSSING_MS: i64 = 4_000;

/// All platforms.
pub struct Platforms {
    world: Arc<World>,
    there: Vec<There>,
    /// Calls under way, by life and subject.
    under_way: Mutex<BTreeMap<(usize, String, u32), Arc<Life>>>,
    /// Where a platform tells of our own writes.
    echoes: mpsc::UnboundedSender<String>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How a call will go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Well,
    Trouble(Trouble),
    LockedOut,
    LostBefore,
    LostAfter,
    /// Carried out so many milliseconds after the deadline.
    Late(u64),
    /// Carried out at once, answered after the deadline.
    Slow,
}

impl Platforms {
    /// The platforms on their first day.
    pub fn new(world: Arc<World>, echoes: mpsc::UnboundedSender<String>, hidden_ms: u64) -> Self {
        let there = CLUBS.map(|(platform, club)| {
            let config = Config {
                clubs: vec![simulator::Club::new(club, "Kits Beach")],
                ledger_capacity: 0,
                ..Config::new(platform)
            };
            let records = Offline::new(platform, config);
            let hidden = Faults { visible_after_ms: hidden_ms, ..Faults::default() };
            if platform == Platform::Vfp {
                records.set_faults(hidden);
            }
            let (down_until, places, touched) = (Mutex::default(), Mutex::default(), Mutex::default());
            There { platform, records, down_until, places, touched }
        });
        Platforms { world, there: there.into(), under_way: Mutex::default(), echoes }
    }

    /// All of them.
    pub fn all(&self) -> &[There] {
        &self.there
    }

    /// VFP.
    pub fn vfp(&self) -> &There {
        &self.there[1]
    }

    fn now_ms(&self) -> u64 {
        self.world.now().0 as u64
    }

    /// What becomes of a call; `None` when nobody takes the connection.
    fn fate(&self, there: &There, fresh: bool) -> Option<Fate> {
        let (world, faults, now) = (&self.world, self.world.faults(), self.world.now().0);
        let mut closed = lock(&there.down_until);
        if world.strikes("outage", faults.outage) {
            closed.0 = now + 1_000 * (1 + world.below(600)) as i64;
        }
        if world.strikes("sign-in refused", faults.locked) {
            closed.1 = now + 1_000 * (1 + world.below(600)) as i64;
        }
        let calm = faults.before + faults.outage + faults.locked == 0;
        if !calm && closed.0 > now || world.strikes("connection refused", 2 * faults.before) {
            return None;
        }
        if !calm && closed.1 > now {
            return Some(Fate::LockedOut);
        }
        Some(if world.strikes("server error", faults.before) {
            Fate::Trouble(Trouble::Broken)
        } else if world.strikes("maintenance", 3 * faults.before) {
            Fate::Trouble(Trouble::Maintenance)
        } else if world.strikes("throttled", faults.throttled) {
            Fate::Trouble(Trouble::Throttled(1 + world.below(30) as u32))
        } else if world.strikes("lost before storing", 2 * faults.lost) {
            Fate::LostBefore
        } else if world.strikes("answer lost", faults.lost) {
            Fate::LostAfter
        } else if fresh && world.strikes("carried out late", faults.slow) {
            Fate::Late(world.below(25_000))
        } else if world.strikes("answered late", faults.slow) {
            Fate::Slow
        } else {
            Fate::Well
        })
    }

    /// Carries a call out and looks at what it did.
    fn carry_out(&self, at: usize, request: http::Request<Bytes>, fate: Fate) -> Answer {
        let there = &self.there[at];
        let people = there.records.people();
        let trouble = if let Fate::Trouble(trouble) = fate { Some(trouble) } else { None };
        let answer = there.records.call(request, self.now_ms(), trouble);
        self.world.called();
        let (platform, operation) = (there.platform, answer.operation);
        let stored = answer.stored.as_deref().and_then(|id| there.records.person(id));
        let Some(after) = stored else {
            self.world.note(format_args!("{platform}: {operation} {}", answer.status));
            return answer;
        };
        let fields = ["address1", "city", "company"].map(|field| after.get(field).to_owned());
        self.world
            .note(format_args!("{platform}: {operation} stored {} {fields:?} {:?}", after.id, after.kind));
        self.in_order(there, &after);
        self.touch(there, &after.id, Hand::Ours);
        let before = people.iter().find(|person| person.id == after.id);
        let same = |before: &Person| before.fields == after.fields && before.kind == after.kind;
        if before.is_some_and(same) && self.world.told().faults.is_empty() {
            self.world.wrong(format_args!(
                "{platform}: {} was told what it holds, and nothing had failed",
                after.id
            ));
        }
        let faults = self.world.faults();
        if there.platform == Platform::Vfp && self.world.strikes("echo", faults.echo) {
            drop(self.echoes.send(after.id));
        }
        answer
    }

    /// Takes note of who wrote a record: what crosses is told once more, although nothing failed.
    pub fn touch(&self, there: &There, id: &str, by: Hand) {
        let now = self.world.now().0;
        let last = lock(&there.touched).insert(id.to_owned(), (by, now));
        if last.is_some_and(|(last, at)| last != by && now - at < CROSSING_MS) {
            self.world.count("an edit across a write");
        }
    }

    /// A record's counted fields only move on in its person's history. VFP's own people change the city there.
    fn in_order(&self, there: &There, after: &Person) {
        for field in COUNTED {
            let value = after.get(field.name());
            if value.is_empty() || there.platform == Platform::Vfp && field == model::Field::City {
                continue;
            }
            let mut places = lock(&there.places);
            let from = places.entry((after.id.clone(), field)).or_default();
            match self.world.place(after.get("last_name"), field, (*from, value)) {
                Some(place) => *from = place,
                None => self.world.wrong(format_args!(
                    "{}: an older {} {value} followed a newer one at {}",
                    there.platform,
                    field.name(),
                    after.id
                )),
            }
        }
    }
}

/// The way to the platforms in one life.
pub struct Way {
    /// The platforms.
    pub platforms: Arc<Platforms>,
    /// The life.
    pub life: Arc<Life>,
}

/// A call under way; whoever makes it may give it up.
struct UnderWay {
    platforms: Arc<Platforms>,
    key: (usize, String, u32),
}

impl UnderWay {
    fn begin(way: &Way, there: &There, key: (usize, String, u32)) -> UnderWay {
        let platforms = Arc::clone(&way.platforms);
        let mut under_way = lock(&platforms.under_way);
        let others = (key.0, key.1.clone(), 0)..=(key.0, key.1.clone(), u32::MAX);
        if under_way.range(others).any(|(_, life)| !life.is_over() && !life.stands_still()) {
            platforms.world.wrong(format_args!("{}: two calls under way for {key:?}", there.platform));
        }
        under_way.insert(key.clone(), Arc::clone(&way.life));
        drop(under_way);
        UnderWay { platforms, key }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        lock(&self.platforms.under_way).remove(&self.key);
    }
}

#[async_trait]
impl Net for Way {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        self.life.goes_on().await;
        let world = &self.platforms.world;
        let at = usize::from(request.url.port().unwrap_or_default() - 1);
        let call = Self::message(&request);
        let there = &self.platforms.there[at];
        let key = there.records.subject(call.clone()).map(|subject| (at, subject, self.life.number));
        let _under_way = key.map(|key| UnderWay::begin(self, there, key));
        let answer = self.travel(at, call, &request).await;
        self.life.goes_on().await;
        let heard = answer.as_ref().map_or_else(ToString::to_string, |answer| answer.status.to_string());
        world.note(format_args!("{}: life {} heard: {heard}", there.platform, self.life.number));
        answer
    }
}

impl Way {
    fn message(request: &Request) -> http::Request<Bytes> {
        let mut message = http::Request::new(request.body.clone());
        *message.method_mut() = request.method.clone();
        *message.uri_mut() = request.url.as_str().parse().expect("an address is an address");
        *message.headers_mut() = request.headers.clone();
        message
    }

    /// The call goes on at the platform whatever becomes of its caller.
    async fn travel(
        &self,
        at: usize,
        mut call: http::Request<Bytes>,
        request: &Request,
    ) -> Result<Response, NetError> {
        let (platforms, deadline) = (Arc::clone(&self.platforms), request.deadline);
        let Some(fate) = platforms.fate(&platforms.there[at], request.fresh) else {
            return Err(NetError::Refused("nobody listens".to_owned()));
        };
        if fate == Fate::LockedOut {
            call.headers_mut().remove(http::header::AUTHORIZATION);
            call.headers_mut().remove("x-api-key");
        }
        let (tell, told) = oneshot::channel();
        let there = Duration::from_millis(1 + platforms.world.below(80));
        let back = Duration::from_millis(platforms.world.below(120));
        tokio::spawn(async move {
            let late = if let Fate::Late(ms) = fate { deadline + Duration::from_millis(ms) } else { there };
            tokio::time::sleep(late).await;
            if fate == Fate::LostBefore {
                return;
            }
            let answer = platforms.carry_out(at, call, fate);
            if fate != Fate::LostAfter {
                tokio::time::sleep(if fate == Fate::Slow { deadline } else { back }).await;
                drop(tell.send(answer));
            }
        });
        tokio::select! {
            biased;
            answer = told => answer.map(response).map_err(|_| NetError::Lost("the connection was reset".to_owned())),
            () = tokio::time::sleep(deadline) => Err(NetError::Lost("no answer in time".to_owned())),
        }
    }
}

fn response(answer: Answer) -> Response {
    let mut headers = http::HeaderMap::new();
    for (name, value) in &answer.headers {
        headers.insert(*name, value.parse().expect("a header is a header"));
    }
    Response { status: answer.status, headers, body: answer.body.into() }
}
