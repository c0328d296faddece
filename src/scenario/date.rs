//! Calendar days, proleptic Gregorian, without time zones.

/// The date that is `days` after `start_date` (`YYYY-MM-DD`), the fraction of a day dropped;
/// `start_date` itself where it is no date or the sum leaves the calendar.
pub fn date_after(start_date: &str, days: f64) -> String {
    let whole = libm::floor(days);
    match parse(start_date) {
        Some(date) if whole.abs() < 1e8 => format(number(date) + whole as i64),
        _ => start_date.to_owned(),
    }
}

/// Days from one date to another; 0 where one of them is no date.
pub(super) fn days_between(from: &str, to: &str) -> f64 {
    match (parse(from), parse(to)) {
        (Some(from), Some(to)) => (number(to) - number(from)) as f64,
        _ => 0.0,
    }
}

/// Year, month and day of `YYYY-MM-DD`, if there is such a day.
pub(super) fn parse(text: &str) -> Option<(i64, i64, i64)> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shaped {
        return None;
    }
    let year = text[0..4].parse().ok()?;
    let month = text[5..7].parse().ok()?;
    let day = text[8..10].parse().ok()?;
    // A day that does not exist comes back as another.
    let date = (year, month, day);
    ((1..=12).contains(&month) && split(number(date)) == date).then_some(date)
}

/// Days since 0000-03-01: years are counted from March, so that a leap day comes last.
fn number((year, month, day): (i64, i64, i64)) -> i64 {
    let shifted = (month + 9) % 12;
    let year = year - shifted / 10;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400)
        // Months from March have 31, 30, 31, 30, 31 days, over and over: 153 every five.
        + (shifted * 153 + 2) / 5
        + day
        - 1
}

fn split(days: i64) -> (i64, i64, i64) {
    const ERA: i64 = 146_097;
    let era = days.div_euclid(ERA);
    let in_era = days.rem_euclid(ERA);
    let year = (in_era - in_era / 1460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * in_year + 2) / 153;
    let day = in_year - (153 * shifted + 2) / 5 + 1;
    let month = (shifted + 2) % 12 + 1;
    (era * 400 + year + i64::from(month <= 2), month, day)
}

fn format(days: i64) -> String {
    let (year, month, day) = split(days);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        for (start, days, expected) in [
            ("2027-01-01", 0.0, "2027-01-01"),
            ("2027-01-01", 0.99, "2027-01-01"),
            ("2027-01-01", -0.01, "2026-12-31"),
            ("2028-02-28", 1.0, "2028-02-29"),
            ("2027-02-28", 1.0, "2027-03-01"),
            ("2000-02-29", 366.0, "2001-03-01"),
            ("1900-02-28", 1.0, "1900-03-01"),
            ("1970-01-01", 20_000.0, "2024-10-04"),
            ("2027-01-01", -365.0, "2026-01-01"),
            ("2400-12-31", 1.0, "2401-01-01"),
        ] {
            assert_eq!(date_after(start, days), expected, "{start} + {days}");
            assert_eq!(days_between(start, expected), libm::floor(days));
        }
    }

    #[test]
    fn every_day_of_nine_centuries_is_the_one_after_the_day_before() {
        let first = number((1800, 1, 1));
        let mut last = (1799, 12, 31);
        for days in first..number((2700, 1, 1)) {
            let date = split(days);
            assert_eq!(number(date), days);
            let follows = date.2 == last.2 + 1
                || (date.2 == 1 && (date.1 == last.1 + 1 || (date.1, last.1) == (1, 12)));
            assert!(follows && last.2 <= 31, "{last:?} then {date:?}");
            last = date;
        }
    }

    #[test]
    fn no_day_is_made_up() {
        for text in [
            "2027-02-29",
            "2027-13-01",
            "2027-00-01",
            "2027-04-31",
            "27-1-1",
            "",
            "2027/01/01",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
