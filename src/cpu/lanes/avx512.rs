//! Sixteen lanes: AVX-512 with the counting instructions of Ice Lake and Zen 4.

use std::arch::x86_64::*;
use std::ops::{BitAnd, BitOr, BitXor, Not};

use super::{Kernel, Lanes, Mask, Places, operators};

/// Are the instructions there?
pub fn is_there() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vpopcntdq")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
}

/// Runs a kernel compiled for these instructions.
#[target_feature(
    enable = "avx512f,avx512dq,avx512bw,avx512vl,avx512vpopcntdq,bmi1,bmi2,lzcnt,popcnt"
)]
pub fn run<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Words>()
}

/// Sixteen words.
#[derive(Clone, Copy)]
pub struct Words(__m512i);

impl Words {
    /// The first words of sixteen pairs, and the second ones.
    ///
    /// # Safety
    /// The instructions are there.
    #[inline(always)]
    unsafe fn unzip(low: __m512i, high: __m512i) -> [Self; 2] {
        let evens = Self::indices() + Self::indices();
        let odds = evens + Self::splat(1);
        unsafe {
            [
                Self(_mm512_permutex2var_epi32(low, evens.0, high)),
                Self(_mm512_permutex2var_epi32(low, odds.0, high)),
            ]
        }
    }
}

/// Sixteen truths.
#[derive(Clone, Copy)]
pub struct Truths(__mmask16);

operators!(Words:
    Add add _mm512_add_epi32,
    Sub sub _mm512_sub_epi32,
    Mul mul _mm512_mullo_epi32,
    BitAnd bitand _mm512_and_si512,
    BitOr bitor _mm512_or_si512,
    BitXor bitxor _mm512_xor_si512,
);

impl Not for Words {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        self ^ Self::splat(u32::MAX)
    }
}

impl BitAnd for Truths {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOr for Truths {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitXor for Truths {
    type Output = Self;
    #[inline(always)]
    fn bitxor(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }
}

impl Not for Truths {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        Self(!self.0)
    }
}

impl Mask for Truths {
    #[inline(always)]
    fn first(count: usize) -> Self {
        Self(!(u32::MAX << count.min(16)) as u16)
    }

    #[inline(always)]
    fn bits(self) -> u32 {
        u32::from(self.0)
    }
}

/// Products of the even and of the odd lanes, 64 bits each.
#[inline(always)]
fn products(a: Words, b: Words) -> (__m512i, __m512i) {
    // SAFETY: the type is used under `run` alone, where the instructions are there.
    unsafe {
        (
            _mm512_mul_epu32(a.0, b.0),
            _mm512_mul_epu32(_mm512_srli_epi64::<32>(a.0), _mm512_srli_epi64::<32>(b.0)),
        )
    }
}

// SAFETY of every block below: the type is used under `run` alone, where the instructions are there;
// pointers are to slices whose length was checked.
impl Lanes for Words {
    type Mask = Truths;

    const COUNT: usize = 16;

    #[inline(always)]
    fn splat(word: u32) -> Self {
        Self(unsafe { _mm512_set1_epi32(word as i32) })
    }

    #[inline(always)]
    fn indices() -> Self {
        Self(unsafe { _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) })
    }

    #[inline(always)]
    fn load(words: &[u32]) -> Self {
        let words = &words[..Self::COUNT];
        Self(unsafe { _mm512_loadu_si512(words.as_ptr().cast()) })
    }

    #[inline(always)]
    fn store(self, words: &mut [u32]) {
        let words = &mut words[..Self::COUNT];
        unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn compress(self, mask: Truths, words: &mut [u32]) {
        Self(unsafe { _mm512_maskz_compress_epi32(mask.0, self.0) }).store(words);
    }

    #[inline(always)]
    fn shl(self, by: Self) -> Self {
        Self(unsafe { _mm512_sllv_epi32(self.0, by.0) })
    }

    #[inline(always)]
    fn shr(self, by: Self) -> Self {
        Self(unsafe { _mm512_srlv_epi32(self.0, by.0) })
    }

    #[inline(always)]
    fn sar(self, by: u32) -> Self {
        Self(unsafe { _mm512_srav_epi32(self.0, _mm512_set1_epi32(by as i32)) })
    }

    #[inline(always)]
    fn rotate_left(self, by: u32) -> Self {
        Self(unsafe { _mm512_rolv_epi32(self.0, _mm512_set1_epi32(by as i32)) })
    }

    #[inline(always)]
    fn mul_hi(self, other: Self) -> Self {
        let (even, odd) = products(self, other);
        Self(unsafe { _mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64::<32>(even), odd) })
    }

