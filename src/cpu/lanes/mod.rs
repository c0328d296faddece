//! Vectors of 32-bit lanes: the stages are written once over [`Lanes`] and compiled for each
//! instruction set, of which the best that the processor has is taken at run time.
//!
//! Every operation is exact, so that the choice never changes a bit.

mod gathering;
mod portable;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

use std::ops::{Add, BitAnd, BitOr, BitXor, Mul, Not, Sub};

/// Lanes of the widest vector.
pub const LANES_MAX: usize = 16;

/// A vector of 32-bit words; arithmetic wraps.
pub trait Lanes:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Not<Output = Self>
{
    /// One truth a lane.
    type Mask: Mask;

    /// Lanes of the vector, at most [`LANES_MAX`].
    const COUNT: usize;

    /// The same word in every lane.
    fn splat(word: u32) -> Self;

    /// 0, 1, 2, …
    fn indices() -> Self;

    /// The first `COUNT` words of a slice.
    fn load(words: &[u32]) -> Self;

    /// Writes the first `COUNT` words of a slice.
    fn store(self, words: &mut [u32]);

    /// Writes the lanes in `mask`, close together, to the front of the first `COUNT` words of a
    /// slice; the rest of those words become anything.
    fn compress(self, mask: Self::Mask, words: &mut [u32]);

    /// Shift left; by 32 and more gives 0.
    fn shl(self, by: Self) -> Self;

    /// Shift right; by 32 and more gives 0.
    fn shr(self, by: Self) -> Self;

    /// Signed shift right by fewer than 32.
    fn sar(self, by: u32) -> Self;

    /// Rotation by fewer than 32.
    fn rotate_left(self, by: u32) -> Self;

    /// High word of the product.
    fn mul_hi(self, other: Self) -> Self;

    /// `floor(self * mul / 2^shift)`, low word; `shift` in 0..=63.
    fn mul_shift(self, mul: u32, shift: u32) -> Self;

    /// Set bits.
    fn count_ones(self) -> Self;

    /// The smaller, unsigned.
    fn min(self, other: Self) -> Self;

    /// The larger, unsigned.
    fn max(self, other: Self) -> Self;

    /// The larger, signed.
    fn max_signed(self, other: Self) -> Self;

    /// Equal?
    fn eq(self, other: Self) -> Self::Mask;

    /// Less, unsigned?
    fn lt(self, other: Self) -> Self::Mask;

    /// Less, signed?
    fn lt_signed(self, other: Self) -> Self::Mask;

    /// `yes` in the lanes of `mask`, `no` in the others.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;

    /// Sum of the lanes in `mask`, unsigned.
    fn sum(self, mask: Self::Mask) -> u64;

    /// `table[index]` in the lanes of `mask`, where `index` is inside the table; anything in the
    /// others. No lane reads beyond the table.
    #[inline(always)]
    fn gather(table: &[u32], index: Self, mask: Self::Mask) -> Self {
        check_gather(table, index, mask);
        let at = index.min(Self::splat(table.len() as u32 - 1));
        // SAFETY: it was just made so.
        unsafe {
            if gathering::by_instruction() {
                Self::gathered(table, at)
            } else {
                Self::loaded(table, at)
            }
        }
    }

    /// `[table[2 index], table[2 index + 1]]`, as [`Lanes::gather`].
    #[inline(always)]
    fn gather_pair(table: &[u32], index: Self, mask: Self::Mask) -> [Self; 2] {
        check_gather(&table[..table.len() / 2], index, mask);
        let at = index.min(Self::splat((table.len() / 2) as u32 - 1));
        // SAFETY: it was just made so.
        unsafe {
            if gathering::by_instruction() {
                Self::gathered_pairs(table, at)
            } else {
                Self::loaded_pairs(table, at)
            }
        }
    }

    /// `table[index]` by a gather instruction.
    ///
    /// # Safety
    /// Every lane of `index` is inside the table.
    unsafe fn gathered(table: &[u32], index: Self) -> Self;

    /// `table[index]` by a load for each lane.
    ///
    /// # Safety
    /// Every lane of `index` is inside the table.
    unsafe fn loaded(table: &[u32], index: Self) -> Self;

    /// `[table[2 index], table[2 index + 1]]` by gather instructions.
    ///
    /// # Safety
    /// Every lane of `index` is below half of the table's length.
    unsafe fn gathered_pairs(table: &[u32], index: Self) -> [Self; 2];

    /// `[table[2 index], table[2 index + 1]]` by a load for each lane.
    ///
    /// # Safety
    /// Every lane of `index` is below half of the table's length.
    unsafe fn loaded_pairs(table: &[u32], index: Self) -> [Self; 2];

