//! Shards of a sweep become one folder, the same to the byte as if it had never been split.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::StudyError;
use super::dataset::{
    self, RUNS, TICKS, append, grouped, like, note, open_part, part_file, parts, shard_runs,
};
use super::manifest::{Identity, Manifest, Shard};
use crate::record::manifest::differences;
use crate::record::table::{self, Table};
use crate::record::{RecordError, Status, atomic};

/// A shard that has ended.
struct Source {
    folder: PathBuf,
    runs: Range<u32>,
}

/// Puts the shards in `folders` together in `out`, which must not hold anything.
///
/// # Errors
/// If they are not the shards of one sweep, complete and without overlap, or a disk refuses.
pub fn merge(folders: &[PathBuf], out: &Path) -> Result<Manifest, StudyError> {
    let (mut manifest, sources) = sources(folders)?;
    if out.exists() && fs::read_dir(out).map_or(true, |mut entries| entries.next().is_some()) {
        return Err(StudyError::NotASweep {
            path: out.to_path_buf(),
            why: "merging needs a folder that is not there yet, or is empty".to_owned(),
        });
    }
    if let Err(error) = put_together(&manifest, &sources, out) {
        // So that the same command can be given again.
        for kind in [RUNS, TICKS] {
            atomic::remove_folder(&out.join(kind))?;
        }
        return Err(error);
    }
    manifest.shard = Shard::WHOLE;
    manifest.status = Status::Completed;
    manifest.write(out)?;
    Ok(manifest)
}

/// Makes every part of the whole.
fn put_together(manifest: &Manifest, sources: &[Source], out: &Path) -> Result<(), StudyError> {
    for kind in [RUNS, TICKS] {
        let inner = out.join(kind);
        fs::create_dir_all(&inner).map_err(RecordError::io("create", &inner))?;
    }
    for part in parts(&(0..manifest.sweep.runs)) {
        let number = part.start / dataset::PART_RUNS;
        let holds = |source: &&Source| source.runs.start < part.end && part.start < source.runs.end;
        let holders: Vec<_> = sources.iter().filter(holds).collect();
        for kind in [TICKS, RUNS] {
            let to = part_file(out, kind, number);
            let from = holders
                .iter()
                .map(|source| part_file(&source.folder, kind, number));
            let from: Vec<_> = from.collect();
            match from.as_slice() {
                [only] => copy(only, &to, &manifest.sweep)?,
                several => join(several, kind, &to, &manifest.sweep)?,
            }
        }
    }
    Ok(())
}

/// The shards in the order of their runs, held against each other.
fn sources(folders: &[PathBuf]) -> Result<(Manifest, Vec<Source>), StudyError> {
    let mut manifest: Option<Manifest> = None;
    let mut sources = Vec::new();
    for folder in folders {
        let found = Manifest::read(folder)?;
        if found.status != Status::Completed {
            let why = format!(
                "`{}` is not complete: continue it with `takeoff sweep … --resume`",
                folder.display()
            );
            return Err(StudyError::Incomplete(why));
        }
        let runs = shard_runs(&found);
        if let Some(first) = &manifest {
            let json = |manifest: &Manifest| {
                serde_json::to_value(&manifest.sweep).expect("a manifest is plain data")
            };
            let differences = differences(&json(&found), &json(first));
            if !differences.is_empty() {
                return Err(StudyError::OtherSweep {
                    path: folder.clone(),
                    differences,
                });
            }
        }
        manifest.get_or_insert(found);
        sources.push(Source {
            folder: folder.clone(),
            runs,
        });
    }
    let manifest =
        manifest.ok_or_else(|| StudyError::Incomplete("no folder to merge".to_owned()))?;
    sources.retain(|source| !source.runs.is_empty());
    sources.sort_by_key(|source| source.runs.start);
    let mut next = 0;
    for source in &sources {
        check_next(next, source)?;
        next = source.runs.end;
    }
    if next < manifest.sweep.runs {
        let last = manifest.sweep.runs - 1;
        return Err(StudyError::Incomplete(format!(
            "runs {next} to {last} are in none of the folders"
        )));
    }
    Ok((manifest, sources))
}

fn check_next(next: u32, source: &Source) -> Result<(), StudyError> {
    let start = source.runs.start;
    let folder = source.folder.display();
    if start > next {
        let last = start - 1;
        let why = format!("runs {next} to {last} are in none of the folders");
        return Err(StudyError::Incomplete(why));
    }
    if start < next {
        let why = format!("run {start} is in `{folder}` and in another folder");
        return Err(StudyError::Incomplete(why));
    }
    Ok(())
}

fn copy(from: &Path, to: &Path, sweep: &Identity) -> Result<(), StudyError> {
    let reader = open_part(from, sweep)?;
    if !reader.is_readable() {
        return Err(StudyError::Malformed {
            path: from.to_path_buf(),
            why: "not as it was written".to_owned(),
        });
    }
    let mut file = fs::File::open(from).map_err(RecordError::io("read", from))?;
    atomic::write_with(to, |out| {
        std::io::copy(&mut file, out).map_err(RecordError::io("write", to))
    })?;
    Ok(())
}

/// The file of a part whose runs lie in several shards.
fn join(from: &[PathBuf], kind: &str, to: &Path, sweep: &Identity) -> Result<(), StudyError> {
    let mut whole = Table::default();
    for path in from {
        let reader = open_part(path, sweep)?;
        for group in 0..reader.groups() {
            let group = reader.group(group, |_| true);
            append(
                &mut whole,
                &group.map_err(StudyError::malformed(path))?,
                path,
            )?;
        }
    }
    if kind == RUNS {
        let group = std::iter::once(Ok(whole.clone()));
        table::write(to, RUNS, &whole, note(sweep), group)?;
    } else {
        let runs = split(&whole).into_iter().map(Ok);
        table::write(to, TICKS, &like(), note(sweep), grouped(runs))?;
    }
    Ok(())
}

/// The rows of each run.
fn split(ticks: &Table) -> Vec<Table> {
    let runs = ticks.counts("run").unwrap_or(&[]);
    let mut at = 0;
    let stretches = runs.chunk_by(|one, other| one == other);
    stretches
        .map(|stretch| {
            let rows = at..at + stretch.len();
            at = rows.end;
            ticks.slice(rows)
        })
        .collect()
}
