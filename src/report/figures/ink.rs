//! How lines look: colours of Okabe and Ito, 2008 (Color Universal Design), which colour-blind people can tell
//! apart, and dashes, for who prints without colour.

/// Colour and dashes of the n-th line.
const INKS: [(&str, &str); 7] = [
    ("#0072B2", ""),
    ("#D55E00", "5 2"),
    ("#009E73", "1.5 1.5"),
    ("#CC79A7", "6 1.5 1.5 1.5"),
    ("#E69F00", "8 2"),
    ("#56B4E9", "3 1"),
    ("#000000", "1 2.5"),
];

/// What is neither data nor text to read first.
pub const GREY: &str = "#666666";

/// Lines of a grid.
pub const PALE: &str = "#DDDDDD";

/// Colour of the n-th line.
pub fn colour(line: usize) -> &'static str {
    INKS[line % INKS.len()].0
}

/// Dashes of the n-th line; empty for a whole one.
pub fn dashes(line: usize) -> &'static str {
    INKS[line % INKS.len()].1
}
