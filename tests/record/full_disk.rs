//! On a full disk a run ends with a clear error, keeps its recorded ticks, and continues to the
//! same bits once there is room. Needs a small file system of its own: root on Linux.

use std::path::{Path, PathBuf};
use std::process::Command;

use takeoff::record::RunReader;

use crate::support::{assert_same_run, bytes, ended, json, run, run_arguments, smoke};

/// A mounted tmpfs, unmounted when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(path: &Path, size: &str) -> SmallDisk {
        std::fs::create_dir(path).unwrap();
        let options = format!("size={size}");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(path)
            .output()
            .expect("mount is there");
        assert!(mounted.status.success(), "{mounted:?}");
        SmallDisk(path.to_path_buf())
    }

    fn grow(&self, size: &str) {
        let options = format!("remount,size={size}");
        assert!(
            Command::new("mount")
                .args(["-o", &options])
                .arg(&self.0)
                .status()
                .unwrap()
                .success()
        );
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
#[cfg_attr(no_mount, ignore = "no small file system can be mounted here")]
fn a_full_disk_keeps_the_recorded_ticks_and_resumes() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole");
    run(&whole, &[]);
    // The lock file, a few blocks for the manifest, and half of what the run appends.
    let appended = bytes(whole.join("ticks.csv")).len() + bytes(whole.join("digests.txt")).len();
    let size = format!("{}k", 256 + 32 + appended / 2048);
    let disk = SmallDisk::mount(&folder.path().join("disk"), &size);
    let out = disk.0.join("run");
    let smoke = smoke();
    let failed = ended(&run_arguments(&smoke, &out, &["--no-checkpoint"]));
    assert_eq!(failed.code, Some(5), "{}", failed.stderr);
    for part in ["the disk is full", out.to_str().unwrap(), "--resume"] {
        assert!(failed.stderr.contains(part), "{}", failed.stderr);
    }
    let manifest = json(out.join("manifest.json"));
    assert_eq!(manifest["status"], "failed");
    assert!(
        manifest["error"]
            .as_str()
            .unwrap()
            .contains("the disk is full")
    );
    let reader = RunReader::open(&out).unwrap();
    assert_eq!(reader.problems().unwrap(), [""; 0]);
    let ticks = reader.digests().unwrap().len() as u64;
    assert!(ticks > 10 && manifest["ticks"] == ticks, "{ticks} ticks");
    assert_eq!(
        reader.rows().unwrap().last().unwrap().tick,
        reader.digests().unwrap().last().unwrap().0
    );
    disk.grow("64m");
    run(&out, &["--resume"]);
    assert_same_run(&whole, &out);
}
