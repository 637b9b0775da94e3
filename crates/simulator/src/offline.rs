//! A platform without a socket and without a clock of its own, for a world in which time is an argument.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::Platform;
use crate::config::Config;
use crate::faults::{Faults, Trouble};
use crate::http_call::Incoming;
use crate::person::{Kind, Person, field};
use crate::room::Room;
use crate::watch::Violation;

/// What the platform says.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The headers, the type of the body among them.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
    /// What the platform took the call for.
    pub operation: &'static str,
    /// The record that was stored.
    pub stored: Option<String>,
}

/// The platform.
#[derive(Debug)]
pub struct Offline {
    room: Mutex<Room>,
}

impl Offline {
    /// A platform on its first day.
    pub fn new(platform: Platform, config: Config) -> Self {
        Offline { room: Mutex::new(Room::new(platform, config)) }
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries out a call at an instant, or turns it away.
    pub fn call(&self, request: http::Request<Bytes>, now_ms: u64, trouble: Option<Trouble>) -> Answer {
        let call = incoming(request);
        let room = &mut *self.room();
        room.now_ms = now_ms;
        let reply = match trouble {
            Some(trouble) => room.trouble(trouble, &call),
            None => room.answer(&call),
        };
        let mut headers = reply.headers;
        if !reply.content_type.is_empty() {
            headers.push(("content-type", reply.content_type.to_owned()));
        }
        let (status, body) = (reply.status, reply.body);
        Answer { status, headers, body, operation: reply.operation, stored: reply.stored }
    }

    /// Whom a call writes, if it writes a person.
    pub fn subject(&self, request: http::Request<Bytes>) -> Option<String> {
        self.room().subject(&incoming(request))
    }

    /// Replaces what shall go wrong.
    pub fn set_faults(&self, faults: Faults) {
        self.room().faults = faults;
    }

    /// The platform's people change a person; an empty value empties.
    pub fn put_person(&self, now_ms: u64, (id, club): (&str, &str), kind: Kind, fields: &[(&str, &str)]) {
        let changes =
            fields.iter().filter_map(|(name, value)| Some((field(name)?, Some((*value).to_owned()))));
        let mut room = self.room();
        room.now_ms = now_ms;
        room.keep(id, club, kind, &changes.collect());
    }

    /// The records it holds, in the order in which they were created.
    pub fn people(&self) -> Vec<Person> {
        self.room().people.all().to_vec()
    }

    /// One record by its number.
    pub fn person(&self, id: &str) -> Option<Person> {
        self.room().people.get(id).cloned()
    }

    /// What it noticed that must not happen.
    pub fn violations(&self) -> Vec<Violation> {
        self.room().watch.all().to_vec()
    }
}

fn incoming(request: http::Request<Bytes>) -> Incoming {
    let (head, body) = request.into_parts();
    Incoming {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or("").to_owned(),
        headers: head.headers,
        body,
    }
}
