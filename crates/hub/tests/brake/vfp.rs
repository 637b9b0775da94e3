//! A platform of staff, lead sources and guests, in memory.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use http::{HeaderMap, Method};
use platform::Net;
use platform::net::{NetError, Request, Response};
use serde_json::{Value, json};

/// VFP.
#[derive(Default)]
pub struct Vfp {
    guests: Mutex<BTreeMap<String, Value>>,
    calls: Mutex<Vec<String>>,
    staff: Mutex<Vec<Value>>,
    pub is_down: AtomicBool,
    pub refuses: AtomicBool,
    pub tells_no_staff: AtomicBool,
}

impl Vfp {
    /// Somebody works here.
    pub fn employ(&self, id: &str, email: &str) {
        let one = json!({ "id": id, "first": "Some", "last": id, "email": email, "active": true });
        self.staff.lock().unwrap().push(one);
    }

    /// How many guests have this owner.
    pub fn owned_by(&self, id: &str) -> usize {
        self.guests.lock().unwrap().values().filter(|guest| guest["ownerId"] == id).count()
    }

    /// How many guests there are.
    pub fn guests(&self) -> usize {
        self.guests.lock().unwrap().len()
    }

    /// How many calls of a method there were for guests.
    pub fn calls(&self, method: &str) -> usize {
        let is_meant = |call: &&String| call.starts_with(method) && call.contains("/guests");
        self.calls.lock().unwrap().iter().filter(is_meant).count()
    }
}

#[async_trait]
impl Net for Vfp {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        let path = request.url.path().to_owned();
        self.calls.lock().unwrap().push(format!("{} {path}", request.method));
        if self.is_down.load(Ordering::Relaxed) {
            return Err(NetError::Refused("nobody is there".to_owned()));
        }
        let number = path.strip_prefix("/api/v1/guests/").unwrap_or_default().to_owned();
        let mut guests = self.guests.lock().unwrap();
        let mut headers = HeaderMap::new();
        let sent = || serde_json::from_slice::<Value>(&request.body).unwrap()["guest"].clone();
        let (status, body) = match (&request.method, path.as_str()) {
            (&Method::GET, "/api/v1/staff") if self.tells_no_staff.load(Ordering::Relaxed) => {
                (503, Value::Null)
            }
            (&Method::GET, "/api/v1/staff") => {
                (200, json!({ "success": true, "staff": *self.staff.lock().unwrap() }))
            }
            (&Method::GET, "/api/v1/lead-sources") => {
                let one = json!({ "id": "L-1", "name": "Walk-in", "active": true });
                (200, json!({ "success": true, "leadSources": [one] }))
            }
            (&Method::GET, "/api/v1/guests") => (200, json!({ "success": true, "guests": [] })),
            (&Method::GET, _) => {
                let mut guest = guests.get(&number).cloned().unwrap_or_default();
                guest["id"] = json!(number);
                (200, json!({ "success": true, "guest": guest }))
            }
            _ if self.refuses.load(Ordering::Relaxed) => {
                (200, json!({ "success": false, "error": { "message": "the phone is not one" } }))
            }
            (&Method::POST, _) => {
                let number = format!("G-{}", guests.len());
                headers.insert("location", format!("/guests/{number}").parse().unwrap());
                guests.insert(number, sent());
                (201, Value::Null)
            }
            _ => {
                guests.insert(number, sent());
                (200, json!({ "success": true }))
            }
        };
        Ok(Response { status, headers, body: body.to_string().into_bytes().into() })
    }
}
