//! Parts: what several calls send stands once.

use crate::yaml::{Entry, Yaml, text};

/// A body of fewer values stays where it is.
const WORTH_A_PART: usize = 6;

/// Bodies that several calls have stand once, under `parts:`.
pub(crate) fn shared(mut operations: Vec<Entry>) -> (Vec<Entry>, Vec<Entry>) {
    let mut parts: Vec<Entry> = Vec::new();
    let bodies: Vec<Option<Yaml>> =
        operations.iter_mut().map(|one| body(one).map(|body| body.value.clone())).collect();
    for (at, operation) in operations.iter_mut().enumerate() {
        let Some(own) = bodies[at].as_ref().filter(|own| own.lines() >= WORTH_A_PART) else {
            continue;
        };
        if bodies.iter().flatten().filter(|other| *other == own).count() < 2 {
            continue;
        }
        let name = if let Some(part) = parts.iter().find(|part| part.value == *own) {
            part.key.clone()
        } else {
            let taken = parts.len();
            let name = if taken == 0 { "person".to_owned() } else { format!("person_{}", taken + 1) };
            parts.push(Entry { comments: Vec::new(), key: name.clone(), value: own.clone() });
            name
        };
        if let Some(body) = body(operation) {
            if let Some(part) = parts.iter_mut().find(|part| part.key == name) {
                part.comments.clone_from(&body.comments);
            }
            body.comments.clear();
            body.value = text(format!("=parts.{name}"));
        }
    }
    (parts, operations)
}

/// The body of an operation that is being written.
fn body(operation: &mut Entry) -> Option<&mut Entry> {
    let request = operation.below("request")?;
    if request.has("json") { request.below("json") } else { request.below("soap")?.below("body") }
}
