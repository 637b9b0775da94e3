//! Answers in the SOAP encoding, where an element can say `href="#id0"` and mean another (SOAP 1.1 §5.4.1, SOAP 1.2 part 2
//! §3.1.5): what is meant is put in its place.
//!
//! A small document can mean a large one, or one without an end. So what is put in place counts as if it had been sent there,
//! against the limits of any document.

use std::collections::{HashMap, HashSet};

use xml::{Attribute, Element, Limits};

/// Attributes that say how an answer is encoded, and nothing of what it says.
const ENCODING: [&str; 6] = [
    "http://schemas.xmlsoap.org/soap/encoding/",
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://www.w3.org/2003/05/soap-encoding",
    "http://www.w3.org/2003/05/soap-envelope",
    "http://www.w3.org/2001/XMLSchema-instance",
    "http://www.w3.org/1999/XMLSchema-instance",
];

/// The body of an envelope with everything in its place; what others referred to stands there alone.
pub(super) fn resolved(body: &Element) -> Result<Element, String> {
    let mut known = HashMap::new();
    index(body, &mut known)?;
    let mut copying =
        Copying { known, meant: HashSet::new(), limits: Limits::default(), elements: 0, bytes: 0 };
    let mut whole = copying.copy(body, 1)?;
    let meant = copying.meant;
    let kept = body.children.iter().map(|child| id(child).is_none_or(|id| !meant.contains(id)));
    let mut kept: Vec<bool> = kept.collect();
    if let Some(first) = kept.first_mut() {
        *first = true;
    }
    let mut kept = kept.into_iter();
    whole.children.retain(|_| kept.next().unwrap_or(true));
    Ok(whole)
}

/// The number that an element can be meant by.
fn id(element: &Element) -> Option<&str> {
    element.attribute("id").filter(|id| !id.is_empty())
}

/// The number of the element that this one means. Something with content of its own means itself.
fn meant(element: &Element) -> Option<&str> {
    let empty = element.children.is_empty() && element.trimmed().is_empty();
    let href = || element.attribute("href").and_then(|href| href.strip_prefix('#'));
    let named = || {
        let encoding = |it: &&Attribute| it.name == "ref" && it.namespace.as_deref() == Some(ENCODING[2]);
        element.attributes.iter().find(encoding).map(|it| it.value.trim_start_matches('#'))
    };
    if empty { href().or_else(named) } else { None }
}

fn index<'e>(element: &'e Element, known: &mut HashMap<&'e str, &'e Element>) -> Result<(), String> {
    if let Some(id) = id(element)
        && known.insert(id, element).is_some()
    {
        return Err("the answer has two parts of one `id`".to_owned());
    }
    element.children.iter().try_for_each(|child| index(child, known))
}

struct Copying<'e> {
    known: HashMap<&'e str, &'e Element>,
    /// The numbers that were referred to.
    meant: HashSet<&'e str>,
    limits: Limits,
    elements: usize,
    bytes: usize,
}

impl<'e> Copying<'e> {
    /// A copy of an element with everything in its place. Whoever refers to themselves, however indirectly, is too deep.
    fn copy(&mut self, element: &'e Element, depth: usize) -> Result<Element, String> {
        if depth > self.limits.max_depth {
            let most = self.limits.max_depth;
            return Err(format!("the answer's references lead more than {most} levels deep, or in a circle"));
        }
        if let Some(id) = meant(element) {
            let Some(target) = self.known.get(id).copied() else {
                return Err("the answer refers to a part that it does not have".to_owned());
            };
            self.meant.insert(id);
            self.count(0, element.name.len())?;
            let copy = self.copy(target, depth + 1)?;
            return Ok(Element { name: element.name.clone(), ..copy });
        }
        let data = |it: &&Attribute| {
            let encoding = it.namespace.as_deref().is_some_and(|space| ENCODING.contains(&space));
            !encoding && it.name != "id"
        };
        let attributes: Vec<Attribute> = element.attributes.iter().filter(data).cloned().collect();
        let bytes = attributes.iter().map(|it| it.name.len() + it.value.len()).sum::<usize>();
        self.count(1, bytes + element.name.len() + element.text.len())?;
        let children = element.children.iter().map(|child| self.copy(child, depth + 1));
        Ok(Element {
            name: element.name.clone(),
            attributes,
            children: children.collect::<Result<_, _>>()?,
            text: element.text.clone(),
            nil: element.nil,
            ..Element::default()
        })
    }

    /// What a part adds to the whole, had it been sent in its place.
    fn count(&mut self, elements: usize, bytes: usize) -> Result<(), String> {
        self.elements += elements;
        self.bytes += bytes;
        if self.elements > self.limits.max_elements || self.bytes > self.limits.max_bytes {
            let (elements, bytes) = (self.limits.max_elements, self.limits.max_bytes);
            return Err(format!("the answer means more than {elements} elements or {bytes} bytes"));
        }
        Ok(())
    }
}
