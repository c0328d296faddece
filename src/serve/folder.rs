//! A folder out of which no name leads: neither by `..`, nor by an absolute path, nor by a link.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::record::RecordError;

/// Bytes of a name, at most.
const NAME_BYTES_MAX: usize = 200;

/// A folder, by its path without links.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder at `path`, which must be there.
    pub fn open(path: &Path) -> Result<Folder, RecordError> {
        let root = fs::canonicalize(path).map_err(RecordError::io("open", path))?;
        fs::read_dir(&root).map_err(RecordError::io("read", path))?;
        Ok(Folder { root })
    }

    /// The folder at `path`, made if it is not there.
    pub fn make(path: &Path) -> Result<Folder, RecordError> {
        fs::create_dir_all(path).map_err(RecordError::io("create", path))?;
        Folder::open(path)
    }

    /// Its path, without links.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// What `name`, parts with `/` between, is in it; `None` where it is nothing, or not in it.
    pub fn find(&self, name: &str) -> Option<PathBuf> {
        let plain = name.len() <= NAME_BYTES_MAX && name.split('/').all(is_plain);
        let found = fs::canonicalize(self.root.join(plain.then_some(name)?)).ok()?;
        (found != self.root && found.starts_with(&self.root)).then_some(found)
    }

    /// True if each of `files` that is in `inside`, a folder of this one, is itself in this one.
    pub fn holds(&self, inside: &Path, files: &[impl AsRef<Path>]) -> bool {
        files
            .iter()
            .filter_map(|file| fs::canonicalize(inside.join(file)).ok())
            .all(|file| file.starts_with(&self.root))
    }
}

/// One ordinary part of a path on every system, not hidden.
fn is_plain(part: &str) -> bool {
    let foreign = |c: char| c.is_control() || "\\:".contains(c);
    let mut components = Path::new(part).components();
    matches!(
        (components.next(), components.next()),
        (Some(Component::Normal(_)), None)
    ) && !part.starts_with('.')
        && !part.contains(foreign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_into_the_folder_and_nowhere_else() {
        let above = tempfile::tempdir().expect("a folder");
        let root = above.path().join("runs");
        fs::create_dir_all(root.join("a/b")).expect("folders");
        fs::create_dir(root.join(".hidden")).expect("a folder");
        fs::create_dir(above.path().join("runs-of-others")).expect("a folder");
        let folder = Folder::open(&root).expect("it is there");
        for name in ["a", "a/b"] {
            assert!(folder.find(name).is_some(), "{name}");
        }
        let absolute = above.path().join("runs/a");
        let absolute = absolute.to_str().expect("UTF-8");
        for name in [
            "",
            ".",
            "..",
            "/",
            "a/..",
            "a/../a",
            "../runs-of-others",
            "a//b",
            "a/",
            "/a",
            "a\\b",
            "C:",
            "a\0b",
            ".hidden",
            "absent",
            absolute,
        ] {
            assert_eq!(folder.find(name), None, "{name:?}");
        }
        let long = "a/".repeat(200) + "a";
        assert_eq!(folder.find(&long), None);
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_it_are_nothing_and_links_inside_are_what_they_lead_to() {
        use std::os::unix::fs::symlink;
        let above = tempfile::tempdir().expect("a folder");
        let root = above.path().join("runs");
        fs::create_dir_all(root.join("a")).expect("folders");
        fs::write(above.path().join("secret"), "secret").expect("a file");
        symlink(above.path(), root.join("out")).expect("a link");
        symlink(root.join("a"), root.join("in")).expect("a link");
        symlink(&root, root.join("self")).expect("a link");
        symlink(above.path().join("secret"), root.join("a/ticks.csv")).expect("a link");
        let folder = Folder::open(&root).expect("it is there");
        assert_eq!(folder.find("out"), None);
        assert_eq!(folder.find("out/secret"), None);
        assert_eq!(folder.find("self"), None);
        assert_eq!(folder.find("in"), folder.find("a"));
        let inside = folder.find("a").expect("it is there");
        assert!(!folder.holds(&inside, &["ticks.csv"]));
        assert!(folder.holds(&inside, &["manifest.json"]));
    }
}
