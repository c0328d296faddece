//! "Tables" and "Draws" (keys) of `docs/model.md`.

use takeoff::model::layout::{AliasEntry, TASTE_MAX};

use crate::scalar::draws::Two;

/// The key of a text: blake3 over `takeoff 1` and the parts, each after its length.
pub fn key(parts: &[&[u8]]) -> Two {
    let mut text = b"takeoff 1".to_vec();
    for part in parts {
        text.extend((part.len() as u64).to_le_bytes());
        text.extend(*part);
    }
    let hash = blake3::hash(&text);
    let word = |at: usize| {
        let bytes = hash.as_bytes()[at..at + 4].try_into();
        u32::from_le_bytes(bytes.expect("four bytes"))
    };
    [word(0), word(4)]
}

/// Popularity of each of `topics`: the integral of (u + q)^-z over its share of [0, 1].
pub fn popularity(topics: usize, q: f64, z: f64) -> Vec<f64> {
    let integral = |u: f64| {
        if z == 1.0 {
            libm::log(u + q)
        } else {
            libm::pow(u + q, 1.0 - z) / (1.0 - z)
        }
    };
    let edge = |k: usize| integral(k as f64 / topics as f64);
    (0..topics).map(|k| edge(k + 1) - edge(k)).collect()
}

/// Kind of each topic: the kind that is furthest behind its share.
pub fn kinds(topics: usize, shares: &[f64]) -> Vec<u32> {
    let mut given = vec![0.0; shares.len()];
    let next = |k: usize| {
        let mut best = 0;
        let behind = |kind: usize, given: &[f64]| (k + 1) as f64 * shares[kind] - given[kind];
        for kind in 1..shares.len() {
            if behind(kind, &given) > behind(best, &given) {
                best = kind;
            }
        }
        given[best] += 1.0;
        best as u32
    };
    (0..topics).map(next).collect()
}

/// The alias table of a board.
pub fn alias(weights: &[f64], topic_kind: &[u32]) -> Vec<AliasEntry> {
    let topics = weights.len();
    let most = weights.iter().copied().fold(0.0, f64::max);
    let quantum = |w: f64| {
        if most == 0.0 {
            1
        } else {
            libm::floor(w / most * 1_099_511_627_776.0) as u128
        }
    };
    let mut mass: Vec<u128> = weights
        .iter()
        .map(|&w| quantum(w) * topics as u128)
        .collect();
    let full = mass.iter().sum::<u128>() / topics as u128;
    let (mut small, mut large): (Vec<usize>, Vec<usize>) =
        (0..topics).partition(|&k| mass[k] < full);
    let mut table = vec![AliasEntry::default(); topics];
    let entry = |own: usize, other: usize, threshold: u32| AliasEntry {
        threshold,
        other: other as u32 | topic_kind[own] << 20 | topic_kind[other] << 24,
    };
    while let (Some(&own), Some(&other)) = (small.last(), large.last()) {
        small.pop();
        let threshold = (mass[own] << 32) / full;
        table[own] = entry(own, other, threshold as u32);
        mass[other] -= full - mass[own];
        if mass[other] < full {
            large.pop();
            small.push(other);
        }
    }
    for own in small.into_iter().chain(large) {
        table[own] = entry(own, own, u32::MAX);
    }
    table
}

/// Draws above which tournaments have another entry.
pub fn taste_thresholds(most: u32, tail: f64, factor: f64) -> [u32; TASTE_MAX] {
    let mut thresholds = [0; TASTE_MAX];
    for k in 2..=most {
        let chance = factor * libm::pow(f64::from(k), -1.0 / tail);
        let words = libm::floor(chance * 4_294_967_296.0);
        thresholds[k as usize - 2] = if words < 4_294_967_295.0 {
            words as u32
        } else {
            u32::MAX
        };
    }
    thresholds
}

