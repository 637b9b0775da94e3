//! The player: carries out the steps of a day against three simulators and a hub.

use std::time::Duration;

use super::{CLIENT_ID, CLUBS, Day, Element, Event, fields};
use crate::sender::{Answer, LeadSourceDocument, Receipt, Sender, StaffDocument, UserDocument};
use crate::{Club, Config, Faults, Kind, Platform, Simulator};

/// How often, and how many times, the player looks whether VFP holds a person by now.
const LOOK_AGAIN: (Duration, u32) = (Duration::from_millis(50), 1200);

/// Why a step could not be played.
#[derive(Debug, thiserror::Error)]
pub enum Unplayed {
    /// The hub did not answer.
    #[error("the hub did not answer")]
    Unanswered(#[from] reqwest::Error),
    /// The hub did not take a document.
    #[error("the hub did not take it: {0}")]
    NotTaken(String),
    /// VFP should sell to somebody whom the hub did not bring there.
    #[error("{0} did not arrive at VFP")]
    NotArrived(String),
}

/// Plays a day.
#[derive(Debug)]
pub struct Player {
    /// InTouch, with its people.
    pub intouch: Simulator,
    /// Jonas I4.
    pub i4: Simulator,
    /// VFP.
    pub vfp: Simulator,
    intouch_voice: Sender,
    vfp_voice: Sender,
}

impl Player {
    /// Starts the day's three platforms, with their clubs and their staff and lead sources of the morning. The ports are
    /// those of InTouch, I4 and VFP; 0 takes any.
    pub async fn platforms(day: &Day, ports: [u16; 3]) -> std::io::Result<[Simulator; 3]> {
        let config = |platform: Platform, port: u16| {
            let clubs = CLUBS.iter().map(|club| Club::new(club.id_at(platform), club.name)).collect();
            Config { port, clubs, seed: day.seed, ..Config::new(platform) }
        };
        let mut intouch = config(Platform::InTouch, ports[0]);
        intouch.staff.clone_from(&day.intouch_staff);
        intouch.lead_sources.clone_from(&day.intouch_lead_sources);
        let mut vfp = config(Platform::Vfp, ports[2]);
        vfp.staff.clone_from(&day.vfp_staff);
        vfp.lead_sources.clone_from(&day.vfp_lead_sources);
        Ok([
            Simulator::start(Platform::InTouch, intouch).await?,
            Simulator::start(Platform::JonasI4, config(Platform::JonasI4, ports[1])).await?,
            Simulator::start(Platform::Vfp, vfp).await?,
        ])
    }

    /// A player who speaks to this hub with these tokens of `INTOUCH` and `VFP`. VFP's client id is [`CLIENT_ID`], like
    /// InTouch's.
    pub fn new(platforms: [Simulator; 3], hub: &str, tokens: [&str; 2]) -> Result<Player, Unplayed> {
        let [intouch, i4, vfp] = platforms;
        let intouch_voice = Sender::new(hub, "INTOUCH", (CLIENT_ID, CLUBS[0].intouch), tokens[0])?;
        let vfp_voice = Sender::new(hub, "VFP", (CLIENT_ID, CLUBS[0].vfp), tokens[1])?;
        Ok(Player { intouch, i4, vfp, intouch_voice, vfp_voice })
    }

    /// The platforms, as the evening's check takes them.
    pub fn all(&self) -> [&Simulator; 3] {
        [&self.intouch, &self.i4, &self.vfp]
    }

    /// Plays one event. `pace` is real time per time of the day: 1.0 for a real day, 0.001 for a day in half a minute.
    pub async fn play(&self, event: &Event, pace: f64) -> Result<(), Unplayed> {
        match event {
            Event::InTouchSaves { club, record_id, kind, elements } => {
                self.intouch.put_person(record_id, CLUBS[*club].intouch, *kind, &fields(elements));
                let voice = self.intouch_voice.at_club(CLUBS[*club].intouch);
                let known = self.intouch.person(record_id);
                let name = known
                    .as_ref()
                    .map_or(("", ""), |known| (known.get("first_name"), known.get("last_name")));
                let user = filled(voice.user(record_id, name, kind.wire()), elements);
                taken(voice.save_user(&user).await?)
            }
            Event::VfpSells { club, person, first_name, last_name, email } => {
                let id = self.arrived(*club, (first_name, last_name), email).await;
                let id = id.ok_or_else(|| Unplayed::NotArrived(person.clone()))?;
                self.vfp.set_kind(&id, Kind::Member);
                let voice = self.vfp_voice.at_club(CLUBS[*club].vfp);
                taken(voice.save_user(&voice.user(&id, (first_name, last_name), "MEMBER")).await?)
            }
            Event::VfpWalkIn { club, elements, .. } => {
                let known = fields(elements);
                let id = self.vfp.add_person(CLUBS[*club].vfp, Kind::Member, &known);
                let voice = self.vfp_voice.at_club(CLUBS[*club].vfp);
                taken(voice.save_user(&filled(voice.user(&id, ("", ""), "MEMBER"), elements)).await?)
            }
            Event::StaffSaved { club, staff } => {
                let document = StaffDocument {
                    record_id: staff.id.clone(),
                    first_name: staff.first_name.clone(),
                    last_name: staff.last_name.clone(),
                    email: staff.email.clone(),
                    active: staff.active,
                };
                taken(self.intouch_voice.at_club(CLUBS[*club].intouch).save_staff(&document).await?)
            }
            Event::LeadSourceSaved { club, source } => {
                self.intouch.add_lead_source(source.clone());
                let (record_id, name) = (source.id.clone(), source.name.clone());
                let document = LeadSourceDocument { record_id, name, active: source.active };
                taken(self.intouch_voice.at_club(CLUBS[*club].intouch).save_lead_source(&document).await?)
            }
            Event::Unreachable { platform, for_ms } => {
                let ms = (*for_ms as f64 * pace) as u64;
                self.fail(*platform, Faults { refuse_connections_ms: Some(ms), ..Faults::default() });
                Ok(())
            }
            Event::AnswersDropped { platform, count } => {
                self.fail(*platform, Faults { drop_after_store: *count, ..Faults::default() });
                Ok(())
            }
        }
    }

    fn fail(&self, platform: Platform, faults: Faults) {
        if let Some(simulator) = self.all().into_iter().find(|simulator| simulator.platform() == platform) {
            simulator.set_faults(faults);
        }
    }

    /// VFP's number of a person, as soon as VFP holds them.
    async fn arrived(&self, club: usize, name: (&str, &str), email: &str) -> Option<String> {
        for _ in 0..LOOK_AGAIN.1 {
            if let Some(person) = self.vfp.find(CLUBS[club].vfp, name, email).into_iter().next() {
                return Some(person.id);
            }
            tokio::time::sleep(LOOK_AGAIN.0).await;
        }
        None
    }
}

fn filled(user: UserDocument, elements: &[Element]) -> UserDocument {
    elements.iter().fold(user, |user, (name, value)| match value {
        Some(text) => user.with(name, text),
        None => user.nil(name),
    })
}

fn taken(answer: Answer<Receipt>) -> Result<(), Unplayed> {
    match answer {
        Answer::Done(_) => Ok(()),
        Answer::Refused(refused) => {
            Err(Unplayed::NotTaken(format!("{}: {}", refused.reason, refused.message)))
        }
        Answer::Strange(status, body) => Err(Unplayed::NotTaken(format!("{status}: {body}"))),
    }
}
