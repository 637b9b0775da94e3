//! Reaching the server: the address, TLS, and what every session is told.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::mpsc;
use tokio_postgres::config::{Host, LoadBalanceHosts, SslMode, TargetSessionAttrs};
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::news;
use super::timeline::Newest;
use crate::nodes::News;
use crate::{Error, Result};

/// How long reaching the server, and waiting for a free connection, may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a server that says nothing is believed to be there.
const SILENT: Duration = Duration::from_secs(15);

/// What all sessions are told. An answer means that the disk has it, whatever the server's default is. Every statement goes
/// by key, and is planned once: a plan that was made while its table was empty must not read the table through later. A client whose
/// machine is gone is given up within half a minute, and its locks with it; one that stands still while it holds locks,
/// before those who wait for them are refused.
const SESSION: &str = "-c synchronous_commit=on -c default_transaction_isolation=read\\ committed \
    -c idle_in_transaction_session_timeout=3s -c client_min_messages=error -c plan_cache_mode=force_generic_plan \
    -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off -c tcp_keepalives_idle=15 \
    -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3";
const READS: &str = "-c statement_timeout=15s";
/// Not told at once: a server whose sessions begin so is taken for a standby.
const READS_ONLY: &str = "SET default_transaction_read_only = on";
/// No statement of a write is ended by the server: that could be a commit that waits for a standby, which would then be
/// answered as if it had been heard of.
const WRITES: &str = "-c lock_timeout=5s";

/// What a pool of connections is for.
#[derive(Clone, Copy)]
pub(super) enum For {
    Reading,
    Writing,
}

/// An address that was read.
#[derive(Clone)]
pub(super) struct Address {
    config: Config,
    tls: Tls,
    newest: Newest,
    /// The address for people: no user, no password.
    pub(super) shown: String,
}

#[derive(Clone)]
enum Tls {
    Off,
    Required { authority: Option<PathBuf> },
}

impl Address {
    /// Reads `postgres://user:password@host:port/database?sslmode=…`. What is refused is never repeated, for it may hold
    /// the password.
    pub(super) fn read(url: &str) -> Result<Address> {
        let (rest, mode, authority) = without_tls(url);
        let mut config = Config::from_str(&rest).map_err(|_| {
            Error::Unfit(
                "the address of the PostgreSQL database is not right: \
                 write postgres://USER:PASSWORD@HOST:PORT/DATABASE"
                    .into(),
            )
        })?;
        if config.get_hosts().is_empty() {
            return Err(Error::Unfit(
                "the address of the PostgreSQL database names no host: \
                 write postgres://USER:PASSWORD@HOST:PORT/DATABASE"
                    .into(),
            ));
        }
        let tls = tls(&config, mode.as_deref(), authority)?;
        let encrypted = !matches!(tls, Tls::Off);
        config
            .ssl_mode(if encrypted { SslMode::Require } else { SslMode::Disable })
            .application_name("connector")
            .load_balance_hosts(LoadBalanceHosts::Random)
            .target_session_attrs(TargetSessionAttrs::ReadWrite)
            .connect_timeout(CONNECT)
            .tcp_user_timeout(SILENT)
            .keepalives_idle(SILENT);
        let shown = shown(&config);
        Ok(Address { config, tls, newest: Newest::default(), shown })
    }

    /// Connections for one purpose; none is opened before it is needed.
    pub(super) fn pool(&self, purpose: For, size: usize) -> Result<Pool> {
        let mut config = self.config.clone();
        let (limits, then) = match purpose {
            For::Reading => (READS, READS_ONLY),
            For::Writing => (WRITES, ""),
        };
        let own = config.get_options().unwrap_or_default();
        let options = format!("{own} {SESSION} {limits}");
        config.options(&options);
        let kept = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match &self.tls {
            Tls::Off => Manager::from_config(config, NoTls, kept),
            Tls::Required { authority } => {
                let connector = MakeRustlsConnect::new(trusting(authority.as_ref())?);
                Manager::from_config(config, connector, kept)
            }
        };
        Pool::builder(manager)
            .max_size(size)
            .wait_timeout(Some(CONNECT))
            .post_create(self.newest.hook(then))
            .create_timeout(Some(CONNECT))
            .recycle_timeout(Some(CONNECT))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| Error::Unfit(format!("no connections can be kept: {error}")))
    }
}

