//! `takeoff serve`: the runs of a folder as a page on this machine.

use super::{CommandError, Exit, interrupt, output};
use crate::serve::{Options, Server};

/// Runs the command.
pub fn execute(options: Options) -> Result<Exit, CommandError> {
    interrupt::listen();
    let server = Server::bind(options)?;
    if !server.is_loopback() {
        output::tell(
            "warning: other machines can reach this address, and nothing is encrypted: whoever \
             listens on the way can read all runs, and the token, and start runs",
        );
    }
    output::print(server.url())?;
    output::tell("whoever has this address can start and stop runs; Ctrl-C ends the server");
    let left = server.run(interrupt::is_asked)?;
    for id in &left {
        output::tell(&format!("`{id}` takes long to end; it does so by itself"));
    }
    Ok(Exit::Success)
}
