//! `manifest.json`: what was run, by what, how far it came, and the seals of the other files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::atomic;
use super::error::RecordError;

/// Name of the file in a run folder.
pub const MANIFEST: &str = "manifest.json";

/// Value of the key `format`: what makes a folder recognisable as a run folder.
pub const FORMAT: &str = "takeoff-run";

/// How far a run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Being written, or killed.
    Running,
    /// Every planned tick is recorded.
    Completed,
    /// Ended by a signal; resumable.
    Interrupted,
    /// Ended by an error; resumable.
    Failed,
}

impl Status {
    /// The word in the manifest.
    pub fn word(self) -> &'static str {
        match self {
            Status::Running => "running",
            Status::Completed => "completed",
            Status::Interrupted => "interrupted",
            Status::Failed => "failed",
        }
    }
}

/// Length and checksum of a finished file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSeal {
    /// Length.
    pub bytes: u64,
    /// Checksum of the content, hex.
    pub blake3: String,
}

/// What a run is, before it starts: given by whoever opens a folder.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Name of the resolved scenario.
    pub scenario_name: String,
    /// The resolved scenario as JSON.
    pub scenario: Value,
    /// Hash of the resolved scenario, hex.
    pub scenario_hash: String,
    /// Seed of the run.
    pub seed: u64,
    /// Fraction of the world that is simulated.
    pub sample: f64,
    /// Ticks to run from the end of burn-in; `None`: as many as the scenario plans.
    pub ticks_limit: Option<u64>,
    /// Where the figures of the scenario come from, as its files say.
    pub sources: Vec<String>,
    /// Dotted key to what the files say about its value.
    pub remarks: BTreeMap<String, String>,
}

/// What runs it: the engine and its device. The digest never depends on it.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// Engine that ran, `cpu`, `gpu` or `software`.
    pub engine: String,
    /// Adapter name; empty for the CPU engine.
    pub adapter: String,
    /// Driver name and version; empty for the CPU engine.
    pub driver: String,
    /// (name, hash) of every shader.
    pub shader_hashes: Vec<(String, String)>,
}

/// The content of `manifest.json`. Keys are only ever added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// Version of the format: 1.
    pub format_version: u32,
    /// Version of takeoff.
    pub version: String,
    /// Source it was built from.
    pub build: String,
    /// Name of the resolved scenario.
    pub scenario_name: String,
    /// Hash of the resolved scenario, hex.
    pub scenario_hash: String,
    /// Seed of the run.
    pub seed: u64,
    /// Fraction of the world that is simulated.
    pub sample: f64,
    /// Ticks to run from the end of burn-in; null: as many as the scenario plans.
    pub ticks_limit: Option<u64>,
    /// Engine of the last session.
    pub engine: String,
    /// Adapter of the last session.
    pub adapter: String,
    /// Driver of the last session.
    pub driver: String,
    /// Shader name to hash.
    pub shader_hashes: BTreeMap<String, String>,
    /// When the first session started, UTC.
    pub start: String,
    /// When the last session ended, UTC; null while running.
    pub end: Option<String>,
    /// Wall time of all sessions up to the last checkpoint or end, seconds.
    pub wall_s: f64,
    /// Sessions that continued the run.
    pub resumed: u32,
    /// How far it came.
    pub status: Status,
    /// Why it failed; null otherwise.
    pub error: Option<String>,
    /// Ticks recorded at the last checkpoint or end, burn-in included.
    pub ticks: u64,
    /// Last link of the digest chain, hex; empty before the first tick.
    pub digest: String,
    /// File name to length and checksum; empty while running.
    pub files: BTreeMap<String, FileSeal>,
    /// The resolved scenario.
    pub scenario: Value,
    /// Where its figures come from, as its files say.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Dotted key to the comment on its value in the scenario's files.
    #[serde(default)]
    pub remarks: BTreeMap<String, String>,
    /// blake3 of this manifest's other keys, hex: an edited manifest is noticed.
    pub seal: String,
}

impl Manifest {
    /// The manifest of a run that starts now.
    pub fn new(identity: Identity, start: String) -> Manifest {
        Manifest {
            format: FORMAT.to_owned(),
            format_version: 1,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            build: option_env!("TAKEOFF_BUILD").unwrap_or("unknown").to_owned(),
            scenario_name: identity.scenario_name,
            scenario_hash: identity.scenario_hash,
            seed: identity.seed,
            sample: identity.sample,
            ticks_limit: identity.ticks_limit,
            engine: String::new(),
            adapter: String::new(),
            driver: String::new(),
            shader_hashes: BTreeMap::new(),
            start,
            end: None,
            wall_s: 0.0,
            resumed: 0,
            status: Status::Running,
            error: None,
            ticks: 0,
            digest: String::new(),
            files: BTreeMap::new(),
            scenario: identity.scenario,
            sources: identity.sources,
            remarks: identity.remarks,
            seal: String::new(),
        }
    }

