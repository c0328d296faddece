//! Numbers as people read them.

/// A count in three figures and an SI prefix: 950, 1.25k, 54.9M.
pub fn count(value: f64) -> String {
    const PREFIXES: [&str; 9] = ["", "k", "M", "G", "T", "P", "E", "Z", "Y"];
    if !value.is_finite() {
        return value.to_string();
    }
    let mut scaled = value;
    let mut prefix = 0;
    while scaled.abs() >= 999.5 && prefix + 1 < PREFIXES.len() {
        scaled /= 1000.0;
        prefix += 1;
    }
    if scaled.abs() >= 999.5 {
        return format!("{value:.2e}");
    }
    let decimals = match scaled.abs() {
        size if size >= 99.95 || (prefix == 0 && scaled.fract() == 0.0) => 0,
        size if size >= 9.995 => 1,
        _ => 2,
    };
    format!("{scaled:.decimals$}{}", PREFIXES[prefix])
}

/// 10 to this power: 1, 10, 100, 1k, 10k.
pub fn power_of_ten(power: u32) -> String {
    const PREFIXES: [&str; 7] = ["", "k", "M", "G", "T", "P", "E"];
    let zeros = "0".repeat(power as usize % 3);
    match PREFIXES.get(power as usize / 3) {
        Some(prefix) => format!("1{zeros}{prefix}"),
        None => format!("1e{power}"),
    }
}

/// A share in percent; a dash when there is none.
pub fn percent(share: Option<f64>) -> String {
    share.map_or("-".to_owned(), |share| format!("{:.1}%", 100.0 * share))
}

/// A stretch of wall time: 12.3 s, 4 min 10 s, 3 h 5 min.
pub fn wall(seconds: f64) -> String {
    if seconds < 60.0 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round() as u64;
    match (whole / 3600, whole / 60 % 60) {
        (0, minutes) => format!("{minutes} min {} s", whole % 60),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_keep_three_figures() {
        let cases = [
            (0.0, "0"),
            (7.0, "7"),
            (0.25, "0.25"),
            (999.0, "999"),
            (999.7, "1.00k"),
            (12_345.0, "12.3k"),
            (54_900_000.0, "54.9M"),
            (1e30, "1.00e30"),
        ];
        for (value, text) in cases {
            assert_eq!(count(value), text);
        }
    }

    #[test]
    fn powers_of_ten_are_short() {
        let texts = [0, 2, 3, 5, 20, 21].map(power_of_ten);
        assert_eq!(texts, ["1", "100", "1k", "100k", "100E", "1e21"]);
    }

    #[test]
    fn wall_times() {
        assert_eq!(wall(12.34), "12.3 s");
        assert_eq!(wall(250.0), "4 min 10 s");
        assert_eq!(wall(11_100.0), "3 h 5 min");
    }
}
