//! What the search begins with: the samples, descriptions and documents of this repository.

use std::path::{Path, PathBuf};

/// The top of the repository.
fn top() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("`fuzz` is a folder of the repository").to_path_buf()
}

/// What was found once, and must never come back.
pub fn findings(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    read(&top().join("fuzz/findings").join(target), &|_| true)
}

/// The samples of one target.
pub fn of(target: &str) -> Vec<Vec<u8>> {
    let named = |name: &'static str| move |path: &Path| path.ends_with(name);
    let platforms = top().join("platforms");
    let descriptions = || read(&platforms, &named("platform.yaml")).into_iter().map(|(_, bytes)| bytes);
    let samples = || read(&platforms, &|path| path.components().any(|part| part.as_os_str() == "samples"));
    match target {
        "description" => descriptions().chain(own_descriptions()).collect(),
        "expression" => {
            let texts: Vec<_> =
                descriptions().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect();
            let lines = texts.iter().flat_map(|text| text.lines());
            let mut found: Vec<Vec<u8>> = lines.filter_map(expression).collect();
            found.sort();
            found.dedup();
            found
        }
        "answer" => samples().iter().flat_map(|(_, bytes)| bodies(&String::from_utf8_lossy(bytes))).collect(),
        "xml" => samples()
            .iter()
            .flat_map(|(_, bytes)| xml(&String::from_utf8_lossy(bytes)))
            .map(|text| with(0, &text))
            .collect(),
        "document" => DOCUMENTS
            .iter()
            .enumerate()
            .map(|(at, text)| with(u8::try_from(at * 3).unwrap_or(0), text))
            .collect(),
        _ => ["Ada\0Lovelace\x007", "O'Brien \"Q\"\0<b>&\r\nx: y\0../7?x=#", "=1+1\0;,\t\0a/b"]
            .map(|text| text.as_bytes().to_vec())
            .into(),
    }
}

const DOCUMENTS: [&str; 3] = [
    "<user xmlns=\"http://www.itrezzo.com/connector/2011-11\"><providerInfo><identifier>a</identifier><clientID>1</clientID><clubID>2</clubID><recordID>3</recordID></providerInfo><userInfo><userType>PROSPECT</userType><firstname>Ada</firstname><lastname>Lovelace</lastname><birthDate>1990-02-28</birthDate></userInfo></user>",
    "<staff><providerInfo><recordID>3</recordID></providerInfo><staffInfo><firstname>Pat</firstname><email>pat@club.example</email><active>true</active></staffInfo></staff>",
    "<leadSource><providerInfo><recordID>3</recordID></providerInfo><leadInfo><name>Radio</name></leadInfo></leadSource>",
];

fn own_descriptions() -> Vec<Vec<u8>> {
    read(&top().join("crates/platform/tests/descriptions"), &|path| {
        path.extension().is_some_and(|it| it == "yaml")
    })
    .into_iter()
    .map(|(_, bytes)| bytes)
    .collect()
}

fn with(first: u8, text: &str) -> Vec<u8> {
    [&[first], text.as_bytes()].concat()
}

/// The expression in a line of a description, and a small answer to read.
fn expression(line: &str) -> Option<Vec<u8>> {
    let (_, rest) = line.split_once(": ")?;
    let text = rest.trim().trim_matches('\'').strip_prefix('=')?;
    Some(
        format!(
            "{}\n{{\"id\":7,\"people\":[{{\"id\":\"a\",\"active\":true}}],\"total\":2.5}}",
            text.replace("''", "'")
        )
        .into_bytes(),
    )
}

/// The answers in a sample: what follows `json:` in a line, or XML that stands in it.
fn bodies(text: &str) -> Vec<Vec<u8>> {
    let json = text
        .lines()
        .filter_map(|line| line.split_once("json: "))
        .map(|(_, body)| [&[0, 0], body.trim_end_matches('}').as_bytes()].concat());
    json.chain(xml(text).into_iter().map(|body| [&[1, 0], body.as_bytes()].concat())).collect()
}

/// Every run of lines that begins with `<` and ends with `>`.
fn xml(text: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for line in text.lines().map(str::trim) {
        if line.starts_with('<') && line.ends_with('>') {
            found.last_mut().expect("one at least").push_str(line);
        } else if found.last().is_some_and(|last| !last.is_empty()) {
            found.push(String::new());
        }
    }
    found.retain(|text| !text.is_empty());
    found
}

/// The files below a folder, in their order.
fn read(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Vec<(PathBuf, Vec<u8>)> {
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(read(&path, wanted));
        } else if wanted(&path) {
            found.extend(std::fs::read(&path).map(|bytes| (path, bytes)));
        }
    }
    found
}
