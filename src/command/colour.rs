//! Whether to use colours.

use std::ffi::OsStr;
use std::io::IsTerminal;

/// Does this stream get colours? `NO_COLOR` (no-color.org) forbids them, `CLICOLOR_FORCE` (bixense.com/clicolors)
/// asks for them even where no terminal is, `CLICOLOR=0` and `TERM=dumb` take them from one.
pub fn is_wanted(stream: &impl IsTerminal) -> bool {
    wanted(stream.is_terminal(), |name| std::env::var_os(name))
}

fn wanted<Value: AsRef<OsStr>>(is_terminal: bool, of: impl Fn(&str) -> Option<Value>) -> bool {
    let is = |name, text: &str| of(name).is_some_and(|value| value.as_ref() == text);
    let is_set = |name| of(name).is_some_and(|value| !value.as_ref().is_empty());
    if is_set("NO_COLOR") {
        return false;
    }
    if is_set("CLICOLOR_FORCE") && !is("CLICOLOR_FORCE", "0") {
        return true;
    }
    is_terminal && !is("CLICOLOR", "0") && !is("TERM", "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_conventions_of_terminals_are_kept() {
        type Variables = &'static [(&'static str, &'static str)];
        let cases: [(bool, Variables, bool); 9] = [
            (true, &[], true),
            (false, &[], false),
            (true, &[("NO_COLOR", "1")], false),
            (true, &[("NO_COLOR", "")], true),
            (false, &[("CLICOLOR_FORCE", "1")], true),
            (false, &[("CLICOLOR_FORCE", "0")], false),
            (true, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false),
            (true, &[("CLICOLOR", "0")], false),
            (true, &[("TERM", "dumb")], false),
        ];
        for (is_terminal, set, expected) in cases {
            let of = |name: &str| {
                set.iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| *value)
            };
            assert_eq!(wanted(is_terminal, of), expected, "{is_terminal} {set:?}");
        }
    }
}
