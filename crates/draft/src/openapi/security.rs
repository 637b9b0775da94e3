//! How one signs in, from the security schemes of an OpenAPI document.

use serde_json::Value;

use super::schema::Document;
use crate::contract::SignIn;

/// The ways to sign in: those that the document asks for everywhere come first, then the others.
pub(super) fn ways(document: &Document<'_>) -> Vec<SignIn> {
    let schemes = &document.root["components"]["securitySchemes"];
    let asked = document.root["security"].as_array().into_iter().flatten();
    let asked = asked.filter_map(Value::as_object).flat_map(|named| named.keys());
    let all = schemes.as_object().into_iter().flat_map(|all| all.keys());
    let mut ways = Vec::new();
    for name in asked.chain(all) {
        let way = way(document.resolve(&schemes[name.as_str()]));
        ways.extend(way.filter(|way| !ways.contains(way)));
    }
    ways
}

fn way(scheme: &Value) -> Option<SignIn> {
    let text = |key: &str| scheme[key].as_str().unwrap_or_default();
    let name = text("name").to_owned();
    match (text("type"), text("scheme").to_ascii_lowercase().as_str(), text("in")) {
        ("http", "basic", _) => Some(SignIn::Basic),
        ("http" | "openIdConnect", _, _) => Some(SignIn::Bearer),
        ("apiKey", _, "header") => Some(SignIn::Header(name)),
        ("apiKey", _, "query") => Some(SignIn::Query(name)),
        ("oauth2", _, _) => match scheme["flows"]["clientCredentials"]["tokenUrl"].as_str() {
            Some(url) => Some(SignIn::OAuth2(url.to_owned())),
            None => Some(SignIn::Bearer),
        },
        _ => None,
    }
}
