//! Axes: what they span and where they are labelled.

/// How values are laid along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal steps.
    Linear,
    /// Equal factors; values of zero and below are not drawn.
    Log,
}

/// An axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What it says, with the unit.
    pub title: String,
    pub scale: Scale,
    /// Ends, in values for a linear axis and in their log10 for the other.
    low: f64,
    high: f64,
    step: f64,
}

/// Labels of an axis at most.
const LABELS: f64 = 6.0;

impl Axis {
    /// An axis that spans `values`, with ends at labels.
    pub fn around(title: &str, scale: Scale, values: impl Iterator<Item = f64>) -> Self {
        let values = values.filter_map(|value| place(scale, value));
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| {
            (low.min(at), high.max(at))
        });
        let (low, high) = if low > high { (0.0, 1.0) } else { (low, high) };
        // Quantities that are never below nought begin there, that lengths can be compared.
        let low = if scale == Scale::Linear && low > 0.0 {
            0.0
        } else {
            low
        };
        let high = if high > low { high } else { low + 1.0 };
        let step = step(high - low, scale);
        Self {
            title: title.to_owned(),
            scale,
            low: step * libm::floor(low / step + 1e-9),
            high: step * libm::ceil(high / step - 1e-9),
            step,
        }
    }

    /// An axis that ends where the values do.
    pub fn to_the_end(title: &str, values: impl Iterator<Item = f64>) -> Self {
        let high = values.fold(0.0, f64::max);
        let mut axis = Self::around(title, Scale::Linear, [0.0, high].into_iter());
        if high > 0.0 {
            axis.high = high;
        }
        axis
    }

    /// Where a value lies between the ends, 0 to 1; `None` if it has no place.
    pub fn at(&self, value: f64) -> Option<f64> {
        let at = place(self.scale, value)?;
        Some((at - self.low) / (self.high - self.low))
    }

    /// Where labels are, 0 to 1, and what they say.
    pub fn labels(&self) -> Vec<(f64, String)> {
        let count = libm::floor((self.high - self.low) / self.step + 1e-9) as u32;
        let values = (0..=count).map(|index| self.low + f64::from(index) * self.step);
        values
            .map(|at| ((at - self.low) / (self.high - self.low), self.label(at)))
            .collect()
    }

    fn label(&self, at: f64) -> String {
        match self.scale {
            Scale::Log => power_of_ten(libm::round(at) as i32),
            Scale::Linear => {
                let decimals = libm::ceil(-libm::log10(self.step) - 1e-9).max(0.0) as usize;
                let text = format!("{at:.decimals$}");
                // The sign of a zero is noise, and a hyphen no minus.
                if text.trim_matches(['-', '0', '.']).is_empty() {
                    "0".to_owned()
                } else {
                    text.replace('-', "\u{2212}")
                }
            }
        }
    }
}

fn place(scale: Scale, value: f64) -> Option<f64> {
    match scale {
        Scale::Linear => value.is_finite().then_some(value),
        Scale::Log => (value > 0.0 && value.is_finite()).then(|| libm::log10(value)),
    }
}

/// 1, 2 or 5 times a power of ten; whole powers on a logarithmic axis.
fn step(span: f64, scale: Scale) -> f64 {
    let least = span / LABELS;
    if scale == Scale::Log {
        return libm::ceil(least).max(1.0);
    }
    let power = libm::exp10(libm::floor(libm::log10(least)));
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    steps
        .into_iter()
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// 10³ and so on; 1 and 10 as they are.
fn power_of_ten(power: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    match power {
        0 => "1".to_owned(),
        1 => "10".to_owned(),
        _ => {
            let digits = power.to_string();
            let raised = digits.chars().map(|digit| match digit.to_digit(10) {
                Some(digit) => DIGITS[digit as usize],
                None => '⁻',
            });
            format!("10{}", raised.collect::<String>())
        }
    }
}
