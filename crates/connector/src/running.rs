//! A hub over a data directory: its lock, its master key, its store.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use hub::clock::SystemClock;
use hub::vault::Vault;
use hub::{Hub, Parts};
use platform::library::Library;
use platform::net::GuardedClient;
use store::{Options, Sqlite};

use crate::config::Config;

/// A hub, and the lock that makes it the only one on its data.
pub struct Running {
    /// The hub.
    pub hub: Arc<Hub>,
    _lock: File,
}

/// Opens the data directory and makes a hub over it. Nothing is sent yet.
pub async fn open(config: &Config) -> Result<Running> {
    let lock = lock(&config.data)?;
    let vault = Vault::from_base64(&master_key(config)?)?;
    let library = match &config.platforms {
        Some(dir) => Library::with_dir(dir),
        None => Library::bundled(),
    };
    let library = library.map_err(|mistakes| anyhow::anyhow!("{mistakes}"))?;
    let store = Sqlite::open(&Options::at(config.database()))?;
    let parts = Parts {
        store: Arc::new(store),
        library: Arc::new(library),
        net: Arc::new(GuardedClient::new()?),
        vault: Arc::new(vault),
        clock: Arc::new(SystemClock),
        installation: config.installation.clone(),
    };
    Ok(Running { hub: Hub::new(parts).await?, _lock: lock })
}

/// Makes the data directory where there is none, and locks it: for a hub, or for whoever may not meet one.
pub fn lock(data: &Path) -> Result<File> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data)
        .with_context(|| format!("the data directory `{}` cannot be made", data.display()))?;
    let path = data.join("connector.lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!(
            "another hub is running on `{}`; stop it, or choose another directory with --data",
            data.display()
        ),
        Err(TryLockError::Error(error)) => Err(error).context("the data directory cannot be locked"),
    }
}

/// The master key, made on the first start with mode 0600.
fn master_key(config: &Config) -> Result<String> {
    if let Some(key) = existing_key(config)? {
        return Ok(key);
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
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(error).with_context(|| format!("the master key `{}` cannot be read", path.display()))
        }
    }
}
