//! What this machine can do at the most, on all threads of a pool and with its widest vectors.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use rayon::prelude::*;

/// Bytes that a gather moves: a cache line.
pub const SECTOR: u64 = 64;

/// Measurements of a rate; the best counts: others may be at work on the machine.
const REPEATS: usize = 7;
/// A measurement in cache goes on for at least so long.
const LEAST: Duration = Duration::from_millis(20);

/// Defines a function for every width of vectors that its body can be compiled for, and one of the same
/// name that takes the widest this machine has.
macro_rules! widest {
    ($name:ident, $body:ident($($argument:ident: $type:ty),*) -> $result:ty) => {
        fn $name($($argument: $type),*) -> $result {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
                fn avx512($($argument: $type),*) -> $result {
                    $body::<64>($($argument),*)
                }
                #[target_feature(enable = "avx2")]
                fn avx2($($argument: $type),*) -> $result {
                    $body::<32>($($argument),*)
                }
                let has_avx512 = is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl");
                if has_avx512 {
                    // SAFETY: the features were just detected.
                    return unsafe { avx512($($argument),*) };
                }
                if is_x86_feature_detected!("avx2") {
                    // SAFETY: the feature was just detected.
                    return unsafe { avx2($($argument),*) };
                }
            }
            $body::<16>($($argument),*)
        }
    };
}

#[inline(always)]
fn sum_words<const LANES: usize>(words: &[u32]) -> u32 {
    let mut sums = [0; LANES];
    let mut chunks = words.chunks_exact(LANES);
    for chunk in &mut chunks {
        for (sum, word) in sums.iter_mut().zip(chunk) {
            *sum ^= word;
        }
    }
    sums.iter().chain(chunks.remainder()).fold(0, |a, b| a ^ b)
}

/// Rounds of the cipher of `model::rng` on `LANES` chains; three operations a lane and round.
#[inline(always)]
fn cipher_rounds<const LANES: usize>(groups: u32) -> (u32, u64) {
    let mut x: [u32; LANES] = std::array::from_fn(|lane| lane as u32 ^ groups);
    let mut y: [u32; LANES] = std::array::from_fn(|lane| !(lane as u32));
    for _ in 0..groups {
        for by in [13, 15, 26, 6, 17, 29, 16, 24] {
            for (x, y) in x.iter_mut().zip(&mut y) {
                *x = x.wrapping_add(*y);
                *y = y.rotate_left(by) ^ *x;
            }
        }
    }
    let sum = x.iter().zip(y).fold(0, |sum, (x, y)| sum ^ x ^ y);
    (sum, 3 * 8 * LANES as u64 * u64::from(groups))
}

/// Words of a table of a power of two at `times` groups of addresses without order.
#[inline(always)]
fn gather_words<const LANES: usize>(table: &[u32], seed: u32, times: u32) -> (u32, u64) {
    let shift = 32 - table.len().ilog2();
    let mut state = [0u32; LANES];
    for (lane, state) in state.iter_mut().enumerate() {
        *state = (seed ^ lane as u32).wrapping_mul(2_654_435_761);
    }
    let mut sums = [0; LANES];
    for _ in 0..times {
        for (state, sum) in state.iter_mut().zip(&mut sums) {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // SAFETY: 32 - shift bits are left, and the table has two to the power of that many words.
            *sum ^= unsafe { *table.get_unchecked((*state >> shift) as usize) };
        }
    }
    let sum = sums.iter().fold(0, |a, b| a ^ b);
    (sum, LANES as u64 * u64::from(times))
}

widest!(sum, sum_words(words: &[u32]) -> u32);
widest!(rounds, cipher_rounds(groups: u32) -> (u32, u64));
widest!(gathered, gather_words(table: &[u32], seed: u32, times: u32) -> (u32, u64));

/// A pool whose rates are asked for.
pub struct Probe {
    pool: rayon::ThreadPool,
    /// Read, and copied from its first half to its second.
    words: Vec<u32>,
}

