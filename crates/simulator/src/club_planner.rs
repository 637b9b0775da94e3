//! Club Planner: every call is a GET, writes included; answers are JSON, and refusals are XML, most of them in Dutch.

mod member;

use serde_json::{Value, json};

use crate::faults::Trouble;
use crate::form::Form;
use crate::http_call::{Incoming, Reply};
use crate::room::Room;
use crate::text::{fold, xml};

/// A refusal: its words.
type Answer = Result<Reply, String>;

pub(crate) fn answer(room: &mut Room, call: &Incoming) -> Reply {
    let form = Form::query(call);
    let club = form.text("owner").to_owned();
    if call.method != "GET" {
        return refuse(405, "Deze methode is niet toegelaten").of("", &club);
    }
    if form.text("token") != room.config.credentials.secret {
        return refuse(400, "Ongeldig token").of("", &club);
    }
    let (operation, answer) = match method(call).as_str() {
        "member/addmember" => ("AddMember", member::add(room, &form)),
        "member/updatemember" => ("UpdateMember", member::update(room, &form)),
        "member/getmember" => ("GetMember", member::get(room, &form)),
        "member/deletemember" => ("DeleteMember", member::delete(room, &form)),
        "general/getclubs" => ("GetClubs", Ok(clubs(room))),
        _ => return Reply::html(404, "404 - File or directory not found.").of("", &club),
    };
    answer.unwrap_or_else(|message| refuse(400, &message)).of(operation, &club)
}

/// The area and the method that a path names, in whichever case.
fn method(call: &Incoming) -> String {
    let parts = call.segments();
    match parts.as_slice() {
        [api, area, method] if api.eq_ignore_ascii_case("api") => format!("{area}/{method}").to_lowercase(),
        _ => String::new(),
    }
}

pub(crate) fn trouble(trouble: Trouble, _: &Incoming) -> Reply {
    match trouble {
        Trouble::Broken => Reply::html(500, "500 - Internal server error."),
        Trouble::Throttled(wait_s) => {
            refuse(429, "Te veel aanvragen").header("retry-after", wait_s.to_string())
        }
        Trouble::Maintenance => Reply::html(503, "503 - Service Unavailable"),
    }
}

pub(crate) fn subject(call: &Incoming) -> Option<String> {
    let form = Form::query(call);
    let part = |name: &str| fold(form.text(name));
    match method(call).as_str() {
        "member/addmember" => Some(format!(
            "{}|{} {}|{}|{}",
            part("owner"),
            part("firstname"),
            part("lastname"),
            part("email"),
            part("mobile")
        )),
        "member/updatemember" | "member/deletemember" => Some(format!("member|{}", part("memberid"))),
        _ => None,
    }
}

fn refuse(status: u16, message: &str) -> Reply {
    let body = format!("<Error><Message>{}</Message></Error>", xml(message));
    Reply::new(status, "application/xml; charset=utf-8", body)
}

fn clubs(room: &Room) -> Reply {
    let clubs = room.clubs.iter().map(|club| {
        let (street, mail) = ("Molenstraat 1", "info@club.example");
        json!({
            "Id": number(&club.id),
            "Name": club.name,
            "AddressLine": street,
            "City": "Brussel",
            "Zip": "1000",
            "EMail": mail,
        })
    });
    Reply::json(200, &clubs.collect())
}

/// A number on the wire.
fn number(id: &str) -> Value {
    id.parse::<u64>().map_or_else(|_| json!(id), |number| json!(number))
}
