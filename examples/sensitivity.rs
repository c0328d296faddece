//! Prints, as JSON, the rows of Morris's and Saltelli's designs, Ishigami's function on them and what
//! the estimators make of it: what `scripts/check-salib` holds against SALib.

use std::f64::consts::PI;

use serde_json::json;
use takeoff::study::bootstrap::Bootstrap;
use takeoff::study::design::{Design, Layout, Points};
use takeoff::study::morris::Morris;
use takeoff::study::saltelli::Saltelli;
use takeoff::study::sobol::{MOST_DIMENSIONS, Sequence};

/// Parameters of Ishigami's function.
const PARAMETERS: usize = 3;

/// Levels of the Morris grid.
const LEVELS: u32 = 6;

/// Ishigami and Homma (1990), a = 7, b = 0.1, over the unit cube.
fn ishigami(u: &[f64]) -> f64 {
    let [x, y, z] = [0, 1, 2].map(|at| PI * (2.0 * u[at] - 1.0));
    let (x, y) = (libm::sin(x), libm::sin(y));
    x + 7.0 * y * y + 0.1 * z * z * z * z * x
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bootstrap = Bootstrap {
        replicates: 200,
        confidence: 0.95,
        seed: 1,
    };
    let base = Layout::new(Design::Sobol { runs: 1024 }, 2 * PARAMETERS, 1)?;
    let saltelli = Saltelli::new(base)?;
    let outputs = |points: &[Vec<f64>]| points.iter().map(|u| ishigami(u)).collect::<Vec<_>>();
    let mixed = outputs(&saltelli.points());
    let indices = saltelli.indices(&mixed, &bootstrap)?;

    let morris = Morris::new(64, PARAMETERS, LEVELS, 1)?;
    let trajectories = morris.points();
    let moved = outputs(&trajectories);
    let effects = morris.effects(&moved, &bootstrap)?;

    let sequence = Sequence::new(MOST_DIMENSIONS).ok_or("dimensions")?;
    let word = |row| (0..MOST_DIMENSIONS).map(move |at| (row, at));
    let words: Vec<Vec<u32>> = (0..256)
        .map(|row| word(row).map(|(row, at)| sequence.word(row, at)).collect())
        .collect();
    let report = json!({
        "sobol": words,
        "saltelli": {
            "outputs": mixed,
            "first": indices.iter().map(|i| i.first.value).collect::<Vec<_>>(),
            "total": indices.iter().map(|i| i.total.value).collect::<Vec<_>>(),
        },
        "morris": {
            "levels": LEVELS,
            "rows": trajectories,
            "outputs": moved,
            "mu": effects.iter().map(|e| e.mu).collect::<Vec<_>>(),
            "mu_star": effects.iter().map(|e| e.mu_star.value).collect::<Vec<_>>(),
            "sigma": effects.iter().map(|e| e.sigma).collect::<Vec<_>>(),
        },
    });
    println!("{report}");
    Ok(())
}
