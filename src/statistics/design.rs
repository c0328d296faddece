//! Designs: where in the unit cube the runs of a study are made.

use super::sobol;
use super::uniform::{UNIT, Uniforms};

/// Points of the open unit cube in rows, each computable alone, so that shards need not talk.
pub trait Points {
    /// How many rows.
    fn rows(&self) -> u32;
    /// Numbers in a row, one a parameter.
    fn dimensions(&self) -> usize;
    /// A row: as many numbers in (0, 1) as dimensions. `row` must be below `rows`.
    fn point(&self, row: u32) -> Vec<f64>;
    /// All rows in order.
    fn points(&self) -> Vec<Vec<f64>> {
        (0..self.rows()).map(|row| self.point(row)).collect()
    }
}

/// How the points are chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Design {
    /// Independent uniforms. More runs have the points of fewer first.
    Random {
        /// Rows.
        runs: u32,
    },
    /// Sobol's sequence, scrambled by Owen's method. More runs have the points of fewer first;
    /// powers of two are spread most evenly.
    Sobol {
        /// Rows.
        runs: u32,
    },
    /// Latin hypercube (McKay, Beckman and Conover 1979): each parameter has one run in each of
    /// `runs` equally likely strata, at a uniform place there, in random order. Another number of
    /// runs is another design.
    LatinHypercube {
        /// Rows, and strata of each parameter.
        runs: u32,
    },
    /// Full factorial, `levels^dimensions` rows, the last parameter varying fastest, at the
    /// quantiles (k + 0.5) / levels.
    Grid {
        /// Levels of each parameter.
        levels: u32,
    },
    /// `1 + 2 dimensions` rows: all at their medians, then each parameter alone, low and high.
    OneAtATime {
        /// The low quantile, in (0, 0.5).
        low: f64,
        /// The high quantile, in (0.5, 1).
        high: f64,
    },
}

/// Why a design cannot be laid out.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum DesignError {
    /// Nothing would run.
    #[error("a design needs at least one run and one level")]
    Empty,
    /// More dimensions than the sequence has.
    #[error(
        "{asked} dimensions are more than the {} of the sobol sequence; choose the random design \
         or a latin hypercube",
        sobol::MOST_DIMENSIONS
    )]
    TooManyDimensions {
        /// Dimensions asked for.
        asked: usize,
    },
    /// Rows beyond u32.
    #[error("the design would have more than {} rows", u32::MAX)]
    TooManyRows,
    /// Quantiles of the one-at-a-time design on the wrong side of the median, or not inside (0, 1).
    #[error("low = {low} must be in (0, 0.5) and high = {high} in (0.5, 1)")]
    Quantiles {
        /// The low quantile.
        low: f64,
        /// The high quantile.
        high: f64,
    },
    /// Half of the levels must be a whole number.
    #[error("{levels} levels cannot be halved; morris needs an even number")]
    OddLevels {
        /// Levels asked for.
        levels: u32,
    },
    /// Saltelli's design takes two numbers of its base for every parameter.
    #[error("a base of {dimensions} dimensions is not two for every parameter")]
    OddBase {
        /// Dimensions of the base.
        dimensions: usize,
    },
}

/// A design laid out over some dimensions with a seed.
#[derive(Debug, Clone)]
pub struct Layout {
    rows: u32,
    dimensions: usize,
    places: Places,
}

/// What a row is computed from.
#[derive(Debug, Clone)]
enum Places {
    Random(Uniforms),
    Sobol(sobol::Sequence, Uniforms),
    /// Strata by dimension and row.
    Strata(Vec<Vec<u32>>, Uniforms),
    Grid(u32),
    OneAtATime(f64, f64),
}

/// All rows of a design; see [`Layout::new`].
pub fn points(design: Design, dimensions: usize, seed: u64) -> Result<Vec<Vec<f64>>, DesignError> {
    Ok(Layout::new(design, dimensions, seed)?.points())
}

