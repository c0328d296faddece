//! `takeoff run`: a scenario file, or all its variants, to a run folder and a table.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::dashboard::Dashboard;
use super::progress::Progress;
use super::recorded::{self, CheckpointPlan, Outcome, Plan};
use super::{CommandError, Exit, interrupt, output, report, table};
use crate::record::{self, Existing, MANIFEST, Manifest, RecordError, RunReader, Status};
use crate::scenario::{self, Overrides, Remarks, Scenario, ScenarioFile};
use crate::sim::EngineChoice;

/// The folder under which runs go that were given none.
const RUNS: &str = "runs";
/// Subfolder of `--all-variants` for the file as it stands.
const BASE: &str = "base";

/// The options of the command.
#[derive(Clone, Debug)]
pub struct Options {
    /// The scenario file; to resume, the run folder will do.
    pub scenario: PathBuf,
    /// `(key, value)` of every `--set`.
    pub set: Vec<(String, String)>,
    /// In place of the seed of the file.
    pub seed: Option<u64>,
    /// Ticks from the end of burn-in.
    pub ticks: Option<u64>,
    /// Who computes.
    pub engine: EngineChoice,
    /// The run folder; `None`: a new one under `runs`.
    pub out: Option<PathBuf>,
    /// What to do when it holds a run.
    pub existing: Existing,
    /// The variant to run.
    pub variant: Option<String>,
    /// Runs the file and every variant of it.
    pub all_variants: bool,
    /// `None`: no checkpoints.
    pub checkpoints: Option<CheckpointPlan>,
    /// The end of standard input ends the run as a signal does.
    pub until_stdin_ends: bool,
    /// `Some`: writes the report page at the end; inside: where, in place of the run folder.
    pub report: Option<Option<PathBuf>>,
    /// No progress.
    pub quiet: bool,
    /// The live view in place of plain progress.
    pub live: bool,
    /// The summary as JSON in place of the table.
    pub json: bool,
}

/// The default plan of checkpoints.
pub const CHECKPOINTS: CheckpointPlan = CheckpointPlan {
    interval: Duration::from_secs(60),
    budget: 200 << 30,
};

/// Runs the command.
pub fn execute(options: Options) -> Result<Exit, CommandError> {
    interrupt::listen();
    if options.until_stdin_ends {
        interrupt::listen_to_stdin();
    }
    if options.scenario.join(MANIFEST).is_file() {
        resume(&options)
    } else if options.all_variants {
        all_variants(&options)
    } else {
        single(&options)
    }
}

/// A scenario and what its files say about its values.
type Loaded = (Scenario, Remarks);

fn load(options: &Options, variant: Option<&str>) -> Result<Loaded, CommandError> {
    let overrides = Overrides {
        set: options.set.clone(),
        variant: variant.map(str::to_owned),
        seed: options.seed,
    };
    let file = ScenarioFile::read(&options.scenario)?;
    let scenario = file.resolve(&overrides)?;
    Ok((scenario, file.remarks(&overrides)))
}

/// Continues the run of a folder by what its manifest says.
fn resume(options: &Options) -> Result<Exit, CommandError> {
    let folder = &options.scenario;
    let changed = !options.set.is_empty() || options.seed.is_some() || options.variant.is_some();
    let elsewhere = options.out.as_ref().is_some_and(|out| out != folder);
    if options.existing != Existing::Resume || changed || elsewhere || options.all_variants {
        return Err(CommandError::Usage(format!(
            "`{0}` is a run folder: it is continued as it stands by `takeoff run {0} --resume`",
            folder.display()
        )));
    }
    let reader = RunReader::open(folder)?;
    let scenario = recorded::scenario_of(&reader)?;
    let remarks = Remarks {
        sources: reader.manifest.sources.clone(),
        of: reader.manifest.remarks.clone(),
    };
    into_folder(options, &(scenario, remarks), folder)
}

fn single(options: &Options) -> Result<Exit, CommandError> {
    let loaded = load(options, options.variant.as_deref())?;
    let scenario = &loaded.0;
    let folder = match &options.out {
        Some(folder) => folder.clone(),
        None => default_folder(&scenario.name, scenario, options.existing)?,
    };
    into_folder(options, &loaded, &folder)
}

fn into_folder(options: &Options, loaded: &Loaded, folder: &Path) -> Result<Exit, CommandError> {
    match one(options, loaded, folder)? {
        Outcome::AlreadyComplete(manifest) => {
            already_complete(folder, &manifest);
            output::print(&shown_again(folder, &manifest, options.json)?)?;
            report_on(options, folder)?;
            Ok(Exit::Success)
        }
        Outcome::Ended(ended) => {
            let (summary, manifest) = *ended;
            output::print(&if options.json {
                to_json(&summary)
            } else {
                table::of_run(&summary, &manifest, folder)
            })?;
            report_on(options, folder)?;
            Ok(exit_of(&manifest, folder))
        }
    }
}

