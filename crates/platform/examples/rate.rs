//! How long the description language takes for one delivery of about twenty fields: scope, request, answer, outcome.
//!
//! `cargo run --release -p platform --example rate`
#![expect(clippy::print_stdout, reason = "an example may end with its reader")]

use std::sync::Arc;

use async_trait::async_trait;
use model::{Field, Kind, Operation};
use platform::library::Library;
use platform::net::{NetError, Request, Response};
use platform::{Endpoint, Given, Net, SettingValue, Settings, Tokens};

const CALLS: u32 = 50_000;

/// A platform that takes everything at once.
struct Takes;

#[async_trait]
impl Net for Takes {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        let mut headers = http::HeaderMap::new();
        let soap = request.headers.contains_key("soapaction");
        let kind = if soap { "text/xml; charset=utf-8" } else { "application/json" };
        headers.insert("content-type", http::HeaderValue::from_static(kind));
        headers.insert("location", http::HeaderValue::from_static("/api/v1/guests/G-1"));
        let body: &[u8] = if soap {
            b"<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><AddProspectResponse xmlns=\"http://tempuri.org/\"><AddProspectResult><Status>Success</Status><CustomerId>00010427</CustomerId></AddProspectResult></AddProspectResponse></s:Body></s:Envelope>"
        } else if request.method == http::Method::PUT {
            b"{\"id\":\"p-1\"}"
        } else {
            b""
        };
        let status = if request.method == http::Method::PUT || soap { 200 } else { 201 };
        Ok(Response { status, headers, body: bytes::Bytes::from_static(body) })
    }
}

#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

fn given() -> Given {
    let date = |field| matches!(field, Field::BirthDate | Field::TrialStart | Field::TrialEnd);
    let value = |field: Field| match field {
        field if date(field) => "2026-11-22",
        Field::Gender => "F",
        Field::Status => "ACTIVE",
        Field::Email => "ada.lovelace@example.com",
        _ => "Some Value 12",
    };
    Given {
        person: Field::ALL.into_iter().map(|field| (field, Some(value(field).to_owned()))).collect(),
        kind: Some(Kind::Prospect),
        external_id: "0190f7a2-0000-7000-8000-000000000001".to_owned(),
        tracking: "0190f7a2-0000-7000-8000-000000000002".to_owned(),
        ..Given::default()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let library = Library::bundled().expect("the bundled descriptions are sound");
    for (name, operation) in [
        ("open-spoke", Operation::SaveProspect),
        ("vfp", Operation::CreateProspect),
        ("jonas-i4", Operation::CreateProspect),
    ] {
        let description = library.get(name).expect("bundled");
        let value = |setting: &platform::Setting| match setting.name.as_str() {
            "base_url" => "https://x.example".to_owned(),
            "host" => "10.0.0.1".to_owned(),
            "site" => "0042".to_owned(),
            "signing_secret" => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
            _ => setting.default.clone().unwrap_or_else(|| "1234567".to_owned()),
        };
        let settings = description.settings().iter();
        let settings = settings.map(|s| (s.name.clone(), SettingValue::Text(value(s)))).collect();
        let endpoint =
            Endpoint::bind(description, Settings(settings), Arc::new(Takes), Arc::new(Tokens::new()))
                .expect("bound");
        let given = given();
        let answer = endpoint.call(operation, &given).await;
        assert!(matches!(answer.outcome, model::Outcome::Saved { .. }), "{answer:?}");
        let started = now();
        for _ in 0..CALLS {
            std::hint::black_box(endpoint.call(operation, &given).await);
        }
        let each = started.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS);
        println!("{name}: {each:.1} µs for {} fields", answer.exchange.sent.len());
    }
}
