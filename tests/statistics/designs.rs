//! Claim: designs spread their rows as their definitions say, inside the open cube, and every row
//! can be computed alone; longer random and Sobol designs begin with the shorter ones.

use takeoff::statistics::design::{Design, DesignError, Layout, Points, points};
use takeoff::statistics::sobol::{MOST_DIMENSIONS, Sequence};

fn layout(design: Design, dimensions: usize, seed: u64) -> Layout {
    Layout::new(design, dimensions, seed).expect("valid")
}

/// Joe and Kuo's own list of the first points in three dimensions (web page of the 2008 paper).
#[test]
fn sobol_points_are_the_published_ones() {
    let published = [
        [0.0, 0.0, 0.0],
        [0.5, 0.5, 0.5],
        [0.75, 0.25, 0.25],
        [0.25, 0.75, 0.75],
        [0.375, 0.375, 0.625],
        [0.875, 0.875, 0.125],
        [0.625, 0.125, 0.875],
        [0.125, 0.625, 0.375],
        [0.1875, 0.3125, 0.9375],
        [0.6875, 0.8125, 0.4375],
    ];
    let sequence = Sequence::new(3).expect("few");
    for (row, wanted) in published.iter().enumerate() {
        for (dimension, wanted) in wanted.iter().enumerate() {
            let word = sequence.word(row as u32, dimension);
            assert_eq!(f64::from(word) / 2f64.powi(32), *wanted);
        }
    }
}

/// Sums of (dimension + 1) times the 32-bit coordinate over all 128 dimensions, made with
/// scipy.stats.qmc.Sobol(128, scramble=False, bits=32), SciPy 1.17.1.
#[test]
fn sobol_points_are_those_of_scipy_in_all_dimensions() {
    let sums = [
        (1, 17_729_624_997_888),
        (2, 17_285_095_882_752),
        (777, 17_623_391_666_176),
        (40_000, 15_225_228_886_016),
        (65_535, 20_030_285_676_544),
    ];
    let sequence = Sequence::new(MOST_DIMENSIONS).expect("as many as there are");
    for (row, wanted) in sums {
        let weighted = |at| u64::from(sequence.word(row, at)) * (at as u64 + 1);
        assert_eq!((0..128).map(weighted).sum::<u64>(), wanted, "row {row}");
    }
}

/// Scrambling keeps what makes the points even: the first 2^10 hit each 1024th of every axis once,
/// and each of the 2^10 boxes of any shape in the first two dimensions once.
#[test]
fn scrambled_points_are_still_a_net() {
    for seed in 0..4 {
        let rows = layout(Design::Sobol { runs: 1024 }, 40, seed).points();
        for dimension in 0..40 {
            let mut hit = vec![0; 1024];
            for row in &rows {
                hit[(row[dimension] * 1024.0) as usize] += 1;
            }
            assert!(hit.iter().all(|&hits| hits == 1), "dimension {dimension}");
        }
        for wide in 0..=10 {
            let (columns, lines) = (1 << wide, 1024 >> wide);
            let mut hit = vec![0; 1024];
            for row in &rows {
                let column = (row[0] * columns as f64) as usize;
                hit[column * lines + (row[1] * lines as f64) as usize] += 1;
            }
            assert!(hit.iter().all(|&hits| hits == 1), "{columns} columns");
        }
    }
}

/// Over seeds, each point of a scrambled design is uniform and its coordinates are independent; and
/// two points that the first bit tells apart are independent below it (not so after a mere shift of
/// digits): mean, variance and product moments of 4096 seeds, each within 5 standard errors.
#[test]
fn scrambling_makes_every_point_uniform() {
    let seeds = 4096;
    for row in [0, 1, 6] {
        let drawn: Vec<Vec<f64>> = (0..seeds)
            .map(|seed| layout(Design::Sobol { runs: 8 }, 2, seed).point(row))
            .collect();
        let mean = |of: &dyn Fn(&[f64]) -> f64| {
            drawn.iter().map(|row| of(row)).sum::<f64>() / seeds as f64
        };
        let error = |variance: f64| 5.0 * (variance / seeds as f64).sqrt();
        assert!(mean(&|u| u[0] - 0.5).abs() < error(1.0 / 12.0));
        assert!(mean(&|u| u[1] - 0.5).abs() < error(1.0 / 12.0));
        // Of (u - 1/2)^2: mean 1/12, variance 1/180.
        let square = mean(&|u| (u[0] - 0.5) * (u[0] - 0.5));
        assert!((square - 1.0 / 12.0).abs() < error(1.0 / 180.0));
        let product = mean(&|u| (u[0] - 0.5) * (u[1] - 0.5));
        assert!(product.abs() < error(1.0 / 144.0));
    }
    let below_first_bit = |row: Vec<f64>| (2.0 * row[0]).fract() - 0.5;
    let pair = |seed| {
        let both = layout(Design::Sobol { runs: 8 }, 1, seed);
        below_first_bit(both.point(0)) * below_first_bit(both.point(1))
    };
    let product = (0..seeds).map(pair).sum::<f64>() / seeds as f64;
    assert!(product.abs() < 5.0 * (1.0 / 144.0 / seeds as f64).sqrt());
}

