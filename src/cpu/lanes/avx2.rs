//! Eight lanes: AVX2 and what came with it.

use std::arch::x86_64::*;
use std::ops::Not;

use super::{Kernel, Lanes, Mask, Places, operators};

/// Are the instructions there?
pub fn is_there() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
}

/// Runs a kernel compiled for these instructions.
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
pub fn run<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Words>()
}

/// Eight words.
#[derive(Clone, Copy)]
pub struct Words(__m256i);

impl Words {
    /// The first words of eight pairs, and the second ones.
    ///
    /// # Safety
    /// The instructions are there.
    #[inline(always)]
    unsafe fn unzip(low: __m256i, high: __m256i) -> [Self; 2] {
        unsafe {
            let (low, high) = (_mm256_castsi256_ps(low), _mm256_castsi256_ps(high));
            // Within halves: lanes 0, 1, 4, 5, 2, 3, 6, 7.
            let first = _mm256_castps_si256(_mm256_shuffle_ps::<0x88>(low, high));
            let second = _mm256_castps_si256(_mm256_shuffle_ps::<0xdd>(low, high));
            [
                Self(_mm256_permute4x64_epi64::<0xd8>(first)),
                Self(_mm256_permute4x64_epi64::<0xd8>(second)),
            ]
        }
    }
}

/// Eight truths: words of all or no bits.
#[derive(Clone, Copy)]
pub struct Truths(__m256i);

operators!(Words:
    Add add _mm256_add_epi32,
    Sub sub _mm256_sub_epi32,
    Mul mul _mm256_mullo_epi32,
    BitAnd bitand _mm256_and_si256,
    BitOr bitor _mm256_or_si256,
    BitXor bitxor _mm256_xor_si256,
);

operators!(Truths:
    BitAnd bitand _mm256_and_si256,
    BitOr bitor _mm256_or_si256,
    BitXor bitxor _mm256_xor_si256,
);

impl Not for Words {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        self ^ Self::splat(u32::MAX)
    }
}

impl Not for Truths {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        self ^ Self(Words::splat(u32::MAX).0)
    }
}

impl Mask for Truths {
    #[inline(always)]
    fn first(count: usize) -> Self {
        Words::indices().lt(Words::splat(count as u32))
    }

    #[inline(always)]
    fn bits(self) -> u32 {
        // SAFETY: the type is used under `run` alone, where the instructions are there.
        unsafe { _mm256_movemask_ps(_mm256_castsi256_ps(self.0)) as u32 }
    }
}

/// By mask: where the lanes of the mask are, then zeros.
static COMPRESS: [[u32; 8]; 256] = {
    let mut orders = [[0; 8]; 256];
    let mut mask = 0;
    while mask < 256 {
        let (mut lane, mut at) = (0, 0);
        while lane < 8 {
            if mask >> lane & 1 != 0 {
                orders[mask][at] = lane as u32;
                at += 1;
            }
            lane += 1;
        }
        mask += 1;
    }
    orders
};

/// Products of the even and of the odd lanes, 64 bits each.
#[inline(always)]
fn products(a: Words, b: Words) -> (__m256i, __m256i) {
    // SAFETY: the type is used under `run` alone, where the instructions are there.
    unsafe {
        (
            _mm256_mul_epu32(a.0, b.0),
            _mm256_mul_epu32(_mm256_srli_epi64::<32>(a.0), _mm256_srli_epi64::<32>(b.0)),
        )
    }
}

// SAFETY of every block below: the type is used under `run` alone, where the instructions are there;
// pointers are to slices whose length was checked.
impl Lanes for Words {
    type Mask = Truths;

    const COUNT: usize = 8;

    #[inline(always)]
    fn splat(word: u32) -> Self {
        Self(unsafe { _mm256_set1_epi32(word as i32) })
    }

