//! `takeoff analyse`: what a sweep says.

use std::path::{Path, PathBuf};

use super::{CommandError, Exit, figures, output};
use crate::record::summary::STALLED_SHARE_MAX;
use crate::study::Shard;
use crate::study::analysis::{self, Analysis, HEADLINE, Interval};
use crate::study::sensitivity::{ByChoice, Rank, Sensitivity};

/// Rows of the table of bands.
const BAND_ROWS: usize = 13;

/// The options of the command.
#[derive(Clone, Debug)]
pub struct Options {
    /// The sweep folder.
    pub folder: PathBuf,
    /// The measure; `None`: the headline.
    pub of: Option<String>,
    /// JSON on stdout in place of tables.
    pub json: bool,
}

/// Runs the command.
pub fn execute(options: &Options) -> Result<Exit, CommandError> {
    let of = options.of.as_deref().unwrap_or(HEADLINE);
    print(&options.folder, of, options.json).map(|()| Exit::Success)
}

/// Shows what a sweep says of the headline.
pub fn show(folder: &Path, json: bool) -> Result<(), CommandError> {
    print(folder, HEADLINE, json)
}

fn print(folder: &Path, of: &str, json: bool) -> Result<(), CommandError> {
    let analysis = analysis::analyse(folder, of)?;
    if json {
        let text = serde_json::to_string_pretty(&analysis).expect("an analysis is plain data");
        return output::print(&text);
    }
    output::print(&text(&analysis, folder))
}

fn text(analysis: &Analysis, folder: &Path) -> String {
    let mut parts = vec![head(analysis)];
    if !analysis.draws {
        parts.push(
            "The design compares values and does not draw them from their ranges: shares of these runs are no \
             chances. For bands, chances and times sweep with random, sobol or lhs."
                .to_owned(),
        );
    }
    parts.push(bands(analysis));
    parts.push(chances(analysis));
    parts.push(times(analysis));
    parts.push(measure(analysis));
    if let Some(sensitivity) = &analysis.sensitivity {
        parts.push(sensitivities(sensitivity, &analysis.of));
    }
    parts.push(format!("folder  {}", folder.display()));
    parts.retain(|part| !part.is_empty());
    let parts: Vec<_> = parts.iter().map(|part| part.trim_end()).collect();
    parts.join("\n\n")
}

fn head(analysis: &Analysis) -> String {
    let failed: usize = analysis.failed.iter().map(|(_, count)| count).sum();
    let mut text = format!(
        "{}: {} runs, {} events",
        analysis.scenario,
        analysis.runs,
        figures::count(analysis.events)
    );
    if analysis.shard != Shard::WHOLE.to_string() {
        text.push_str(&format!(", shard {} and not the whole", analysis.shard));
    }
    if failed > 0 {
        text.push_str(&format!(", {failed} failed"));
        for (reason, count) in &analysis.failed {
            text.push_str(&format!("\n  {count} x {reason}"));
        }
        text.push_str("\nFailed runs are left out of all that follows: if failing goes with the values, so do the results.");
    }
    if analysis.not_valid > 0 {
        text.push_str(&format!(
            "\nNOT VALID  {} runs lost more than {}% of agent time to the event bound: raise \
             `run.events_max_per_tick` or shorten the tick",
            analysis.not_valid,
            100.0 * STALLED_SHARE_MAX
        ));
    }
    text
}

fn figure(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
}

/// A figure and its interval.
fn interval(interval: &Interval, digits: usize) -> String {
    format!(
        "{} ({} to {})",
        figure(interval.value, digits),
        figure(interval.low, digits),
        figure(interval.high, digits)
    )
}

