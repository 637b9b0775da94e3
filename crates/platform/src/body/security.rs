//! The user of a SOAP call: a UsernameToken in its header (OASIS Web Services Security, UsernameToken Profile 1.0).

use secrecy::{ExposeSecret, SecretString};
use xml::Writer;

const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const PROFILE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0";
const BASE64: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

/// Who makes a call.
pub(crate) struct SoapUser {
    pub name: String,
    pub password: SoapPassword,
    /// A number used once and the time, where they are sent.
    pub nonce: Option<(String, String)>,
    pub must_understand: bool,
}

/// What shows that they are who they say.
pub(crate) enum SoapPassword {
    Text(SecretString),
    /// Of nonce, time and password; base64.
    Digest(String),
}

impl SoapUser {
    pub(super) fn write(&self, writer: &mut Writer) {
        let mut attributes = vec![("xmlns:wsse", WSSE), ("xmlns:wsu", WSU)];
        attributes.extend(self.must_understand.then_some(("soap:mustUnderstand", "1")));
        writer.open("wsse:Security", &attributes).open("wsse:UsernameToken", &[]);
        writer.leaf("wsse:Username", &self.name);
        let (kind, password) = match &self.password {
            SoapPassword::Text(password) => ("PasswordText", password.expose_secret()),
            SoapPassword::Digest(digest) => ("PasswordDigest", digest.as_str()),
        };
        let kind = format!("{PROFILE}#{kind}");
        writer.open("wsse:Password", &[("Type", &kind)]).text(password).close();
        if let Some((nonce, created)) = &self.nonce {
            writer.open("wsse:Nonce", &[("EncodingType", BASE64)]).text(nonce).close();
            writer.leaf("wsu:Created", created);
        }
        writer.close().close();
    }
}
