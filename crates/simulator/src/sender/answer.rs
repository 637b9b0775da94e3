//! Answers of the hub, read as the contract writes them.

use std::collections::BTreeMap;

use roxmltree::{Document, Node};

use super::NAMESPACE;

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<T> {
    /// As the contract says.
    Done(T),
    /// An `<error>`, as the contract says.
    Refused(Refused),
    /// Nothing that the contract knows: status and body.
    Strange(u16, String),
}

impl<T> Answer<T> {
    /// The good answer, if it is one.
    pub fn done(self) -> Option<T> {
        match self {
            Answer::Done(value) => Some(value),
            _ => None,
        }
    }

    /// The refusal, if it is one.
    pub fn refused(self) -> Option<Refused> {
        match self {
            Answer::Refused(refused) => Some(refused),
            _ => None,
        }
    }
}

/// The answer to a save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The Connector's own UUID.
    pub uuid: String,
}

/// An `<error>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// HTTP status.
    pub status: u16,
    /// The reason's word.
    pub reason: String,
    /// The tracking UUID.
    pub error_uuid: String,
    /// What is wrong and where.
    pub message: String,
    /// The wait asked for, in seconds.
    pub retry_after_s: Option<u32>,
}

/// A fetched `<user>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// `providerInfo`, by element.
    pub provider_info: BTreeMap<String, String>,
    /// `userInfo`, by element.
    pub user_info: BTreeMap<String, String>,
    /// `extraProviderIDs/inTouchID`.
    pub intouch_id: Option<String>,
}

/// A listed staff member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StaffMember {
    /// The sender's number.
    pub record_id: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// E-mail address.
    pub email: String,
    /// `true` or `false`, as written.
    pub active: String,
}

/// A listed lead source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The sender's number.
    pub record_id: String,
    /// Its name.
    pub name: String,
    /// `true` or `false`, as written.
    pub active: String,
}

/// Sorts an answer by status, content type and what can be read.
pub(super) fn sort<T>(
    status: u16,
    headers: (String, Option<String>),
    text: String,
    read: impl FnOnce(&str) -> Option<T>,
) -> Answer<T> {
    let (content_type, retry_after) = headers;
    let is_xml = content_type.starts_with("application/xml") || content_type.starts_with("text/xml");
    let strange = |text: String| Answer::Strange(status, text);
    match status {
        _ if !is_xml => strange(text),
        200..=299 => read(&text).map_or_else(|| strange(text.clone()), Answer::Done),
        400..=599 => {
            let retry_after_s = retry_after.and_then(|seconds| seconds.parse().ok());
            error(&text, status, retry_after_s).map_or_else(|| strange(text.clone()), Answer::Refused)
        }
        _ => strange(text),
    }
}

fn root<'a, 'i>(document: &'a Document<'i>, name: &str) -> Option<Node<'a, 'i>> {
    let root = document.root_element();
    root.has_tag_name((NAMESPACE, name)).then_some(root)
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.has_tag_name((NAMESPACE, name)))
}

fn text(node: Option<Node<'_, '_>>, name: &str) -> Option<String> {
    Some(child(node?, name)?.text().unwrap_or("").to_owned())
}

fn error(xml: &str, status: u16, retry_after_s: Option<u32>) -> Option<Refused> {
    let document = Document::parse(xml).ok()?;
    let error = Some(root(&document, "error")?);
    Some(Refused {
        status,
        reason: text(error, "reason")?,
        error_uuid: text(error, "errorUUID")?,
        message: text(error, "message")?,
        retry_after_s,
    })
}

pub(super) fn receipt(xml: &str) -> Option<Receipt> {
    let document = Document::parse(xml).ok()?;
    let uuid = text(Some(root(&document, "response")?), "uuid")?;
    (uuid.len() == 36).then_some(Receipt { uuid })
}

pub(super) fn user(xml: &str) -> Option<User> {
    let document = Document::parse(xml).ok()?;
    let user = root(&document, "user")?;
    let values = |name: &str| {
        let node = child(user, name)?;
        let values = node.children().filter(Node::is_element);
        Some(values.map(|v| (v.tag_name().name().to_owned(), v.text().unwrap_or("").to_owned())).collect())
    };
    Some(User {
        provider_info: values("providerInfo")?,
        user_info: values("userInfo")?,
        intouch_id: text(child(user, "extraProviderIDs"), "inTouchID"),
    })
}

/// A list, or the one element that was asked for.
fn elements<'a, 'i>(document: &'a Document<'i>, list: &str, one: &str) -> Option<Vec<Node<'a, 'i>>> {
    if let Some(only) = root(document, one) {
        return Some(vec![only]);
    }
    Some(root(document, list)?.children().filter(|node| node.has_tag_name((NAMESPACE, one))).collect())
}

pub(super) fn staff(xml: &str) -> Option<Vec<StaffMember>> {
    let document = Document::parse(xml).ok()?;
    let list = elements(&document, "staffList", "staff")?.into_iter();
    list.map(|staff| {
        let info = child(staff, "staffInfo");
        Some(StaffMember {
            record_id: text(child(staff, "providerInfo"), "recordID")?,
            first_name: text(info, "firstname").unwrap_or_default(),
            last_name: text(info, "lastname").unwrap_or_default(),
            email: text(info, "email").unwrap_or_default(),
            active: text(info, "active").unwrap_or_default(),
        })
    })
    .collect()
}

pub(super) fn lead_sources(xml: &str) -> Option<Vec<Source>> {
    let document = Document::parse(xml).ok()?;
    let list = elements(&document, "leadSources", "leadSource")?.into_iter();
    list.map(|source| {
        let info = child(source, "leadInfo");
        Some(Source {
            record_id: text(child(source, "providerInfo"), "recordID")?,
            name: text(info, "name").unwrap_or_default(),
            active: text(info, "active").unwrap_or_default(),
        })
    })
    .collect()
}
