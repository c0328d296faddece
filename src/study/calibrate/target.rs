//! What runs shall come out as.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::super::outcome::measure_names;
use super::unanswerable;
use crate::study::StudyError;

/// Half of a normal's 10-90% interval in standard deviations.
pub(super) const Z90: f64 = 1.281_551_565_544_600_4;

/// A measure of a run and what it shall be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Target {
    /// A column of `runs/`.
    pub measure: String,
    /// Its value.
    pub value: f64,
    /// Standard deviation of what is known of it; `None`: it is exact, and runs are held to it as
    /// closely as seeds let them.
    pub sd: Option<f64>,
}

impl Target {
    /// Where the measure stands among those of an outcome.
    pub(super) fn index(&self) -> Result<usize, StudyError> {
        let found = measure_names().position(|name| name == self.measure);
        found.ok_or_else(|| {
            let known: Vec<_> = measure_names().collect();
            unanswerable(format!(
                "`{}` is no measure of a run; there are {}",
                self.measure,
                known.join(", ")
            ))
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.measure, self.value)?;
        match self.sd {
            Some(sd) => write!(f, "±{sd}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Target {
    type Err = String;

    /// `MEASURE=VALUE`, `MEASURE=VALUE±SD` (or `+-`), or `MEASURE=LOW..HIGH`, the 10% and 90%
    /// quantiles of a normal distribution as in scenario files.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            "expected MEASURE=VALUE, MEASURE=VALUE±SD or MEASURE=P10..P90, as in \
             oom_per_year=0.48±0.06"
                .to_owned()
        };
        let (measure, of) = text.split_once('=').ok_or_else(wrong)?;
        let number = |text: &str| {
            let value = text.trim().parse::<f64>().ok();
            value.filter(|value| value.is_finite()).ok_or_else(wrong)
        };
        let (value, sd) = if let Some((low, high)) = of.split_once("..") {
            let (low, high) = (number(low)?, number(high)?);
            (0.5 * (low + high), Some(0.5 * (high - low) / Z90))
        } else if let Some((value, sd)) = of.split_once('±').or_else(|| of.split_once("+-")) {
            (number(value)?, Some(number(sd)?))
        } else {
            (number(of)?, None)
        };
        if sd.is_some_and(|sd| sd <= 0.0) {
            return Err(
                "the standard deviation must be above 0, and P10 below P90; an exact target is \
                 given without one"
                    .to_owned(),
            );
        }
        match measure.trim() {
            "" => Err(wrong()),
            measure => Ok(Self {
                measure: measure.to_owned(),
                value,
                sd,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_as_they_are_written() {
        let of = |text: &str| {
            text.parse::<Target>()
                .map(|target| (target.value, target.sd))
        };
        assert_eq!(of("oom_per_year=0.48±0.06"), Ok((0.48, Some(0.06))));
        assert_eq!(of("oom_per_year = 0.48 +- 0.06"), Ok((0.48, Some(0.06))));
        assert_eq!(of("oom_per_year=-1e-3"), Ok((-1e-3, None)));
        let (value, sd) = of("oom_per_year=0.26..0.72").expect("an interval");
        assert!((value - 0.49).abs() < 1e-12);
        // 80% of a normal lie within 1.2816 standard deviations.
        assert!((sd.expect("given") * 1.2815515655446 - 0.23).abs() < 1e-12);
        for wrong in [
            "x", "=1", "x=", "x=1±0", "x=1±-1", "x=2..1", "x=nan", "x=inf", "x=1±",
        ] {
            assert!(wrong.parse::<Target>().is_err(), "{wrong}");
        }
        for text in ["oom_per_year=0.48±0.06", "duplicate_share=0.5"] {
            assert_eq!(text.parse::<Target>().expect("right").to_string(), text);
        }
    }
}
