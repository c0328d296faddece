//! "Numbers" of `docs/model.md`, in wide integers and plain division.

/// 2^(f/65536) in Q16.
pub fn mantissa(f: u32) -> u32 {
    assert!(f < 65536);
    let f = u64::from(f);
    let [c1, c2, c3, c4] = [45414u64, 15839, 3382, 901];
    let mut s = c3 + (c4 * f + 32768) / 65536;
    s = c2 + (s * f + 32768) / 65536;
    s = c1 + (s * f + 32768) / 65536;
    (65536 + (s * f + 32768) / 65536) as u32
}

/// Integer and fractional part of a Q15.16 value.
fn parts(l: i32) -> (i32, u32) {
    (l.div_euclid(65536), l.rem_euclid(65536) as u32)
}

/// 2^l as an integer, stochastically rounded by `u`.
pub fn exp2_round(l: i32, u: u32) -> u32 {
    let (e, f) = parts(l);
    let m = u64::from(mantissa(f));
    if e >= 32 {
        u32::MAX
    } else if e >= 16 {
        (m * (1 << (e - 16))) as u32
    } else if e > -16 {
        let k = (16 - e) as u32;
        let fraction = u64::from(u) / (1 << (32 - k));
        ((m + fraction) / (1 << k)) as u32
    } else {
        0
    }
}

/// Length of a phase in units of its clock.
pub fn duration(l: i32, u: u32) -> u32 {
    exp2_round(l, u).clamp(1, (1 << 30) - 1)
}

/// Whether something of probability 2^l happens.
pub fn chance(l: i32, u: u32) -> bool {
    if l >= 0 {
        return true;
    }
    let (e, f) = parts(l);
    let k = -1 - e;
    k <= 31 && u64::from(u) < (u64::from(mantissa(f)) << 15) / (1 << k)
}

/// A normal deviate times its sigma: Q12 x Q12 -> Q16.
pub fn scale(sigma: i32, z: i32) -> i32 {
    sigma.wrapping_mul(z).div_euclid(256)
}

/// An offset on one clock as an offset on the other.
pub fn convert(x: u32, (mul, shift): (u32, u32)) -> u32 {
    assert!(shift <= 63);
    (u64::from(x) * u64::from(mul) / (1u64 << shift)) as u32
}

/// High word of the product.
pub fn hi(a: u32, b: u32) -> u32 {
    (u64::from(a) * u64::from(b) / (1 << 32)) as u32
}

/// `base + slope * index`, wrapping as all device values do.
pub fn line(base: i32, slope: i32, index: u32) -> i32 {
    base.wrapping_add(slope.wrapping_mul(index as i32))
}
