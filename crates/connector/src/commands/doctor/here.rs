//! What the command sees by itself, whether a hub runs or not: the data directory, the master key, the database.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use hub::vault::Vault;
use indicatif::HumanBytes;
use platform::library::Library;
use store::copies;

use super::Finding;
use crate::commands::backup::{key_place, size};
use crate::config::Config;
use crate::running;

/// Free space below which there is a problem, and below which it is worth knowing.
const SPACE_NEEDED_BYTES: u64 = 200 << 20;
const SPACE_WORTH_KNOWING_BYTES: u64 = 2 << 30;
/// A WAL beyond this means that a reader does not let go.
const WAL_BYTES: u64 = 1 << 30;

/// Looks at everything here.
pub fn look(config: &Config) -> Vec<Finding> {
    let Ok(about) = fs::metadata(&config.data) else {
        let to_do = "name it with --data or --config, or start a hub, which makes one";
        return vec![Finding::problem(
            "data directory",
            format!("`{}` is not there", config.data.display()),
            to_do,
        )];
    };
    let mut findings =
        vec![permissions(config, about.permissions().mode()), space(&config.data), key(config)];
    if let Some(file) = config.file() {
        findings.extend([database(&file), wal(&file)]);
    }
    findings.push(descriptions(config));
    findings
}

fn permissions(config: &Config, mode: u32) -> Finding {
    let data = config.data.display();
    let about = "data directory";
    if mode & 0o077 != 0 {
        let said = format!("others may look into `{data}`, where people's names and addresses lie in clear");
        return Finding::problem(about, said, format!("chmod 700 {data}"));
    }
    for file in [config.database(), config.key_file()] {
        let open = fs::metadata(&file).is_ok_and(|about| about.permissions().mode() & 0o007 != 0);
        if open && file == config.key_file() {
            let said = format!("everybody may read `{}`", file.display());
            return Finding::problem(about, said, format!("chmod 600 {}", file.display()));
        }
    }
    Finding::ok(about, format!("`{data}` is for its user alone"))
}

fn space(data: &Path) -> Finding {
    let about = "free space";
    match rustix::fs::statvfs(data) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let said = format!("{} are free where the data lie", HumanBytes(free));
            let to_do = "make room; when the disk is full, saves are refused until there is";
            match free {
                0..SPACE_NEEDED_BYTES => Finding::problem(about, said, to_do),
                SPACE_NEEDED_BYTES..SPACE_WORTH_KNOWING_BYTES => Finding::note(about, said, to_do),
                _ => Finding::ok(about, said),
            }
        }
        Err(error) => Finding::note(about, format!("it cannot be asked for: {error}"), "look with `df`"),
    }
}

fn key(config: &Config) -> Finding {
    let (about, place) = ("master key", key_place(config));
    let text = match running::existing_key(config) {
        Ok(Some(text)) => text,
        Ok(None) if config.file().is_some_and(|file| file.exists()) => {
            let said = format!("there is none at {place}, and the database was made with one");
            let to_do = "put its copy there; the hub does not start without it";
            return Finding::problem(about, said, to_do);
        }
        Ok(None) => {
            return Finding::note(about, "there is none yet", "the first start makes one; keep a copy apart");
        }
        Err(error) => {
            let to_do = "see to it that the hub's user may read it";
            return Finding::problem(about, format!("{error:#}"), to_do);
        }
    };
    match Vault::from_base64(&text) {
        Ok(_) => Finding::ok(about, format!("it is at {place}; keep a copy of it apart from the backups")),
        Err(error) => {
            Finding::problem(about, format!("{place}: {error}"), "put the copy of the right one there")
        }
    }
}

fn database(file: &Path) -> Finding {
    let about = "database";
    if !file.exists() {
        return Finding::note(about, "there is none yet", "the first start makes one");
    }
    match copies::check(file) {
        Ok(copy) => {
            let said = format!(
                "it is whole: {}, schema {}, {} people",
                HumanBytes(copy.bytes),
                copy.schema,
                copy.people
            );
            Finding::ok(about, said)
        }
        Err(error) => {
            let to_do = "stop the hub, and restore a backup with `connector restore FILE`";
            Finding::problem(about, error.to_string(), to_do)
        }
    }
}

fn wal(file: &Path) -> Finding {
    let about = "write-ahead log";
    let bytes = size(Path::new(&format!("{}-wal", file.display())));
    let said = format!("{} beside the database", HumanBytes(bytes));
    if bytes > WAL_BYTES {
        let to_do = "end backups or other programs that read the database and do not let go";
        return Finding::problem(about, said, to_do);
    }
    Finding::ok(about, said)
}

fn descriptions(config: &Config) -> Finding {
    let about = "descriptions";
    let library = config.platforms.as_ref().map_or_else(Library::bundled, |dir| Library::with_dir(dir));
    match library {
        Ok(_) => Finding::ok(about, "all platforms are described without mistakes"),
        Err(mistakes) => {
            let to_do = "`connector platform lint` shows them; the hub does not start until they are mended";
            Finding::problem(about, mistakes.to_string(), to_do)
        }
    }
}