/// Writes the page about a folder, if one was asked for, and names it.
fn report_on(options: &Options, folder: &Path) -> Result<(), CommandError> {
    let Some(out) = &options.report else {
        return Ok(());
    };
    let page = report::write(&[folder.to_owned()], out.as_deref())?;
    // With --json stdout is for a program.
    let line = format!("report      {}", page.display());
    if options.json {
        output::tell(&line);
        return Ok(());
    }
    output::print(&line)
}

fn one(options: &Options, loaded: &Loaded, folder: &Path) -> Result<Outcome, CommandError> {
    let (scenario, remarks) = loaded;
    let plan = Plan {
        scenario,
        remarks,
        engine: options.engine,
        folder,
        existing: options.existing,
        ticks_limit: options.ticks,
        checkpoints: options.checkpoints,
    };
    if !options.live {
        return recorded::run(plan, &mut Progress::new(&scenario.name, options.quiet));
    }
    let mut dashboard = Dashboard::new(scenario, folder);
    let outcome = recorded::run(plan, &mut dashboard)?;
    if let Outcome::Ended(ended) = &outcome
        && ended.1.status == Status::Completed
        && !options.all_variants
    {
        dashboard.stay();
    }
    Ok(outcome)
}

fn already_complete(folder: &Path, manifest: &Manifest) {
    let longer = manifest.ticks_limit.map_or(String::new(), |limit| {
        format!("--ticks over {limit} makes it longer, ")
    });
    output::tell(&format!(
        "`{}` is complete ({} ticks): nothing to do; {longer}--force runs it again",
        folder.display(),
        manifest.ticks
    ));
}

fn exit_of(manifest: &Manifest, folder: &Path) -> Exit {
    if manifest.status != Status::Interrupted {
        return Exit::Success;
    }
    output::tell(&format!(
        "interrupted after {} ticks; continue with `takeoff run {} --resume`",
        manifest.ticks,
        folder.display()
    ));
    Exit::Interrupted
}

/// The summary that a completed folder holds, as this command would have printed it.
fn shown_again(folder: &Path, manifest: &Manifest, json: bool) -> Result<String, CommandError> {
    if json {
        let summary = RunReader::open(folder)?.summary()?;
        return Ok(to_json(&summary));
    }
    Ok(format!(
        "digest {}\nfolder {}",
        manifest.digest,
        folder.display()
    ))
}

fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).expect("a summary is plain data")
}

fn all_variants(options: &Options) -> Result<Exit, CommandError> {
    let names = scenario::variants(&options.scenario)?;
    if names.is_empty() {
        let file = options.scenario.display();
        return Err(CommandError::Usage(format!(
            "`{file}` has no [variants.NAME] tables; run it without --all-variants"
        )));
    }
    // All are resolved before any runs: a wrong variant is told at once, not after an hour.
    let mut scenarios = vec![(BASE.to_owned(), load(options, None)?)];
    for name in names {
        let loaded = load(options, Some(&name))?;
        scenarios.push((name, loaded));
    }
    let first = &scenarios[0].1.0;
    let folder = match &options.out {
        Some(folder) => folder.clone(),
        None => default_folder(&format!("{}-variants", first.name), first, options.existing)?,
    };
    if folder.join(MANIFEST).exists() {
        let why = "it is the folder of a single run, --all-variants needs one above those";
        return Err(RecordError::NotARun {
            path: folder,
            why: why.to_owned(),
        }
        .into());
    }
    let mut results = Vec::new();
    let mut exit = Exit::Success;
    for (name, loaded) in &scenarios {
        let place = folder.join(name);
        let (summary, status) = match one(options, loaded, &place)? {
            Outcome::Ended(ended) => (serde_json::to_value(&ended.0), ended.1.status),
            Outcome::AlreadyComplete(manifest) => {
                already_complete(&place, &manifest);
                (Ok(RunReader::open(&place)?.summary()?), manifest.status)
            }
        };
        let summary = summary.expect("a summary is plain data");
        results.push((name.clone(), summary));
        if status == Status::Interrupted {
            output::tell("interrupted; continue with the same command, --out and --resume");
            exit = Exit::Interrupted;
            break;
        }
    }
    output::print(&if options.json {
        to_json(&results.into_iter().collect::<serde_json::Map<_, _>>())
    } else {
        table::of_variants(&results, &folder)
    })?;
    report_on(options, &folder)?;
    Ok(exit)
}

/// `runs/NAME-SEED-N`.
fn default_folder(
    name: &str,
    scenario: &Scenario,
    existing: Existing,
) -> Result<PathBuf, CommandError> {
    let name = format!("{name}-{}", scenario.run.seed);
    Ok(record::numbered_folder(Path::new(RUNS), &name, existing)?)
}