fn bands(analysis: &Analysis) -> String {
    let count = analysis.bands.len();
    if count == 0 {
        return String::new();
    }
    let head = [
        "day", "runs", "2.5%", "10%", "25%", "median", "75%", "90%", "97.5%",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    // First, last and evenly between.
    let shown = count.min(BAND_ROWS);
    for row in 0..shown {
        let band = &analysis.bands[row * (count - 1) / (shown - 1).max(1)];
        let mut cells = vec![format!("{:.0}", band.day), band.runs.to_string()];
        cells.extend(
            band.quantiles
                .iter()
                .map(|quantile| figure(quantile.value, 3)),
        );
        rows.push(cells);
    }
    format!(
        "Training OOMs since day 0 at the frontier, quantiles over runs\n{}",
        figures::aligned(&rows, &[])
    )
}

fn chances(analysis: &Analysis) -> String {
    let mut times: Vec<f64> = analysis
        .chances
        .iter()
        .map(|chance| chance.within_days)
        .collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    if times.is_empty() {
        return String::new();
    }
    let mut rows = vec![
        std::iter::once("OOM".to_owned())
            .chain(times.iter().map(|days| format!("{days:.0} days")))
            .collect::<Vec<_>>(),
    ];
    for row in analysis.chances.chunks(times.len()) {
        let cells = row.iter().map(|chance| {
            let percent = |share: Option<f64>| figure(share.map(|share| 100.0 * share), 1);
            let Interval { value, low, high } = chance.share;
            format!(
                "{}% ({} to {})",
                percent(value),
                percent(low),
                percent(high)
            )
        });
        rows.push(
            std::iter::once(row[0].oom.to_string())
                .chain(cells)
                .collect(),
        );
    }
    format!(
        "Chance of so many OOMs within, with 95% intervals\n{}",
        figures::aligned(&rows, &[])
    )
}

fn times(analysis: &Analysis) -> String {
    if analysis.times.is_empty() {
        return String::new();
    }
    let head = ["OOM", "reached", "10% of runs by day", "half", "90%"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for time in &analysis.times {
        let mut cells = vec![time.oom.to_string(), time.reached.to_string()];
        cells.extend(time.days.iter().map(|days| interval(days, 0)));
        rows.push(cells);
    }
    format!(
        "Days to so many OOMs, with 95% intervals\n{}",
        figures::aligned(&rows, &[])
    )
}

fn measure(analysis: &Analysis) -> String {
    let mut parts = Vec::new();
    if analysis.of != HEADLINE && !analysis.quantiles.is_empty() {
        let head = ["quantile", "with 95% interval"]
            .map(str::to_owned)
            .to_vec();
        let quantiles = analysis.quantiles.iter();
        let rows = quantiles.map(|(p, at)| vec![format!("{:.1}%", 100.0 * p), interval(at, 4)]);
        let rows: Vec<_> = std::iter::once(head).chain(rows).collect();
        let table = figures::aligned(&rows, &[]);
        parts.push(format!("{} over runs\n{table}", analysis.of));
    }
    if !analysis.convergence.is_empty() {
        parts.push(converged(analysis));
    }
    parts.join("\n")
}

fn converged(analysis: &Analysis) -> String {
    let head = ["runs", "median"].map(str::to_owned).to_vec();
    let converged = analysis.convergence.iter();
    let rows: Vec<_> = std::iter::once(head)
        .chain(converged.map(|(runs, median)| vec![runs.to_string(), interval(median, 4)]))
        .collect();
    format!(
        "Median of {} from the first runs\n{}",
        analysis.of,
        figures::aligned(&rows, &[])
    )
}

fn sensitivities(sensitivity: &Sensitivity, of: &str) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut head =
        |words: &[&str]| rows.push(words.iter().map(|word| (*word).to_owned()).collect());
    let title = match sensitivity {
        Sensitivity::Morris(effects) => {
            head(&["value", "mu*", "mu", "sigma"]);
            for effect in effects {
                let (mu, sigma) = (format!("{:.4}", effect.mu), format!("{:.4}", effect.sigma));
                rows.push(vec![
                    effect.key.clone(),
                    interval(&effect.mu_star, 4),
                    mu,
                    sigma,
                ]);
            }
            "Morris's elementary effects on"
        }
        Sensitivity::Sobol(indices) => {
            head(&["value", "first", "total"]);
            for index in indices {
                let (first, total) = (interval(&index.first, 3), interval(&index.total, 3));
                rows.push(vec![index.key.clone(), first, total]);
            }
            "Sobol indices of"
        }
        Sensitivity::OneAtATime(tornado) => {
            head(&["value", "at its 10%", "at its 90%"]);
            for (key, low, high) in &tornado.bars {
                rows.push(vec![key.clone(), format!("{low:.4}"), format!("{high:.4}")]);
            }
            let medians = format!("{:.4}", tornado.medians);
            rows.push(vec![
                "(all at their medians)".to_owned(),
                medians.clone(),
                medians,
            ]);
            "One value at a time:"
        }
        Sensitivity::Ranks { numbers, words } => return ranks(numbers, words, of),
        Sensitivity::None(why) => return format!("No sensitivities: {why}"),
    };
    format!("{title} {of}\n{}", figures::aligned(&rows, &[0]))
}

/// What numbers and words have to do with the measure.
fn ranks(numbers: &[Rank], words: &[ByChoice], of: &str) -> String {
    let head = |words: &[&str]| vec![words.iter().map(|&word| word.to_owned()).collect()];
    let mut parts = Vec::new();
    if !numbers.is_empty() {
        let mut rows: Vec<Vec<String>> = head(&["value", "rank correlation"]);
        rows.extend(
            numbers
                .iter()
                .map(|rank| vec![rank.key.clone(), interval(&rank.spearman, 3)]),
        );
        parts.push(format!(
            "Rank correlation with {of}\n{}",
            figures::aligned(&rows, &[0])
        ));
    }
    for ByChoice { key, medians } in words {
        let mut rows: Vec<Vec<String>> = head(&["choice", "runs", "median"]);
        for (choice, runs, median) in medians {
            rows.push(vec![choice.clone(), runs.to_string(), interval(median, 4)]);
        }
        parts.push(format!("{of} by {key}\n{}", figures::aligned(&rows, &[0])));
    }
    parts.join("\n")
}
