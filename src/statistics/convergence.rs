//! Whether there are runs enough: an estimate and its interval as runs are added.

/// `first`, twice that, and so on below `runs`, then `runs`: counts at which halving of an interval
/// by the square root law shows. `first` must not be 0.
pub fn doublings(first: usize, runs: usize) -> Vec<usize> {
    let below = std::iter::successors(Some(first), |count| count.checked_mul(2))
        .take_while(|&count| count < runs);
    below.chain([runs]).collect()
}
