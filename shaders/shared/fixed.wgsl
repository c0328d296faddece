// Fixed-point arithmetic (docs/model.md, "Numbers"). Twin of `src/model/fixed.rs`.
//
// WGSL has no wide multiply: 64-bit products are put together from 16-bit halves.

// Low and high word of a * b.
fn mul_wide(a: u32, b: u32) -> vec2<u32> {
    let a_low = a & 0xffffu;
    let a_high = a >> 16u;
    let b_low = b & 0xffffu;
    let b_high = b >> 16u;
    // Neither sum overflows: (2^16 - 1)^2 + 2^16 - 1 < 2^32.
    let first = a_high * b_low + ((a_low * b_low) >> 16u);
    let second = a_low * b_high + (first & 0xffffu);
    return vec2(a * b, a_high * b_high + (first >> 16u) + (second >> 16u));
}

fn mul_hi(a: u32, b: u32) -> u32 {
    return mul_wide(a, b).y;
}

// The same where b is below 2^16.
fn mul_hi_short(a: u32, b: u32) -> u32 {
    return ((a >> 16u) * b + (((a & 0xffffu) * b) >> 16u)) >> 16u;
}

// floor(a * mul / 2^shift), low word. Shifts by 32 and more are undefined on devices: three cases.
fn mul_shift(a: u32, mul: u32, shift: u32) -> u32 {
    let wide = mul_wide(a, mul);
    if shift >= 32u {
        return wide.y >> (shift - 32u);
    }
    if shift == 0u {
        return wide.x;
    }
    return (wide.x >> shift) | (wide.y << (32u - shift));
}

// 2^(frac / 65536) in Q16.
fn exp2_mantissa(frac: u32) -> u32 {
    var sum = EXP2_C3 + ((EXP2_C4 * frac + 32768u) >> 16u);
    sum = EXP2_C2 + ((sum * frac + 32768u) >> 16u);
    sum = EXP2_C1 + ((sum * frac + 32768u) >> 16u);
    return 65536u + ((sum * frac + 32768u) >> 16u);
}

// 2^log2 as an integer, stochastically rounded; saturates.
fn exp2_round(log2: i32, draw: u32) -> u32 {
    let exponent = log2 >> 16u;
    let mantissa = exp2_mantissa(u32(log2) & 0xffffu);
    if exponent >= 32 {
        return 0xffffffffu;
    }
    if exponent >= 16 {
        return mantissa << u32(exponent - 16);
    }
    if exponent > -16 {
        let shift = u32(16 - exponent);
        return (mantissa + (draw >> (32u - shift))) >> shift;
    }
    return 0u;
}

fn duration_units(log2: i32, draw: u32) -> u32 {
    return clamp(exp2_round(log2, draw), 1u, PHASE_UNITS_MAX);
}

// True with probability min(1, 2^log2).
fn chance(log2: i32, draw: u32) -> bool {
    if log2 >= 0 {
        return true;
    }
    let shift = u32(-1 - (log2 >> 16u));
    if shift > 31u {
        return false;
    }
    return draw < ((exp2_mantissa(u32(log2) & 0xffffu) << 15u) >> shift);
}

// sigma (Q12) times a standard normal (Q12), in Q16.
fn scale_normal(sigma: i32, z: i32) -> i32 {
    return (sigma * z) >> 8u;
}

// Is the 64-bit a (low, high) below b?
fn below(a: vec2<u32>, b: vec2<u32>) -> bool {
    return a.y < b.y || (a.y == b.y && a.x < b.x);
}
