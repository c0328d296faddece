//! `takeoff scenario`: what scenario files there are, what one comes to, and how to write one.

use std::fs;
use std::path::{Path, PathBuf};

use super::{CommandError, Exit, output, parameters};
use crate::record::RecordError;
use crate::scenario::{self, Overrides, ScenarioFile};

/// The subcommands.
#[derive(Clone, Debug)]
pub enum Action {
    /// The scenario files of a folder, each with its question and variants, by `order` and name.
    List {
        /// The folder.
        folder: PathBuf,
    },
    /// The resolved scenario of a file, as TOML or as canonical JSON.
    Show {
        /// The file.
        file: PathBuf,
        /// `--set`, `--variant` and `--seed`.
        overrides: Overrides,
        /// How.
        form: Form,
    },
    /// Files and all their variants, with every error at once.
    Check {
        /// The files.
        files: Vec<PathBuf>,
    },
    /// A commented file to start from.
    New {
        /// Where to write it; `None`: stdout.
        file: Option<PathBuf>,
    },
    /// The JSON Schema of scenario files, for editors.
    Schema,
}

/// How a resolved scenario is shown.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// As a file.
    Toml,
    /// Canonical JSON, whose blake3 is the scenario's hash.
    Json,
    /// A table of every value with the reason to believe it.
    Parameters,
}

/// Runs the command.
pub fn execute(action: &Action) -> Result<Exit, CommandError> {
    match action {
        Action::List { folder } => list(folder),
        Action::Show {
            file,
            overrides,
            form,
        } => {
            let file = ScenarioFile::read(file)?;
            let scenario = file.resolve(overrides)?;
            let text = match form {
                Form::Toml => scenario::show(&scenario),
                Form::Json => scenario.canonical_json(),
                Form::Parameters => parameters::table(&file, overrides, &scenario),
            };
            output::print(&text).map(|()| Exit::Success)
        }
        Action::Check { files } => check(files),
        Action::New { file: None } => {
            output::print(&scenario::new_template()).map(|()| Exit::Success)
        }
        Action::New { file: Some(file) } => {
            write_new(file)?;
            output::tell(&format!("wrote `{}`", file.display()));
            Ok(Exit::Success)
        }
        Action::Schema => output::print(&scenario::json_schema()).map(|()| Exit::Success),
    }
}

fn list(folder: &Path) -> Result<Exit, CommandError> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(RecordError::io("read", folder))? {
        let path = entry.map_err(RecordError::io("read", folder))?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            files.push(path);
        }
    }
    files.sort_unstable();
    let mut exit = Exit::Success;
    let mut listed = Vec::new();
    for file in files {
        match scenario::head(&file) {
            Ok(head) => listed.push((head, file)),
            Err(errors) => {
                output::tell(&CommandError::from(errors).render());
                exit = Exit::Scenario;
            }
        }
    }
    listed.sort_by_key(|(head, _)| head.order);
    if let Some((_, first)) = listed.first() {
        let first = first.display();
        output::print(&format!("Start with {first}: takeoff run {first}"))?;
    }
    for (head, file) in listed {
        output::print(&format!("{}\n    {}", file.display(), head.question))?;
        if !head.variants.is_empty() {
            output::print(&format!("    variants: {}", head.variants.join(", ")))?;
        }
    }
    Ok(exit)
}

fn check(files: &[PathBuf]) -> Result<Exit, CommandError> {
    let mut exit = Exit::Success;
    for file in files {
        let read =
            scenario::variants(file).and_then(|names| Ok((names, ScenarioFile::read(file)?)));
        let (variants, file) = match read {
            Ok(read) => read,
            Err(errors) => {
                output::tell(&CommandError::from(errors).render());
                exit = Exit::Scenario;
                continue;
            }
        };
        for variant in std::iter::once(None).chain(variants.into_iter().map(Some)) {
            let overrides = Overrides {
                variant,
                ..Overrides::default()
            };
            match file.resolve_uncertain(&overrides) {
                Ok((scenario, uncertainty)) => {
                    let check = scenario::Check::of(&scenario).to_string();
                    let values = uncertainty.values.iter();
                    let values: String =
                        values.map(|value| format!("\nuncertain {value}")).collect();
                    let grounds = parameters::counts(&file, &overrides, &scenario);
                    output::print(&format!("{}{values}\n{grounds}", check.trim_end()))?;
                }
                Err(errors) => {
                    output::tell(&CommandError::from(errors).render());
                    exit = Exit::Scenario;
                }
            }
        }
    }
    Ok(exit)
}

/// Writes the template to a file that must not exist: nothing is written over.
fn write_new(file: &Path) -> Result<(), CommandError> {
    use std::io::Write;
    let mut out = fs::File::options()
        .write(true)
        .create_new(true)
        .open(file)
        .map_err(RecordError::io("create", file))?;
    let text = scenario::new_template();
    Ok(out
        .write_all(text.as_bytes())
        .map_err(RecordError::io("write", file))?)
}
