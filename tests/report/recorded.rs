//! What runs record for their report: topics, and what scenario files say about their values.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use takeoff::record::{Manifest, RunReader, Status};
use takeoff::report::{Data, ReportError};
use takeoff::scenario::Grounds;

use crate::run_of;
use crate::support::{bytes, json, run};

#[test]
fn topics_add_up_to_what_labs_know_and_resume_to_the_same_bytes() {
    let scratch = tempfile::tempdir().expect("a folder");
    let whole = run_of(&scratch.path().join("whole"), &[]);
    let reader = RunReader::open(&whole).expect("a run");
    let topics = reader.topics().expect("readable").expect("it has ended");
    let rows = reader.rows().expect("readable");
    for row in &rows[rows.len() - 2..] {
        let of_lab: Vec<_> = topics.iter().filter(|topic| topic.lab == row.lab).collect();
        let known: u64 = of_lab.iter().map(|topic| topic.known_ideas).sum();
        assert!(
            known > 0 && known == row.known_ideas,
            "{}: {known}",
            row.lab
        );
        let popularity: f64 = of_lab.iter().map(|topic| topic.popularity).sum();
        assert!((popularity - 1.0).abs() < 1e-12);
        for topic in of_lab {
            assert!(topic.known_below <= topic.known_ideas && topic.known_ideas <= topic.ideas);
        }
    }
    let resumed = scratch.path().join("resumed");
    run(&resumed, &["--quiet", "--ticks", "12"]);
    run(&resumed, &["--quiet", "--ticks", "30", "--resume"]);
    assert!(bytes(whole.join("topics.parquet")) == bytes(resumed.join("topics.parquet")));
}

/// Whoever continues a run takes away what was made at its end: a report that is read meanwhile must
/// not look for it where it was a moment ago.
#[test]
fn a_run_can_be_reported_while_it_is_continued() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path().join("run");
    run(&folder, &["--quiet", "--ticks", "1"]);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for ticks in 2..=40 {
                run(
                    &folder,
                    &["--quiet", "--resume", "--ticks", &ticks.to_string()],
                );
            }
            is_over.store(true, Ordering::Relaxed);
        });
        while !is_over.load(Ordering::Relaxed) {
            match Data::read(std::slice::from_ref(&folder)) {
                Ok(_) | Err(ReportError::NoTicks { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
    });
}

#[test]
fn a_run_killed_before_its_first_file_has_no_ticks() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = run_of(&scratch.path().join("run"), &[]);
    let mut manifest = Manifest::read(&folder).expect("a manifest");
    (manifest.status, manifest.ticks) = (Status::Running, 0);
    manifest.files.clear();
    manifest.write(&folder).expect("the disk takes it");
    for name in [
        "ticks.csv",
        "digests.txt",
        "ticks.parquet",
        "topics.parquet",
    ] {
        fs::remove_file(folder.join(name)).expect("it was there");
    }
    let error = Data::read(std::slice::from_ref(&folder)).expect_err("nothing is recorded");
    assert!(matches!(error, ReportError::NoTicks { .. }), "{error}");
}

#[test]
fn values_have_the_grounds_that_their_files_and_the_key_table_give() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = run_of(
        &scratch.path().join("run"),
        &["--set", "labs.frontier.size_correction_exponent=0.2"],
    );
    let data = Data::read(std::slice::from_ref(&folder)).expect("readable");
    let run = &data.runs[0];
    let find = |key: &str| {
        let found = run.parameters.iter().find(|one| one.key == key);
        let one = found.unwrap_or_else(|| panic!("{key} is not listed"));
        (
            one.value.as_str(),
            one.grounds,
            one.source.as_str(),
            one.is_default,
        )
    };
    let kind = "ideas.kinds.training-methods";
    assert_eq!(
        find(&format!("{kind}.gain_sigma_ln")),
        (
            "1.2",
            Grounds::Measured,
            "nanoGPT records, in part by depth (docs/validation.md)",
            true
        )
    );
    assert_eq!(
        find(&format!("{kind}.success_probability")).1,
        Grounds::Calibrated
    );
    assert_eq!(
        find("labs.frontier.size_correction_exponent"),
        ("0.2", Grounds::Stated, "--set", false)
    );
    // Nothing is said in the file: the default has its grounds in the key table.
    let quiet = find("run.popularity_rebuild_days");
    assert!(quiet.3 && !quiet.2.is_empty(), "{quiet:?}");
    assert_eq!(
        find("supply"),
        ("off", Grounds::Assumed, "off unless given", true)
    );
    assert!(!run.sources.is_empty());
}

#[test]
fn a_folder_of_an_earlier_version_is_reported_too() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = run_of(&scratch.path().join("run"), &[]);
    let mut manifest = json(folder.join("manifest.json"));
    let keys = manifest.as_object_mut().expect("an object");
    keys.remove("remarks");
    keys.remove("sources");
    keys["files"]
        .as_object_mut()
        .expect("an object")
        .remove("topics.parquet");
    fs::write(folder.join("manifest.json"), manifest.to_string()).expect("writable");
    let data = Data::read(&[folder]).expect("readable");
    assert!(data.runs[0].topics.is_none());
    assert!(
        data.runs[0]
            .parameters
            .iter()
            .any(|one| one.grounds == Grounds::Stated)
    );
}
