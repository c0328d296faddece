//! Claim: `takeoff devices` lists what can compute on stdout and has nothing to say on stderr, on a
//! machine without a desktop too.

use std::process::Command;

#[test]
fn devices_are_listed_without_noise() {
    let ended = Command::new(env!("CARGO_BIN_EXE_takeoff"))
        .arg("devices")
        .env_remove("XDG_RUNTIME_DIR")
        .output()
        .expect("the binary starts");
    let (stdout, stderr) = (
        String::from_utf8_lossy(&ended.stdout),
        String::from_utf8_lossy(&ended.stderr),
    );
    assert!(ended.status.success(), "{stderr}");
    for part in ["native engine", "--engine auto takes"] {
        assert!(stdout.contains(part), "{stdout}");
    }
    assert_eq!(stderr, "");
}
