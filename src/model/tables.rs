//! Tables that the host makes for the device (`docs/model.md`, "Tables").
//!
//! All from `f64` through the pinned `libm`, rounded to integers at the end.

use std::sync::LazyLock;

use super::layout::{AliasEntry, TASTE_MAX};

/// Entries of the normal table are addressed by the top bits of a draw: `draw >> NORMAL_SHIFT`.
pub const NORMAL_SHIFT: u32 = 22;
/// Entries of the normal table.
pub const NORMAL_ENTRIES: usize = 1 << (32 - NORMAL_SHIFT);
/// Rows of a binomial table: row r holds p = 2^(-r/8). Rarer than the last counts as never.
pub const BINOMIAL_ROWS: usize = 193;
/// Quantile bins of a binomial table.
pub const BINOMIAL_COLUMNS: usize = 256;
/// More finds than this times the open ideas reach all of them.
pub const SPREAD_FACTOR: u32 = 8;
/// Largest log2 of a weight: finds of one agent in Q12 fit 32 bits.
pub const WEIGHT_LOG2_MAX: u32 = 19;

/// Means of the standard normal over its 1,024 equally likely bins, ascending, Q12. Made once in a
/// process: its quantiles take longer than all ticks of a small run.
pub fn normal() -> Vec<i32> {
    static TABLE: LazyLock<Vec<i32>> = LazyLock::new(bin_means_of_normal);
    TABLE.clone()
}

fn bin_means_of_normal() -> Vec<i32> {
    let bins = NORMAL_ENTRIES as f64;
    let density = |z: f64| libm::exp(-0.5 * z * z) / libm::sqrt(2.0 * std::f64::consts::PI);
    let mut at_edges = vec![0.0; NORMAL_ENTRIES + 1];
    for (i, edge) in at_edges.iter_mut().enumerate().take(NORMAL_ENTRIES).skip(1) {
        *edge = density(normal_quantile(i as f64 / bins));
    }
    at_edges
        .windows(2)
        .map(|pair| libm::round((pair[0] - pair[1]) * bins * 4096.0) as i32)
        .collect()
}