impl Address {
    /// Hears what other nodes tell, on a connection of its own, until it ends.
    pub(super) async fn listen(
        &self,
        voice: i64,
        to: &mpsc::Sender<News>,
    ) -> std::result::Result<(), String> {
        let ended = match &self.tls {
            Tls::Off => match self.config.connect(NoTls).await {
                Ok((client, connection)) => news::listen(client, connection, voice, to).await,
                Err(error) => Err(error),
            },
            Tls::Required { authority } => {
                let trusted = trusting(authority.as_ref()).map_err(|error| error.to_string())?;
                match self.config.connect(MakeRustlsConnect::new(trusted)).await {
                    Ok((client, connection)) => news::listen(client, connection, voice, to).await,
                    Err(error) => Err(error),
                }
            }
        };
        ended.map_err(|error| error.to_string())
    }
}

/// The address without `sslmode` and `sslrootcert`, and these: the library knows fewer of them.
fn without_tls(url: &str) -> (String, Option<String>, Option<PathBuf>) {
    let (mut mode, mut authority) = (None, None);
    let Some((front, query)) = url.split_once('?') else { return (url.to_owned(), mode, authority) };
    let mut others = Vec::new();
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("sslmode", value)) => mode = Some(value.to_owned()),
            Some(("sslrootcert", value)) => authority = Some(PathBuf::from(value.replace("%2F", "/"))),
            _ => others.push(pair),
        }
    }
    (format!("{front}?{}", others.join("&")), mode, authority)
}

/// Beyond this machine a connection is encrypted, and the server proves who it is, unless the address says otherwise.
fn tls(config: &Config, mode: Option<&str>, authority: Option<PathBuf>) -> Result<Tls> {
    let near = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1"),
        Host::Unix(_) => true,
    });
    match mode {
        Some("disable") => Ok(Tls::Off),
        None if near => Ok(Tls::Off),
        Some("require" | "verify-ca" | "verify-full") | None => Ok(Tls::Required { authority }),
        Some(_) => Err(Error::Unfit(
            "the address of the PostgreSQL database asks for an `sslmode` that protects nobody: write `sslmode=require`, \
             or `sslmode=disable` where the network itself is trusted"
                .into(),
        )),
    }
}

fn trusting(authority: Option<&PathBuf>) -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    match authority {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(file) => {
            let unfit = |why: String| {
                Error::Unfit(format!("the certificates in `{}` cannot be used: {why}", file.display()))
            };
            let found = CertificateDer::pem_file_iter(file).map_err(|error| unfit(error.to_string()))?;
            for certificate in found {
                let certificate = certificate.map_err(|error| unfit(error.to_string()))?;
                roots.add(certificate).map_err(|error| unfit(error.to_string()))?;
            }
        }
    }
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Unfit(format!("TLS cannot be used: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

fn shown(config: &Config) -> String {
    let ports = config.get_ports();
    let hosts = config.get_hosts().iter().enumerate().map(|(nth, host)| {
        let port = ports.get(nth).or(ports.first()).copied().unwrap_or(5432);
        match host {
            Host::Tcp(name) => format!("{name}:{port}"),
            Host::Unix(folder) => format!("{}:{port}", folder.display()),
        }
    });
    format!("{}/{}", hosts.collect::<Vec<_>>().join(","), config.get_dbname().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str) -> String {
        match Address::read(url) {
            Err(Error::Unfit(said)) => said,
            _ => panic!("it was taken"),
        }
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        let address = Address::read("postgres://me:secret@db.example:6000/club?sslmode=require").unwrap();
        assert_eq!(address.shown, "db.example:6000/club");
        for wrong in
            ["postgres://me:secret@db:x/club", "postgres:///club", "postgres://me:secret@db/a?sslmode=prefer"]
        {
            let said = refusal(wrong);
            assert!(!said.contains("secret") && said.contains("write"), "{said}");
        }
    }

    #[test]
    fn beyond_this_machine_a_connection_is_encrypted() {
        let encrypted = |url| !matches!(Address::read(url).unwrap().tls, Tls::Off);
        assert!(encrypted("postgres://me@db.example/club"));
        assert!(encrypted("postgres://me@localhost/club?sslmode=verify-full"));
        assert!(!encrypted("postgres://me@db.example/club?sslmode=disable"));
        assert!(!encrypted("postgres://me@localhost/club"));
        assert!(!encrypted("postgres://me@%2Ftmp/club"));
    }
}
