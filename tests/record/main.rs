//! What a run leaves behind, by the real binary: one file a claim.

mod documented;
mod formats;
mod full_disk;
mod replay;
mod resume;
mod run_folder;
mod support;
