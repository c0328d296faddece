//! The CES of labour and compute that comes closest to measured rates:
//! Y = c (a L^rho + (1 - a) K^rho)^(lambda / rho), with L = K = 1 at the base branch, so that `a` is
//! labour's share of the elasticities there (Arrow et al. 1961; normalised as by Klump and de La Grandville
//! 2000). rho = 0 is Cobb-Douglas, rho towards minus infinity Leontief, 1 perfect substitutes.
//!
//! Least squares of ln Y. For given (rho, a) it is a straight line; a is then searched on the scale of its
//! logit and rho between its bounds, each on a grid and then by golden section.

/// Bounds of rho: -20 cannot be told from Leontief by factors of 2, more than 1 is no research.
pub const RHO: (f64, f64) = (-20.0, 1.0);

/// Largest logit of the share that is tried.
const LOGIT_MAX: f64 = 14.0;
/// Points of the grid over rho, denser towards 1.
const RHO_POINTS: usize = 16;
/// Points of the grid over the logit.
const LOGIT_POINTS: usize = 15;
/// Steps of a golden section: the bracket shrinks by 10^-8.
const STEPS: usize = 40;
/// (sqrt 5 - 1) / 2.
const GOLDEN: f64 = 0.618_033_988_749_894_9;
/// Parameters of the fit.
const PARAMETERS: usize = 4;
/// Least F of the second input, two parameters more, for which there is a rho at all: the 97% point
/// of F(2, 21), of a 5 by 5 grid; of a 3 by 3 grid, F(2, 5), the 91% one.
const LEAST_F: f64 = 4.0;

/// A fitted CES.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ces {
    /// Substitution: the elasticity of substitution is 1 / (1 - rho).
    pub rho: f64,
    /// a: labour's share at the base branch.
    pub labour_share: f64,
    /// Exponent of both inputs together.
    pub lambda: f64,
    /// Root of the mean square of what is left of ln Y.
    pub residual_sd: f64,
}

/// A straight line of ln Y.
#[derive(Clone, Copy, Debug)]
struct Line {
    slope: f64,
    squares: f64,
}

/// Logarithms of labour, compute and rate.
struct Data {
    labour: Vec<f64>,
    compute: Vec<f64>,
    rate: Vec<f64>,
}

/// Fits (labour, compute, rate); `None` with five observations or fewer, where a rate is not positive, and
/// where one input alone explains the rates about as well: then any rho would do.
pub fn fit(cells: &[(f64, f64, f64)]) -> Option<Ces> {
    if cells.len() <= PARAMETERS + 1 || !cells.iter().all(|cell| cell.2 > 0.0) {
        return None;
    }
    let logs = |of: &dyn Fn(&(f64, f64, f64)) -> f64| -> Vec<f64> {
        cells.iter().map(|cell| libm::log(of(cell))).collect()
    };
    let data = Data {
        labour: logs(&|cell| cell.0),
        compute: logs(&|cell| cell.1),
        rate: logs(&|cell| cell.2),
    };
    let one = data.line(&data.labour).squares;
    let one = one.min(data.line(&data.compute).squares);
    let rhos: Vec<f64> = (0..RHO_POINTS).map(rho_at).collect();
    let rho = least(&rhos, |rho| data.best_share(rho).1.squares);
    let (share, line) = data.best_share(rho);
    let freedom = (cells.len() - PARAMETERS) as f64;
    let explained = one - line.squares;
    // Where nothing is left unexplained, rounding must not count.
    let noise = (line.squares / freedom).max(1e-20);
    (explained / 2.0 > LEAST_F * noise).then(|| Ces {
        rho,
        labour_share: share,
        lambda: line.slope,
        residual_sd: libm::sqrt(line.squares / cells.len() as f64),
    })
}

fn rho_at(point: usize) -> f64 {
    let back = (RHO_POINTS - 1 - point) as f64 / (RHO_POINTS - 1) as f64;
    RHO.1 + (RHO.0 - RHO.1) * back * back
}

impl Data {
    /// The best share for a rho, and its line.
    fn best_share(&self, rho: f64) -> (f64, Line) {
        let powers =
            |logs: &[f64]| -> Vec<f64> { logs.iter().map(|l| libm::exp(rho * l)).collect() };
        let (labour, compute) = (powers(&self.labour), powers(&self.compute));
        let line = |logit: f64| {
            let share = 1.0 / (1.0 + libm::exp(-logit));
            let input = |i: usize| {
                if rho.abs() < 1e-9 {
                    share * self.labour[i] + (1.0 - share) * self.compute[i]
                } else {
                    libm::log(share * labour[i] + (1.0 - share) * compute[i]) / rho
                }
            };
            let inputs: Vec<f64> = (0..self.rate.len()).map(input).collect();
            (share, self.line(&inputs))
        };
        let step = 2.0 * LOGIT_MAX / (LOGIT_POINTS - 1) as f64;
        let logits: Vec<f64> = (0..LOGIT_POINTS)
            .map(|point| step * point as f64 - LOGIT_MAX)
            .collect();
        line(least(&logits, |logit| line(logit).1.squares))
    }

    /// Least squares of the rates on `inputs`.
    fn line(&self, inputs: &[f64]) -> Line {
        let count = inputs.len() as f64;
        let mean = |values: &[f64]| values.iter().sum::<f64>() / count;
        let (middle, height) = (mean(inputs), mean(&self.rate));
        let (mut across, mut square) = (0.0, 0.0);
        for (input, rate) in inputs.iter().zip(&self.rate) {
            across += (input - middle) * (rate - height);
            square += (input - middle) * (input - middle);
        }
        let slope = if square > 0.0 { across / square } else { 0.0 };
        let left = |(input, rate): (&f64, &f64)| {
            let left = rate - height - slope * (input - middle);
            left * left
        };
        let squares = inputs.iter().zip(&self.rate).map(left).sum();
        Line { slope, squares }
    }
}

/// Where `of` is least: around the best of ascending `points`, by golden section.
fn least(points: &[f64], of: impl Fn(f64) -> f64) -> f64 {
    let values: Vec<f64> = points.iter().map(|&point| of(point)).collect();
    let best = (0..points.len()).fold(
        0,
        |best, at| {
            if values[at] < values[best] { at } else { best }
        },
    );
    let mut low = points[best.saturating_sub(1)];
    let mut high = points[(best + 1).min(points.len() - 1)];
    let mut inner = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
    let mut found = inner.map(&of);
    for _ in 0..STEPS {
        if found[0] <= found[1] {
            high = inner[1];
            inner = [high - GOLDEN * (high - low), inner[0]];
            found = [of(inner[0]), found[0]];
        } else {
            low = inner[0];
            inner = [inner[1], low + GOLDEN * (high - low)];
            found = [found[1], of(inner[1])];
        }
    }
    // The best of the grid stays where the section came to nothing better, as at a bound.
    let (middle, value) = if found[0] <= found[1] {
        (inner[0], found[0])
    } else {
        (inner[1], found[1])
    };
    if values[best] < value {
        points[best]
    } else {
        middle
    }
}
