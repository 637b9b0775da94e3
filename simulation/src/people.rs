//! Those who write: InTouch, which sends a person again until it is told that it was kept, and VFP's own people.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hub::door::{Said, UserSave};
use model::{Field, Kind};
use simulator::Person;
use tokio::time::{sleep, timeout};

use crate::house::House;
use crate::platforms::Hand;

/// How long a sender waits before it sends again: longer than a hub takes to decide, or not at all.
const PATIENCE: Duration = Duration::from_secs(6);

/// The last acknowledged value of each counted field, by family name.
pub type Acknowledged = Mutex<BTreeMap<(String, Field), String>>;

/// The family name of one person of a schedule.
pub fn name(number: u64) -> String {
    format!("Able{number}")
}

/// What a sender says of a person.
#[derive(Clone)]
struct Letter {
    number: u64,
    kind: Kind,
    revision: u64,
}

impl Letter {
    fn save(&self) -> UserSave {
        let Letter { number, kind, revision } = self;
        let mut fields = vec![
            (Field::FirstName, "Ann".to_owned()),
            (Field::LastName, name(*number)),
            (Field::Email, format!("able{number}@example.org")),
            (Field::Address1, format!("rev {revision}")),
        ];
        if revision % 3 == 0 {
            fields.push((Field::Company, format!("InTouch {revision}")));
        }
        saved(format!("it-{number}"), *kind, fields)
    }
}

fn saved(record_id: String, kind: Kind, fields: Vec<(Field, String)>) -> UserSave {
    let fields = fields.into_iter().map(|(field, value)| (field, Said::Value(value))).collect();
    UserSave { record_id, kind, fields, ignored: Vec::new() }
}

impl House {
    /// Sends until it is acknowledged; what is sent is made anew each time.
    async fn send(&self, platform: &str, save: impl Fn() -> UserSave) -> UserSave {
        loop {
            let save = save();
            if let Some(living) = self.living() {
                let sender = Self::sender(&living.hub, platform);
                match timeout(PATIENCE, living.hub.receive(sender, save.clone())).await {
                    Ok(Ok(_)) => return save,
                    Ok(Err(_)) | Err(_) => {
                        self.world.note(format_args!("{platform} sends {} again", save.record_id));
                    }
                }
            }
            sleep(Duration::from_millis(500 + self.world.below(1_000))).await;
        }
    }

    fn acknowledge(&self, acknowledged: &Acknowledged, (name, field): (String, Field), value: String) {
        self.world.note(format_args!("acknowledged {name} {} {value}", field.name()));
        if self.world.place(&name, field, (0, &value)).is_none() {
            self.world.wrong(format_args!("{name} {} {value} was acknowledged and not kept", field.name()));
        }
        acknowledged.lock().unwrap_or_else(PoisonError::into_inner).insert((name, field), value);
    }

    async fn rest(&self) {
        let ms = match self.world.below(5) {
            0 => 0,
            1 => self.world.below(50),
            2 => self.world.below(2_000),
            3 => self.world.below(60_000),
            _ => self.world.below(900_000),
        };
        sleep(Duration::from_millis(ms)).await;
    }

    /// InTouch writes about one person, now and then an older letter once more.
    pub async fn intouch_writes(self: Arc<Self>, number: u64, acknowledged: Arc<Acknowledged>) {
        let letters = 1 + self.world.below(8);
        let sold_at = 2 + self.world.below(10);
        let mut sent: Vec<Letter> = Vec::new();
        for revision in 1..=letters {
            self.rest().await;
            let kind = if revision < sold_at { Kind::Prospect } else { Kind::Member };
            sent.push(Letter { number, kind, revision });
            let mut letters = vec![sent.len() - 1];
            if self.world.one_in(5) {
                self.world.count("repeated report");
                letters.push(sent.len() - 1);
            }
            if self.world.one_in(6) {
                self.world.count("older report after a newer one");
                letters.push(self.world.below(sent.len() as u64) as usize);
            }
            for at in letters {
                let letter = Letter { kind, ..sent[at].clone() };
                self.send("intouch", || letter.save()).await;
                let value = format!("rev {}", letter.revision);
                self.acknowledge(&acknowledged, (name(number), Field::Address1), value);
            }
        }
    }

    /// VFP's own people edit one person there, and VFP reports it.
    pub async fn vfp_edits(self: Arc<Self>, number: u64, acknowledged: Arc<Acknowledged>) {
        for edit in 1..=self.world.below(5) {
            self.rest().await;
            let vfp = self.platforms.vfp();
            let there = &vfp.records;
            let Some(person) = there.people().into_iter().find(|one| one.get("last_name") == name(number))
            else {
                continue;
            };
            let city = format!("city {edit}");
            let now = self.world.now().0 as u64;
            let company = format!("VFP {edit}");
            let both = [("city", city.as_str()), ("company", company.as_str())];
            let changes = if self.world.one_in(4) { &both[..] } else { &both[..1] };
            there.put_person(now, (&person.id, "0042"), person.kind, changes);
            self.platforms.touch(vfp, &person.id, Hand::Theirs);
            self.world.note(format_args!("vfp: its people edit {} {changes:?}", person.id));
            sleep(Duration::from_millis(self.world.below(1_500))).await;
            let edited = || {
                let names = ["first_name", "last_name", "email"].map(|field| (field, person.get(field)));
                let said = names.iter().chain(changes);
                let fields = said.map(|(field, value)| (of(field), (*value).to_owned()));
                let kind = there.person(&person.id).map_or(Kind::Prospect, |person| kind(&person));
                saved(person.id.clone(), kind, fields.collect::<Vec<_>>())
            };
            self.send("vfp", edited).await;
            self.acknowledge(&acknowledged, (name(number), Field::City), city.clone());
            if self.world.one_in(5) {
                self.world.count("repeated report");
                self.send("vfp", edited).await;
            }
        }
    }

    /// VFP reports a record as it is.
    pub async fn vfp_reports(self: Arc<Self>, id: String) {
        let there = &self.platforms.vfp().records;
        let report = || {
            let person = there.person(&id).expect("it was stored");
            let fields = ["first_name", "last_name", "email", "address1", "city", "company"]
                .map(|field| (of(field), person.get(field).to_owned()));
            let said = fields.into_iter().filter(|(_, value)| !value.is_empty()).collect();
            saved(id.clone(), kind(&person), said)
        };
        self.world.note(format_args!("vfp reports {id}"));
        self.send("vfp", report).await;
    }
}

fn kind(person: &Person) -> Kind {
    match person.kind {
        simulator::Kind::Prospect => Kind::Prospect,
        simulator::Kind::Member => Kind::Member,
        simulator::Kind::ExMember => Kind::ExMember,
    }
}

fn of(field: &str) -> Field {
    Field::ALL.into_iter().find(|one| one.name() == field).expect("a field of a person")
}
