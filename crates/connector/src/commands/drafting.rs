//! `connector platform new`: the folder of a new description.

use std::fs;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use draft::{About, ClubPlace, Contract, Folder, SignIn};

use crate::cli;
use crate::config::Config;
use crate::say::{note, tell};

/// The largest contract that is read, in bytes.
const MAX_BYTES: u64 = 16 << 20;

/// Runs the command.
pub async fn run(asked: cli::New, config: &Config) -> Result<ExitCode> {
    check_name(&asked.name)?;
    let dir = asked.dir.clone().or(config.platforms.clone()).unwrap_or_else(|| PathBuf::from("platforms"));
    let folder = dir.join(&asked.name);
    if folder.exists() {
        bail!("`{}` is there already; nothing was written", folder.display());
    }
    let asker = if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        Some(Asker { from: std::io::stdin().lock(), to: std::io::stderr() })
    } else {
        None
    };
    let (contract, about) = answers(&asked, asker)?;
    let drafted = draft::make(&contract, &about).await?;
    write(&folder, &drafted)?;
    told(&folder, &asked.name, &drafted, config)?;
    Ok(ExitCode::SUCCESS)
}

fn check_name(name: &str) -> Result<()> {
    let sound = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !sound || name.is_empty() || name.starts_with('-') {
        bail!("`{name}` cannot be the name of a platform: it is lower case letters, digits and `-`");
    }
    Ok(())
}

/// Asks on a terminal.
struct Asker<From, To> {
    from: From,
    to: To,
}

impl<From: BufRead, To: Write> Asker<From, To> {
    /// An answer in words; an empty one is the usual.
    fn words(&mut self, question: &str, usual: &str) -> Result<String> {
        write!(self.to, "{question} [{usual}] ")?;
        self.to.flush()?;
        let mut line = String::new();
        if self.from.read_line(&mut line)? == 0 {
            bail!("the questions were not answered; nothing was written");
        }
        let line = line.trim();
        Ok(if line.is_empty() { usual.to_owned() } else { line.to_owned() })
    }

    /// An answer that must be readable; asks again until it is.
    fn read<T>(
        &mut self,
        question: &str,
        usual: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T> {
        loop {
            match read(&self.words(question, usual)?) {
                Ok(value) => return Ok(value),
                Err(why) => writeln!(self.to, "  {why}")?,
            }
        }
    }
}

/// What is described, and the contract that says how: from files and flags, then from whoever can be asked.
fn answers<From: BufRead, To: Write>(
    asked: &cli::New,
    mut asker: Option<Asker<From, To>>,
) -> Result<(Contract, About)> {
    let (mut contract, source) = match (&asked.openapi, &asked.wsdl) {
        (Some(file), _) => {
            (Some(draft::openapi::read(&text(file)?).with_context(|| shown(file))?), shown(file))
        }
        (None, Some(file)) => {
            (Some(draft::wsdl::read(&text(file)?).with_context(|| shown(file))?), shown(file))
        }
        (None, None) => (None, "no contract".to_owned()),
    };
    let source = source.rsplit('/').next().unwrap_or(&source).to_owned();
    let titled = contract.as_ref().map(|contract| contract.title.clone()).filter(|title| !title.is_empty());
    let usual = titled.unwrap_or_else(|| named(&asked.name));
    let mut ask = |said: &Option<String>, question: &str, usual: String| match (said, &mut asker) {
        (Some(said), _) => Ok(said.clone()),
        (None, Some(asker)) => asker.words(question, &usual),
        (None, None) => Ok(usual),
    };
    let title = ask(&asked.title, "What do people call it?", usual)?;
    let vendor = ask(&asked.vendor, "Who makes it?", title.clone())?;
    let about = About { name: asked.name.clone(), title, vendor, source };
    if let Some(contract) = &mut contract {
        if contract.sign_in.is_empty() {
            contract.sign_in.extend(sign_in(asked, asker.as_mut())?);
        }
        return Ok((contract.clone(), about));
    }
    let soap = match (asked.speaks, &mut asker) {
        (Some(speaks), _) => speaks == cli::Speaks::Soap,
        (None, Some(asker)) => asker.read("Does it speak json or soap?", "json", |word| match word {
            "json" => Ok(false),
            "soap" => Ok(true),
            _ => Err("it is json or soap".to_owned()),
        })?,
        (None, None) => false,
    };
    let way = sign_in(asked, asker.as_mut())?.unwrap_or(SignIn::Bearer);
    let club = match (asked.club, &mut asker) {
        (Some(club), _) => club,
        (None, Some(asker)) if !soap => asker.read(
            "Where does the club's number go: path, query, header or nowhere?",
            "path",
            |word| <cli::Club as clap::ValueEnum>::from_str(word, true),
        )?,
        _ => cli::Club::Path,
    };
    let club = match club {
        cli::Club::Path => ClubPlace::Path,
        cli::Club::Query => ClubPlace::Query,
        cli::Club::Header => ClubPlace::Header,
        cli::Club::Nowhere => ClubPlace::Nowhere,
    };
    Ok((draft::skeleton(soap, way, club), about))
}

fn sign_in<From: BufRead, To: Write>(
    asked: &cli::New,
    asker: Option<&mut Asker<From, To>>,
) -> Result<Option<SignIn>> {
    match (&asked.sign_in, asker) {
        (Some(way), _) => Ok(Some(way.clone())),
        (None, Some(asker)) => {
            let question =
                "How does one sign in: bearer, basic, header:NAME, query:NAME, oauth2:URL, login or none?";
            asker.read(question, "bearer", str::parse).map(Some)
        }
        (None, None) => Ok(None),
    }
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}

fn text(file: &Path) -> Result<String> {
    let unread = || format!("`{}` cannot be read", file.display());
    let size = fs::metadata(file).with_context(unread)?.len();
    if size > MAX_BYTES {
        bail!("`{}` is larger than {} MiB", file.display(), MAX_BYTES >> 20);
    }
    let bytes = fs::read(file).with_context(unread)?;
    String::from_utf8(bytes).with_context(|| format!("`{}` is not UTF-8; save it as UTF-8", file.display()))
}

/// `acme-gym` as `Acme Gym`.
fn named(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut letters = word.chars();
        letters
            .next()
            .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
    });
    words.collect::<Vec<_>>().join(" ")
}

