//! Scenario files that can be run: what they hold, and what changes of them come to.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::folder::Folder;
use crate::record::RecordError;
use crate::scenario::{self, Check, Overrides, Problem, Scenario, ScenarioErrors};

/// Changed keys in a request, at most.
const CHANGES_MAX: usize = 500;

/// A scenario file as it is listed.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// Name of the file.
    pub file: String,
    /// The question it asks.
    pub question: String,
    /// Its variants.
    pub variants: Vec<String>,
    /// Why it cannot be read; empty if it can.
    pub error: String,
    /// Its place in the list.
    #[serde(skip)]
    order: u64,
}

/// What a scenario file holds.
#[derive(Clone, Debug, Serialize)]
pub struct Described {
    /// Its values in the layout of a file: defaults, includes and the variant filled in.
    pub values: Map<String, Value>,
    /// Where its figures come from.
    pub sources: Vec<String>,
}

/// A run that is asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Name of a scenario file.
    pub scenario: String,
    /// One of its variants.
    #[serde(default)]
    pub variant: Option<String>,
    /// `(key, TOML value)` of what is changed.
    #[serde(default)]
    pub set: Vec<(String, String)>,
    /// Seed in place of the file's, as a text: scripts know whole numbers up to 2^53 only.
    #[serde(default)]
    pub seed: Option<String>,
    /// Ticks from the end of burn-in.
    #[serde(default)]
    pub ticks: Option<u64>,
    /// Who computes.
    #[serde(default)]
    pub engine: Engine,
}

/// Who computes.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// A hardware GPU, else the native CPU engine.
    #[default]
    Auto,
    /// The native CPU engine.
    Cpu,
    /// A hardware GPU.
    Gpu,
    /// The shaders on a software Vulkan driver.
    Software,
}

/// A problem with what was asked.
#[derive(Clone, Debug, Serialize)]
pub struct Wrong {
    /// Dotted key; empty when it is about the whole.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// What is allowed; may be empty.
    pub allowed: String,
    /// What to do about it; may be empty.
    pub hint: String,
}

/// What a run would be.
#[derive(Debug)]
pub struct Planned {
    /// Name of the resolved scenario.
    pub name: String,
    /// Its seed.
    pub seed: u64,
    /// What it comes to, several lines.
    pub check: String,
    /// The arguments of `takeoff` up to the folder.
    pub arguments: Vec<OsString>,
    /// The same for a shell, with the file as the user would write it.
    pub command: String,
}

/// The scenario files of a folder.
#[derive(Clone, Debug)]
pub struct Scenarios {
    folder: Folder,
    /// As the user wrote it.
    spoken: PathBuf,
}

impl Scenarios {
    /// Those of `folder`, which the user calls `spoken`.
    pub fn new(folder: Folder, spoken: PathBuf) -> Scenarios {
        Scenarios { folder, spoken }
    }

    /// The path of a file; `None` where it is none of the folder's scenarios.
    fn find(&self, file: &str) -> Option<PathBuf> {
        let is_toml = Path::new(file).extension().is_some_and(|it| it == "toml");
        let plain = is_toml && !file.contains('/');
        let path = plain.then(|| self.folder.find(file)).flatten()?;
        path.is_file().then_some(path)
    }

    /// All files, by `order` and name.
    pub fn list(&self) -> Result<Vec<Listed>, RecordError> {
        let root = self.folder.path();
        let mut listed = Vec::new();
        for entry in fs::read_dir(root).map_err(RecordError::io("read", root))? {
            let entry = entry.map_err(RecordError::io("read", root))?;
            let name = entry.file_name().into_string().ok();
            let Some((file, path)) = name.and_then(|name| Some((name.clone(), self.find(&name)?)))
            else {
                continue;
            };
            listed.push(match scenario::head(&path) {
                Ok(head) => Listed {
                    file,
                    question: head.question,
                    variants: head.variants,
                    error: String::new(),
                    order: head.order,
                },
                Err(errors) => Listed {
                    file,
                    question: String::new(),
                    variants: Vec::new(),
                    error: errors.render(false),
                    order: u64::MAX,
                },
            });
        }
        listed.sort_by(|a, b| (a.order, &a.file).cmp(&(b.order, &b.file)));
        Ok(listed)
    }

