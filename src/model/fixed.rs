//! Fixed-point arithmetic of the device (`docs/model.md`, "Numbers").
//!
//! Durations, odds and gains are sums in the log2 domain, signed Q15.16, turned into integers once
//! at the end. Every operation exists in WGSL: 32-bit, wrapping, no wide multiply.

/// Coefficients c1..c4 of 2^f - 1 = f(c1 + f(c2 + f(c3 + f c4))), Q16.
///
/// Fitted once over all 65,536 arguments: monotone, at most 1.46e-5 from 2^f, mean error 1.4e-6,
/// and 2^1 - 1 maps to 65,535, so that octaves join without a step back.
pub const EXP2_COEFFICIENTS: [u32; 4] = [45414, 15839, 3382, 901];

/// Longest phase, in clock units: below 2^30, so that a 31-bit clock tells past from future.
pub const PHASE_UNITS_MAX: u32 = (1 << 30) - 1;

/// High 32 bits of the 64-bit product.
#[inline(always)]
pub fn mul_hi(a: u32, b: u32) -> u32 {
    ((u64::from(a) * u64::from(b)) >> 32) as u32
}

/// `floor(a * mul / 2^shift)`, low 32 bits; `shift` in 0..=63.
#[inline(always)]
pub fn mul_shift(a: u32, mul: u32, shift: u32) -> u32 {
    ((u64::from(a) * u64::from(mul)) >> shift) as u32
}

/// 2^(frac / 65536) in Q16, from 65,536 to 131,071.
#[inline(always)]
pub fn exp2_mantissa(frac: u32) -> u32 {
    let [c1, c2, c3, c4] = EXP2_COEFFICIENTS;
    let mut sum = c3 + ((c4 * frac + 32768) >> 16);
    sum = c2 + ((sum * frac + 32768) >> 16);
    sum = c1 + ((sum * frac + 32768) >> 16);
    65536 + ((sum * frac + 32768) >> 16)
}

/// 2^`log2` as an integer, rounded up with the probability of its fraction by the uniform `draw`;
/// at least 1, at most [`PHASE_UNITS_MAX`].
#[inline(always)]
pub fn duration_units(log2: i32, draw: u32) -> u32 {
    exp2_round(log2, draw).clamp(1, PHASE_UNITS_MAX)
}

/// 2^`log2` as an integer, stochastically rounded; saturates at 2^32 - 1.
#[inline(always)]
pub fn exp2_round(log2: i32, draw: u32) -> u32 {
    let exponent = log2 >> 16;
    let mantissa = exp2_mantissa(log2 as u32 & 0xffff);
    if exponent >= 32 {
        u32::MAX
    } else if exponent >= 16 {
        mantissa << (exponent - 16)
    } else if exponent > -16 {
        let shift = (16 - exponent) as u32;
        (mantissa + (draw >> (32 - shift))) >> shift
    } else {
        0
    }
}

/// The number of 2^32 equally likely draws that succeed with probability min(1, 2^`log2`), for
/// `log2 < 0`. Callers treat `log2 >= 0` as certain.
#[inline(always)]
pub fn probability_threshold(log2: i32) -> u32 {
    let shift = (-1 - (log2 >> 16)) as u32;
    if shift > 31 {
        return 0;
    }
    (exp2_mantissa(log2 as u32 & 0xffff) << 15) >> shift
}

/// True with probability min(1, 2^`log2`).
#[inline(always)]
pub fn chance(log2: i32, draw: u32) -> bool {
    log2 >= 0 || draw < probability_threshold(log2)
}

/// `sigma` (Q12) times a standard normal (Q12), in Q16.
#[inline(always)]
pub fn scale_normal(sigma_q12: i32, z_q12: i32) -> i32 {
    sigma_q12.wrapping_mul(z_q12) >> 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp2_is_monotone_and_within_its_stated_error_everywhere() {
        let mut last = 0;
        for frac in 0..65536 {
            let mantissa = exp2_mantissa(frac);
            let exact = libm::exp2(f64::from(frac) / 65536.0);
            let error = f64::from(mantissa) / 65536.0 / exact - 1.0;
            assert!(
                mantissa >= last && error.abs() < 1.46e-5,
                "at {frac}: {mantissa}, {error}"
            );
            last = mantissa;
        }
        assert_eq!(exp2_mantissa(0), 65536);
        assert!(last < 131_072);
    }

    #[test]
    fn rounding_is_unbiased_to_one_part_in_the_draws_taken() {
        // 2^(-1.5) = 0.35355: a fixed comb of 2^16 draws must average to it within 2^-16.
        let log2 = -(3 << 15);
        let ups: u32 = (0..65536u32).map(|i| exp2_round(log2, i << 16)).sum();
        let expected = libm::exp2(-1.5) * 65536.0;
        assert!(
            (f64::from(ups) - expected).abs() <= 2.0,
            "{ups} against {expected}"
        );
    }

    #[test]
    fn extremes_saturate() {
        assert_eq!(exp2_round(i32::MAX, 0), u32::MAX);
        assert_eq!(exp2_round(i32::MIN, u32::MAX), 0);
        assert_eq!(duration_units(i32::MIN, 0), 1);
        assert_eq!(duration_units(i32::MAX, 0), PHASE_UNITS_MAX);
        assert_eq!(probability_threshold(i32::MIN), 0);
        assert!(chance(0, u32::MAX));
    }

    #[test]
    fn conversion_never_reaches_the_end_of_the_other_clock() {
        for (from, to) in [
            (1u32, 1u32 << 29),
            (1 << 29, 1),
            (1000, 999),
            (7, 7),
            (12345, 67890),
        ] {
            let (mul, shift) = crate::model::layout::clock_ratio(from, to);
            assert!(mul_shift(from - 1, mul, shift) < to);
            let exact = (u64::from(from - 1) * u64::from(to) / u64::from(from)) as u32;
            assert!(exact - mul_shift(from - 1, mul, shift) <= 1);
        }
    }
}
