//! `connector platform explain`: what stands on a line of a description, and what samples make of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use platform::net::GuardedClient;
use platform::samples::{self, Sample};
use platform::{Description, Endpoint, Explained, Tokens};

use crate::say::tell;

/// How many samples are shown for one expression.
const SAMPLES: usize = 3;

/// Explains a line.
pub fn run(place: &str) -> Result<ExitCode> {
    let (file, line) = place
        .rsplit_once(':')
        .and_then(|(file, line)| Some((PathBuf::from(file), line.parse().ok()?)))
        .with_context(|| {
            format!("`{place}` is not a file and a line, like platforms/vfp/platform.yaml:85")
        })?;
    let file = if file.is_dir() { file.join("platform.yaml") } else { file };
    let text = fs::read_to_string(&file).with_context(|| format!("`{}` cannot be read", file.display()))?;
    let found = platform::explain(&text, line).map_err(|problem| anyhow!("{}: {problem}", file.display()))?;
    let shown = samples_beside(&file, &text)?;
    for (nth, one) in found.iter().enumerate() {
        if nth > 0 {
            tell("")?;
        }
        told(one)?;
        if let Some(source) = one.expression.as_deref() {
            values(one, source, &shown)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn told(one: &Explained) -> Result<()> {
    tell(format_args!("{}", one.path))?;
    let must = if one.required { "; it must be there" } else { "" };
    tell(format_args!("  {}{must}", one.about))?;
    if !one.takes.is_empty() {
        tell(format_args!("  takes {}", one.takes))?;
    }
    for (key, about) in &one.keys {
        tell(format_args!("    {key:16} {about}"))?;
    }
    if !one.names.is_empty() {
        tell(format_args!("  an expression here knows {}", one.names.join(", ")))?;
    }
    Ok(())
}

/// A sample with what it computes.
struct Shown {
    file: String,
    sample: Sample,
    endpoint: Endpoint,
}

/// The samples in the description's folder; none where the description has mistakes, for then nothing can be computed.
fn samples_beside(file: &Path, text: &str) -> Result<Vec<Shown>> {
    let Ok(description) = Description::parse(&file.display().to_string(), text) else {
        return Ok(Vec::new());
    };
    let description = Arc::new(description);
    let folder = file.parent().unwrap_or(Path::new(".")).join("samples");
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut shown = Vec::new();
    for file in files {
        let text =
            fs::read_to_string(&file).with_context(|| format!("`{}` cannot be read", file.display()))?;
        let Ok(sample) = samples::read(&text) else { continue };
        let settings = sample.settings(&description);
        let net = Arc::new(GuardedClient::new()?);
        if let Ok(endpoint) = Endpoint::bind(Arc::clone(&description), settings, net, Arc::new(Tokens::new()))
        {
            let file = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            shown.push(Shown { file, sample, endpoint });
        }
    }
    Ok(shown)
}

/// What samples make of an expression: those of its own operation, and of every operation where it is shared.
fn values(one: &Explained, source: &str, shown: &[Shown]) -> Result<()> {
    let operation = one.path.strip_prefix("operations.").and_then(|rest| rest.split('.').next());
    let key = one.path.rsplit('.').next().unwrap_or_default();
    let expressions: Vec<&str> = match source.strip_prefix('=') {
        Some(whole) => vec![whole],
        None => source.split("{{").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0.trim())).collect(),
    };
    let mut given = Vec::new();
    for Shown { file, sample, endpoint } in shown {
        if operation.is_some_and(|name| name != sample.operation.name()) {
            continue;
        }
        let computed = endpoint.computed(sample.operation, &sample.given()).unwrap_or_default();
        let is_it = |place: &str, of: &str| {
            expressions.contains(&of) && place.split(['.', ' ']).any(|part| part == key)
        };
        let found = computed.into_iter().find(|it| is_it(&it.place, &it.source));
        given.extend(found.map(|it| {
            (it.value == "unknown", format!("in {file} (“{}”) it gives {}", sample.case, it.value))
        }));
    }
    // Those that say something come first.
    given.sort_by_key(|(unknown, _)| *unknown);
    given.iter().take(SAMPLES).try_for_each(|(_, line)| tell(format_args!("  {line}")))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_without_a_line_is_refused_with_an_example() {
        let refused = run("platforms/vfp/platform.yaml").unwrap_err();
        assert!(refused.to_string().contains("platforms/vfp/platform.yaml:85"), "{refused}");
    }
}
