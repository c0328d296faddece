//! Runs that are started, stopped and continued are those that the command line would make.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{PATIENCE, Server, long, short};

/// Digest of a scenario after its ticks, by `tests/golden/digests.txt`.
fn golden(scenario: &str, ticks: u64) -> String {
    let start = format!("{scenario} {ticks} ");
    let lines = include_str!("../golden/digests.txt").lines();
    let mut found = lines.filter_map(|line| line.strip_prefix(&start));
    found.next().expect("it is in the file").to_owned()
}

#[test]
fn a_run_ends_with_the_golden_digest() {
    let server = Server::start(&[]);
    let mut body = short();
    body["ticks"] = json!(30);
    let id = server.run(&body);
    assert_eq!(id, "smoke-1-1");
    let run = server.wait_for(&id, &["completed", "failed"]);
    assert_eq!(run["digest"], golden("smoke", 30), "{run}");
    assert_eq!(
        (&run["state"], &run["seed"]),
        (&json!("completed"), &json!("1"))
    );
    assert!(
        run["resumable"] == false && run["stoppable"] == false && run["oom"].as_f64() > Some(0.0)
    );
    let listed = server.get("/api/runs").json();
    assert_eq!(listed["runs"], json!([run]));
    let report = server.get(&format!("/api/report?run={id}")).json();
    assert_eq!(report["runs"][0]["summary"]["digest"], run["digest"]);
    assert!(server.get("/report.html").body.contains("<script"));
}

#[test]
fn changes_reach_the_run_as_the_command_says() {
    let server = Server::start(&[]);
    let body = json!({
        "scenario": "smoke.toml", "engine": "cpu", "seed": "9223372036854775807", "ticks": 5,
        "set": [["run.burn_in_days", "4"], ["labs.frontier.populations.copies.topology", "\"ring\""]],
    });
    let check = server.post("/api/check", &body).json();
    let command = check["command"].as_str().expect("a text");
    for part in [
        "--set=run.burn_in_days=4",
        "'--set=labs.frontier.populations.copies.topology=\"ring\"'",
        "--seed=9223372036854775807",
        "--ticks=5",
        "--engine=cpu",
    ] {
        assert!(command.contains(part), "{part}: {command}");
    }
    let id = server.run(&body);
    let run = server.wait_for(&id, &["completed", "failed"]);
    // The command, in a shell, makes the same run.
    let program = env!("CARGO_BIN_EXE_takeoff");
    let out = server.folder.path().join("by-hand");
    let line = command.replacen("takeoff", program, 1);
    let line = format!("{line} --quiet --out '{}'", out.display());
    let done = Command::new("sh")
        .args(["-c", &line])
        .output()
        .expect("a shell");
    assert!(done.status.success(), "{done:?}");
    let manifest = fs::read_to_string(out.join("manifest.json")).expect("readable");
    assert!(
        manifest.contains(run["digest"].as_str().expect("a text")),
        "{run}"
    );
}

#[test]
fn what_is_wrong_is_told_with_its_key_and_nothing_is_left_behind() {
    let server = Server::start(&[]);
    let ask = |set: serde_json::Value| {
        let answer = server.post(
            "/api/runs",
            &json!({ "scenario": "smoke.toml", "set": set }),
        );
        assert_eq!(answer.code, 422, "{answer:?}");
        answer.json()["problems"].clone()
    };
    let problems = ask(json!([
        ["run.days", "-1"],
        ["labs.frontier.fleet_a100", "3"]
    ]));
    let keys: Vec<_> = problems
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["key"])
        .collect();
    assert!(keys.contains(&&json!("run.days")), "{problems}");
    assert!(problems.to_string().contains("fleet_a100e"), "{problems}");
    for set in [
        json!([["run.days=1 --out", "/tmp/elsewhere"]]),
        json!([["", "1"]]),
        json!([["include", "[\"/etc/passwd\"]"]]),
        json!([["run.days", "$(touch here)"]]),
        json!([["run.seed", "\u{0}"]]),
    ] {
        ask(set);
    }
    let seed = json!({ "scenario": "smoke.toml", "seed": "-1" });
    assert_eq!(
        server.post("/api/runs", &seed).json()["problems"][0]["key"],
        "seed"
    );
    let variant = json!({ "scenario": "smoke.toml", "variant": "--out=/tmp/elsewhere" });
    assert_eq!(server.post("/api/runs", &variant).code, 422);
    assert_eq!(fs::read_dir(server.runs()).expect("readable").count(), 0);
}

