//! From what branches counted to exponents with their intervals.

use super::Replicate;
use super::branch::Counted;
use super::report::Measure;
use crate::statistics::bootstrap::Bootstrap;
use crate::statistics::exponents::{Cell, Exponents, NAMES};
use crate::statistics::replicates::{Figure, figures};
use crate::statistics::returns::{self, Stage};
use crate::world::Counterfactual;

/// Resamples of the replicates.
pub const RESAMPLES: u32 = 1000;
/// Probability that an interval is to cover.
pub const CONFIDENCE: f64 = 0.9;

/// Figures of one measure.
pub struct Estimates {
    /// `[point][name]`, names as in [`NAMES`].
    pub points: Vec<Vec<Figure>>,
    /// beta and r from each point to the next.
    pub stretches: Vec<[Figure; 2]>,
}

/// Exponents at all points and returns between them. Replicates are pooled: counts are added up, then
/// compared.
pub fn of(
    measure: Measure,
    cells: &[Counterfactual],
    replicates: &[Replicate],
    seed: u64,
) -> Estimates {
    let points = replicates.first().map_or(0, Vec::len);
    let bootstrap = Bootstrap {
        replicates: RESAMPLES,
        confidence: CONFIDENCE,
        seed,
    };
    let all = figures(replicates.len(), bootstrap, |choice| {
        let stages: Vec<_> = (0..points)
            .map(|point| stage(measure, cells, replicates, point, choice))
            .collect();
        let exponents = stages.iter().flat_map(|(exponents, _)| exponents.figures());
        let stretches = stages.windows(2).flat_map(|pair| {
            let both = pair[0].1.zip(pair[1].1);
            let stretch = both.and_then(|(from, to)| returns::between(&from, &to));
            [stretch.map(|s| s.beta), stretch.and_then(|s| s.r)]
        });
        exponents.chain(stretches).collect()
    });
    let (exponents, stretches) = all.split_at(points * NAMES.len());
    Estimates {
        points: exponents.chunks(NAMES.len()).map(<[_]>::to_vec).collect(),
        stretches: stretches.chunks(2).map(|pair| [pair[0], pair[1]]).collect(),
    }
}

/// Exponents at a point and its place on the path, from the chosen replicates.
fn stage(
    measure: Measure,
    cells: &[Counterfactual],
    replicates: &[Replicate],
    point: usize,
    choice: &[usize],
) -> (Exponents, Option<Stage>) {
    let of_cell = |cell: usize| -> Vec<&Counted> {
        choice
            .iter()
            .map(|&one| &replicates[one][point][cell])
            .collect()
    };
    let pooled: Vec<Cell> = cells
        .iter()
        .enumerate()
        .map(|(at, cell)| pool(measure, cell, &of_cell(at)))
        .collect();
    let exponents = Exponents::of(&pooled);
    let base = cells
        .iter()
        .position(|cell| *cell == Counterfactual::NEUTRAL);
    let stage = base.and_then(|base| {
        let counted = of_cell(base);
        let mean = |of: &dyn Fn(&Counted) -> f64| {
            counted.iter().map(|one| of(one)).sum::<f64>() / counted.len() as f64
        };
        Some(Stage {
            oom: mean(&|one| 0.5 * (one.oom_from + one.oom_to)),
            rate: pooled[base].rate,
            inputs: [
                mean(&|one| one.inputs.full_time_researchers),
                mean(&|one| one.inputs.experiment_a100e),
                mean(&|one| one.inputs.speed),
            ],
            elasticities: [exponents.labour?, exponents.compute?, exponents.speed?],
            lambda: exponents.lambda?,
        })
    });
    (exponents, stage)
}

/// Rates of a cell over its replicates, per day.
fn pool(measure: Measure, cell: &Counterfactual, replicates: &[&Counted]) -> Cell {
    let sum = |of: &dyn Fn(&Counted) -> f64| replicates.iter().map(|one| of(one)).sum::<f64>();
    let days = sum(&|one| one.days);
    let first_days = sum(&|one| one.first_days);
    let progress = sum(&|one| measure.progress(one));
    let first = sum(&|one| measure.first_progress(one));
    Cell {
        labour: cell.researchers,
        compute: cell.compute,
        speed: cell.speed,
        rate: progress / days,
        first: first / first_days,
        second: (progress - first) / (days - first_days),
        oom: sum(&|one| one.oom_to - one.oom_from) / replicates.len() as f64,
    }
}
