//! A sender: the other side of the hub's own contract `2011-11`, written from that contract alone.
//!
//! Tests use it as the independent client, and the demonstration as the platforms' voice.

mod answer;
mod document;
mod encoding;

use std::time::Duration;

pub use answer::{Answer, Receipt, Refused, Source, StaffMember, User};
pub use document::{LeadSourceDocument, StaffDocument, UserDocument};
pub use document::{Value, user_document, xml_text};
pub use encoding::Encoding;

use crate::text::percent_encoded;

/// The path of the contract below the hub's address.
pub const BASE_PATH: &str = "/connector/api/2011-11";
/// The namespace of answers, and of requests that carry one.
pub const NAMESPACE: &str = "http://www.intouchfollowup.com/api/2011-11";
/// Answers longer than this are not read on.
const ANSWER_MAX_BYTES: usize = 16 * 1024 * 1024;
const DEADLINE: Duration = Duration::from_secs(30);

/// How a sender shows who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// HTTP Basic with the token as password.
    Basic,
    /// `Authorization: Bearer`.
    Bearer,
    /// Not at all.
    None,
}

/// A calling platform, for one club.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The hub's address without a slash at the end, such as `http://127.0.0.1:8080`.
    pub base_url: String,
    /// The provider identifier.
    pub provider: String,
    /// The client, as the sender numbers it.
    pub client_id: String,
    /// The club, as the sender numbers it.
    pub club_id: String,
    /// The provider's token.
    pub token: String,
    /// How the token is shown.
    pub login: Login,
    /// How the record parameter is spelt in queries: `recordID`, `uuid` or `record_id`.
    pub record_parameter: &'static str,
    http: reqwest::Client,
}

impl Sender {
    /// A sender that shows its token by HTTP Basic.
    pub fn new(
        base_url: &str,
        provider: &str,
        ids: (&str, &str),
        token: &str,
    ) -> Result<Sender, reqwest::Error> {
        Ok(Sender {
            base_url: base_url.trim_end_matches('/').to_owned(),
            provider: provider.to_owned(),
            client_id: ids.0.to_owned(),
            club_id: ids.1.to_owned(),
            token: token.to_owned(),
            login: Login::Basic,
            record_parameter: "recordID",
            http: plain_client()?,
        })
    }

    /// The same provider and client, speaking for another club.
    #[must_use]
    pub fn at_club(&self, club_id: &str) -> Sender {
        Sender { club_id: club_id.to_owned(), ..self.clone() }
    }

    /// A user of this sender with its four mandatory fields.
    pub fn user(&self, record_id: &str, name: (&str, &str), user_type: &str) -> UserDocument {
        UserDocument::new(self, record_id, name, user_type)
    }

    /// Saves a user.
    pub async fn save_user(&self, user: &UserDocument) -> Result<Answer<Receipt>, reqwest::Error> {
        self.post("user", user.xml(), user.encoding).await
    }

    /// Saves a staff member.
    pub async fn save_staff(&self, staff: &StaffDocument) -> Result<Answer<Receipt>, reqwest::Error> {
        self.post("staff", staff.xml(self), Encoding::Utf8).await
    }

    /// Saves a lead source.
    pub async fn save_lead_source(
        &self,
        source: &LeadSourceDocument,
    ) -> Result<Answer<Receipt>, reqwest::Error> {
        self.post("leadsource", source.xml(self), Encoding::Utf8).await
    }

    /// Posts any document, also one that is not allowed, to `user`, `staff` or `leadsource`.
    pub async fn post(
        &self,
        what: &str,
        document: String,
        encoding: Encoding,
    ) -> Result<Answer<Receipt>, reqwest::Error> {
        let request = self
            .http
            .post(format!("{}{BASE_PATH}/{what}", self.base_url))
            .header("content-type", encoding.content_type())
            .body(encoding.encode(&document));
        self.call(request, answer::receipt).await
    }

    /// Fetches one user by the sender's own number.
    pub async fn fetch_user(&self, record_id: &str) -> Result<Answer<User>, reqwest::Error> {
        self.get("user", Some(record_id), answer::user).await
    }

    /// Lists staff.
    pub async fn list_staff(&self) -> Result<Answer<Vec<StaffMember>>, reqwest::Error> {
        self.get("staff", None, answer::staff).await
    }

    /// Fetches one staff member.
    pub async fn fetch_staff(&self, record_id: &str) -> Result<Answer<Vec<StaffMember>>, reqwest::Error> {
        self.get("staff", Some(record_id), answer::staff).await
    }

    /// Lists lead sources.
    pub async fn list_lead_sources(&self) -> Result<Answer<Vec<Source>>, reqwest::Error> {
        self.get("leadsource", None, answer::lead_sources).await
    }

    /// Fetches one lead source.
    pub async fn fetch_lead_source(&self, record_id: &str) -> Result<Answer<Vec<Source>>, reqwest::Error> {
        self.get("leadsource", Some(record_id), answer::lead_sources).await
    }

    /// Gets with any query, also one that is not allowed.
    pub async fn get_with(
        &self,
        what: &str,
        query: &[(&str, &str)],
    ) -> Result<Answer<String>, reqwest::Error> {
        let query: Vec<String> =
            query.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
        let url = format!("{}{BASE_PATH}/{what}?{}", self.base_url, query.join("&"));
        self.call(self.http.get(url), |xml| Some(xml.to_owned())).await
    }

    async fn get<T>(
        &self,
        what: &str,
        record_id: Option<&str>,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Answer<T>, reqwest::Error> {
        let record = record_id.map(|id| format!("&{}={}", self.record_parameter, percent_encoded(id)));
        let url = format!(
            "{}{BASE_PATH}/{what}?provider={}&client_id={}&club_id={}{}",
            self.base_url,
            percent_encoded(&self.provider),
            percent_encoded(&self.client_id),
            percent_encoded(&self.club_id),
            record.unwrap_or_default()
        );
        self.call(self.http.get(url), read).await
    }

    async fn call<T>(
        &self,
        request: reqwest::RequestBuilder,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Answer<T>, reqwest::Error> {
        let request = match self.login {
            Login::Basic => request.basic_auth(&self.provider, Some(&self.token)),
            Login::Bearer => request.bearer_auth(&self.token),
            Login::None => request,
        };
        let mut response = request.send().await?;
        let status = response.status().as_u16();
        let header = |name: &str| {
            response.headers().get(name).and_then(|value| value.to_str().ok().map(str::to_owned))
        };
        let (retry_after, content_type) = (header("retry-after"), header("content-type").unwrap_or_default());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > ANSWER_MAX_BYTES {
                break;
            }
        }
        let text = String::from_utf8_lossy(&body).into_owned();
        Ok(answer::sort(status, (content_type, retry_after), text, read))
    }
}

/// A client for plain HTTP that follows nothing and waits for ever for nobody.
fn plain_client() -> Result<reqwest::Client, reqwest::Error> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(DEADLINE)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
}
