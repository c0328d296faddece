//! The counter-based random number generator and its keys (`docs/model.md`, "Draws").
//!
//! Threefry2x32 with 13 rounds (Salmon et al. 2011): key and counter of 64 bits each, so that every
//! draw of an agent is addressed by (identity, tick, event, purpose) and nothing is stored. Chosen
//! over Philox and PCG4D by measurement: `docs/model.md`, "Choice of the generator".

/// Rounds of the cipher.
pub const THREEFRY_ROUNDS: usize = 13;

/// Rotations of successive rounds, repeating.
pub const THREEFRY_ROTATIONS: [u32; 8] = [13, 15, 26, 6, 17, 29, 16, 24];

/// Parity constant of the key schedule.
pub const THREEFRY_PARITY: u32 = 0x1bd1_1bda;

/// Multiplier of PCG4D's linear step.
pub const PCG4D_MULTIPLIER: u32 = 1_664_525;

/// Increment of PCG4D's linear step.
pub const PCG4D_INCREMENT: u32 = 1_013_904_223;

/// A 64-bit key or counter.
pub type Pair = [u32; 2];

/// What a draw is for: the low 12 bits of the counter.
pub mod purpose {
    /// Candidate topic c uses `CANDIDATE + c`, c in 0..16.
    pub const CANDIDATE: u32 = 0;
    /// Which open idea; rounding of the thinking time.
    pub const THINK: u32 = 16;
    /// Outcome; rounding of the experiment time.
    pub const EXPERIMENT: u32 = 17;
    /// Start of a fresh agent inside its stagger.
    pub const SPAWN: u32 = 18;
    /// Finds of the researchers whom a weighted agent stands for beside itself.
    pub const OTHERS: u32 = 19;
    /// Places of those finds: block i uses `SPREAD + i`, i in 0..512.
    pub const SPREAD: u32 = 64;
    /// Fixed traits, under the traits key.
    pub const TRAITS: u32 = 0;
}

/// The event number of draws made by `spawn`; events in a tick stay below it.
pub const SPAWN_EVENT: u32 = 4095;

/// Threefry2x32 with [`THREEFRY_ROUNDS`] rounds.
#[inline(always)]
pub fn threefry(key: Pair, counter: Pair) -> Pair {
    threefry_rounds::<THREEFRY_ROUNDS>(key, counter)
}

/// Threefry2x32 with `ROUNDS` rounds, a key injection after every fourth.
#[inline(always)]
pub fn threefry_rounds<const ROUNDS: usize>(key: Pair, counter: Pair) -> Pair {
    let schedule = [key[0], key[1], THREEFRY_PARITY ^ key[0] ^ key[1]];
    let mut x = counter[0].wrapping_add(schedule[0]);
    let mut y = counter[1].wrapping_add(schedule[1]);
    let mut round = 0;
    while round < ROUNDS {
        x = x.wrapping_add(y);
        y = y.rotate_left(THREEFRY_ROTATIONS[round % 8]) ^ x;
        round += 1;
        if round.is_multiple_of(4) {
            let injection = round / 4;
            x = x.wrapping_add(schedule[injection % 3]);
            y = y
                .wrapping_add(schedule[(injection + 1) % 3])
                .wrapping_add(injection as u32);
        }
    }
    [x, y]
}

/// Counter of a draw: rank of 40 bits, event of 12, purpose of 12.
#[inline(always)]
pub fn counter(rank: u64, event: u32, purpose: u32) -> Pair {
    [
        rank as u32,
        ((rank >> 32) as u32) << 24 | event << 12 | purpose,
    ]
}

/// PCG4D (Jarzynski and Olano 2020): a bijection of four words, used to hash state into digests.
#[inline(always)]
pub fn pcg4d(v: [u32; 4]) -> [u32; 4] {
    let [mut x, mut y, mut z, mut w] = v.map(|word| {
        word.wrapping_mul(PCG4D_MULTIPLIER)
            .wrapping_add(PCG4D_INCREMENT)
    });
    let mix = |x: &mut u32, y: &mut u32, z: &mut u32, w: &mut u32| {
        *x = x.wrapping_add(y.wrapping_mul(*w));
        *y = y.wrapping_add(z.wrapping_mul(*x));
        *z = z.wrapping_add(x.wrapping_mul(*y));
        *w = w.wrapping_add(y.wrapping_mul(*z));
    };
    mix(&mut x, &mut y, &mut z, &mut w);
    x ^= x >> 16;
    y ^= y >> 16;
    z ^= z >> 16;
    w ^= w >> 16;
    mix(&mut x, &mut y, &mut z, &mut w);
    [x, y, z, w]
}

/// A key from named parts: the first 8 bytes, little-endian, of blake3 over
/// `"takeoff 1"`, then each part as length (u64 LE) and bytes.
pub fn derive_key(parts: &[&[u8]]) -> Pair {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"takeoff 1");
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let digest = hasher.finalize();
    let word = |at: usize| {
        let bytes = digest.as_bytes();
        u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
    };
    [word(0), word(4)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Random123's `kat_vectors`, threefry2x32, 13 and 20 rounds.
    #[test]
    fn published_vectors() {
        let zeros = ([0; 2], [0; 2]);
        let ones = ([u32::MAX; 2], [u32::MAX; 2]);
        let pi = ([0x243f_6a88, 0x85a3_08d3], [0x1319_8a2e, 0x0370_7344]);
        let cases = [
            (
                zeros,
                [0x9d1c_5ec6, 0x8bd5_0731],
                [0x6b20_0159, 0x99ba_4efe],
            ),
            (ones, [0xfd36_d048, 0x2d17_272c], [0x1cb9_96fc, 0xbb00_2be7]),
            (pi, [0xba3e_4725, 0xf27d_669e], [0xc492_3a9c, 0x483d_f7a0]),
        ];
        for ((counter, key), after_13, after_20) in cases {
            assert_eq!(threefry(key, counter), after_13);
            assert_eq!(threefry_rounds::<20>(key, counter), after_20);
        }
    }
}
