//! The network of a sample: it answers from the recording, and writes down where the requests differ from it.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value as Json;

use super::{Sample, SampleCall, SampleRequest, SampleResponse, compare};
use crate::net::{Net, NetError, Request, Response};

/// A network that answers from a sample and writes down what it was asked.
pub(super) struct Script {
    calls: Mutex<VecDeque<SampleCall>>,
    differences: Mutex<Vec<String>>,
}

impl Script {
    pub fn of(sample: &Sample) -> Script {
        Script { calls: Mutex::new(sample.calls.iter().cloned().collect()), differences: Mutex::default() }
    }

    pub fn finish(&self) -> Vec<String> {
        let left = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let mut differences = self.differences.lock().unwrap_or_else(PoisonError::into_inner).clone();
        differences.extend(
            left.iter().map(|call| format!("never sent: {} {}", call.request.method, call.request.url)),
        );
        differences
    }
}

#[async_trait]
impl Net for Script {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        let next = self.calls.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let mut differences = self.differences.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(call) = next else {
            differences.push(format!("not expected: {} {}", request.method, request.url));
            return Err(NetError::Refused("the sample has no further call".to_owned()));
        };
        compare_request(&mut differences, &call.request, &request);
        call.response.answer()
    }
}

fn compare_request(differences: &mut Vec<String>, expected: &SampleRequest, got: &Request) {
    compare(differences, "method", &expected.method.as_str(), &got.method.as_str());
    compare(differences, "url", &expected.url.as_str(), &got.url.as_str());
    for (name, value) in &expected.headers {
        let sent = got.headers.get(name).and_then(|value| value.to_str().ok());
        compare(differences, name, &Some(value.as_str()), &sent);
    }
    let body = crate::decode::shown(&got.headers, &got.body);
    if let Some(parts) = &expected.multipart {
        return compare(differences, "multipart", parts, &crate::body::parts(&body));
    }
    match (&expected.json, &expected.text) {
        (Some(json), _) => {
            let sent: Json = serde_json::from_str(&body).unwrap_or(Json::Null);
            if *json != sent {
                differences.push(format!("body: expected {json}\n      got      {body}"));
            }
        }
        (None, Some(text)) => {
            let same = match (parse(text), parse(&body)) {
                (Some(expected), Some(sent)) => expected == sent,
                _ => text.trim() == body.trim(),
            };
            if !same {
                differences.push(format!("body: expected {}\n      got      {body}", text.trim()));
            }
        }
        (None, None) if !body.is_empty() => differences.push(format!("body: expected none, got {body}")),
        _ => {}
    }
}

/// A document without what does not matter: places, and white space between elements.
fn parse(text: &str) -> Option<xml::Element> {
    fn plain(element: &mut xml::Element) {
        (element.line, element.column) = (0, 0);
        element.text = element.text.trim().to_owned();
        element.children.iter_mut().for_each(plain);
    }
    let mut root = xml::parse(text.trim(), &xml::Limits::default()).ok()?;
    plain(&mut root);
    Some(root)
}

impl SampleResponse {
    /// The answer as it comes over the wire; without a status it is lost.
    pub fn answer(&self) -> Result<Response, NetError> {
        let Some(status) = self.status else {
            return Err(NetError::Lost("no answer within 30 s".to_owned()));
        };
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
                headers.append(name, value);
            }
        }
        let body = match (&self.json, &self.text) {
            (Some(json), _) => {
                headers
                    .entry(http::header::CONTENT_TYPE)
                    .or_insert(HeaderValue::from_static("application/json"));
                json.to_string().into_bytes()
            }
            (None, Some(text)) => self.encoded(text)?,
            (None, None) => Vec::new(),
        };
        Ok(Response { status, headers, body: body.into() })
    }

    fn encoded(&self, text: &str) -> Result<Vec<u8>, NetError> {
        let name = self.charset.as_deref().unwrap_or("utf-8");
        let charset = xml::Charset::named(name)
            .ok_or_else(|| NetError::NotAllowed(format!("the sample's `charset: {name}` is none")))?;
        let lacks = |c| NetError::NotAllowed(format!("the sample has `{c}`, which {name} has not"));
        charset.encode(text.to_owned()).map_err(lacks)
    }
}
