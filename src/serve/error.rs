//! Why a server cannot start.

use std::io;
use std::net::SocketAddr;

use crate::record::RecordError;

/// A failure of the server itself; what a request did wrong is told to who asked.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The port cannot be had.
    #[error(
        "cannot listen at {address}: {source}; choose another port with --port, or any that is free \
         with --port 0"
    )]
    Port {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// A folder cannot be opened.
    #[error(transparent)]
    Folder(#[from] RecordError),
    /// The system gave no random numbers for the token.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
    /// The system refused something else.
    #[error("cannot start a server: {0}")]
    System(io::Error),
}
