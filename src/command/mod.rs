//! The commands: one file each. They print results on stdout and everything else on stderr, and
//! end with one of the codes of [`Exit`].

pub mod analyse;
pub mod bench;
pub mod calibrate;
mod calibrated;
mod colour;
mod dashboard;
pub mod devices;
pub mod documents;
mod error;
mod exit;
mod figures;
mod interrupt;
pub mod merge;
mod output;
mod parameters;
pub mod probe;
mod progress;
pub mod recorded;
pub mod replay;
pub mod report;
pub mod run;
pub mod scenario;
pub mod serve;
pub mod sweep;
mod table;

pub use error::CommandError;
pub use exit::Exit;

/// A parsed command line.
#[derive(Clone, Debug)]
pub enum Command {
    /// `takeoff run`.
    Run(run::Options),
    /// `takeoff report`.
    Report(report::Options),
    /// `takeoff replay`.
    Replay(replay::Options),
    /// `takeoff probe`.
    Probe(probe::Options),
    /// `takeoff serve`.
    Serve(crate::serve::Options),
    /// `takeoff devices`.
    Devices,
    /// `takeoff bench`.
    Bench(bench::Options),
    /// `takeoff scenario`.
    Scenario(scenario::Action),
    /// `takeoff sweep`.
    Sweep(sweep::Options),
    /// `takeoff merge`.
    Merge(merge::Options),
    /// `takeoff analyse`.
    Analyse(analyse::Options),
    /// `takeoff calibrate`.
    Calibrate(calibrate::Options),
    /// `takeoff completions` and `takeoff man`.
    Documents(documents::Options),
}

impl Command {
    /// Runs it, tells an error on stderr, and gives the exit code.
    pub fn execute(self) -> Exit {
        let result = match self {
            Command::Run(options) => run::execute(options),
            Command::Report(options) => report::execute(&options),
            Command::Replay(options) => replay::execute(&options),
            Command::Probe(options) => probe::execute(&options),
            Command::Serve(options) => serve::execute(options),
            Command::Devices => devices::execute(),
            Command::Bench(options) => bench::execute(&options),
            Command::Scenario(action) => scenario::execute(&action),
            Command::Sweep(options) => sweep::execute(&options),
            Command::Merge(options) => merge::execute(&options),
            Command::Analyse(options) => analyse::execute(&options),
            Command::Calibrate(options) => calibrate::execute(&options),
            Command::Documents(options) => documents::execute(&options),
        };
        match result {
            Ok(exit) => exit,
            // Whoever read stdout has gone, as `head` does: nothing is wrong.
            Err(CommandError::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                Exit::Success
            }
            Err(error) => {
                output::tell(&error.render());
                error.exit()
            }
        }
    }
}
