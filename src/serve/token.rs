//! What a page must know to start or stop anything.

use std::fmt;

use super::ServeError;

/// Bytes of randomness: nobody guesses 128 bits.
const BYTES: usize = 16;

/// A secret of this process. It is shown once, in the fragment of the address, which browsers send to
/// nobody and write into no log.
#[derive(Clone)]
pub struct Token {
    hex: String,
    hash: blake3::Hash,
}

impl Token {
    /// A new one, from the system's source of randomness.
    pub fn random() -> Result<Token, ServeError> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes).map_err(ServeError::Random)?;
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let hash = blake3::hash(hex.as_bytes());
        Ok(Token { hex, hash })
    }

    /// True for the same secret. Hashes are compared, in constant time: how long it takes says nothing
    /// about the secret.
    pub fn is(&self, given: &[u8]) -> bool {
        blake3::hash(given) == self.hash
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex)
    }
}

/// Not shown where values are printed for debugging.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}
