//! Figures of a sweep: bands over time, when milestones are reached, what the uncertain values do.

use super::Figure;
use super::axis::{Axis, Scale};
use super::bars::{Bar, Bars};
use super::chart::{Band, Chart, Curve};
use crate::report::Sweep;
use crate::study::analysis::{Analysis, BandAt, QUANTILES};
use crate::study::sensitivity::Sensitivity;

const DAYS: &str = "days since day 0";

/// The figures of a sweep, with `prefix` before their names.
pub fn figures(sweep: &Sweep, prefix: &str) -> Vec<Figure> {
    let analysis = &sweep.analysis;
    let mut figures = Vec::new();
    if analysis.draws {
        figures.extend([fan(sweep, prefix), times(sweep, prefix)]);
    }
    figures.extend(analysis.sensitivity.as_ref().and_then(|known| {
        let (bars, about) = bars(known, analysis)?;
        let (bars, left_out) = bars.longest();
        let more = match left_out {
            0 => String::new(),
            count => format!(" {count} smaller ones are left out."),
        };
        let caption = caption(&bars.title, &format!("{about}{more}"), sweep);
        Some(Figure {
            name: format!("{prefix}-sensitivity"),
            svg: bars.draw(&caption),
            caption,
        })
    }));
    figures
}

/// Quantiles of the frontier over time.
fn fan(sweep: &Sweep, prefix: &str) -> Figure {
    let bands = &sweep.analysis.bands;
    let of = |band: &BandAt, quantile: usize| band.quantiles[quantile].value;
    let between = |low: usize, high: usize, name: &str, opacity: f64| Band {
        name: name.to_owned(),
        points: bands
            .iter()
            .filter_map(|band| Some((band.day, of(band, low)?, of(band, high)?)))
            .collect(),
        ink: 5,
        opacity,
    };
    let median = bands
        .iter()
        .filter_map(|band| Some((band.day, of(band, 3)?)));
    let percent = |quantile: usize| 100.0 * QUANTILES[quantile];
    let title = "Progress over runs";
    let about = format!(
        "Training efficiency at the frontier, orders of magnitude since the end of burn-in: median of the runs \
         that come so far, and the bands from {} to {}, {} to {} and {} to {}% of them.",
        percent(2),
        percent(4),
        percent(1),
        percent(5),
        percent(0),
        percent(6),
    );
    let bands = vec![
        between(0, 6, "", 0.25),
        between(1, 5, "", 0.35),
        between(2, 4, "", 0.5),
    ];
    let outer = bands[0]
        .points
        .iter()
        .flat_map(|&(_, low, high)| [low, high]);
    let chart = Chart {
        title: title.to_owned(),
        x: Axis::to_the_end(DAYS, bands[0].points.iter().map(|point| point.0)),
        y: Axis::around("training OOM", Scale::Linear, outer),
        bands,
        curves: vec![Curve {
            name: "median".to_owned(),
            points: median.collect(),
        }],
    };
    finished(
        &format!("{prefix}-progress"),
        &chart,
        &caption(title, &about, sweep),
    )
}

/// The share of runs that has reached so many OOMs, over time.
fn times(sweep: &Sweep, prefix: &str) -> Figure {
    let reached = sweep.analysis.times.iter().filter(|time| time.reached > 0);
    let curves = reached.map(|time| Curve {
        name: format!("{} OOM", time.oom),
        points: time
            .course
            .iter()
            .filter_map(|(day, share)| Some((*day, 100.0 * share.value?)))
            .collect(),
    });
    let curves: Vec<Curve> = curves.collect();
    let days = curves
        .iter()
        .flat_map(|curve| curve.points.iter().map(|point| point.0));
    let title = "Time to milestones";
    let about = "Share of the runs in which training efficiency at the frontier has grown by so many orders of \
                 magnitude (Kaplan and Meier; runs that end before count as censored).";
    let chart = Chart {
        title: title.to_owned(),
        x: Axis::to_the_end(DAYS, days),
        y: Axis::around("runs (%)", Scale::Linear, [0.0, 100.0].into_iter()),
        bands: Vec::new(),
        curves,
    };
    finished(
        &format!("{prefix}-times"),
        &chart,
        &caption(title, about, sweep),
    )
}

/// What moves the measure, by what the design of the sweep can tell; `None` where that is nothing.
fn bars(known: &Sensitivity, analysis: &Analysis) -> Option<(Bars, String)> {
    let of = &analysis.of;
    let from_nought = |name: &str, value: f64, low: Option<f64>, high: Option<f64>| Bar {
        name: name.to_owned(),
        from: 0.0,
        to: value,
        whisker: low.zip(high),
    };
    let (title, axis, reference, bars, about) = match known {
        Sensitivity::OneAtATime(tornado) => {
            let bars = tornado.bars.iter().map(|(key, low, high)| Bar {
                name: key.clone(),
                from: *low,
                to: *high,
                whisker: None,
            });
            let about = format!(
                "`{of}` with each value alone at its 10% quantile (orange) and at its 90% quantile (blue), the \
                 others at their medians (line)."
            );
            (
                "What matters",
                of.clone(),
                tornado.medians,
                bars.collect(),
                about,
            )
        }
        Sensitivity::Morris(effects) => {
            let bars = effects.iter().filter_map(|effect| {
                let reach = effect.mu_star;
                Some(from_nought(
                    &effect.key,
                    reach.value?,
                    reach.low,
                    reach.high,
                ))
            });
            let about =
                format!("Mean size of elementary effects on `{of}` (Morris), with 95% intervals.");
            (
                "What matters",
                format!("mean effect on {of}"),
                0.0,
                bars.collect(),
                about,
            )
        }
        Sensitivity::Sobol(indices) => {
            let bars = indices.iter().filter_map(|index| {
                let total = index.total;
                Some(from_nought(&index.key, total.value?, total.low, total.high))
            });
            let about = format!(
                "Part of the variance of `{of}` that each value has a share in (Sobol's total index), with 95% \
                 intervals."
            );
            (
                "What matters",
                "total index".to_owned(),
                0.0,
                bars.collect(),
                about,
            )
        }
        Sensitivity::Ranks { numbers, .. } => {
            let bars = numbers.iter().filter_map(|rank| {
                let rho = rank.spearman;
                Some(from_nought(&rank.key, rho.value?, rho.low, rho.high))
            });
            let about = format!(
                "Spearman's rank correlation of each value with `{of}`, with 95% intervals."
            );
            (
                "What matters",
                "rank correlation".to_owned(),
                0.0,
                bars.collect(),
                about,
            )
        }
        Sensitivity::None(_) => return None,
    };
    let bars: Vec<Bar> = bars;
    (!bars.is_empty()).then(|| {
        let bars = Bars {
            title: title.to_owned(),
            axis,
            reference,
            bars,
        };
        (bars, about)
    })
}

fn finished(name: &str, chart: &Chart, caption: &str) -> Figure {
    Figure {
        name: name.to_owned(),
        caption: caption.to_owned(),
        svg: chart.draw(caption),
    }
}

fn caption(title: &str, about: &str, sweep: &Sweep) -> String {
    format!(
        "{title}. {about}\n{}: {} runs of scenario {}, hash of the scenario at the medians {}, first seed {}, design \
         {:?}, {} at each point. takeoff {}.\n",
        sweep.label,
        sweep.analysis.runs,
        sweep.analysis.scenario,
        sweep.scenario_hash,
        sweep.first_seed,
        sweep.design,
        sweep.replicates,
        sweep.version,
    )
}