    /// What a file holds with a variant; `None` if there is no such file.
    pub fn describe(
        &self,
        file: &str,
        variant: Option<String>,
    ) -> Option<Result<Described, Vec<Wrong>>> {
        let path = self.find(file)?;
        let overrides = Overrides {
            variant,
            ..Overrides::default()
        };
        let read = scenario::ScenarioFile::read(&path).and_then(|file| file.resolve(&overrides));
        let described = read.and_then(|scenario| {
            Ok(Described {
                values: scenario::in_file_layout(&scenario),
                sources: scenario::head(&path)?.sources,
            })
        });
        Some(described.map_err(|errors| wrongs(&errors)))
    }

    /// What a run as asked would be, or everything that is wrong with it.
    pub fn plan(&self, asked: &Asked) -> Result<Planned, Vec<Wrong>> {
        let unknown = || vec![Wrong::about("scenario", "there is no such scenario file")];
        let path = self.find(&asked.scenario).ok_or_else(unknown)?;
        let mut wrong = Vec::new();
        if asked.set.len() > CHANGES_MAX {
            wrong.push(Wrong::about("", &format!("over {CHANGES_MAX} changes")));
        }
        for (key, _) in &asked.set {
            // The command line would part key and value elsewhere than we do.
            if key.trim().is_empty() || key.contains('=') {
                wrong.push(Wrong::about(key, "not a key"));
            }
        }
        if asked.ticks == Some(0) {
            wrong.push(Wrong::about("ticks", "at least one"));
        }
        let seed = asked.seed.as_deref().map(str::parse::<i64>);
        let seed = match seed {
            Some(Ok(seed @ 0..)) => Some(seed.unsigned_abs()),
            None => None,
            Some(_) => {
                let why = format!("expected a whole number from 0 to {}", i64::MAX);
                wrong.push(Wrong::about("seed", &why));
                None
            }
        };
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let overrides = Overrides {
            set: trimmed(&asked.set),
            variant: asked.variant.clone(),
            seed,
        };
        let scenario = Scenario::load(&path, &overrides).map_err(|errors| wrongs(&errors))?;
        let options = options(asked, seed);
        let spoken = self.spoken.join(&asked.scenario);
        let words = std::iter::once(spoken.to_string_lossy().into_owned()).chain(options.clone());
        let words: Vec<String> = words.map(|word| quoted(&word)).collect();
        let mut arguments = vec![OsString::from("run"), path.into_os_string()];
        arguments.extend(options.into_iter().map(OsString::from));
        Ok(Planned {
            name: scenario.name.clone(),
            seed: scenario.run.seed,
            check: Check::of(&scenario).to_string(),
            arguments,
            command: format!("takeoff run {}", words.join(" ")),
        })
    }
}

/// As the command line takes them.
fn trimmed(set: &[(String, String)]) -> Vec<(String, String)> {
    let trimmed = |(key, value): &(String, String)| (key.trim().into(), value.trim().into());
    set.iter().map(trimmed).collect()
}

/// Each with its value in one word, so that no value can be taken for an option.
fn options(asked: &Asked, seed: Option<u64>) -> Vec<String> {
    let mut options = Vec::new();
    if let Some(variant) = &asked.variant {
        options.push(format!("--variant={variant}"));
    }
    for (key, value) in trimmed(&asked.set) {
        options.push(format!("--set={key}={value}"));
    }
    if let Some(seed) = seed {
        options.push(format!("--seed={seed}"));
    }
    if let Some(ticks) = asked.ticks {
        options.push(format!("--ticks={ticks}"));
    }
    if let Some(engine) = asked.engine.option() {
        options.push(format!("--engine={engine}"));
    }
    options
}

impl Engine {
    /// The value of `--engine`; none for the default.
    fn option(self) -> Option<&'static str> {
        match self {
            Engine::Auto => None,
            Engine::Cpu => Some("cpu"),
            Engine::Gpu => Some("gpu"),
            Engine::Software => Some("software"),
        }
    }
}

impl Wrong {
    fn about(key: &str, message: &str) -> Wrong {
        Wrong {
            key: key.to_owned(),
            message: message.to_owned(),
            allowed: String::new(),
            hint: String::new(),
        }
    }

    fn of(problem: &Problem) -> Wrong {
        Wrong {
            key: problem.key.clone(),
            message: problem.fault.to_string(),
            allowed: problem.allowed.clone(),
            hint: problem.hint.clone(),
        }
    }
}

fn wrongs(errors: &ScenarioErrors) -> Vec<Wrong> {
    errors.problems.iter().map(Wrong::of).collect()
}

/// A word as a POSIX shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=+,:@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_are_quoted_where_a_shell_would_read_more_into_them() {
        assert_eq!(quoted("--set=run.days=30"), "--set=run.days=30");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quoted(""), "''");
    }
}
