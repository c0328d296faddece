//! The scenarios of a folder.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::load::head;

/// Why a folder cannot be listed.
#[derive(Debug, thiserror::Error)]
#[error("{path}: cannot be listed: {cause}", path = path.display())]
pub struct ListError {
    /// The folder.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub cause: io::Error,
}

/// Name, question and variants of every `*.toml` right in `dir`, by name; folders below, such as
/// `blocks`, hold parts that are no scenarios.
pub fn list(dir: &Path) -> Result<String, ListError> {
    let refused = |cause| ListError {
        path: dir.to_owned(),
        cause,
    };
    let entries: io::Result<Vec<_>> = fs::read_dir(dir).map_err(refused)?.collect();
    let mut paths: Vec<_> = entries
        .map_err(refused)?
        .iter()
        .map(fs::DirEntry::path)
        .collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    });
    paths.sort();
    let names: Vec<_> = paths
        .iter()
        .map(|path| {
            path.file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let width = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for (path, name) in paths.iter().zip(&names) {
        let (says, variants) = match head(path) {
            Ok(head) => (head.question, head.variants),
            Err(errors) => {
                let first = errors
                    .problems
                    .first()
                    .map(|p| format!(":{}: {}", p.line, p.fault));
                (
                    format!("cannot be read{}", first.unwrap_or_default()),
                    Vec::new(),
                )
            }
        };
        text.push_str(&format!("{name:width$}  {says}\n"));
        if !variants.is_empty() {
            text.push_str(&format!(
                "{:width$}  variants: {}\n",
                "",
                variants.join(", ")
            ));
        }
    }
    Ok(text)
}