    /// `table[index] = self` in the lanes of `mask`, whose indices differ and are inside the table.
    #[inline(always)]
    fn scatter(self, table: &mut [u32], index: Self, mask: Self::Mask) {
        let (mut words, mut places) = ([0; LANES_MAX], [0; LANES_MAX]);
        self.store(&mut words);
        index.store(&mut places);
        for lane in lanes_in(mask) {
            table[places[lane] as usize] = words[lane];
        }
    }

    /// Fetches `table[place]` into the cache, where the processor can be asked to.
    #[inline(always)]
    fn prefetch(table: &[u32], place: usize) {
        let _ = (table, place);
    }

    /// `table[index]`; `index` is below 16.
    fn pick(table: &[u32; 16], index: Self) -> Self;
}

/// One truth a lane.
pub trait Mask:
    Copy + BitAnd<Output = Self> + BitOr<Output = Self> + BitXor<Output = Self> + Not<Output = Self>
{
    /// The first `count` lanes.
    fn first(count: usize) -> Self;

    /// Bit i: lane i.
    fn bits(self) -> u32;

    /// Is any lane in it?
    #[inline(always)]
    fn any(self) -> bool {
        self.bits() != 0
    }

    /// Lanes in it.
    #[inline(always)]
    fn count(self) -> u32 {
        self.bits().count_ones()
    }
}

/// The lanes of a mask, in order.
#[inline(always)]
pub fn lanes_in(mask: impl Mask) -> impl Iterator<Item = usize> {
    let mut bits = mask.bits();
    std::iter::from_fn(move || {
        let lane = bits.trailing_zeros() as usize;
        bits &= bits.wrapping_sub(1);
        (lane < 32).then_some(lane)
    })
}

/// Something to compute with whatever lanes the processor has.
pub trait Kernel {
    /// What it gives.
    type Output;

    /// Computes it. To be `#[inline(always)]`, with all that it calls: only then is it compiled for
    /// the instruction set of `L`.
    fn run<L: Lanes>(self) -> Self::Output;
}

/// An instruction set that this processor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instructions(Set);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Instructions {
    /// All that this processor has, the best first; the last runs everywhere.
    pub fn all() -> Vec<Self> {
        let mut sets = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if avx512::is_there() {
                sets.push(Self(Set::Avx512));
            }
            if avx2::is_there() {
                sets.push(Self(Set::Avx2));
            }
        }
        sets.push(Self(Set::Portable));
        sets
    }

    /// The best.
    pub fn best() -> Self {
        Self::all()[0]
    }

    /// `avx512`, `avx2` or `portable`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Set::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => "avx512",
        }
    }

    /// Does the processor gather faster with its instructions for that than with loads? Kernels do as the
    /// first set that was asked found.
    pub fn gathers(self) -> bool {
        gathering::decide(self);
        gathering::by_instruction()
    }

    /// Runs a kernel with these instructions.
    #[inline(always)]
    pub fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self.0 {
            Set::Portable => kernel.run::<portable::Word>(),
            // SAFETY: `all` found the instructions on this processor, and only it makes this value.
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => unsafe { avx2::run(kernel) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => unsafe { avx512::run(kernel) },
        }
    }
}

/// Holds what [`Lanes::gather`] asks for: in a release build that the table can be addressed at all, so
/// that a wrong index reads a wrong word at the worst; in a debug build the indices, too.
#[inline(always)]
fn check_gather<L: Lanes>(table: &[u32], index: L, mask: L::Mask) {
    assert!(!table.is_empty() && table.len() <= 1 << 31);
    debug_assert!(
        !(mask & !index.lt(L::splat(table.len() as u32))).any(),
        "an index is beyond the table's {} words",
        table.len()
    );
}

/// Places in a table, one a lane, on the stack.
#[cfg(target_arch = "x86_64")]
struct Places([u64; LANES_MAX / 2]);

#[cfg(target_arch = "x86_64")]
impl Places {
    #[inline(always)]
    fn new<L: Lanes>(places: L) -> Self {
        let mut stored = Self([0; LANES_MAX / 2]);
        places.store(bytemuck::cast_slice_mut(&mut stored.0));
        stored
    }

    #[inline(always)]
    fn of(&self, lane: usize) -> usize {
        // SAFETY: a reference. Volatile, or the compiler takes lanes out of the vector, which costs more.
        let two = unsafe { std::ptr::from_ref(&self.0[lane / 2]).read_volatile() };
        (two >> (lane % 2 * 32)) as u32 as usize
    }
}

/// The operators of a vector type, each one function of two vectors.
#[cfg(target_arch = "x86_64")]
macro_rules! operators {
    ($type:ty: $($trait:ident $method:ident $function:expr),* $(,)?) => {
        $(impl std::ops::$trait for $type {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                // SAFETY: the type is used under `run` alone, where the instructions are there.
                Self(unsafe { $function(self.0, other.0) })
            }
        })*
    };
}
#[cfg(target_arch = "x86_64")]
use operators;

#[cfg(test)]
mod tests;
