//! Exponents of research, from the rates of branches that differ in one or more inputs.
//!
//! With Y the rate of progress, L researchers, K experiment compute and s serial speed, as factors on
//! what the base branch has:
//!
//! - lambda (stepping on toes; Jones 1995, Bloom et al. 2020): d ln Y / d ln R when all inputs of
//!   research are scaled together, here L = K;
//! - the elasticities of Y with respect to L, K and s, the other inputs as they are. That of L is what
//!   lambda means in models whose only input is labour;
//! - the shares of labour and compute: the elasticities over their sum;
//! - rho, of the CES of labour and compute that comes closest (`ces`).
//!
//! All are local: slopes at the base branch.

use super::ces::{self, Ces};
use super::regress;

/// Figures of a point, as [`Exponents::figures`] orders them.
pub const NAMES: [&str; 10] = [
    "lambda",
    "labour",
    "compute",
    "speed",
    "labour_share",
    "compute_share",
    "rho",
    "ces_labour_share",
    "ces_lambda",
    "beta_depth",
];

/// Least sum of elasticities that is shared out: below it shares are noise over noise.
const LEAST_SUM: f64 = 0.01;

/// A branch: factors on the inputs, and what came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// On researchers.
    pub labour: f64,
    /// On compute.
    pub compute: f64,
    /// On serial speed.
    pub speed: f64,
    /// Rate of progress over the time counted, and over each half of it.
    pub rate: f64,
    /// Over the first half.
    pub first: f64,
    /// Over the second half.
    pub second: f64,
    /// Progress over the time counted, OOM.
    pub oom: f64,
}

/// Exponents at a point; `None` where the branches do not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Exponents {
    /// Of researchers and compute together.
    pub lambda: Option<f64>,
    /// Of researchers at given compute.
    pub labour: Option<f64>,
    /// Of compute at given researchers.
    pub compute: Option<f64>,
    /// Of serial speed at given researchers and compute.
    pub speed: Option<f64>,
    /// The closest CES.
    pub ces: Option<Ces>,
    /// OOM by which an OOM of progress slows the next one at equal inputs.
    pub beta_depth: Option<f64>,
}

impl Exponents {
    /// From the branches of one point.
    pub fn of(cells: &[Cell]) -> Self {
        let slope = |input: &dyn Fn(&Cell) -> Option<f64>| {
            let points: Vec<(f64, f64)> = cells
                .iter()
                .filter_map(|cell| Some((input(cell)?, cell.rate)))
                .collect();
            elasticity(&points)
        };
        let alone = |value: f64, others: [f64; 2]| (others == [1.0, 1.0]).then_some(value);
        let plain: Vec<Cell> = cells.iter().filter(|c| c.speed == 1.0).copied().collect();
        let grid: Vec<(f64, f64, f64)> = plain
            .iter()
            .map(|cell| (cell.labour, cell.compute, cell.rate))
            .collect();
        Self {
            lambda: slope(&|c| (c.labour == c.compute && c.speed == 1.0).then_some(c.labour)),
            labour: slope(&|c| alone(c.labour, [c.compute, c.speed])),
            compute: slope(&|c| alone(c.compute, [c.labour, c.speed])),
            speed: slope(&|c| alone(c.speed, [c.labour, c.compute])),
            ces: ces::fit(&grid),
            beta_depth: depth(&plain),
        }
    }

    /// Labour's elasticity over the sum of labour's and compute's; `None` if there is next to none to share.
    pub fn labour_share(&self) -> Option<f64> {
        let (labour, compute) = (self.labour?, self.compute?);
        (labour + compute > LEAST_SUM).then(|| labour / (labour + compute))
    }

    /// In the order of [`NAMES`].
    pub fn figures(&self) -> [Option<f64>; NAMES.len()] {
        let labour_share = self.labour_share();
        [
            self.lambda,
            self.labour,
            self.compute,
            self.speed,
            labour_share,
            labour_share.map(|share| 1.0 - share),
            self.ces.map(|ces| ces.rho),
            self.ces.map(|ces| ces.labour_share),
            self.ces.map(|ces| ces.lambda),
            self.beta_depth,
        ]
    }
}

/// d ln rate / d ln factor at factor 1, from (factor, rate): the slope of a straight line through up to
/// three different points, of a parabola through more. `None` below two points or if a rate is not
/// positive.
pub fn elasticity(points: &[(f64, f64)]) -> Option<f64> {
    if points
        .iter()
        .any(|&(factor, rate)| !(factor > 0.0 && rate > 0.0))
    {
        return None;
    }
    let factors: Vec<f64> = points.iter().map(|point| libm::log(point.0)).collect();
    let rates: Vec<f64> = points.iter().map(|point| libm::log(point.1)).collect();
    if let ([from, to], [before, after]) = (&factors[..], &rates[..]) {
        return (from != to).then(|| (after - before) / (to - from));
    }
    let mut columns = vec![regress::constant(points.len()), factors];
    if points.len() > 3 {
        columns.push(columns[1].iter().map(|factor| factor * factor).collect());
    }
    let fit = regress::fit(&columns, &rates).ok()?;
    Some(fit.coefficients[1].value)
}

/// beta of dA/dt ~ 10^(-beta A) at held inputs, from how each branch slows: log10 of its rates in the two
/// halves over the OOM between their middles, by least squares through the origin.
fn depth(cells: &[Cell]) -> Option<f64> {
    let (mut across, mut square) = (0.0, 0.0);
    for cell in cells {
        if !(cell.first > 0.0 && cell.second > 0.0 && cell.oom > 0.0) {
            return None;
        }
        let oom = 0.5 * cell.oom;
        across += oom * libm::log10(cell.first / cell.second);
        square += oom * oom;
    }
    (square > 0.0).then(|| across / square)
}
