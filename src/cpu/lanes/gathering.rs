//! Gather instructions, or a load for each lane: the processor decides which is faster, and is asked.
//!
//! Sixteen pairs take an instruction 15.3 ns on an Ice Lake, whose leak through gathers is mended ("Downfall"; a
//! guest is told "not affected"), and loads 4.7 ns. On an Emerald Rapids instructions make the whole engine 9 to
//! 34% faster. Both read the same words.

use std::hint::black_box;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::{Instructions, Kernel, Lanes};

/// log2 of the pairs of the table that is read: it stays in the first cache.
const PAIRS_LOG2: u32 = 11;

/// Gathers of a heat, and heats of each way: a tenth of a millisecond in all.
const ROUNDS: u32 = 500;
const HEATS: u32 = 7;

static BY_INSTRUCTION: AtomicBool = AtomicBool::new(false);

/// Are gather instructions the faster way? Loads are taken until [`decide`] was called.
#[inline(always)]
pub fn by_instruction() -> bool {
    BY_INSTRUCTION.load(Ordering::Relaxed)
}

/// Finds out, once a process: the best heat of each way counts, so that no interruption does.
pub fn decide(instructions: Instructions) {
    static DECIDED: Once = Once::new();
    DECIDED.call_once(|| {
        let table: Vec<u32> = (0..2 << PAIRS_LOG2).collect();
        let heat = |by_instruction| {
            let begun = Instant::now();
            black_box(instructions.run(Heat {
                table: &table,
                by_instruction,
            }));
            begun.elapsed()
        };
        let (mut gathers, mut loads) = (Duration::MAX, Duration::MAX);
        for _ in 0..HEATS {
            gathers = gathers.min(heat(true));
            loads = loads.min(heat(false));
        }
        BY_INSTRUCTION.store(gathers < loads, Ordering::Relaxed);
    });
}

/// Words and pairs at addresses without order.
struct Heat<'a> {
    table: &'a [u32],
    by_instruction: bool,
}

impl Kernel for Heat<'_> {
    type Output = u64;

    #[inline(always)]
    fn run<L: Lanes>(self) -> u64 {
        let (mut state, mut sum) = (L::indices(), L::splat(0));
        for _ in 0..ROUNDS {
            state = state * L::splat(1_664_525) + L::splat(1_013_904_223);
            let at = state.shr(L::splat(32 - PAIRS_LOG2));
            // SAFETY: eleven bits are left of the state, and the table has two to the power of that many pairs.
            let (word, [first, second]) = unsafe {
                if self.by_instruction {
                    (
                        L::gathered(self.table, at),
                        L::gathered_pairs(self.table, at),
                    )
                } else {
                    (L::loaded(self.table, at), L::loaded_pairs(self.table, at))
                }
            };
            sum = sum ^ word ^ first ^ second;
        }
        sum.sum(sum.eq(sum))
    }
}
