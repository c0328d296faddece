//! What shells and `man` are told of the command line.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use clap_complete::Shell;

use super::{NAME, command};
use crate::command::documents::{Document, Options};

#[derive(Args)]
pub(super) struct Completions {
    /// Shell that shall complete our words
    shell: ShellWord,
}

#[derive(Args)]
pub(super) struct Man {
    /// Folder for the pages of all commands; without it the main page goes to stdout
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum ShellWord {
    Bash,
    Zsh,
    Fish,
    Elvish,
    #[value(name = "powershell")]
    PowerShell,
}

impl From<ShellWord> for Shell {
    fn from(word: ShellWord) -> Self {
        match word {
            ShellWord::Bash => Self::Bash,
            ShellWord::Zsh => Self::Zsh,
            ShellWord::Fish => Self::Fish,
            ShellWord::Elvish => Self::Elvish,
            ShellWord::PowerShell => Self::PowerShell,
        }
    }
}

impl From<Completions> for Options {
    fn from(completions: Completions) -> Self {
        let mut text = Vec::new();
        let shell = Shell::from(completions.shell);
        clap_complete::generate(shell, &mut command(), NAME, &mut text);
        Options {
            documents: vec![Document {
                name: format!("{NAME}.{shell}"),
                text,
            }],
            folder: None,
        }
    }
}

impl From<Man> for Options {
    fn from(man: Man) -> Self {
        let mut whole = command();
        // Gives every part its full name and what it inherits.
        whole.build();
        let mut documents = Vec::new();
        pages(&whole, man.out.is_some(), &mut documents);
        Options {
            documents,
            folder: man.out,
        }
    }
}

/// The page of a command; with those of its parts, if wanted.
fn pages(command: &clap::Command, with_parts: bool, documents: &mut Vec<Document>) {
    let name = command
        .get_display_name()
        .unwrap_or_else(|| command.get_name())
        .to_owned();
    let mut text = Vec::new();
    let page = clap_mangen::Man::new(command.clone());
    page.render(&mut text)
        .expect("memory takes all that is written");
    documents.push(Document {
        name: format!("{name}.1"),
        text,
    });
    if with_parts {
        for part in command.get_subcommands() {
            if part.get_name() != "help" {
                pages(part, with_parts, documents);
            }
        }
    }
}
