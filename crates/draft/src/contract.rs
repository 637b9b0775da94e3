//! A contract: what a vendor says about its calls, whatever the notation, cut down to what a draft needs.

use std::collections::BTreeMap;
use std::str::FromStr;

/// What a vendor publishes.
#[derive(Clone, Debug, Default)]
pub struct Contract {
    /// What the vendor calls it.
    pub title: String,
    /// Where it answers.
    pub base: Base,
    /// How one signs in; several where the vendor offers a choice, the first is taken.
    pub sign_in: Vec<SignIn>,
    /// The namespace of SOAP calls; without one the calls are REST.
    pub soap: Option<String>,
    /// How SOAP bodies are written, where it is not document/literal: `rpc` or `rpc_encoded`.
    pub encoding: Option<&'static str>,
    /// The letters that the contract itself is written in, where they are not all there are.
    pub charset: Option<&'static str>,
    /// The calls, in the order of the contract.
    pub calls: Vec<Call>,
    /// What could not be understood, in sentences.
    pub remarks: Vec<String>,
}

/// Where a vendor answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base {
    /// Scheme, host and path, such as `https://api.example/v1`; empty where nobody says.
    pub url: String,
    /// Names in `{ }` inside the address, with their usual values.
    pub variables: Vec<(String, String)>,
}

/// How one signs in.
#[derive(Clone, Debug, PartialEq)]
pub enum SignIn {
    /// `Authorization: Bearer` with a token that the vendor gives out.
    Bearer,
    /// HTTP Basic.
    Basic,
    /// A key in a header of this name.
    Header(String),
    /// A key in a query parameter of this name.
    Query(String),
    /// OAuth 2 client credentials, at this address.
    OAuth2(String),
    /// A call of the platform's own that answers with a token.
    Login,
    /// Elements of the SOAP header: the header's name, and what is in it.
    SoapHeader(String, Vec<Member>),
    /// A UsernameToken of WS-Security.
    WsSecurity,
    /// Not at all.
    None,
}

/// As a person writes it: `bearer`, `header:X-Api-Key`, `oauth2:https://login.example/token`.
impl FromStr for SignIn {
    type Err = String;

    fn from_str(text: &str) -> Result<SignIn, String> {
        let (way, name) = text.split_once(':').unwrap_or((text, ""));
        match (way.trim(), name.trim()) {
            ("bearer", "") => Ok(SignIn::Bearer),
            ("basic", "") => Ok(SignIn::Basic),
            ("login", "") => Ok(SignIn::Login),
            ("none", "") => Ok(SignIn::None),
            ("header", name) if !name.is_empty() => Ok(SignIn::Header(name.to_owned())),
            ("query", name) if !name.is_empty() => Ok(SignIn::Query(name.to_owned())),
            ("oauth2", url) if url.starts_with("https://") || url.starts_with("http://") => {
                Ok(SignIn::OAuth2(url.to_owned()))
            }
            ("header" | "query", _) => Err(format!("write the name behind it, such as `{way}:X-Api-Key`")),
            ("oauth2", _) => {
                Err("write the token's address behind it, such as `oauth2:https://login.example/token`"
                    .to_owned())
            }
            _ => Err("it is bearer, basic, header:NAME, query:NAME, oauth2:URL, login or none".to_owned()),
        }
    }
}

/// One call.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// Its name, such as `savePerson`; empty where it has none.
    pub name: String,
    /// What it is for, in one line.
    pub about: String,
    /// The verb.
    pub method: String,
    /// The path under the base, with names in `{ }`.
    pub path: String,
    /// What goes into path, query and headers.
    pub inputs: Vec<Input>,
    /// What goes into the body.
    pub body: Option<Shape>,
    /// The SOAPAction.
    pub action: Option<String>,
    /// The element of the SOAP body, and that of its answer.
    pub elements: (String, String),
    /// What comes back when it went well.
    pub answer: Option<Shape>,
    /// What comes back when it did not, by status; for SOAP, the details of a fault under 500.
    pub refusals: BTreeMap<u16, Shape>,
}

/// One thing beside the body.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// Where it goes.
    pub place: Place,
    /// Whether the call needs it.
    pub required: bool,
    /// What it is for.
    pub about: String,
    /// Its value where only one is possible, or one is usual.
    pub usual: Option<String>,
    /// The largest number that it takes.
    pub most: Option<u64>,
}

/// Where an input goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Into the path.
    Path,
    /// Into the query.
    Query,
    /// Into a header.
    Header,
}

/// The shape of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// One value.
    Leaf(Leaf),
    /// Named values.
    Object(Vec<Member>),
    /// Many of one shape.
    List(Box<Shape>),
    /// A document that travels as text: its root, and what is usually in it, for the contract does not say.
    Document(String, Vec<Member>),
}

/// One value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Leaf {
    /// `string`, `number` (also whole ones) or `boolean`; empty where nobody says.
    pub kind: String,
    /// `date`, `date-time` and the like.
    pub format: String,
    /// The words that are possible.
    pub words: Vec<String>,
}

/// One named value.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Whether it must be there.
    pub required: bool,
    /// What it is for.
    pub about: String,
    /// Its shape.
    pub shape: Shape,
}

impl Default for Shape {
    fn default() -> Self {
        Shape::Leaf(Leaf::default())
    }
}

impl Shape {
    /// Its members, if it has any.
    pub fn members(&self) -> &[Member] {
        match self {
            Shape::Object(members) | Shape::Document(_, members) => members,
            _ => &[],
        }
    }
}

impl Call {
    /// How comments name it: `PUT /people/{id} (savePerson)`.
    pub(crate) fn shown(&self) -> String {
        match (&self.action, self.name.is_empty()) {
            (Some(_), _) => self.name.clone(),
            (None, true) => format!("{} {}", self.method, self.path),
            (None, false) => format!("{} {} ({})", self.method, self.path, self.name),
        }
    }
}
