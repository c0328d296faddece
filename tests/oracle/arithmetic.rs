//! Claim: numbers, draws and hashes of `takeoff::model` are those of the document where worlds do
//! not reach: at every fraction, at the ends of exponents, at ranks up to 2^40.

use proptest::prelude::*;
use takeoff::model::census::{COUNTERS, Census, NodeCensus, PopulationCensus};
use takeoff::model::{agent, digest, fixed, layout, rng};

use crate::scalar::draws::{Two, address, agent_hash, node_hash, pcg4d, threefry, threefry_of};
use crate::scalar::numbers::{chance, convert, duration, exp2_round, hi, mantissa, scale};

/// Vectors of Random123's `kat_vectors` for threefry2x32: rounds, key, counter, result.
const PUBLISHED: [(usize, Two, Two, Two); 6] = [
    (13, [0, 0], [0, 0], [0x9d1c_5ec6, 0x8bd5_0731]),
    (
        13,
        [u32::MAX, u32::MAX],
        [u32::MAX, u32::MAX],
        [0xfd36_d048, 0x2d17_272c],
    ),
    (
        13,
        [0x1319_8a2e, 0x0370_7344],
        [0x243f_6a88, 0x85a3_08d3],
        [0xba3e_4725, 0xf27d_669e],
    ),
    (20, [0, 0], [0, 0], [0x6b20_0159, 0x99ba_4efe]),
    (
        20,
        [u32::MAX, u32::MAX],
        [u32::MAX, u32::MAX],
        [0x1cb9_96fc, 0xbb00_2be7],
    ),
    (
        20,
        [0x1319_8a2e, 0x0370_7344],
        [0x243f_6a88, 0x85a3_08d3],
        [0xc492_3a9c, 0x483d_f7a0],
    ),
];

#[test]
fn threefry_is_the_published_one() {
    for (rounds, key, counter, result) in PUBLISHED {
        assert_eq!(threefry_of(rounds, key, counter), result);
    }
    for (_, key, counter, result) in PUBLISHED.into_iter().filter(|case| case.0 == 13) {
        assert_eq!(rng::threefry(key, counter), result);
    }
}

#[test]
fn mantissa_is_the_documented_one_and_close_to_a_power_of_two() {
    for f in 0..65536 {
        let m = mantissa(f);
        assert_eq!(fixed::exp2_mantissa(f), m, "{f}");
        let exact = libm::exp2(f64::from(f) / 65536.0) * 65536.0;
        // The document's bound.
        assert!((f64::from(m) / exact - 1.0).abs() < 1.46e-5, "{f}");
    }
}

