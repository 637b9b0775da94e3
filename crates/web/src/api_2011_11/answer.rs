//! Answers: always in the vendor's namespace, always in the same order.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use model::{Field, Moment, Tracking};
use xml::Writer;

use super::document::NAMESPACE;
use super::user::ELEMENTS;
use super::{ProviderInfo, Reason, SourceRecord, StaffRecord, UserView};

/// The answer to a save.
pub fn save_response(tracking: Tracking) -> String {
    let mut out = opened("response");
    out.leaf("uuid", &tracking.to_string());
    out.finish()
}

/// The answer to a call that was refused.
pub fn error(reason: Reason, tracking: Tracking, message: &str) -> String {
    let mut out = opened("error");
    out.leaf("reason", reason.literal());
    out.leaf("errorUUID", &tracking.to_string());
    out.leaf("message", message);
    out.finish()
}

/// One person, in the numbers of `caller`. What is unknown or cleared is left out.
pub fn user_document(caller: &ProviderInfo, user: &UserView) -> String {
    let mut out = opened("user");
    provider_info(&mut out, caller, &user.record_id);
    if let Some(id) = &user.intouch_id {
        out.open("extraProviderIDs", &[]).leaf("inTouchID", id).close();
    }
    out.open("userInfo", &[]);
    for (name, field) in ELEMENTS {
        if let Some(value) = user.fields.get(&field) {
            out.leaf(name, value);
        }
        if field == Field::Status {
            out.leaf("userType", user.kind.wire());
        }
    }
    out.leaf("createdBy", &user.created.0).leaf("createdDate", &instant(user.created.1));
    out.leaf("modifiedBy", &user.modified.0).leaf("modifiedDate", &instant(user.modified.1));
    out.finish()
}

/// Staff members, in the numbers of `caller`.
pub fn staff_list(caller: &ProviderInfo, staff: &[StaffRecord]) -> String {
    let mut out = opened("staffList");
    for member in staff {
        out.open("staff", &[]);
        provider_info(&mut out, caller, &member.record_id);
        out.open("staffInfo", &[]);
        out.leaf("firstname", &member.first_name).leaf("lastname", &member.last_name);
        out.leaf("email", &member.email).leaf("active", truth(member.active));
        out.close().close();
    }
    out.finish()
}

/// Lead sources, in the numbers of `caller`.
pub fn lead_source_list(caller: &ProviderInfo, sources: &[SourceRecord]) -> String {
    let mut out = opened("leadSources");
    for source in sources {
        out.open("leadSource", &[]);
        provider_info(&mut out, caller, &source.record_id);
        out.open("leadInfo", &[]).leaf("name", &source.name).leaf("active", truth(source.active));
        out.close().close();
    }
    out.finish()
}

/// A document as an HTTP answer.
pub(super) fn xml(status: StatusCode, document: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, document).into_response()
}

fn opened(root: &str) -> Writer {
    let mut out = Writer::with_declaration();
    out.open(root, &[("xmlns", NAMESPACE)]);
    out
}

fn provider_info(out: &mut Writer, caller: &ProviderInfo, record_id: &str) {
    out.open("providerInfo", &[]);
    out.leaf("identifier", &caller.identifier).leaf("clientID", &caller.client_id);
    out.leaf("clubID", &caller.club_id).leaf("recordID", record_id);
    out.close();
}

/// ISO 8601 with milliseconds and zone.
fn instant(at: Moment) -> String {
    at.timestamp().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

const fn truth(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}
