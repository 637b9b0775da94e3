//! The guard: is this address one that the connection may call, and are the machines behind its name?
//!
//! Both questions are asked on every hop. The second is asked of the very addresses that are then connected to, so a
//! name cannot change its mind in between.

use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

use super::address::{Reach, reach};
use super::{Egress, NetError};

/// A host that passed the first question.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Target {
    /// Whether the call goes through TLS.
    pub tls: bool,
    /// The host as the address says it, IPv6 in brackets.
    pub host: String,
    /// The port, written or implied.
    pub port: u16,
    /// Whether private addresses are allowed: connections of the two kinds are never shared.
    pub private: bool,
}

impl Target {
    /// Reads an address against the allow-list of its connection.
    pub(super) fn of(url: &Url, allow: &Egress) -> Result<Target, NetError> {
        let tls = match url.scheme() {
            "https" => true,
            "http" => false,
            other => return Err(NetError::NotAllowed(format!("`{other}:` is not `http:` or `https:`"))),
        };
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return Err(NetError::NotAllowed("the address has no host".to_owned()));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NetError::NotAllowed(format!(
                "the address of `{host}` carries a user name or password"
            )));
        }
        if !allow.hosts.iter().any(|(name, number)| *number == port && same_host(name, host)) {
            return Err(NetError::NotAllowed(format!(
                "`{host}:{port}` is not among the hosts of this connection"
            )));
        }
        Ok(Target { tls, host: host.to_owned(), port, private: allow.private })
    }

    /// The address, where the host is one rather than a name. `url` has already seen through its spellings.
    pub(super) fn literal(&self) -> Option<IpAddr> {
        let bare = self.host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        bare.unwrap_or(&self.host).parse().ok()
    }

    /// Keeps the addresses that may be connected to, in their order.
    pub(super) fn admit(&self, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, NetError> {
        let Some(first) = found.first().map(SocketAddr::ip) else {
            return Err(NetError::Refused(format!("`{}` has no address", self.host)));
        };
        let admitted: Vec<SocketAddr> =
            found.into_iter().filter(|address| self.allows(address.ip())).collect();
        if admitted.is_empty() {
            let why = format!("`{}` is at {first}, which this connection may not call", self.host);
            return Err(NetError::NotAllowed(why));
        }
        Ok(admitted)
    }

    fn allows(&self, address: IpAddr) -> bool {
        match reach(address) {
            Reach::Public => true,
            Reach::Premises => self.private,
            Reach::Never => false,
        }
    }
}

/// Whether an entry of an allow-list means the host of an address, which `url` has lower-cased and normalised.
fn same_host(entry: &str, host: &str) -> bool {
    if entry.eq_ignore_ascii_case(host) {
        return true;
    }
    let bracketed =
        if entry.contains(':') && !entry.starts_with('[') { format!("[{entry}]") } else { entry.to_owned() };
    Host::parse(&bracketed).is_ok_and(|entry| entry.to_string() == host)
}
