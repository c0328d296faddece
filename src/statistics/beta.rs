//! The incomplete beta function, and the binomial and Student distributions that follow from it.

/// Floor that keeps the continued fraction from dividing by 0.
const TINY: f64 = 1e-300;

/// Most steps of the fraction; it needs a few times sqrt(max(a, b)).
const MOST_STEPS: u32 = 100_000;

/// I_x(a, b), regularised, for a, b > 0 and x in [0, 1]: the continued fraction DLMF 8.17.22,
/// evaluated by Lentz's method (Thompson and Barnett 1986).
pub fn incomplete(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let scale = libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b);
    let front = libm::exp(scale + a * libm::log(x) + b * libm::log1p(-x));
    // The fraction converges fast on one side of the mean; the other is its mirror image.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(a, b, x) / a
    } else {
        1.0 - front * fraction(b, a, 1.0 - x) / b
    }
}

/// The continued fraction of I_x(a, b).
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for step in 1..=MOST_STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        value *= c * d;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        value *= c * d;
        if (c * d - 1.0).abs() <= 4.0 * f64::EPSILON {
            break;
        }
    }
    value
}

/// The x with I_x(a, b) = p, by bisection to neighbouring numbers.
pub fn inverse(a: f64, b: f64, p: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return middle;
        }
        if incomplete(a, b, middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// P(B <= k) of successes B in n trials of chance p: I_{1-p}(n - k, k + 1).
pub fn binomial_cdf(k: usize, n: usize, p: f64) -> f64 {
    if k >= n {
        return 1.0;
    }
    incomplete((n - k) as f64, k as f64 + 1.0, 1.0 - p)
}

/// The t that a Student variable exceeds in magnitude with probability 1 - confidence:
/// P(|T| > t) = I_x(f/2, 1/2) with x = f / (f + t^2) and f degrees of freedom.
pub fn student_limit(degrees_of_freedom: f64, confidence: f64) -> f64 {
    let x = inverse(0.5 * degrees_of_freedom, 0.5, 1.0 - confidence);
    libm::sqrt(degrees_of_freedom * (1.0 - x) / x)
}
