//! Sweeps are listed and shown like runs, and nothing about them can be started, stopped or followed.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Server, scenarios, short};

/// Sweeps the small scenario for some days into `folder`.
fn sweep(folder: &Path) {
    let done = Command::new(env!("CARGO_BIN_EXE_takeoff"))
        .arg("sweep")
        .arg(scenarios().join("smoke.toml"))
        .args(["--quiet", "--runs", "4", "--every-days", "5", "--out"])
        .arg(folder)
        .args(["--set", "run.days=10", "--set", "run.burn_in_days=5"])
        .args(["--param", "labs.frontier.fleet_a100e=log:1e4..1e7"])
        .output()
        .expect("the binary starts");
    assert!(done.status.success(), "{done:?}");
}

#[test]
fn sweeps_are_listed_apart_from_runs_and_have_a_report() {
    let server = Server::start(&[]);
    sweep(&server.runs().join("doubts"));
    let id = server.run(&short());
    server.wait_for(&id, &["completed"]);
    let listed = server.get("/api/runs").json();
    let ids = |list: &Value| -> Vec<String> {
        let rows = list.as_array().expect("a list").iter();
        rows.map(|row| row["id"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert_eq!(ids(&listed["runs"]), [id]);
    assert_eq!(ids(&listed["sweeps"]), ["doubts"]);
    let head = &listed["sweeps"][0]["head"];
    let expected = json!(["smoke", "completed", 4, "1/1", 1]);
    let keys = ["label", "status", "runs", "shard", "uncertain"];
    assert_eq!(json!(keys.map(|key| &head[key])), expected);
    let report = server.get("/api/report?run=doubts").json();
    assert_eq!(report["sweeps"][0]["analysis"]["runs"], 4);
    assert!(ids(&listed["sweeps"]).len() == 1 && report["runs"] == json!([]));
    // There is nothing to follow, to stop or to continue.
    for path in ["/api/runs/doubts", "/api/events/doubts"] {
        assert_eq!(server.get(path).code, 404, "{path}");
    }
    for path in ["/api/stop/doubts", "/api/resume/doubts"] {
        assert_eq!(server.post(path, &json!({})).code, 409, "{path}");
    }
}

#[test]
fn one_that_is_not_complete_is_listed_as_such() {
    let server = Server::start(&[]);
    let folder = server.runs().join("begun");
    sweep(&folder);
    let path = folder.join("manifest.json");
    let text = fs::read_to_string(&path).expect("readable");
    let begun = text.replacen("\"completed\"", "\"running\"", 1);
    assert_ne!(begun, text);
    fs::write(&path, begun).expect("writable");
    let status = || server.get("/api/runs").json()["sweeps"][0]["head"]["status"].clone();
    assert_eq!(status(), "killed");
    let lock = fs::File::create(folder.join(".lock")).expect("writable");
    lock.lock().expect("nobody holds it");
    assert_eq!(status(), "running");
    drop(lock);
    fs::write(&path, "{\"format\": \"takeoff-sweep\"}").expect("writable");
    let listed = server.get("/api/runs").json();
    assert_eq!(listed["sweeps"][0]["head"], Value::Null);
    assert_ne!(listed["sweeps"][0]["error"], "");
}

#[cfg(unix)]
#[test]
fn parts_that_lead_out_of_the_folder_are_not_read() {
    use std::os::unix::fs::symlink;
    let server = Server::start(&[]);
    for name in ["runs", "ticks"] {
        let folder = server.runs().join(name);
        sweep(&folder);
        let code = || server.get(&format!("/api/report?run={name}")).code;
        assert_eq!(code(), 200, "{name}");
        // First a file of it, then the folder of the files.
        let file = folder.join(name).join("part-00000.parquet");
        for (moved, inside) in [("file", file), ("folder", folder.join(name))] {
            let outside = server.folder.path().join(format!("{name}-{moved}"));
            fs::rename(&inside, &outside).expect("it moves");
            symlink(&outside, &inside).expect("a link");
            assert_eq!(code(), 404, "{name}: {moved}");
            fs::remove_file(&inside).expect("the link goes");
            fs::rename(&outside, &inside).expect("it moves back");
            assert_eq!(code(), 200, "{name}");
        }
    }
}