fn write(folder: &Path, drafted: &Folder) -> Result<()> {
    for (file, text) in &drafted.files {
        let file = folder.join(file);
        let unwritten = || format!("`{}` cannot be written", file.display());
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent).with_context(unwritten)?;
        }
        fs::write(&file, text).with_context(unwritten)?;
    }
    Ok(())
}

fn told(folder: &Path, name: &str, drafted: &Folder, config: &Config) -> Result<()> {
    let shown = folder.display();
    tell(format_args!("{shown} is made. What was taken for what:"))?;
    for (operation, call) in &drafted.chosen {
        tell(format_args!("  {:20} {call}", operation.name()))?;
    }
    for operation in &drafted.lacking {
        note(format_args!(
            "no call was found for {}; without it clubs lose what it is for",
            operation.name()
        ));
    }
    tell(format_args!(
        "\n{} questions are marked `TODO` in {shown}/platform.yaml. It has no mistakes, and its samples replay:",
        drafted.questions
    ))?;
    tell(format_args!("  connector platform lint {shown}"))?;
    tell(format_args!("  connector platform test {name}"))?;
    if config.platforms.as_deref() != folder.parent() {
        let dir = folder.parent().unwrap_or(folder).display();
        tell(format_args!(
            "The Connector knows {name} once its configuration says `platforms = \"{dir}\"`."
        ))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new() -> cli::New {
        cli::New {
            name: "acme-gym".to_owned(),
            openapi: None,
            wsdl: None,
            title: None,
            vendor: None,
            speaks: None,
            sign_in: None,
            club: None,
            dir: None,
        }
    }

    fn answered(asked: &cli::New, typed: &str) -> (Result<(Contract, About)>, String) {
        let mut said = Vec::new();
        let answers = answers(asked, Some(Asker { from: typed.as_bytes(), to: &mut said }));
        (answers, String::from_utf8(said).unwrap())
    }

    #[test]
    fn what_was_not_said_is_asked_and_what_cannot_be_read_is_asked_again() {
        let (answers, said) = answered(&new(), "Acme\n\nxml\nsoap\nheader\nheader:X-Key\n");
        let (contract, about) = answers.unwrap();
        assert_eq!((about.title.as_str(), about.vendor.as_str()), ("Acme", "Acme"));
        assert!(contract.soap.is_some());
        assert_eq!(contract.sign_in, [SignIn::Header("X-Key".to_owned())]);
        assert!(said.contains("What do people call it? [Acme Gym] "), "{said}");
        assert!(said.contains("  it is json or soap\n"), "{said}");
        assert!(said.contains("  write the name behind it, such as `header:X-Api-Key`\n"), "{said}");
    }

    #[test]
    fn what_was_said_is_not_asked() {
        let said = cli::New {
            title: Some("Acme".to_owned()),
            vendor: Some("Acme Inc.".to_owned()),
            speaks: Some(cli::Speaks::Json),
            sign_in: Some(SignIn::Basic),
            club: Some(cli::Club::Query),
            ..new()
        };
        assert_eq!(answered(&said, "").1, "");
    }

    #[test]
    fn questions_that_nobody_answers_end_it() {
        assert!(answered(&new(), "Acme\n").0.is_err());
    }
}