    #[inline(always)]
    fn mul_shift(self, mul: u32, shift: u32) -> Self {
        let (even, odd) = products(self, Self::splat(mul));
        let by = unsafe { _mm512_set1_epi64(i64::from(shift)) };
        Self(unsafe {
            let odd = _mm512_slli_epi64::<32>(_mm512_srlv_epi64(odd, by));
            _mm512_mask_blend_epi32(0xaaaa, _mm512_srlv_epi64(even, by), odd)
        })
    }

    #[inline(always)]
    fn count_ones(self) -> Self {
        Self(unsafe { _mm512_popcnt_epi32(self.0) })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self(unsafe { _mm512_min_epu32(self.0, other.0) })
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(unsafe { _mm512_max_epu32(self.0, other.0) })
    }

    #[inline(always)]
    fn max_signed(self, other: Self) -> Self {
        Self(unsafe { _mm512_max_epi32(self.0, other.0) })
    }

    #[inline(always)]
    fn eq(self, other: Self) -> Truths {
        Truths(unsafe { _mm512_cmpeq_epu32_mask(self.0, other.0) })
    }

    #[inline(always)]
    fn lt(self, other: Self) -> Truths {
        Truths(unsafe { _mm512_cmplt_epu32_mask(self.0, other.0) })
    }

    #[inline(always)]
    fn lt_signed(self, other: Self) -> Truths {
        Truths(unsafe { _mm512_cmplt_epi32_mask(self.0, other.0) })
    }

    #[inline(always)]
    fn select(mask: Truths, yes: Self, no: Self) -> Self {
        Self(unsafe { _mm512_mask_blend_epi32(mask.0, no.0, yes.0) })
    }

    #[inline(always)]
    fn sum(self, mask: Truths) -> u64 {
        unsafe {
            let here = _mm512_maskz_mov_epi32(mask.0, self.0);
            let even = _mm512_maskz_mov_epi32(0x5555, here);
            let odd = _mm512_srli_epi64::<32>(here);
            _mm512_reduce_add_epi64(_mm512_add_epi64(even, odd)) as u64
        }
    }

    #[inline(always)]
    #[rustfmt::skip]
    unsafe fn loaded(table: &[u32], index: Self) -> Self {
        let at = Places::new(index);
        let word = |lane| unsafe { *table.as_ptr().add(at.of(lane)) as i32 };
        Self(unsafe {
            _mm512_setr_epi32(
                word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7),
                word(8), word(9), word(10), word(11), word(12), word(13), word(14), word(15),
            )
        })
    }

    #[inline(always)]
    #[rustfmt::skip]
    unsafe fn loaded_pairs(table: &[u32], index: Self) -> [Self; 2] {
        let at = Places::new(index);
        let pairs = table.as_ptr().cast::<i64>();
        let pair = |lane| unsafe { pairs.add(at.of(lane)).read_unaligned() };
        unsafe {
            let low = _mm512_setr_epi64(
                pair(0), pair(1), pair(2), pair(3), pair(4), pair(5), pair(6), pair(7),
            );
            let high = _mm512_setr_epi64(
                pair(8), pair(9), pair(10), pair(11), pair(12), pair(13), pair(14), pair(15),
            );
            Self::unzip(low, high)
        }
    }

    #[inline(always)]
    unsafe fn gathered(table: &[u32], index: Self) -> Self {
        Self(unsafe { _mm512_i32gather_epi32::<4>(index.0, table.as_ptr().cast()) })
    }

    #[inline(always)]
    unsafe fn gathered_pairs(table: &[u32], index: Self) -> [Self; 2] {
        let pairs = table.as_ptr().cast();
        unsafe {
            let (low, high) = (
                _mm512_castsi512_si256(index.0),
                _mm512_extracti64x4_epi64::<1>(index.0),
            );
            let low = _mm512_i32gather_epi64::<8>(low, pairs);
            Self::unzip(low, _mm512_i32gather_epi64::<8>(high, pairs))
        }
    }

    #[inline(always)]
    fn scatter(self, table: &mut [u32], index: Self, mask: Truths) {
        super::check_gather(table, index, mask);
        let inside = mask & index.lt(Self::splat(table.len() as u32));
        unsafe {
            let to = table.as_mut_ptr().cast();
            _mm512_mask_i32scatter_epi32::<4>(to, inside.0, index.0, self.0);
        }
    }

    #[inline(always)]
    fn prefetch(table: &[u32], place: usize) {
        unsafe { _mm_prefetch::<_MM_HINT_T0>(table.as_ptr().wrapping_add(place).cast()) }
    }

    #[inline(always)]
    fn pick(table: &[u32; 16], index: Self) -> Self {
        Self(unsafe { _mm512_permutexvar_epi32(index.0, Self::load(table).0) })
    }
}
