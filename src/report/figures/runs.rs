//! Figures of runs: of one, its quantities in full; of several, one line a run on common axes.

mod series;

use super::Figure;
use super::axis::{Axis, Scale};
use super::chart::{Band, Chart, Curve};
use crate::report::Run;
use series::Series;

const DAYS: &str = "days since day 0";

/// What a figure is about.
struct Family {
    name: &'static str,
    title: &'static str,
    unit: &'static str,
    scale: Scale,
    /// Sentences of the caption for one run, and for several.
    about: [&'static str; 2],
    /// Lines of one run.
    of_one: fn(&Series<'_>) -> Vec<Curve>,
    /// The line of each of several.
    of_each: fn(&Series<'_>) -> Vec<(f64, f64)>,
}

const FAMILIES: [Family; 7] = [
    Family {
        name: "ooms",
        title: "Progress by kind",
        unit: "OOM since day 0",
        scale: Scale::Linear,
        about: [
            "Orders of magnitude found since the end of burn-in, by kind, of the lab that ends furthest \
             ahead; effective compute is fleet x utilisation x training efficiency.",
            "Training efficiency at the frontier, in orders of magnitude since the end of burn-in.",
        ],
        of_one: |run| {
            let lab = run.leader();
            [
                ("effective compute", "oom_effective_compute"),
                ("inference", "oom_inference"),
                ("training", "oom_training"),
                ("tools", "oom_tools"),
                ("utilisation", "oom_utilisation"),
            ]
            .map(|(name, column)| curve(name, run.since_day_0(lab, column)))
            .into()
        },
        of_each: |run| run.frontier(),
    },
    Family {
        name: "effective-compute",
        title: "Effective compute",
        unit: "A100e",
        scale: Scale::Log,
        about: [
            "Fleet x utilisation x training efficiency of all labs, and the fleet alone, in A100 equivalents.",
            "Fleet x utilisation x training efficiency of all labs, in A100 equivalents.",
        ],
        of_one: |run| {
            vec![
                curve("effective", run.sum("effective_compute_a100e")),
                curve("fleet", run.sum("fleet_a100e")),
            ]
        },
        of_each: |run| run.sum("effective_compute_a100e"),
    },
    Family {
        name: "researchers",
        title: "Researchers",
        unit: "researchers",
        scale: Scale::Log,
        about: [
            "Researchers of all labs, human and automated: at work, and the surplus that compute cannot keep busy.",
            "Researchers of all labs at work, human and automated.",
        ],
        of_one: |run| {
            vec![
                curve("all", run.sum("researchers")),
                curve("active", run.sum("active")),
                curve("idle", run.sum("idle")),
            ]
        },
        of_each: |run| run.sum("active"),
    },
    Family {
        name: "speed",
        title: "Serial speed",
        unit: "times a human",
        scale: Scale::Log,
        about: [
            "Fastest serial speed of researchers, humans being 1, by lab.",
            "Fastest serial speed of researchers of any lab, humans being 1.",
        ],
        of_one: |run| run.by_lab("speed"),
        of_each: |run| run.most("speed"),
    },
    Family {
        name: "finds",
        title: "Lost finds",
        unit: "share (%)",
        scale: Scale::Linear,
        about: [
            "Successes that were not new to the world, and ideas dropped before their experiment because \
             somebody had found them; over the 30 days before, all labs.",
            "Successes that were not new to the world, over the 30 days before, all labs.",
        ],
        of_one: |run| {
            vec![
                curve("duplicates", run.share(&["duplicates"], &["successes"])),
                curve("scooped", run.share(&["scooped"], &["scooped", "attempts"])),
            ]
        },
        of_each: |run| run.share(&["duplicates"], &["successes"]),
    },
    Family {
        name: "utilisation",
        title: "Experiment compute and waiting",
        unit: "share (%)",
        scale: Scale::Linear,
        about: [
            "Experiment compute used over owned, and researchers' time in experiments over time at work; over \
             the 30 days before, all labs.",
            "Experiment compute used over owned, over the 30 days before, all labs.",
        ],
        of_one: |run| {
            let time = [
                "hours_thought",
                "hours_experiment",
                "hours_idle",
                "hours_stalled",
            ];
            vec![
                curve(
                    "compute used",
                    run.share(&["used_a100e_hours"], &["owned_a100e_hours"]),
                ),
                curve("in experiments", run.share(&["hours_experiment"], &time)),
                curve("no open idea", run.share(&["hours_idle"], &time)),
            ]
        },
        of_each: |run| run.share(&["used_a100e_hours"], &["owned_a100e_hours"]),
    },
    Family {
        name: "labs",
        title: "Progress by lab",
        unit: "OOM since day 0",
        scale: Scale::Linear,
        about: [
            "Training efficiency of each lab, in orders of magnitude since the end of burn-in.",
            "Human-years of progress per calendar year at the fastest lab.",
        ],
        of_one: |run| run.labs_since_day_0("oom_training"),
        of_each: |run| run.most("human_years_per_year"),
    },
];

fn curve(name: &str, points: Vec<(f64, f64)>) -> Curve {
    Curve {
        name: name.to_owned(),
        points,
    }
}

/// The figures of these runs.
pub fn figures(runs: &[Run]) -> Vec<Figure> {
    let series: Vec<Series<'_>> = runs.iter().map(Series::of).collect();
    match series.as_slice() {
        [] => Vec::new(),
        [run] => {
            let families = FAMILIES.iter().map(|family| family.one(run));
            families.chain([compute_split(run)]).collect()
        }
        // What is by lab has no one line a run.
        several => FAMILIES
            .iter()
            .filter(|family| family.name != "labs")
            .map(|family| family.several(several))
            .collect(),
    }
}

impl Family {
    fn one(&self, run: &Series<'_>) -> Figure {
        self.figure((self.of_one)(run), self.title, self.about[0], &[run.run])
    }

    fn several(&self, runs: &[Series<'_>]) -> Figure {
        let curves = runs
            .iter()
            .map(|run| curve(&run.run.label, (self.of_each)(run)));
        let all: Vec<&Run> = runs.iter().map(|run| run.run).collect();
        self.figure(curves.collect(), self.title, self.about[1], &all)
    }

    fn figure(&self, curves: Vec<Curve>, title: &str, about: &str, runs: &[&Run]) -> Figure {
        let points = || curves.iter().flat_map(|curve| curve.points.iter());
        let chart = Chart {
            title: title.to_owned(),
            x: Axis::to_the_end(DAYS, points().map(|point| point.0)),
            y: Axis::around(self.unit, self.scale, points().map(|point| point.1)),
            bands: Vec::new(),
            curves,
        };
        finished(self.name, &chart, &caption(title, about, runs))
    }
}

/// What the fleet does, as areas that make up the whole.
fn compute_split(run: &Series<'_>) -> Figure {
    const ABOUT: &str = "What the fleets of all labs do: training runs, automated researchers, customers, and \
                         experiments, which have the rest.";
    let parts = [
        ("training", "training_share"),
        ("researchers", "inference_share"),
        ("customers", "serving_share"),
    ];
    let days = run.days();
    let mut below = vec![0.0; days.len()];
    let mut bands = Vec::new();
    let mut stack = |name: &str, above: Vec<f64>| {
        let lines = days.iter().zip(below.iter().zip(&above));
        let points = lines.map(|(&day, (&low, &high))| (day, low, high));
        bands.push(Band {
            name: name.to_owned(),
            points: points.collect(),
            ink: bands.len(),
            opacity: 0.75,
        });
        below = above;
    };
    let mut sum = vec![0.0; days.len()];
    for (name, column) in parts {
        let part = run.fleet_share(column);
        if part.iter().all(|share| *share == 0.0) {
            continue;
        }
        for (sum, share) in sum.iter_mut().zip(part) {
            *sum += 100.0 * share;
        }
        stack(name, sum.clone());
    }
    stack("experiments", vec![100.0; days.len()]);
    let title = "Compute by use";
    let chart = Chart {
        title: title.to_owned(),
        x: Axis::to_the_end(DAYS, days.iter().copied()),
        y: Axis::around(
            "share of the fleet (%)",
            Scale::Linear,
            [0.0, 100.0].into_iter(),
        ),
        bands,
        curves: Vec::new(),
    };
    finished("compute-split", &chart, &caption(title, ABOUT, &[run.run]))
}

fn finished(name: &str, chart: &Chart, caption: &str) -> Figure {
    Figure {
        name: name.to_owned(),
        caption: caption.to_owned(),
        svg: chart.draw(caption),
    }
}

/// What is shown, and of each run what makes it again.
fn caption(title: &str, about: &str, runs: &[&Run]) -> String {
    let mut text = format!("{title}. {about}\n");
    for run in runs {
        let (summary, made) = (&run.summary, &run.provenance);
        let sample = match summary.sample {
            1.0 => String::new(),
            sample => format!(" {}% of the world was simulated.", 100.0 * sample),
        };
        text += &format!(
            "{}: scenario {}, hash {}, seed {}, {} ticks, {}.{sample} Digest {}. takeoff {} ({}), engine {}. \
             Made again by `{}` from the resolved scenario.\n",
            run.label,
            summary.scenario,
            made.scenario_hash,
            made.seed,
            summary.ticks,
            made.status,
            made.digest,
            made.version,
            made.build,
            made.engine,
            made.command,
        );
    }
    text
}
