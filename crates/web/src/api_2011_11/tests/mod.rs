//! The contract, from bytes to bytes.

mod answers;
mod fake;
mod http;
mod queries;
mod reading;

/// A save request, `{}` standing for the content of `userInfo`.
const USER: &str = "<user><providerInfo><identifier>INTOUCH</identifier><clientID>0007</clientID>\
    <clubID>1111</clubID><recordID>r-1</recordID></providerInfo><userInfo>{}</userInfo></user>";

const MANDATORY: &str = "<firstname>Foo</firstname><lastname>Bar</lastname><userStatus>ACTIVE</userStatus>\
    <userType>PROSPECT</userType>";

/// The smallest user with more elements.
fn user_with(more: &str) -> String {
    USER.replace("{}", &format!("{MANDATORY}{more}"))
}
