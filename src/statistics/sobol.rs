//! Sobol's low-discrepancy sequence, plain and with Owen's scrambling.

use super::joe_kuo;
use super::uniform::{Uniforms, open_unit};

/// Bits of a coordinate, so that there are 2^32 points.
const BITS: usize = 32;

/// Marks the columns of draws below the 32nd bit; dimensions are far fewer.
const BELOW_THE_WORD: u32 = 1 << 31;

/// Dimensions there are direction numbers for.
pub const MOST_DIMENSIONS: usize = joe_kuo::DIMENSIONS;

/// The sequence (Sobol 1967) with direction numbers of Joe and Kuo (2008), in the order of Gray's
/// code (Antonov and Saleev 1979): the first 2^m points are those of the natural order.
#[derive(Debug, Clone)]
pub struct Sequence {
    directions: Vec<[u32; BITS]>,
}

impl Sequence {
    /// The sequence in so many dimensions; none beyond [`MOST_DIMENSIONS`].
    pub fn new(dimensions: usize) -> Option<Self> {
        (dimensions <= MOST_DIMENSIONS).then(|| Self {
            directions: (0..dimensions).map(directions).collect(),
        })
    }

    /// How many dimensions.
    pub fn dimensions(&self) -> usize {
        self.directions.len()
    }

    /// A coordinate of a point as a fraction of 2^32, not scrambled; point 0 is the origin.
    pub fn word(&self, row: u32, dimension: usize) -> u32 {
        let gray = row ^ (row >> 1);
        let chosen = |bit: usize| 0u32.wrapping_sub(gray >> bit & 1);
        let directions = &self.directions[dimension];
        (0..BITS).fold(0, |word, bit| word ^ directions[bit] & chosen(bit))
    }

    /// A coordinate in (0, 1), scrambled: see [`scramble`].
    pub fn scrambled(&self, row: u32, dimension: usize, uniforms: &Uniforms) -> f64 {
        scramble(self.word(row, dimension), dimension as u32, uniforms)
    }
}

/// Direction numbers of a dimension, highest bit first: v_j = m_j / 2^j (Bratley and Fox 1988).
fn directions(dimension: usize) -> [u32; BITS] {
    let Some(row) = dimension.checked_sub(1) else {
        return std::array::from_fn(|j| 1 << (BITS - 1 - j));
    };
    let (polynomial, initial) = joe_kuo::ROWS[row];
    let degree = initial.len();
    let mut numbers = [0; BITS];
    for j in 0..BITS {
        numbers[j] = if j < degree {
            initial[j] << (BITS - 1 - j)
        } else {
            let before = numbers[j - degree];
            (1..degree)
                .filter(|&back| polynomial >> (degree - back) & 1 == 1)
                .fold(before ^ before >> degree, |number, back| {
                    number ^ numbers[j - back]
                })
        };
    }
    numbers
}

/// Owen's nested uniform scrambling (1995): whether a bit is flipped is decided by a fair coin that
/// belongs to the bits above it, so that every point becomes uniform in (0, 1) while the net keeps
/// its even spread. The coins are hashed, as in Burley (2020, JCGT 9(4)), but with the model's
/// cipher a bit, so that they are independent instead of nearly so. Bits below the 32nd belong to
/// the word; 20 are drawn.
fn scramble(word: u32, dimension: u32, uniforms: &Uniforms) -> f64 {
    let flips = (0..BITS).fold(0, |flips, bit| {
        // A node of the binary tree: a leading 1, then the bits above.
        let node = 1 << bit | (u64::from(word) >> (BITS - bit)) as u32;
        flips << 1 | (uniforms.word(node, dimension) & 1) as u32
    });
    let below = uniforms.word(word, dimension | BELOW_THE_WORD) >> 44;
    open_unit(u64::from(word ^ flips) << 20 | below)
}