impl Probe {
    /// With so many threads (0: one a core) and bytes.
    ///
    /// # Errors
    /// If threads cannot be started.
    pub fn new(threads: usize, bytes: u64) -> Result<Self, rayon::ThreadPoolBuildError> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()?;
        let mut words = vec![0; (bytes / 8 * 2).max(1 << 14) as usize];
        // Pages are there once they were written.
        pool.install(|| {
            let touch = |(i, word): (usize, &mut u32)| *word = i as u32;
            words.par_iter_mut().enumerate().for_each(touch);
        });
        Ok(Self { pool, words })
    }

    /// Bytes that are read.
    pub fn working_set(&self) -> u64 {
        4 * self.words.len() as u64
    }

    /// Threads of the pool.
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Bytes read a second, one after another.
    pub fn read(&self) -> f64 {
        let part = self.words.len().div_ceil(8 * self.threads());
        let all = || {
            self.pool.install(|| {
                let sums = self.words.par_chunks(part).map(sum);
                std::hint::black_box(sums.reduce(|| 0, |a, b| a ^ b));
            });
        };
        self.working_set() as f64 / shortest(all)
    }

    /// Bytes read and written a second while copying: both count.
    pub fn copy(&mut self) -> f64 {
        let bytes = self.working_set();
        let half = self.words.len() / 2;
        let part = half.div_ceil(8 * self.threads());
        let (from, to) = self.words.split_at_mut(half);
        let pool = &self.pool;
        let all = || {
            pool.install(|| {
                to.par_chunks_mut(part)
                    .zip(from.par_chunks(part))
                    .for_each(|(to, from)| to.copy_from_slice(from));
            });
        };
        bytes as f64 / shortest(all)
    }

    /// 32-bit additions, rotations and exclusive ors a second.
    pub fn operations(&self) -> f64 {
        self.each_thread(|_, times| rounds(times))
    }

    /// Words gathered a second from a table of 2^`log2` bytes that all threads share: with the widest
    /// vectors and their gather instructions or with plain loads, whichever is faster.
    pub fn gather(&self, log2: u32) -> f64 {
        let table: Vec<u32> = (0..1 << (log2 - 2)).collect();
        let seed = |thread| thread as u32 * 7919;
        let wide = self.each_thread(|thread, times| gathered(&table, seed(thread), times));
        let plain = |thread, times| gather_words::<16>(&table, seed(thread), times);
        wide.max(self.each_thread(plain))
    }

    /// Bits set a second, by each thread in a table of its own of 2^`log2` bytes.
    pub fn bits(&self, log2: u32) -> f64 {
        let words = 1usize << (log2 - 2);
        let shift = 32 - words.ilog2();
        let tables = (0..self.threads()).map(|_| Mutex::new(vec![0u32; words]));
        let tables: Vec<_> = tables.collect();
        self.each_thread(|thread, times| {
            let mut table = tables[thread].lock().expect("each thread has its own");
            let mut state = (thread as u32 + 1).wrapping_mul(2_654_435_761);
            for _ in 0..times {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                table[(state >> shift) as usize] |= 1 << (state % 32);
            }
            (state, u64::from(times))
        })
    }

    /// What all threads together do in a second, if `work(thread, times)` gives a result and how much
    /// it did.
    fn each_thread(&self, work: impl Fn(usize, u32) -> (u32, u64) + Sync) -> f64 {
        let run = |times: u32| {
            let begun = Instant::now();
            let done = self.pool.broadcast(|thread| {
                let (result, done) = work(thread.index(), times);
                std::hint::black_box(result);
                done
            });
            (done.iter().sum::<u64>(), begun.elapsed())
        };
        let mut times = 1 << 10;
        while run(times).1 < LEAST && times < 1 << 30 {
            times *= 2;
        }
        let rate = |(done, time): (u64, Duration)| done as f64 / time.as_secs_f64();
        (0..REPEATS).map(|_| rate(run(times))).fold(0.0, f64::max)
    }
}

/// Shortest of several runs, seconds.
fn shortest(mut run: impl FnMut()) -> f64 {
    let timed = |_| {
        let begun = Instant::now();
        run();
        begun.elapsed().as_secs_f64()
    };
    (0..REPEATS).map(timed).fold(f64::INFINITY, f64::min)
}