/// Rows of quantile-bin means of Binomial(2^weight_log2 - 1, 2^(-row/8)), Q12.
pub fn binomial(weight_log2: u32) -> Vec<u32> {
    let trials = (1u32 << weight_log2) - 1;
    (0..193)
        .flat_map(|row| bin_means(trials, libm::exp2(-f64::from(row) / 8.0)))
        .collect()
}

/// Means over 256 equally likely parts of Binomial(n, p), Q12.
fn bin_means(trials: u32, p: f64) -> [u32; 256] {
    if p == 1.0 {
        return [trials * 4096; 256];
    }
    let n = f64::from(trials);
    let reach = 12.0 * libm::sqrt(n * p * (1.0 - p)) + 24.0;
    let first = libm::floor(n * p - reach).max(0.0) as u32;
    let last = libm::ceil(n * p + reach).min(n) as u32;
    let mass = |k: u32| {
        let k = f64::from(k);
        let ways = libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
        libm::exp(ways + k * libm::log(p) + (n - k) * libm::log1p(-p))
    };
    let mut masses: Vec<(u32, f64)> = (first..=last).map(|k| (k, mass(k))).collect();
    let part = masses.iter().map(|&(_, mass)| mass).sum::<f64>() / 256.0;
    // What rounding leaves short at the end is of the last count.
    masses.push((last, f64::INFINITY));
    let mut at = 0;
    std::array::from_fn(|_| {
        let (mut room, mut sum) = (part, 0.0);
        while masses[at].1 < room {
            sum += f64::from(masses[at].0) * masses[at].1;
            room -= masses[at].1;
            at += 1;
        }
        sum += f64::from(masses[at].0) * room;
        masses[at].1 -= room;
        libm::round(sum / part * 4096.0) as u32
    })
}

/// Means of the standard normal over 1,024 equally likely bins, Q12.
pub fn normal() -> Vec<i32> {
    let density = |z: f64| libm::exp(-0.5 * z * z) / libm::sqrt(2.0 * std::f64::consts::PI);
    let edges: Vec<f64> = (0..=1024)
        .map(|k| quantile(f64::from(k) / 1024.0))
        .collect();
    edges
        .windows(2)
        .map(|edge| 1024.0 * (density(edge[0]) - density(edge[1])))
        .map(|mean| libm::round(4096.0 * mean) as i32)
        .collect()
}

/// z with this much of the standard normal below, by bisection.
fn quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-40.0, 40.0);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if 0.5 * libm::erfc(-middle / std::f64::consts::SQRT_2) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

#[test]
fn tables_are_the_documented_ones() {
    use takeoff::model::tables;
    assert_eq!(normal(), tables::normal());
    for weight_log2 in 1..=13 {
        let (ours, theirs) = (
            binomial(weight_log2),
            tables::binomial((1 << weight_log2) - 1),
        );
        for (at, (a, b)) in ours.iter().zip(&theirs).enumerate() {
            let (row, bin) = (at / 256, at % 256);
            assert_eq!(
                a, b,
                "binomial, weight 2^{weight_log2}, row {row}, bin {bin}"
            );
        }
    }
    for (tail, factor) in [(0.5, 1.0), (0.0, 1.0), (1.5, 3.7)] {
        let theirs = tables::taste_thresholds(16, tail, factor);
        assert_eq!(
            taste_thresholds(16, tail, factor),
            theirs,
            "{tail} {factor}"
        );
    }
    let shares = [0.6, 0.15, 0.15, 0.1];
    let topic_kind = kinds(100, &shares);
    assert_eq!(topic_kind, tables::topic_kinds(100, &shares));
    for exponent in [0.0, 0.8, 1.0, 2.5] {
        let mut weights = popularity(100, 0.01, exponent);
        for (a, b) in weights.iter().zip(tables::popularity(100, 0.01, exponent)) {
            assert!((a / b - 1.0).abs() < 1e-12, "{exponent}: {a} {b}");
        }
        weights[17] = 0.0;
        let mut theirs = vec![AliasEntry::default(); 100];
        tables::alias(&weights, &topic_kind, &mut theirs);
        assert_eq!(alias(&weights, &topic_kind), theirs, "{exponent}");
    }
}
