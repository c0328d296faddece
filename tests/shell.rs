//! Claim: shells and `man` get what they can read, about every command.

use std::fs;
use std::process::{Command, Output};

fn takeoff(arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_takeoff"))
        .args(arguments)
        .output()
        .expect("the binary starts");
    assert!(output.status.success(), "{arguments:?}");
    output
}

#[test]
fn every_shell_is_told_of_commands_and_options() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = takeoff(&["completions", shell]).stdout;
        let text = String::from_utf8(text).expect("completions are UTF-8");
        for word in ["calibrate", "completions", "checkpoint-seconds", "live"] {
            assert!(text.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
#[cfg_attr(not(unix), ignore = "no bash")]
fn bash_reads_its_completions_and_completes_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("takeoff.bash");
    fs::write(&file, takeoff(&["completions", "bash"]).stdout).unwrap();
    let asked = "source \"$1\" && COMP_WORDS=(takeoff ca) COMP_CWORD=1 && \
                 _takeoff takeoff ca takeoff && echo \"${COMPREPLY[*]}\"";
    let output = Command::new("bash")
        .args(["-c", asked, "bash"])
        .arg(&file)
        .output()
        .expect("bash is there");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        "calibrate",
        "{told}"
    );
}

#[test]
fn every_command_has_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    takeoff(&["man", "--out", pages.to_str().expect("UTF-8")]);
    let main = fs::read(pages.join("takeoff.1")).expect("the main page is there");
    assert_eq!(main, takeoff(&["man"]).stdout);
    for command in ["run", "report", "scenario-check", "man"] {
        let page = fs::read_to_string(pages.join(format!("takeoff-{command}.1")));
        let page = page.unwrap_or_else(|error| panic!("{command}: {error}"));
        assert!(
            page.contains(".TH takeoff") && page.contains("Example"),
            "{command}"
        );
    }
}