impl Design {
    /// Rows of the design over so many dimensions.
    pub fn rows(self, dimensions: usize) -> Result<u32, DesignError> {
        let rows = match self {
            Self::Random { runs } | Self::Sobol { runs } | Self::LatinHypercube { runs } => {
                Some(runs)
            }
            Self::Grid { levels } => u32::try_from(dimensions)
                .ok()
                .and_then(|power| levels.checked_pow(power)),
            Self::OneAtATime { .. } => dimensions
                .checked_mul(2)
                .and_then(|pairs| u32::try_from(pairs.checked_add(1)?).ok()),
        };
        match rows {
            Some(0) => Err(DesignError::Empty),
            Some(rows) => Ok(rows),
            None => Err(DesignError::TooManyRows),
        }
    }
}

impl Layout {
    /// Lays a design out. The seed has no say in `Grid` and `OneAtATime`. A Latin hypercube keeps
    /// 4 bytes a row and dimension; the others keep nothing by row.
    pub fn new(design: Design, dimensions: usize, seed: u64) -> Result<Self, DesignError> {
        let rows = design.rows(dimensions)?;
        let places = match design {
            Design::Random { .. } => Places::Random(Uniforms::new("random", seed)),
            Design::Sobol { .. } => {
                let sequence = sobol::Sequence::new(dimensions)
                    .ok_or(DesignError::TooManyDimensions { asked: dimensions })?;
                Places::Sobol(sequence, Uniforms::new("sobol", seed))
            }
            Design::LatinHypercube { .. } => {
                let order = Uniforms::new("latin hypercube, order", seed);
                let strata = (0..dimensions as u32)
                    .map(|dimension| permutation(&order, dimension, rows))
                    .collect();
                Places::Strata(strata, Uniforms::new("latin hypercube, place", seed))
            }
            Design::Grid { levels } => Places::Grid(levels),
            Design::OneAtATime { low, high } => {
                let inside = 0.0 < low && low < 0.5 && 0.5 < high && high < 1.0;
                if !inside {
                    return Err(DesignError::Quantiles { low, high });
                }
                Places::OneAtATime(low, high)
            }
        };
        Ok(Self {
            rows,
            dimensions,
            places,
        })
    }

    /// One coordinate of a row.
    fn coordinate(&self, row: u32, dimension: usize) -> f64 {
        let column = dimension as u32;
        match &self.places {
            Places::Random(uniforms) => uniforms.at(row, column),
            Places::Sobol(sequence, uniforms) => sequence.scrambled(row, dimension, uniforms),
            Places::Strata(strata, uniforms) => {
                // An odd multiple of 2^-21: the sum with a stratum below 2^32 is exact.
                let place = (uniforms.word(row, column) >> 44) as f64 + 0.5;
                let scaled =
                    f64::from(strata[dimension][row as usize]) + place / f64::from(1 << 20);
                (scaled / f64::from(self.rows)).min(1.0 - UNIT)
            }
            Places::Grid(levels) => {
                let slower = (self.dimensions - 1 - dimension) as u32;
                // Rows are fewer than levels^dimensions, so no power of a faster one overflows.
                let level = row / levels.pow(slower) % levels;
                (f64::from(level) + 0.5) / f64::from(*levels)
            }
            Places::OneAtATime(low, high) => match row.checked_sub(1) {
                Some(at) if at / 2 == column && at % 2 == 0 => *low,
                Some(at) if at / 2 == column => *high,
                _ => 0.5,
            },
        }
    }
}

impl Points for Layout {
    fn rows(&self) -> u32 {
        self.rows
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn point(&self, row: u32) -> Vec<f64> {
        assert!(row < self.rows, "row {row} of {}", self.rows);
        (0..self.dimensions)
            .map(|dimension| self.coordinate(row, dimension))
            .collect()
    }
}

/// A uniformly drawn order of 0..count: Fisher and Yates's shuffle with the draws of a row.
pub(super) fn permutation(uniforms: &Uniforms, row: u32, count: u32) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count).collect();
    for last in (1..count).rev() {
        let chosen = uniforms.below(row, last, last + 1);
        order.swap(last as usize, chosen as usize);
    }
    order
}
