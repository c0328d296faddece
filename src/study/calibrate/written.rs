//! A calibration as a scenario file: the given one, included, with the fitted values set.

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

use super::super::plan::PlanError;
use super::unanswerable;
use crate::record::RecordError;
use crate::scenario::{Overrides, ScenarioFile};
use crate::study::StudyError;

/// First words of every such file; only files that begin so are replaced.
const HEAD: &str = "# Calibrated by `takeoff calibrate`";

/// Where a calibration comes from.
#[derive(Clone, Debug)]
pub struct Provenance {
    /// The given scenario file.
    pub scenario: PathBuf,
    /// The command line that repeats it.
    pub command: String,
    /// What else was changed: `--set`.
    pub set: Vec<(String, String)>,
    /// Lines about the calibration as a whole.
    pub notes: Vec<String>,
}

/// A value that is written.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Dotted key.
    pub key: String,
    /// TOML literal.
    pub literal: String,
    /// Where it comes from, a line.
    pub comment: String,
}

/// Refuses early what could not be written at the end: a file of another kind at `out`, no way from
/// it to the scenario, or a value that the scenario's own `[set]` has.
///
/// # Errors
/// See above.
pub fn check_out(
    out: &Path,
    provenance: &Provenance,
    settings: &[Setting],
) -> Result<(), StudyError> {
    match std::fs::read(out) {
        Ok(bytes) if bytes.starts_with(HEAD.as_bytes()) => {}
        Ok(_) => {
            return Err(unanswerable(format!(
                "`{}` is there and was not written by `takeoff calibrate`: choose another --out",
                out.display()
            )));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(RecordError::io("read", out)(error).into()),
    }
    text(out, provenance, settings).map(|_| ())
}

/// The file, as it shall stand at `out`; it was read back and checked.
///
/// # Errors
/// If it would be refused as a scenario.
pub fn text(
    out: &Path,
    provenance: &Provenance,
    settings: &[Setting],
) -> Result<String, StudyError> {
    let include = include(out, &provenance.scenario)?;
    let mut text = format!(
        "{HEAD} {}: what it changes stands under [set].\n#\n#     {}\n",
        env!("CARGO_PKG_VERSION"),
        one_line(&provenance.command)
    );
    for note in &provenance.notes {
        writeln!(text, "#\n# {}", one_line(note)).expect("texts take all");
    }
    let include = toml_edit::Value::from(include);
    write!(text, "schema = 1\ninclude = [{include}]\n\n[set]\n").expect("texts take all");
    for (index, (key, value)) in provenance.set.iter().enumerate() {
        // As with --set, the last word on a key counts.
        let later = provenance.set[index + 1..].iter().map(|(later, _)| later);
        let mut later = later.chain(settings.iter().map(|setting| &setting.key));
        if later.all(|later| later != key) {
            writeln!(text, "{key} = {}    # given with --set", literal(value))
                .expect("texts take all");
        }
    }
    for Setting {
        key,
        literal,
        comment,
    } in settings
    {
        writeln!(text, "# {}\n{key} = {literal}", one_line(comment)).expect("texts take all");
    }
    let file = ScenarioFile::parse(out, &text).map_err(PlanError::from)?;
    file.resolve(&Overrides::default())
        .map_err(PlanError::from)?;
    Ok(text)
}

/// A value of `--set` as TOML: a bare word is a text.
fn literal(value: &str) -> String {
    match value.parse::<toml_edit::Value>() {
        Ok(_) => value.to_owned(),
        Err(_) => toml_edit::Value::from(value).to_string(),
    }
}

fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// The way from the folder of `out` to the scenario, with `/` between folders.
fn include(out: &Path, scenario: &Path) -> Result<String, StudyError> {
    let folder = match out.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => Path::new("."),
    };
    let real = |path: &Path| {
        std::fs::canonicalize(path).map_err(|error| RecordError::io("find", path)(error))
    };
    let (from, to) = (real(folder)?, real(scenario)?);
    let (from, to): (Vec<_>, Vec<_>) = (from.components().collect(), to.components().collect());
    let shared = from
        .iter()
        .zip(&to)
        .take_while(|(one, other)| one == other)
        .count();
    let up = from[shared..].iter().map(|_| Some(".."));
    let down = to[shared..].iter().map(|component| match component {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    let words: Option<Vec<_>> = up.chain(down).collect();
    words.map(|words| words.join("/")).ok_or_else(|| {
        unanswerable(format!(
            "there is no relative path from `{}` to `{}`",
            folder.display(),
            scenario.display()
        ))
    })
}