#[test]
fn longer_designs_begin_with_shorter_ones() {
    let lengths = |make: fn(u32) -> Design| {
        let long = points(make(300), 7, 5).expect("valid");
        let short = points(make(100), 7, 5).expect("valid");
        assert_eq!(long[..100], short);
        assert_ne!(long, points(make(300), 7, 6).expect("valid"));
    };
    lengths(|runs| Design::Random { runs });
    lengths(|runs| Design::Sobol { runs });
}

#[test]
fn rows_lie_inside_and_can_be_computed_alone() {
    let designs = [
        Design::Random { runs: 999 },
        Design::Sobol { runs: 999 },
        Design::LatinHypercube { runs: 999 },
        Design::Grid { levels: vec![5; 4] },
        Design::OneAtATime {
            low: 0.05,
            high: 0.9,
        },
    ];
    for design in designs {
        let whole = layout(design.clone(), 4, 11);
        let rows = whole.points();
        assert_eq!(rows.len() as u32, whole.rows());
        assert!(rows.iter().flatten().all(|&u| 0.0 < u && u < 1.0));
        let shard = layout(design, 4, 11);
        let last = shard.rows() - 1;
        assert_eq!(shard.point(last), rows[last as usize]);
    }
}

#[test]
fn a_latin_hypercube_has_one_run_in_each_stratum() {
    for seed in 0..3 {
        let rows = points(Design::LatinHypercube { runs: 1000 }, 5, seed).expect("valid");
        for dimension in 0..5 {
            let mut hit = vec![0; 1000];
            for row in &rows {
                hit[(row[dimension] * 1000.0) as usize] += 1;
            }
            assert!(hit.iter().all(|&hits| hits == 1));
        }
        // Orders of two parameters are independent: correlation within 5 / sqrt(n).
        let product: f64 = rows.iter().map(|u| (u[0] - 0.5) * (u[1] - 0.5)).sum();
        assert!((12.0 * product / 1000.0).abs() < 5.0 / 1000f64.sqrt());
    }
}

#[test]
fn random_rows_have_the_moments_of_uniforms() {
    let rows = points(Design::Random { runs: 50_000 }, 3, 1).expect("valid");
    let error = 5.0 / 50_000f64.sqrt();
    for dimension in 0..3 {
        let next = (dimension + 1) % 3;
        let mean = rows.iter().map(|u| u[dimension] - 0.5).sum::<f64>() / 50_000.0;
        assert!(mean.abs() < error / 12f64.sqrt());
        let product = |u: &Vec<f64>| (u[dimension] - 0.5) * (u[next] - 0.5);
        let covariance = rows.iter().map(product).sum::<f64>() / 50_000.0;
        assert!(covariance.abs() < error / 12.0);
    }
}

#[test]
fn grids_and_single_steps_are_laid_out_as_stated() {
    let grid = points(Design::Grid { levels: vec![2; 2] }, 2, 0).expect("valid");
    assert_eq!(
        grid,
        [[0.25, 0.25], [0.25, 0.75], [0.75, 0.25], [0.75, 0.75]]
    );
    let steps = points(
        Design::OneAtATime {
            low: 0.1,
            high: 0.9,
        },
        2,
        0,
    )
    .expect("valid");
    assert_eq!(
        steps,
        [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]]
    );
    // A study without parameters repeats one scenario: rows without numbers.
    let repeats = points(Design::Random { runs: 3 }, 0, 0).expect("valid");
    assert_eq!(repeats, [[0.0; 0]; 3]);
}

#[test]
fn impossible_designs_are_refused() {
    let refused = |design, dimensions| Layout::new(design, dimensions, 0).expect_err("impossible");
    assert_eq!(refused(Design::Random { runs: 0 }, 3), DesignError::Empty);
    assert_eq!(
        refused(Design::Grid { levels: vec![0; 3] }, 3),
        DesignError::Empty
    );
    assert_eq!(
        refused(
            Design::Grid {
                levels: vec![10; 10]
            },
            10
        ),
        DesignError::TooManyRows
    );
    let asked = MOST_DIMENSIONS + 1;
    assert_eq!(
        refused(Design::Sobol { runs: 8 }, asked),
        DesignError::TooManyDimensions { asked }
    );
    let low = f64::NAN;
    let error = refused(Design::OneAtATime { low, high: 0.9 }, 3);
    assert!(matches!(error, DesignError::Quantiles { .. }));
}

/// Draws are part of what a sweep is: another draw for the same seed would make another dataset of it.
#[test]
fn draws_stay_what_they_were() {
    let first = |design| points(design, 2, 1).expect("valid")[0].clone();
    let sobol = first(Design::Sobol { runs: 4 });
    assert_eq!(sobol, [0.816_528_005_473_170_8, 0.459_147_650_042_880_94]);
    let random = first(Design::Random { runs: 4 });
    let strata = first(Design::LatinHypercube { runs: 4 });
    assert_eq!(random, [0.511_474_391_060_773_6, 0.777_776_901_857_574_5]);
    assert_eq!(strata, [0.426_596_760_749_816_9, 0.957_869_648_933_410_6]);
}