    /// States what runs it.
    pub fn set_machine(&mut self, machine: Machine) {
        self.engine = machine.engine;
        self.adapter = machine.adapter;
        self.driver = machine.driver;
        self.shader_hashes = machine.shader_hashes.into_iter().collect();
    }

    /// Labs of the scenario: rows of a tick.
    pub fn labs(&self) -> usize {
        self.scenario["labs"].as_array().map_or(1, Vec::len).max(1)
    }

    /// Seals the manifest and replaces the file in `folder`.
    pub fn write(&mut self, folder: &Path) -> Result<(), RecordError> {
        self.seal = seal(serde_json::to_value(&*self).expect("a manifest is plain data"));
        let text = serde_json::to_string_pretty(self).expect("a manifest is plain data") + "\n";
        atomic::write(&folder.join(MANIFEST), text.as_bytes())
    }

    /// Reads the manifest of a run folder.
    pub fn read(folder: &Path) -> Result<Manifest, RecordError> {
        let value = Manifest::read_value(folder)?;
        serde_json::from_value(value).map_err(|error| RecordError::Malformed {
            path: folder.join(MANIFEST),
            place: "a key".to_owned(),
            why: error.to_string(),
            remedy: "restore the file from a copy, or replace the run with --force",
        })
    }

    /// Reads the manifest as JSON, keys of later versions included.
    pub fn read_value(folder: &Path) -> Result<Value, RecordError> {
        let path = folder.join(MANIFEST);
        let not_a_run = |why: String| RecordError::NotARun {
            path: folder.to_path_buf(),
            why,
        };
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(_) if folder.is_file() => {
                return Err(not_a_run("it is a file, not a folder".to_owned()));
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(not_a_run(if folder.is_dir() {
                    format!("it has no {MANIFEST}")
                } else {
                    "there is no such folder".to_owned()
                }));
            }
            Err(error) => return Err(RecordError::io("read", &path)(error)),
        };
        let value: Value =
            serde_json::from_slice(&bytes).map_err(|error| RecordError::Malformed {
                path,
                place: format!("line {}", error.line()),
                why: format!("not JSON: {error}"),
                remedy: "restore the file from a copy; nothing in the folder was touched",
            })?;
        if value.get("format").and_then(Value::as_str) != Some(FORMAT) {
            return Err(not_a_run(format!(
                "its {MANIFEST} has no `format = \"{FORMAT}\"`"
            )));
        }
        Ok(value)
    }

    /// True when the run ended in an orderly way and its files are sealed.
    pub fn is_finished(&self) -> bool {
        self.status != Status::Running
    }
}

/// The seal that belongs to a manifest: blake3 of its JSON with an empty `seal`, in hex. Layout and
/// order of keys do not matter; keys of later versions count.
pub fn seal(mut manifest: Value) -> String {
    if let Some(seal) = manifest.get_mut("seal") {
        *seal = Value::String(String::new());
    }
    manifest.sort_all_objects();
    blake3::hash(manifest.to_string().as_bytes())
        .to_hex()
        .to_string()
}

/// The first few keys in which two JSON values differ, as "`key` is A, not B".
pub fn differences(found: &Value, wanted: &Value) -> String {
    let mut lines = Vec::new();
    collect_differences("", found, wanted, &mut lines);
    let more = lines.len().saturating_sub(3);
    lines.truncate(3);
    let mut text = lines.join(", ");
    if more > 0 {
        text += &format!(" and {more} more");
    }
    text
}

fn collect_differences(path: &str, found: &Value, wanted: &Value, lines: &mut Vec<String>) {
    let join = |key: &str| {
        if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        }
    };
    match (found, wanted) {
        (Value::Object(left), Value::Object(right)) => {
            for key in left
                .keys()
                .chain(right.keys().filter(|key| !left.contains_key(*key)))
            {
                let side = |map: &serde_json::Map<String, Value>| {
                    map.get(key).cloned().unwrap_or(Value::Null)
                };
                collect_differences(&join(key), &side(left), &side(right), lines);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                collect_differences(&join(&index.to_string()), left, right, lines);
            }
        }
        _ if found == wanted => {}
        _ => lines.push(format!("`{path}` is {found} there and {wanted} here")),
    }
}
