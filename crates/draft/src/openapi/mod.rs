//! OpenAPI 3 documents, in JSON or YAML.

mod schema;
mod security;

use serde_json::{Map, Value};

use crate::contract::{Base, Call, Contract, Input, Place};
use crate::{Unreadable, words};
use schema::Document;

/// The largest document that is read, in bytes.
const MAX_BYTES: usize = 16 << 20;
/// More calls than this are not looked at.
const MOST_CALLS: usize = 5000;
const VERBS: [&str; 6] = ["get", "put", "post", "patch", "delete", "head"];

/// Reads an OpenAPI 3 document.
pub fn read(text: &str) -> Result<Contract, Unreadable> {
    if text.len() > MAX_BYTES {
        return Err(Unreadable(format!("the document is larger than {} MiB", MAX_BYTES >> 20)));
    }
    let value: Value = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| Unreadable(format!("this is not JSON: {error}")))?
    } else {
        serde_saphyr::from_str(text).map_err(|error| Unreadable(format!("this is not YAML: {error}")))?
    };
    let version = value["openapi"].as_str().unwrap_or_default();
    if !version.starts_with("3.") {
        return Err(Unreadable(match value["swagger"].as_str() {
            Some(version) => format!(
                "this is Swagger {version}; only OpenAPI 3 is read, and most tools of Swagger write it (`swagger2openapi`)"
            ),
            None => "this is no OpenAPI 3 document: it does not begin with `openapi: 3.…`".to_owned(),
        }));
    }
    let document = Document::new(&value);
    let mut contract = Contract {
        title: value["info"]["title"].as_str().unwrap_or_default().to_owned(),
        base: base(&value["servers"]),
        sign_in: security::ways(&document),
        ..Contract::default()
    };
    let paths = value["paths"].as_object().map_or_else(Vec::new, |paths| paths.iter().collect());
    for (path, item) in paths {
        calls(&document, path, document.resolve(item), &mut contract);
    }
    if contract.calls.is_empty() {
        return Err(Unreadable("the document has no calls under `paths`".to_owned()));
    }
    Ok(contract)
}

fn base(servers: &Value) -> Base {
    let server = &servers[0];
    let variables = server["variables"].as_object().into_iter().flatten();
    Base {
        url: server["url"].as_str().unwrap_or_default().trim_end_matches('/').to_owned(),
        variables: variables
            .map(|(name, about)| (name.clone(), about["default"].as_str().unwrap_or_default().to_owned()))
            .collect(),
    }
}

fn calls(document: &Document<'_>, path: &str, item: &Value, contract: &mut Contract) {
    let shared = inputs(document, &item["parameters"]);
    for method in VERBS {
        let operation = &item[method];
        if !operation.is_object() || contract.calls.len() >= MOST_CALLS {
            continue;
        }
        if operation["deprecated"] == Value::Bool(true) {
            continue;
        }
        let mut inputs = inputs(document, &operation["parameters"]);
        inputs.extend(
            shared
                .iter()
                .filter(|input| {
                    !inputs.iter().any(|own| (&own.name, own.place) == (&input.name, input.place))
                })
                .cloned()
                .collect::<Vec<_>>(),
        );
        let declared: Vec<String> = inputs.iter().map(|input| input.name.clone()).collect();
        let inside = path.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
        inputs.extend(inside.filter(|name| !declared.iter().any(|known| known == name)).map(in_path));
        let text = |key: &str| operation[key].as_str().unwrap_or_default();
        let about = [text("summary").trim_end_matches('.'), text("description")].join(". ");
        let mut call = Call {
            name: text("operationId").to_owned(),
            about: about.trim_matches([' ', '.']).split_whitespace().collect::<Vec<_>>().join(" "),
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            inputs,
            body: content(document.resolve(&operation["requestBody"])).map(|schema| document.shape(schema)),
            ..Call::default()
        };
        answers(document, &operation["responses"], &mut call);
        contract.calls.push(call);
    }
}

/// A name that stands in the path, and that the vendor forgot to declare.
fn in_path(name: &str) -> Input {
    let name = name.to_owned();
    Input { name, place: Place::Path, required: true, about: String::new(), usual: None, most: None }
}

/// The schema of a body: JSON if there is some, else the first.
fn content(body: &Value) -> Option<&Value> {
    let content: &Map<String, Value> = body["content"].as_object()?;
    let json = content.iter().find(|(kind, _)| kind.contains("json"));
    json.or_else(|| content.iter().next())
        .map(|(_, media)| &media["schema"])
        .filter(|schema| !schema.is_null())
}

fn answers(document: &Document<'_>, responses: &Value, call: &mut Call) {
    for (status, response) in responses.as_object().into_iter().flatten() {
        let schema = content(document.resolve(response)).map(|schema| document.shape(schema));
        match status.parse::<u16>() {
            Ok(200..=299) if call.answer.is_none() => call.answer = schema,
            Ok(status @ 400..=599) => {
                call.refusals.insert(status, schema.unwrap_or_default());
            }
            _ => {}
        }
    }
}

fn inputs(document: &Document<'_>, parameters: &Value) -> Vec<Input> {
    let parameters = parameters.as_array().into_iter().flatten();
    parameters
        .filter_map(|parameter| {
            let parameter = document.resolve(parameter);
            let schema = document.resolve(&parameter["schema"]);
            let name = parameter["name"].as_str()?.to_owned();
            let usual = [&schema["const"], &schema["default"], &schema["enum"][0]];
            Some(Input {
                place: match parameter["in"].as_str()? {
                    "path" => Place::Path,
                    "query" => Place::Query,
                    "header" => Place::Header,
                    _ => return None,
                },
                required: parameter["required"] == Value::Bool(true),
                about: words_of(parameter["description"].as_str().unwrap_or_default()),
                usual: usual.into_iter().find_map(schema::literal).filter(|_| !words::is_club(&name)),
                most: schema["maximum"].as_u64(),
                name,
            })
        })
        .collect()
}

/// The first sentence of what a vendor says.
pub(crate) fn words_of(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim();
    let line = line.split_inclusive(". ").next().unwrap_or_default();
    line.chars().take(160).collect::<String>().trim().trim_end_matches('.').to_owned()
}