/// The z below which a standard normal falls with probability `p`, by bisection of `erfc`.
fn normal_quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-8.0, 8.0);
    for _ in 0..64 {
        let middle = 0.5 * (low + high);
        if 0.5 * libm::erfc(-middle * std::f64::consts::FRAC_1_SQRT_2) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Popularity of each of `topics` topics: the integral of (u + offset)^-exponent over its interval.
pub fn popularity(topics: u32, offset: f64, exponent: f64) -> Vec<f64> {
    let integral = |u: f64| {
        if exponent == 1.0 {
            libm::log(u + offset)
        } else {
            libm::pow(u + offset, 1.0 - exponent) / (1.0 - exponent)
        }
    };
    let edge = |k: u32| f64::from(k) / f64::from(topics);
    (0..topics)
        .map(|k| integral(edge(k + 1)) - integral(edge(k)))
        .collect()
}

/// Kind of each topic: every prefix of the topics holds each kind within one of its share, so that
/// kinds do not differ in popularity. Topic k goes to the kind furthest behind (k + 1) x share.
pub fn topic_kinds(topics: u32, shares: &[f64]) -> Vec<u32> {
    let mut given = vec![0.0; shares.len()];
    (0..topics)
        .map(|k| {
            let mut best = 0;
            let behind = |kind: usize, given: &[f64]| f64::from(k + 1) * shares[kind] - given[kind];
            for kind in 1..shares.len() {
                if behind(kind, &given) > behind(best, &given) {
                    best = kind;
                }
            }
            given[best] += 1.0;
            best as u32
        })
        .collect()
}

/// Vose's alias table of `weights` (at least one, finite, not negative; all zero counts as equal).
///
/// Weights become integers of 2^40 times their share of the largest; columns are paired from two
/// stacks filled in ascending order.
pub fn alias(weights: &[f64], topic_kind: &[u32], table: &mut [AliasEntry]) {
    let largest = weights.iter().copied().fold(0.0, f64::max);
    let integer = |w: f64| {
        if largest > 0.0 {
            (w / largest * (1u64 << 40) as f64) as u128
        } else {
            1
        }
    };
    let columns = weights.len() as u128;
    let mut mass: Vec<u128> = weights.iter().map(|&w| integer(w) * columns).collect();
    let full = mass.iter().sum::<u128>() / columns;
    let (mut small, mut large): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for (k, &m) in mass.iter().enumerate() {
        if m < full {
            small.push(k)
        } else {
            large.push(k)
        }
    }
    let entry = |own: usize, other: usize, threshold: u32| AliasEntry {
        threshold,
        other: other as u32 | topic_kind[own] << 20 | topic_kind[other] << 24,
    };
    while let (Some(&own), Some(&other)) = (small.last(), large.last()) {
        small.pop();
        table[own] = entry(own, other, ((mass[own] << 32) / full) as u32);
        mass[other] -= full - mass[own];
        if mass[other] < full {
            large.pop();
            small.push(other);
        }
    }
    for own in small.into_iter().chain(large) {
        table[own] = entry(own, own, u32::MAX);
    }
}

/// Thresholds of tournament sizes 2, 3, …: P(size >= k) = min(1, factor x k^(-1/tail)) up to `most`.
pub fn taste_thresholds(most: u32, tail: f64, factor: f64) -> [u32; TASTE_MAX] {
    let mut thresholds = [0; TASTE_MAX];
    for k in 2..=most.min(TASTE_MAX as u32) {
        let p = factor * libm::pow(f64::from(k), -1.0 / tail);
        thresholds[k as usize - 2] = (p * 4_294_967_296.0).min(4_294_967_295.0) as u32;
    }
    thresholds
}

/// Quantile-bin means of Binomial(`trials`, 2^(-row/8)), Q12, row by row.
pub fn binomial(trials: u32) -> Vec<u32> {
    let mut table = Vec::with_capacity(BINOMIAL_ROWS * BINOMIAL_COLUMNS);
    for row in 0..BINOMIAL_ROWS {
        let p = libm::exp2(-(row as f64) / 8.0);
        table.extend(bin_means(trials, p));
    }
    table
}

/// Means of Binomial(`trials`, `p`) over its 256 equally likely quantile bins, Q12.
fn bin_means(trials: u32, p: f64) -> [u32; BINOMIAL_COLUMNS] {
    let n = f64::from(trials);
    if p >= 1.0 {
        return [trials << 12; BINOMIAL_COLUMNS];
    }
    let spread = 12.0 * libm::sqrt(n * p * (1.0 - p)) + 24.0;
    let first = libm::floor((n * p - spread).max(0.0));
    let last = libm::ceil((n * p + spread).min(n));
    let log_pmf = |k: f64| {
        libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0)
            + k * libm::log(p)
            + (n - k) * libm::log1p(-p)
    };
    let counts: Vec<(f64, f64)> = (0..=(last - first) as u32)
        .map(|i| first + f64::from(i))
        .map(|k| (k, libm::exp(log_pmf(k))))
        .collect();
    let total: f64 = counts.iter().map(|&(_, mass)| mass).sum();
    let bin_mass = total / BINOMIAL_COLUMNS as f64;
    let mut means = [0; BINOMIAL_COLUMNS];
    let mut rest = counts.into_iter();
    let (mut k, mut mass) = rest.next().unwrap_or((0.0, 0.0));
    for mean in &mut means {
        let (mut room, mut sum) = (bin_mass, 0.0);
        while mass < room {
            sum += k * mass;
            room -= mass;
            match rest.next() {
                Some(next) => (k, mass) = next,
                None => mass = f64::INFINITY,
            }
        }
        sum += k * room;
        mass -= room;
        *mean = libm::round(sum / bin_mass * 4096.0) as u32;
    }
    means
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_table_has_mean_zero_and_unit_variance() {
        let table = normal();
        let sum: i64 = table.iter().map(|&z| i64::from(z)).sum();
        let squares: f64 = table.iter().map(|&z| f64::from(z) * f64::from(z)).sum();
        assert_eq!(sum, 0);
        // Bin means lose the variance inside bins: 1.5e-4 of it, nearly all in the two tails.
        let variance = squares / 4096.0 / 4096.0 / NORMAL_ENTRIES as f64;
        assert!((variance - 0.999_85).abs() < 2e-5, "{variance}");
    }

    #[test]
    fn alias_table_gives_back_the_weights() {
        let weights = popularity(1000, 0.01, 0.8);
        let kinds = topic_kinds(1000, &[0.5, 0.3, 0.2]);
        let mut table = vec![AliasEntry::default(); 1000];
        alias(&weights, &kinds, &mut table);
        let mut mass = vec![0.0; 1000];
        for (own, entry) in table.iter().enumerate() {
            let kept = f64::from(entry.threshold) / 4_294_967_296.0;
            mass[own] += kept;
            mass[(entry.other & 0xf_ffff) as usize] += 1.0 - kept;
        }
        let total: f64 = weights.iter().sum();
        for (k, m) in mass.iter().enumerate() {
            // Each of up to 1,000 columns rounds by 2^-32 of a column.
            assert!((m / 1000.0 - weights[k] / total).abs() < 1e-9, "topic {k}");
        }
    }

    #[test]
    fn binomial_bins_keep_the_mean() {
        for trials in [1, 3, 63, 1023, (1 << 19) - 1] {
            let table = binomial(trials);
            for row in 0..BINOMIAL_ROWS {
                let bins = &table[row * BINOMIAL_COLUMNS..][..BINOMIAL_COLUMNS];
                let mean = bins.iter().map(|&m| f64::from(m)).sum::<f64>() / 256.0 / 4096.0;
                let exact = f64::from(trials) * libm::exp2(-(row as f64) / 8.0);
                // Rounding of a bin: 2^-13; the pmf's tails and lgamma: 1e-9 relative.
                assert!(
                    (mean - exact).abs() < 1.3e-4 + exact * 1e-8,
                    "{trials} {row}: {mean} {exact}"
                );
            }
        }
    }

    #[test]
    fn kinds_are_spread_evenly() {
        let kinds = topic_kinds(100, &[0.6, 0.25, 0.15]);
        for prefix in [20, 40, 100] {
            let count = kinds[..prefix].iter().filter(|&&kind| kind == 0).count();
            assert_eq!(count, prefix * 6 / 10);
        }
    }
}
