//! A hub over a data directory: its lock, its master key, its store.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use hub::clock::SystemClock;
use hub::vault::Vault;
use hub::{Hub, Parts};
use platform::library::Library;
use platform::net::GuardedClient;
use store::{Options, Postgres, PostgresOptions, Sqlite, Store};
use tempfile::TempDir;

use crate::config::Config;

/// A hub, and the lock that makes it the only one on its data.
pub struct Running {
    /// The hub.
    pub hub: Arc<Hub>,
    _lock: File,
}

/// Another process holds the data directory.
#[derive(Debug, thiserror::Error)]
#[error("another hub is running on `{}`; stop it, or choose another directory with --data", .0.display())]
pub struct Taken(PathBuf);

/// A directory for a hub that is only shown, for this user alone; it goes away with all that is in it.
pub fn scratch() -> Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    let scratch = builder.prefix("connector-").permissions(Permissions::from_mode(0o700)).tempdir();
    scratch.context("no directory for temporary data can be made")
}

/// Whether a hub's data is there: in the directory, or in the database where one is named.
pub async fn is_hub(config: &Config) -> Result<bool> {
    if let Some(url) = &config.store {
        return Ok(Postgres::is_made(&PostgresOptions::at(&url.0)).await?);
    }
    let database = config.database();
    refuse_moved(&database)?;
    database.try_exists().with_context(|| {
        format!("`{}` cannot be looked at; run this as the user of the hub", database.display())
    })
}

/// The name of a database file whose people were moved to a server.
pub fn moved_away(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".moved");
    name.into()
}

/// Refuses to begin anew beside people who were moved away: whoever starts the hub as before forgot to say where they are.
pub fn refuse_moved(database: &Path) -> Result<()> {
    let moved = moved_away(database);
    if database.exists() || !moved.exists() {
        return Ok(());
    }
    bail!(
        "this hub was moved to PostgreSQL: name its database with --store or CONNECTOR_STORE; to go back to the file, as \
         long as no hub has run on the database: `mv {} {}`",
        moved.display(),
        database.display()
    )
}

/// Makes a hub over the data directory, which is made where there is none. Nothing is sent yet.
pub async fn open(config: &Config) -> Result<Running> {
    if let Some(database) = config.file() {
        refuse_moved(&database)?;
    }
    make_directory(&config.data)?;
    over(config).await
}

/// Makes a hub over data that is a hub's already.
pub async fn open_existing(config: &Config) -> Result<Running> {
    if !is_hub(config).await? {
        if config.store.is_some() {
            bail!(
                "no hub in the database that --store names; name another, or make one with `connector serve` or \
                 `connector turn-up`"
            );
        }
        let data = std::path::absolute(&config.data).unwrap_or_else(|_| config.data.clone());
        bail!(
            "no hub at `{}`; say where it is with --data or --config, or make one with `connector serve` or \
             `connector turn-up`",
            data.display()
        );
    }
    over(config).await
}

async fn over(config: &Config) -> Result<Running> {
    let lock = lock(&config.data)?;
    let key = master_key(config).await;
    let library = match &config.platforms {
        Some(dir) => Library::with_dir(dir),
        None => Library::bundled(),
    };
    let library = library?;
    let store = store(config).await?;
    let vault = Vault::from_base64(&key?)?;
    let parts = Parts {
        store,
        library: Arc::new(library),
        net: Arc::new(GuardedClient::new()?),
        vault: Arc::new(vault),
        clock: Arc::new(SystemClock),
        installation: config.installation.clone(),
    };
    let hub = Hub::new(parts).await?;
    hub.pin_versions().await?;
    Ok(Running { hub, _lock: lock })
}

async fn store(config: &Config) -> Result<Arc<dyn Store>> {
    Ok(match &config.store {
        None => Arc::new(Sqlite::open(&Options::at(config.database()))?),
        Some(url) => Arc::new(Postgres::open(&PostgresOptions::at(&url.0)).await?),
    })
}

/// Makes the data directory where there is none.
pub fn make_directory(data: &Path) -> Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data)
        .with_context(|| format!("the data directory `{}` cannot be made", data.display()))
}

/// Warns where others can look into the data directory: it holds people's data in clear.
pub fn warn_if_open_to_others(data: &Path) {
    let mode = std::fs::metadata(data).map_or(0o700, |meta| meta.permissions().mode() & 0o777);
    if mode & 0o077 != 0 {
        let data = data.display();
        tracing::warn!(
            "the data directory `{data}` is open to other users (mode {mode:o}): `chmod 700 {data}`"
        );
    }
}

/// Locks a data directory: for a hub, or for whoever may not meet one.
pub fn lock(data: &Path) -> Result<File> {
    let path = data.join("connector.lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.with_context(|| format!("`{}` cannot be opened", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Taken(data.to_owned()).into()),
        Err(TryLockError::Error(error)) => Err(error).context("the data directory cannot be locked"),
    }
}

/// The master key, made on the first start with mode 0600. Beside data that is there already none is made: what that
/// holds was sealed under another.
async fn master_key(config: &Config) -> Result<String> {
    if let Some(key) = existing_key(config)? {
        return Ok(key);
    }
    if is_hub(config).await? {
        bail!(
            "the master key `{}` is missing; put it there from your copy, or from another node. Without one, set CONNECTOR_MASTER_KEY \
             to a new key (`openssl rand -base64 32`) and turn every client up again, with its secrets",
            config.key_file().display()
        );
    }
    let key = Vault::new_key()?;
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(config.key_file())?;
    file.write_all(key.as_bytes())?;
    file.sync_all()?;
    Ok(key)
}

/// The master key that there is: from the environment, from a file that it names, or from the data directory.
pub fn existing_key(config: &Config) -> Result<Option<String>> {
    if let Ok(key) = std::env::var("CONNECTOR_MASTER_KEY") {
        return Ok(Some(key));
    }
    if let Ok(file) = std::env::var("CONNECTOR_MASTER_KEY_FILE") {
        return std::fs::read_to_string(&file)
            .map(Some)
            .with_context(|| format!("the master key `{file}` cannot be read"));
    }
    let path = config.key_file();
    match std::fs::read_to_string(&path) {
        Ok(key) => Ok(Some(key)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(error).with_context(|| format!("the master key `{}` cannot be read", path.display()))
        }
    }
}
