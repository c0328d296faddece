//! Claim: the live view shows a run on a real terminal, its keys hold, step and end the run between ticks, the
//! terminal is given back in every case, and no bit of the run depends on any of it.

#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const BINARY: &str = env!("CARGO_BIN_EXE_takeoff");
const SMOKE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/smoke.toml");
/// Short, since the first key is typed before the view begins: it is read with the first frame.
const DAYS: &str = "run.days=400";

/// Ticks that a held run is let go on, one by one.
const STEPS: u64 = 3;

/// A terminal of its own, with one window.
struct Tmux {
    socket: String,
}

impl Tmux {
    /// Runs `line` in a shell of 80 x 24 characters, then says how it ended and what the terminal is like.
    fn start(name: &str, line: &str) -> Tmux {
        let tmux = Tmux {
            socket: format!("takeoff-{name}-{}", std::process::id()),
        };
        let told = format!(
            "{line}; echo \"exit=$?\"; stty -a | grep -q ' icanon' && echo cooked; sleep 600"
        );
        let size = ["-x", "80", "-y", "24"];
        tmux.ask(
            &[
                &["-f", "/dev/null", "new-session", "-d"],
                &size[..],
                &["sh", "-c", &told],
            ]
            .concat(),
        );
        tmux
    }

    fn ask(&self, words: &[&str]) -> String {
        let output = Command::new("tmux")
            .args(["-L", &self.socket])
            .args(words)
            .env_remove("TMUX")
            .output()
            .expect("tmux is there");
        assert!(
            output.status.success(),
            "{words:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("tmux speaks UTF-8")
    }

    fn screen(&self) -> String {
        self.ask(&["capture-pane", "-p"])
    }

    fn press(&self, key: &str) {
        self.ask(&["send-keys", key]);
    }

    /// The first screen that `is_it`.
    fn wait(&self, what: &str, is_it: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + Duration::from_secs(180);
        loop {
            let screen = self.screen();
            if is_it(&screen) {
                return screen;
            }
            assert!(Instant::now() < deadline, "no {what}:\n{screen}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn wait_for(&self, text: &str) -> String {
        self.wait(text, |screen| screen.contains(text))
    }

    /// Lets a run that is held at a tick go on, one tick a key.
    fn steps(&self, held: u64) {
        for step in 1..=STEPS {
            self.press("s");
            self.wait("one tick more", |screen| tick(screen) == held + step);
        }
    }

    /// Is anything of the screen in one of the 256 colours?
    fn has_colours(&self) -> bool {
        self.ask(&["capture-pane", "-p", "-e"]).contains("[38;5;")
    }

    /// The run has ended with `code`, and the terminal is as it was.
    fn has_ended(&self, code: u8) -> String {
        let screen = self.wait_for(&format!("exit={code}\ncooked"));
        assert_eq!(
            self.ask(&["display", "-p", "#{alternate_on}#{cursor_flag}"])
                .trim(),
            "01"
        );
        screen
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let _ = Command::new("tmux")
            .args(["-L", &self.socket, "kill-server"])
            .status();
    }
}

fn arguments(folder: &Path) -> Vec<String> {
    let folder = folder.to_str().expect("the path is UTF-8");
    [
        "run", SMOKE, "--engine", "cpu", "--set", DAYS, "--out", folder,
    ]
    .map(str::to_owned)
    .to_vec()
}

fn live(folder: &Path) -> String {
    let words: Vec<String> = arguments(folder)
        .iter()
        .map(|word| format!("'{word}'"))
        .collect();
    format!("TERM=screen-256color '{BINARY}' {} --live", words.join(" "))
}

fn run(folder: &Path, more: &[&str]) -> String {
    let output = Command::new(BINARY)
        .args(arguments(folder))
        .args(more)
        .stdin(Stdio::null())
        .output()
        .expect("the binary starts");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    told
}

fn assert_same_run(left: &Path, right: &Path) {
    for name in ["digests.txt", "ticks.csv"] {
        let of = |folder: &Path| fs::read(folder.join(name)).expect("it was recorded");
        assert!(of(left) == of(right), "{name} differs");
    }
}

/// The process that writes a run folder.
fn process(folder: &Path) -> String {
    let lock = fs::read_to_string(folder.join(".lock")).expect("the run holds its lock");
    let process = lock.lines().next().expect("the lock names its process");
    process.to_owned()
}

/// The number in `tick N of`.
fn tick(screen: &str) -> u64 {
    let number = screen
        .split("tick ")
        .nth(1)
        .and_then(|rest| rest.split(" of").next());
    number
        .and_then(|number| number.parse().ok())
        .unwrap_or_else(|| panic!("no tick:\n{screen}"))
}

#[test]
#[cfg_attr(no_tmux, ignore = "no tmux")]
fn keys_hold_step_and_end_a_run_which_goes_on_to_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let (plain, watched) = (folder.path().join("plain"), folder.path().join("watched"));
    run(&plain, &[]);
    let tmux = Tmux::start("keys", &live(&watched));
    tmux.press("Space");
    let held = tick(&tmux.wait_for(" paused "));
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(tick(&tmux.screen()), held);
    tmux.steps(held);
    tmux.wait("charts and what binds", |screen| {
        screen.contains("researchers, all labs") && screen.contains("bound by")
    });
    assert!(tmux.has_colours());
    let recorded = fs::read_to_string(watched.join("digests.txt")).unwrap();
    assert_eq!(recorded.lines().count() as u64, held + STEPS);
    tmux.ask(&["resize-window", "-x", "140", "-y", "40"]);
    tmux.wait("a large frame", |screen| {
        let last = screen.lines().nth(39);
        screen.contains("resume goes on") && last.is_some_and(|line| line.starts_with("space"))
    });
    tmux.ask(&["resize-window", "-x", "50", "-y", "10"]);
    tmux.wait_for("charts need 60 x 16");
    tmux.ask(&["resize-window", "-x", "80", "-y", "24"]);
    tmux.wait_for("researchers, all labs");
    tmux.press("q");
    assert!(tmux.has_ended(130).contains("interrupted after"));
    run(&watched, &["--resume"]);
    assert_same_run(&plain, &watched);
}

#[test]
#[cfg_attr(no_tmux, ignore = "no tmux")]
fn a_run_to_the_end_stays_until_seen_and_leaves_its_summary() {
    let folder = tempfile::tempdir().unwrap();
    let (plain, watched) = (folder.path().join("plain"), folder.path().join("watched"));
    run(&plain, &[]);
    let tmux = Tmux::start("end", &live(&watched));
    tmux.press("Space");
    tmux.wait_for(" paused ");
    tmux.press("Space");
    tmux.wait_for(" completed ");
    tmux.press("q");
    assert!(tmux.has_ended(0).contains("digest "));
    assert_same_run(&plain, &watched);
}

#[test]
#[cfg_attr(no_tmux, ignore = "no tmux")]
fn a_held_run_is_ended_by_a_signal_and_shows_its_past_when_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let watched = folder.path().join("watched");
    let tmux = Tmux::start("signal", &format!("NO_COLOR=1 {}", live(&watched)));
    tmux.press("Space");
    let held = tick(&tmux.wait_for(" paused "));
    tmux.steps(held);
    assert!(!tmux.has_colours());
    assert!(
        Command::new("kill")
            .args(["-TERM", &process(&watched)])
            .status()
            .unwrap()
            .success()
    );
    tmux.has_ended(130);
    drop(tmux);
    let tmux = Tmux::start("resumed", &format!("{} --resume", live(&watched)));
    tmux.press("Space");
    assert!(tick(&tmux.wait_for(" paused ")) >= held + STEPS);
    tmux.press("C-c");
    tmux.has_ended(130);
    let digests = fs::read_to_string(watched.join("digests.txt")).unwrap();
    assert!(digests.lines().count() as u64 >= held + STEPS);
}

#[test]
#[cfg_attr(no_tmux, ignore = "no tmux")]
fn a_terminal_that_goes_away_ends_a_held_run_which_can_be_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let (plain, watched) = (folder.path().join("plain"), folder.path().join("watched"));
    run(&plain, &[]);
    let tmux = Tmux::start("gone", &live(&watched));
    tmux.press("Space");
    tmux.steps(tick(&tmux.wait_for(" paused ")));
    let process = process(&watched);
    drop(tmux);
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let told = Command::new("ps")
            .args(["-o", "stat=", "-p", &process])
            .output()
            .unwrap();
        let state = String::from_utf8_lossy(&told.stdout).trim().to_owned();
        // Whoever inherits it may not have asked how it ended.
        if state.is_empty() || state.starts_with('Z') {
            break;
        }
        assert!(
            Instant::now() < deadline,
            "process {process} is still there: {state}"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    run(&watched, &["--resume"]);
    assert_same_run(&plain, &watched);
}

#[test]
fn without_a_terminal_there_is_plain_progress() {
    let folder = tempfile::tempdir().unwrap();
    let told = run(&folder.path().join("piped"), &["--live", "--ticks", "5"]);
    assert!(told.contains("ticks, engine cpu"), "{told}");
    assert!(!told.contains('\u{1b}'), "{told:?}");
}

#[test]
fn a_quiet_run_cannot_be_live() {
    let output = Command::new(BINARY)
        .args(["run", SMOKE, "--live", "--quiet"])
        .output()
        .expect("the binary starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be used with"));
}