    #[inline(always)]
    fn indices() -> Self {
        Self(unsafe { _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7) })
    }

    #[inline(always)]
    fn load(words: &[u32]) -> Self {
        let words = &words[..Self::COUNT];
        Self(unsafe { _mm256_loadu_si256(words.as_ptr().cast()) })
    }

    #[inline(always)]
    fn store(self, words: &mut [u32]) {
        let words = &mut words[..Self::COUNT];
        unsafe { _mm256_storeu_si256(words.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn compress(self, mask: Truths, words: &mut [u32]) {
        let order = Self::load(&COMPRESS[mask.bits() as usize & 255]);
        Self(unsafe { _mm256_permutevar8x32_epi32(self.0, order.0) }).store(words);
    }

    #[inline(always)]
    fn shl(self, by: Self) -> Self {
        Self(unsafe { _mm256_sllv_epi32(self.0, by.0) })
    }

    #[inline(always)]
    fn shr(self, by: Self) -> Self {
        Self(unsafe { _mm256_srlv_epi32(self.0, by.0) })
    }

    #[inline(always)]
    fn sar(self, by: u32) -> Self {
        Self(unsafe { _mm256_srav_epi32(self.0, _mm256_set1_epi32(by as i32)) })
    }

    #[inline(always)]
    fn rotate_left(self, by: u32) -> Self {
        self.shl(Self::splat(by)) | self.shr(Self::splat(32 - by))
    }

    #[inline(always)]
    fn mul_hi(self, other: Self) -> Self {
        let (even, odd) = products(self, other);
        Self(unsafe { _mm256_blend_epi32::<0xaa>(_mm256_srli_epi64::<32>(even), odd) })
    }

    #[inline(always)]
    fn mul_shift(self, mul: u32, shift: u32) -> Self {
        let (even, odd) = products(self, Self::splat(mul));
        Self(unsafe {
            let by = _mm256_set1_epi64x(i64::from(shift));
            let odd = _mm256_slli_epi64::<32>(_mm256_srlv_epi64(odd, by));
            _mm256_blend_epi32::<0xaa>(_mm256_srlv_epi64(even, by), odd)
        })
    }

    /// Counts nibbles by a table, then sums the four bytes of a word.
    #[inline(always)]
    fn count_ones(self) -> Self {
        Self(unsafe {
            let ones = _mm256_setr_epi8(
                0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, //
                0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
            );
            let nibble = _mm256_set1_epi8(15);
            let low = _mm256_shuffle_epi8(ones, _mm256_and_si256(self.0, nibble));
            let high = _mm256_and_si256(_mm256_srli_epi32::<4>(self.0), nibble);
            let bytes = _mm256_add_epi8(low, _mm256_shuffle_epi8(ones, high));
            let halves = _mm256_maddubs_epi16(bytes, _mm256_set1_epi8(1));
            _mm256_madd_epi16(halves, _mm256_set1_epi16(1))
        })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self(unsafe { _mm256_min_epu32(self.0, other.0) })
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(unsafe { _mm256_max_epu32(self.0, other.0) })
    }

    #[inline(always)]
    fn max_signed(self, other: Self) -> Self {
        Self(unsafe { _mm256_max_epi32(self.0, other.0) })
    }

    #[inline(always)]
    fn eq(self, other: Self) -> Truths {
        Truths(unsafe { _mm256_cmpeq_epi32(self.0, other.0) })
    }

    #[inline(always)]
    fn lt(self, other: Self) -> Truths {
        let sign = Self::splat(1 << 31);
        (self ^ sign).lt_signed(other ^ sign)
    }

    #[inline(always)]
    fn lt_signed(self, other: Self) -> Truths {
        Truths(unsafe { _mm256_cmpgt_epi32(other.0, self.0) })
    }

    #[inline(always)]
    fn select(mask: Truths, yes: Self, no: Self) -> Self {
        Self(unsafe { _mm256_blendv_epi8(no.0, yes.0, mask.0) })
    }

    #[inline(always)]
    fn sum(self, mask: Truths) -> u64 {
        unsafe {
            let here = _mm256_and_si256(self.0, mask.0);
            let even = _mm256_and_si256(here, _mm256_set1_epi64x(0xffff_ffff));
            let four = _mm256_add_epi64(even, _mm256_srli_epi64::<32>(here));
            let two = _mm_add_epi64(
                _mm256_castsi256_si128(four),
                _mm256_extracti128_si256::<1>(four),
            );
            (_mm_cvtsi128_si64(two) + _mm_extract_epi64::<1>(two)) as u64
        }
    }

    #[inline(always)]
    #[rustfmt::skip]
    unsafe fn loaded(table: &[u32], index: Self) -> Self {
        let at = Places::new(index);
        let word = |lane| unsafe { *table.as_ptr().add(at.of(lane)) as i32 };
        Self(unsafe {
            _mm256_setr_epi32(
                word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7),
            )
        })
    }

    #[inline(always)]
    unsafe fn loaded_pairs(table: &[u32], index: Self) -> [Self; 2] {
        let at = Places::new(index);
        let pairs = table.as_ptr().cast::<i64>();
        let pair = |lane| unsafe { pairs.add(at.of(lane)).read_unaligned() };
        unsafe {
            let low = _mm256_setr_epi64x(pair(0), pair(1), pair(2), pair(3));
            let high = _mm256_setr_epi64x(pair(4), pair(5), pair(6), pair(7));
            Self::unzip(low, high)
        }
    }

    #[inline(always)]
    unsafe fn gathered(table: &[u32], index: Self) -> Self {
        Self(unsafe { _mm256_i32gather_epi32::<4>(table.as_ptr().cast(), index.0) })
    }

    #[inline(always)]
    unsafe fn gathered_pairs(table: &[u32], index: Self) -> [Self; 2] {
        let pairs = table.as_ptr().cast();
        unsafe {
            let (low, high) = (
                _mm256_castsi256_si128(index.0),
                _mm256_extracti128_si256::<1>(index.0),
            );
            let low = _mm256_i32gather_epi64::<8>(pairs, low);
            Self::unzip(low, _mm256_i32gather_epi64::<8>(pairs, high))
        }
    }

    #[inline(always)]
    fn prefetch(table: &[u32], place: usize) {
        unsafe { _mm_prefetch::<_MM_HINT_T0>(table.as_ptr().wrapping_add(place).cast()) }
    }

    #[inline(always)]
    fn pick(table: &[u32; 16], index: Self) -> Self {
        Self(unsafe {
            let low = _mm256_permutevar8x32_epi32(Self::load(table).0, index.0);
            let high = _mm256_permutevar8x32_epi32(Self::load(&table[8..]).0, index.0);
            // Bit 3 of the index becomes the sign that chooses.
            let upper = _mm256_castsi256_ps(_mm256_slli_epi32::<28>(index.0));
            let picked =
                _mm256_blendv_ps(_mm256_castsi256_ps(low), _mm256_castsi256_ps(high), upper);
            _mm256_castps_si256(picked)
        })
    }
}
