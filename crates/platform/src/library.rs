//! The descriptions that come with the Connector, and those of an installation, which go first.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::description::Description;
use crate::mistakes::Mistakes;

#[derive(RustEmbed)]
#[folder = "../../platforms"]
struct Shipped;

/// All platforms that an installation knows.
#[derive(Clone, Debug, Default)]
pub struct Library {
    platforms: BTreeMap<String, Platform>,
}

#[derive(Clone, Debug)]
struct Platform {
    description: Arc<Description>,
    guide: Option<Arc<str>>,
    text: Arc<str>,
    digest: Arc<str>,
    /// The folder of an installation's own description.
    folder: Option<PathBuf>,
}

impl Library {
    /// The descriptions inside the binary.
    pub fn bundled() -> Result<Library, Mistakes> {
        let mut library = Library::default();
        for path in Shipped::iter() {
            let Some(name) = path.strip_suffix("/platform.yaml") else { continue };
            let text = shipped(&path).unwrap_or_default();
            let guide = shipped(&format!("{name}/guide.md"));
            library.add(name, (&format!("platforms/{path}"), None), &text, guide.as_deref())?;
        }
        Ok(library)
    }

    /// The bundled ones, and those of a directory of the same layout, which replace bundled ones of the same name.
    pub fn with_dir(dir: &Path) -> Result<Library, Mistakes> {
        let mut library = Library::bundled()?;
        let unread = |path: &Path, error: &std::io::Error| {
            let mut mistakes = Mistakes::new(&path.display().to_string(), "");
            mistakes.add(0..0, format!("this cannot be read: {error}"));
            mistakes
        };
        let entries = std::fs::read_dir(dir).map_err(|error| unread(dir, &error))?;
        for entry in entries.flatten() {
            let folder = entry.path();
            let path = folder.join("platform.yaml");
            if !path.is_file() {
                continue;
            }
            let text = std::fs::read_to_string(&path).map_err(|error| unread(&path, &error))?;
            let guide = std::fs::read_to_string(folder.join("guide.md")).ok();
            let name = entry.file_name().to_string_lossy().into_owned();
            library.add(&name, (&path.display().to_string(), Some(folder)), &text, guide.as_deref())?;
        }
        Ok(library)
    }

    /// The description of a platform.
    pub fn get(&self, name: &str) -> Option<Arc<Description>> {
        self.platforms.get(name).map(|platform| Arc::clone(&platform.description))
    }

    /// The names of all platforms, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.platforms.keys().map(String::as_str)
    }

    /// The client guide of a platform, in Markdown.
    pub fn guide(&self, name: &str) -> Option<&str> {
        self.platforms.get(name).and_then(|platform| platform.guide.as_deref())
    }

    /// The description's own text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.platforms.get(name).map(|platform| &*platform.text)
    }

    /// What a description's own text is known by.
    pub fn digest(&self, name: &str) -> Option<&str> {
        self.platforms.get(name).map(|platform| &*platform.digest)
    }

    /// The samples that lie beside a description, bundled or not: file name and text.
    pub fn samples(&self, name: &str) -> io::Result<Vec<(String, String)>> {
        if let Some(folder) = self.platforms.get(name).and_then(|platform| platform.folder.as_deref()) {
            return samples_in(&folder.join("samples"));
        }
        let folder = format!("{name}/samples/");
        let files = Shipped::iter().filter(|path| path.starts_with(&folder));
        Ok(files.map(|path| (format!("platforms/{path}"), shipped(&path).unwrap_or_default())).collect())
    }

    /// The description in a folder of this name, which must be the platform's.
    pub fn described(name: &str, file: &str, text: &str) -> Result<Description, Mistakes> {
        let description = Description::parse(file, text)?;
        if description.name() != name {
            let mut mistakes = Mistakes::new(file, text);
            let at = text.find("name:").unwrap_or_default();
            mistakes
                .add(
                    at..at + 5,
                    format!("the folder is called `{name}` and the platform `{}`", description.name()),
                )
                .help("they have one name");
            return Err(mistakes);
        }
        Ok(description)
    }

    fn add(
        &mut self,
        name: &str,
        (file, folder): (&str, Option<PathBuf>),
        text: &str,
        guide: Option<&str>,
    ) -> Result<(), Mistakes> {
        let description = Arc::new(Library::described(name, file, text)?);
        let guide = guide.map(Into::into);
        let platform =
            Platform { description, guide, text: text.into(), digest: digest(text).into(), folder };
        self.platforms.insert(name.to_owned(), platform);
        Ok(())
    }
}

/// What a text is known by: the beginning of its SHA-256, in hex.
fn digest(text: &str) -> String {
    let mut hex = format!("{:x}", Sha256::digest(text));
    hex.truncate(12);
    hex
}

/// The files of a folder in the order of their names; none where there is no such folder.
fn samples_in(folder: &Path) -> io::Result<Vec<(String, String)>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files: Vec<_> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    files.sort();
    let read = |file: PathBuf| Ok((file.display().to_string(), std::fs::read_to_string(&file)?));
    files.into_iter().map(read).collect()
}

fn shipped(path: &str) -> Option<String> {
    let file = Shipped::get(path)?;
    match file.data {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(str::to_owned),
        Cow::Owned(bytes) => String::from_utf8(bytes).ok(),
    }
}