#[test]
fn a_stopped_run_continues_to_the_digest_of_one_that_was_not() {
    let server = Server::start(&[]);
    let body = |days: &str| json!({ "scenario": "smoke.toml", "engine": "cpu", "set": [["run.days", days]] });
    let id = server.run(&body("6000"));
    server.wait_until(&id, |run| run["ticks"].as_u64() > Some(40));
    assert_eq!(
        server.post(&format!("/api/stop/{id}"), &json!({})).code,
        200
    );
    let run = server.wait_for(&id, &["interrupted", "completed", "failed"]);
    assert_eq!(
        (&run["state"], &run["resumable"]),
        (&json!("interrupted"), &json!(true)),
        "{run}"
    );
    assert_eq!(
        server.post(&format!("/api/stop/{id}"), &json!({})).code,
        409
    );
    let manifest = fs::read_to_string(server.runs().join(&id).join("manifest.json"));
    assert!(manifest.expect("readable").contains("\"interrupted\""));
    assert_eq!(
        server.post(&format!("/api/resume/{id}"), &json!({})).code,
        200
    );
    let continued = server.wait_for(&id, &["completed", "failed"]);
    let whole = server.run(&body("6000"));
    let whole = server.wait_for(&whole, &["completed", "failed"]);
    assert_eq!(continued["digest"], whole["digest"], "{continued}\n{whole}");
    assert_eq!(continued["state"], "completed");
    assert_eq!(
        server.post(&format!("/api/resume/{id}"), &json!({})).code,
        409
    );
}

#[test]
fn a_run_that_cannot_start_says_why_in_its_own_words() {
    let server = Server::start(&[]);
    let id = server.run(&short());
    server.wait_for(&id, &["completed"]);
    // Its manifest is spoilt: to continue it fails.
    let path = server.runs().join(&id).join("manifest.json");
    let text = fs::read_to_string(&path).expect("readable");
    let text = text.replace("\"status\": \"completed\"", "\"status\": \"interrupted\"");
    let text = text.replacen("\"scenario_hash\": \"", "\"scenario_hash\": \"0", 1);
    fs::write(&path, text).expect("writable");
    assert_eq!(
        server.post(&format!("/api/resume/{id}"), &json!({})).code,
        200
    );
    let run = server.wait_until(&id, |run| run["error"] != "");
    assert!(
        run["error"]
            .as_str()
            .is_some_and(|told| told.contains("hash of its scenario")),
        "{run}"
    );
}

/// Waits until the manifest of a run says that it was interrupted.
fn is_interrupted(folder: &Path) {
    let began = Instant::now();
    loop {
        let text = fs::read_to_string(folder.join("manifest.json")).unwrap_or_default();
        if text.contains("\"status\": \"interrupted\"") {
            return;
        }
        assert!(
            began.elapsed() < PATIENCE,
            "{}",
            text.get(..300).unwrap_or(&text)
        );
        thread::sleep(Duration::from_millis(50));
    }
}

#[cfg(unix)]
#[test]
fn runs_end_with_the_server_and_can_be_continued() {
    let mut server = Server::start(&[]);
    let id = server.run(&long());
    server.wait_until(&id, |run| run["ticks"].as_u64() > Some(5));
    assert_eq!(server.interrupt(), Some(0));
    is_interrupted(&server.runs().join(&id));
    assert!(server.runs().join(&id).join("checkpoints").is_dir());
}

#[test]
fn runs_end_in_order_even_when_the_server_is_killed() {
    let mut server = Server::start(&[]);
    let id = server.run(&long());
    server.wait_until(&id, |run| run["ticks"].as_u64() > Some(5));
    server.process.kill().expect("it is killed");
    is_interrupted(&server.runs().join(&id));
}

#[test]
fn a_run_of_the_command_line_is_seen_and_left_alone() {
    let server = Server::start(&[]);
    let program = env!("CARGO_BIN_EXE_takeoff");
    let mut run = Command::new(program)
        .args([
            "run",
            "scenarios/smoke.toml",
            "--engine",
            "cpu",
            "--quiet",
            "--set",
            "run.days=36500",
            "--set",
            "run.tick_hours=1",
            "--out",
        ])
        .arg(server.runs().join("by-hand"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .spawn()
        .expect("the binary starts");
    let seen = server.wait_until("by-hand", |run| run["state"] == "running");
    assert_eq!(
        (&seen["stoppable"], &seen["resumable"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(server.post("/api/stop/by-hand", &json!({})).code, 409);
    assert_eq!(server.post("/api/resume/by-hand", &json!({})).code, 409);
    run.kill().expect("it is killed");
    run.wait().expect("it ends");
    let seen = server.wait_for("by-hand", &["killed"]);
    assert_eq!(seen["resumable"], true, "{seen}");
}

#[test]
fn a_port_in_use_is_told_with_the_way_out() {
    let server = Server::start(&[]);
    let port = server.port.to_string();
    let folder = server.folder.path().join("other");
    let ended = Command::new(env!("CARGO_BIN_EXE_takeoff"))
        .args(["serve", folder.to_str().expect("UTF-8"), "--port", &port])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the binary starts");
    let told = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(1), "{told}");
    assert!(told.contains(&port) && told.contains("--port 0"), "{told}");
}
