//! Configuration: file, environment, flags.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use platform::{SettingValue, Settings};
use serde::Deserialize;

use crate::cli::Place;

/// What the file may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<String>,
    data: Option<PathBuf>,
    public_url: Option<String>,
    platforms: Option<PathBuf>,
    store: Option<DatabaseUrl>,
    #[serde(default)]
    installation: BTreeMap<String, BTreeMap<String, String>>,
}

/// The address of a database. It may hold a password, so it does not print.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(pub String);

impl From<String> for DatabaseUrl {
    fn from(url: String) -> Self {
        DatabaseUrl(url)
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("DatabaseUrl")
    }
}

/// Where things are.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address to listen on.
    pub listen: String,
    /// The data directory.
    pub data: PathBuf,
    /// The address for the URLs that are printed.
    pub public_url: String,
    /// A directory of further descriptions.
    pub platforms: Option<PathBuf>,
    /// The PostgreSQL database, if people are not kept in the data directory.
    pub store: Option<DatabaseUrl>,
    /// Settings of installation scope, by platform.
    pub installation: BTreeMap<String, Settings>,
}

impl Config {
    /// The database file.
    pub fn database(&self) -> PathBuf {
        self.data.join("connector.db")
    }

    /// The database file; `None` where a server keeps everything.
    pub fn file(&self) -> Option<PathBuf> {
        self.store.is_none().then(|| self.database())
    }

    /// The master key's file, unless the environment says where the key is.
    pub fn key_file(&self) -> PathBuf {
        self.data.join("master.key")
    }

    /// Reads the file, if there is one; what flags and environment say wins.
    pub fn read(place: &Place) -> Result<Config> {
        let file = match &place.config {
            Some(path) => read(path)?,
            None => File::default(),
        };
        let listen = place.listen.clone().or(file.listen).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let public = place.public_url.clone().or(file.public_url);
        let settings = |values: BTreeMap<String, String>| {
            Settings(values.into_iter().map(|(name, value)| (name, SettingValue::Text(value))).collect())
        };
        Ok(Config {
            data: place.data.clone().or(file.data).unwrap_or_else(|| PathBuf::from("data")),
            public_url: public.unwrap_or_else(|| format!("http://{listen}")).trim_end_matches('/').to_owned(),
            platforms: file.platforms,
            store: place.store.clone().or(file.store),
            installation: file
                .installation
                .into_iter()
                .map(|(name, values)| (name, settings(values)))
                .collect(),
            listen,
        })
    }
}

fn read(path: &Path) -> Result<File> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("the configuration file `{}` cannot be read", path.display()))?;
    toml::from_str(&text).with_context(|| format!("the configuration file `{}` is not right", path.display()))
}