#[test]
fn powers_agree_at_the_ends_of_every_octave() {
    for octave in -40..40 {
        for f in [0, 1, 2, 32767, 32768, 65534, 65535] {
            for u in [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, u32::MAX] {
                let l = (octave << 16) + f;
                assert_eq!(fixed::exp2_round(l, u), exp2_round(l, u), "{l} {u}");
                assert_eq!(fixed::duration_units(l, u), duration(l, u), "{l} {u}");
                assert_eq!(fixed::chance(l, u), chance(l, u), "{l} {u}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn numbers_agree(
        l in any::<i32>(), u in any::<u32>(),
        // Sigmas up to 2^5 and the table's deviates: products that do not wrap.
        sigma in -131_071..131_072i32, z in -16_383..16_384i32,
    ) {
        let near = l >> 9;
        prop_assert_eq!(fixed::exp2_round(l, u), exp2_round(l, u));
        prop_assert_eq!(fixed::exp2_round(near, u), exp2_round(near, u));
        prop_assert_eq!(fixed::duration_units(near, u), duration(near, u));
        prop_assert_eq!(fixed::chance(near, u), chance(near, u));
        prop_assert_eq!(fixed::scale_normal(sigma, z), scale(sigma, z));
        prop_assert_eq!(fixed::mul_hi(u, l as u32), hi(u, l as u32));
    }

    #[test]
    fn conversions_agree_and_floor(
        from in 1..1u32 << 30, to in 1..1u32 << 30, x in any::<u32>(),
        mul in any::<u32>(), shift in 0..64u32,
    ) {
        prop_assert_eq!(fixed::mul_shift(x, mul, shift), convert(x, (mul, shift)));
        let (mul, shift) = layout::clock_ratio(from, to);
        prop_assert_eq!(u128::from(mul), (u128::from(to) << shift) / u128::from(from));
        let next = (u128::from(to) << (shift + 1)) / u128::from(from);
        prop_assert!(shift == 63 || next >= 1 << 32, "the largest shift");
        let offset = x % from;
        let exact = u128::from(offset) * u128::from(to) / u128::from(from);
        let found = u128::from(convert(offset, (mul, shift)));
        prop_assert!(found < u128::from(to));
        prop_assert!(found == exact || found + 1 == exact, "{} for {}", found, exact);
    }

    #[test]
    fn draws_agree_at_every_rank(
        rank in 0..1u64 << 40, event in 0..4096u32, purpose in 0..4096u32, key in any::<[u32; 2]>(),
    ) {
        let counter = address(rank, event, purpose);
        prop_assert_eq!(rng::counter(rank, event, purpose), counter);
        prop_assert_eq!(rng::threefry(key, counter), threefry(key, counter));
        // An address can be read back, so no two draws share one.
        prop_assert_eq!(u64::from(counter[1] >> 24) << 32 | u64::from(counter[0]), rank);
        prop_assert_eq!((counter[1] >> 12 & 0xfff, counter[1] & 0xfff), (event, purpose));
    }

    #[test]
    fn hashes_agree_at_every_rank(
        rank in 0..1u64 << 40, salt in any::<[u32; 2]>(), due in any::<u32>(), work in any::<u32>(),
        v in any::<[u32; 4]>(), node in 0..500u32, topic in 0..1u32 << 20, base in 0..1024u32,
    ) {
        prop_assert_eq!(rng::pcg4d(v), pcg4d(v));
        let work = work | 1 << 31;
        prop_assert_eq!(agent::hash(salt, rank, due, work), agent_hash(rank, salt, due, work));
        prop_assert_eq!(agent::hash(salt, rank, 0, 0), [0; 4]);
        for words in [&v[..1], &v[..2], &v[..]] {
            let stored = [&[base], words].concat();
            let expected = node_hash(node as usize, topic as usize, &stored);
            prop_assert_eq!(digest::node_hash(node, topic, base, words), expected);
        }
    }
}

#[test]
fn the_chain_covers_the_census_as_documented() {
    let mut population = PopulationCensus::ZERO;
    for (i, counter) in population.counters.iter_mut().enumerate() {
        *counter = u64::MAX / (i as u64 + 3);
    }
    population.lanes = [1, 2, u32::MAX, 4];
    let node = NodeCensus {
        new: 5,
        known: 6,
        news: 7,
        ended: 8,
    };
    let census = Census {
        populations: vec![population, PopulationCensus::ZERO],
        nodes: vec![node, NodeCensus::default()],
        gains: vec![u64::MAX - 9, 10],
        node_lanes: [11, 12, 13, 14],
    };
    let first = digest::genesis("a scenario");
    let mut text = b"takeoff digest 1".to_vec();
    text.extend(b"a scenario");
    let mut link: [u8; 32] = blake3::hash(&text).into();
    assert_eq!(first, link);

    let mut bytes = link.to_vec();
    bytes.extend(77u64.to_le_bytes());
    for population in &census.populations {
        assert_eq!(population.counters.len(), COUNTERS);
        population
            .counters
            .iter()
            .for_each(|count| bytes.extend(count.to_le_bytes()));
        population
            .lanes
            .iter()
            .for_each(|lane| bytes.extend(lane.to_le_bytes()));
    }
    for node in &census.nodes {
        let words = [node.new, node.known, node.news, node.ended];
        words
            .iter()
            .for_each(|word| bytes.extend(word.to_le_bytes()));
    }
    census
        .gains
        .iter()
        .for_each(|gain| bytes.extend(gain.to_le_bytes()));
    census
        .node_lanes
        .iter()
        .for_each(|lane| bytes.extend(lane.to_le_bytes()));
    for float in [1.5f64, 0.0] {
        bytes.extend(float.to_bits().to_le_bytes());
    }
    link = blake3::hash(&bytes).into();
    assert_eq!(digest::next(&first, 77, &census, &[1.5, -0.0]), link);
}
