//! Versions: which text of a platform's description a connection runs.
//!
//! A connection goes on running the description that it was turned up with, whatever newer one the hub learns of by an
//! update or an edited file. The newer one first shows what it would send, goes to one club, then to all, and one step goes
//! back. So the texts in use are kept with the set-up, and changing one is a change of the set-up like any other.

mod preview;

pub use preview::{Becomes, Preview, Sample};

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::{Club, Connection, Moment, Setup, Version};
use platform::Description;
use platform::library::Library;

use crate::Hub;

/// The descriptions that were read from kept texts.
#[derive(Default)]
pub struct Versions(Mutex<HashMap<String, Arc<Description>>>);

impl Versions {
    /// The description of a platform with this digest; the one that the library knows where none is said.
    pub(crate) fn get(
        &self,
        platform: &str,
        digest: Option<&str>,
        kept: &[Version],
        library: &Library,
    ) -> Result<Arc<Description>, String> {
        let newest = || library.get(platform).ok_or_else(|| format!("no platform is called `{platform}`"));
        let Some(digest) = digest.filter(|digest| library.digest(platform) != Some(*digest)) else {
            return newest();
        };
        let mut read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(description) = read.get(digest) {
            return Ok(Arc::clone(description));
        }
        let version = kept.iter().find(|version| version.digest == digest);
        let version = version.ok_or_else(|| format!("version {digest} of `{platform}` is not kept"))?;
        let file = format!("version {} of {platform} ({digest})", version.number);
        let description = Library::described(platform, &file, &version.text).map_err(|mistakes| {
            format!("{file} is no longer understood; adopt a newer one by `connector versions`: {mistakes}")
        })?;
        Ok(Arc::clone(read.entry(digest.to_owned()).or_insert_with(|| Arc::new(description))))
    }
}

/// The newest description of a platform, as it would be kept.
pub fn newest(platform: &str, library: &Library, now: Moment) -> Option<Version> {
    Some(Version {
        platform: platform.to_owned(),
        digest: library.digest(platform)?.to_owned(),
        number: library.get(platform)?.version(),
        since: now,
        text: library.text(platform)?.to_owned(),
    })
}

/// Keeps a description with a set-up.
fn keep(setup: &mut Setup, version: Version) {
    if setup.version(&version.digest).is_none() {
        setup.versions.push(version);
    }
}

/// Ties every connection that runs whatever there is to what there is now; answers whether there was one.
pub fn pin(setup: &mut Setup, library: &Library, now: Moment) -> bool {
    let mut kept = Vec::new();
    for connection in setup.connections.iter_mut().filter(|connection| connection.runs.is_none()) {
        let Some(version) = newest(&connection.platform, library, now) else { continue };
        connection.runs = Some(version.digest.clone());
        kept.push(version);
    }
    let any = !kept.is_empty();
    for version in kept {
        keep(setup, version);
    }
    any
}

/// What a change of versions did, or why it cannot be done.
pub type Changed = Result<Setup, String>;

/// A club tries the newest description.
pub fn try_at(setup: &Setup, (connection, club): (&Connection, &Club), newest: Version) -> Changed {
    if connection.runs.as_ref() == Some(&newest.digest) {
        return Err(format!("{} runs the newest description already", club.name));
    }
    let mut setup = setup.clone();
    let at = setup.connections.iter_mut().filter(|one| one.id == connection.id);
    for number in at.flat_map(|one| &mut one.clubs).filter(|number| number.club == club.id) {
        number.tries = Some(newest.digest.clone());
    }
    keep(&mut setup, newest);
    setup.forget_versions();
    Ok(setup)
}

/// Connections run the newest description, all their clubs; without `anyway` only once some club tries it.
pub fn adopt(setup: &Setup, connections: &[&Connection], newest: Version, anyway: bool) -> Changed {
    let outdated = |one: &&&Connection| one.runs.as_ref() != Some(&newest.digest);
    if !connections.iter().any(|one| outdated(&one)) {
        return Err("the newest description runs there already".to_owned());
    }
    let alone = connections.iter().map(|one| one.clubs.len()).sum::<usize>() == 1;
    let all = setup.connections.iter().filter(|one| one.platform == newest.platform);
    let tried = all
        .flat_map(|one| one.clubs.iter().map(move |club| (one, club)))
        .any(|(one, club)| club.tries.as_ref().or(one.runs.as_ref()) == Some(&newest.digest));
    if !tried && !alone && !anyway {
        return Err("no club tries it yet; begin with one by `connector versions try`".to_owned());
    }
    let mut setup = setup.clone();
    for one in &mut setup.connections {
        if connections.iter().any(|adopting| adopting.id == one.id) && outdated(&&&*one) {
            one.ran = one.runs.replace(newest.digest.clone());
            one.clubs.iter_mut().for_each(|club| club.tries = None);
        }
    }
    keep(&mut setup, newest);
    setup.forget_versions();
    Ok(setup)
}

/// Connections go back: clubs that try something try no more; where none did, to what ran before.
pub fn back(setup: &Setup, connections: &[&Connection]) -> Changed {
    let mut after = setup.clone();
    for one in &mut after.connections {
        if !connections.iter().any(|going| going.id == one.id) {
            continue;
        }
        if one.clubs.iter().any(|club| club.tries.is_some()) {
            one.clubs.iter_mut().for_each(|club| club.tries = None);
        } else if let Some(ran) = one.ran.take() {
            one.runs = Some(ran);
        }
    }
    if after == *setup {
        return Err("there is nothing to go back to: no club tries another description, and none ran before"
            .to_owned());
    }
    after.forget_versions();
    Ok(after)
}

impl Hub {
    /// Ties the connections of an older set-up to the descriptions that they run. Done once, when a hub opens its data.
    pub async fn pin_versions(self: &Arc<Self>) -> store::Result<()> {
        let before = self.registry().setup.clone();
        let mut after = before.clone();
        if pin(&mut after, self.library(), self.clock().now()) {
            self.change_setup(&before, after).await?;
        }
        Ok(())
    }
}
