//! The tables at the end of a run, made from what `summary.json` holds.

use std::path::Path;

use serde_json::Value;

use super::figures::{aligned, count, percent, wall};
use crate::record::bound::Bound;
use crate::record::months::Month;
use crate::record::{Manifest, Summary};

/// Months shown before the table goes to every third and then to every twelfth.
const MONTHS_SHOWN: usize = 24;

/// The result of one run.
pub fn of_run(summary: &Summary, manifest: &Manifest, folder: &Path) -> String {
    let mut text = format!(
        "{}, seed {}: {} ticks, {:.1} days after burn-in; {} on {}, {}\n\n",
        summary.scenario,
        summary.seed,
        summary.ticks,
        summary.sim_days,
        wall(summary.wall_s),
        summary.engine,
        summary.status,
    );
    text += &by_month(&summary.months);
    text.push('\n');
    for (name, value) in lines(summary) {
        text += &format!("{name:<12}{value}\n");
    }
    text += &format!("{:<12}{}\n", "scenario", manifest.scenario_hash);
    text += &format!("{:<12}{}\n", "digest", summary.digest);
    text + &format!("{:<12}{}\n", "folder", folder.display())
}

fn by_month(months: &[Month]) -> String {
    let header = [
        "month",
        "date",
        "training",
        "inference",
        "utilisation",
        "tools",
        "effective",
        "researchers",
        "active",
        "idle",
        "duplicates",
        "A100e-h used",
        "of owned",
        "bound by",
    ];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    let every = match months.len() {
        0..=MONTHS_SHOWN => 1,
        few if few <= 3 * MONTHS_SHOWN => 3,
        _ => 12,
    };
    let last = months.last().map(|month| month.month);
    for month in months {
        if month.month % every != 0 && Some(month.month) != last {
            continue;
        }
        rows.push(vec![
            month.month.to_string(),
            month.date.clone(),
            format!("{:.3}", month.oom.training),
            format!("{:.3}", month.oom.inference),
            format!("{:.3}", month.oom.utilisation),
            format!("{:.3}", month.oom.tools),
            format!("{:.3}", month.oom.effective_compute),
            count(month.researchers as f64),
            count(month.active as f64),
            count(month.idle as f64),
            percent(month.duplicate_share),
            count(month.used_a100e_hours),
            percent(month.utilisation),
            month.bound.map_or("-", Bound::word).to_owned(),
        ]);
    }
    format!("OOMs since day 0, by month\n{}", aligned(&rows, &[1, 13]))
}

fn lines(summary: &Summary) -> Vec<(&'static str, String)> {
    let reached: Vec<String> = summary
        .days_to_oom
        .iter()
        .filter_map(|(oom, day)| day.map(|day| format!("{oom} OOM on day {day:.1}")))
        .collect();
    let rate = summary
        .oom_per_year
        .map_or("-".to_owned(), |rate| format!("{rate:.2} OOM/year"));
    let fastest = summary.fastest_12_months.map_or("-".to_owned(), |fastest| {
        let (oom, from, to) = (fastest.oom, fastest.from_day, fastest.to_day);
        format!("{oom:.2} OOM in the fastest 12 months (days {from:.0} to {to:.0})")
    });
    let shares = summary.bound_share;
    let mut lines = vec![
        ("progress", format!("{rate}; {fastest}")),
        (
            "reached",
            if reached.is_empty() {
                "less than 1 OOM".to_owned()
            } else {
                reached.join(", ")
            },
        ),
        (
            "bound by",
            format!(
                "{} (labour {}, compute {}, ideas {} of the time)",
                summary.bound.map_or("-", Bound::word),
                percent(Some(shares.labour)),
                percent(Some(shares.compute)),
                percent(Some(shares.ideas)),
            ),
        ),
        (
            "finds",
            format!(
                "{} duplicates, {} scooped before the experiment",
                percent(summary.duplicate_share),
                percent(summary.scooped_share),
            ),
        ),
        (
            "compute",
            format!(
                "{} A100e-hours used, {} of what experiments own",
                count(summary.world.used_a100e_hours),
                percent(summary.utilisation),
            ),
        ),
        ("sampled", counts(summary, &summary.sampled)),
        ("world", counts(summary, &summary.world)),
    ];
    if !summary.events_fired.is_empty() {
        let fired = summary.events_fired.iter();
        let fired: Vec<_> = fired
            .map(|event| format!("{} on day {:.1} ({})", event.name, event.day, event.date))
            .collect();
        lines.push(("fired", fired.join(", ")));
    }
    if !summary.valid {
        let lost = percent(summary.stalled_share);
        lines.push((
            "NOT VALID",
            format!("{lost} of agent time was lost to the event bound"),
        ));
    }
    lines
}

fn counts(summary: &Summary, counts: &crate::record::summary::Counts) -> String {
    let of = if std::ptr::eq(counts, &summary.sampled) {
        format!("{} of the world: ", percent(Some(summary.sample)))
    } else {
        String::new()
    };
    format!(
        "{of}{} researchers, {} events, {} successes, {} new ideas",
        count(counts.researchers_max),
        count(counts.events),
        count(counts.successes),
        count(counts.world_new),
    )
}

/// The results of several variants side by side, from their summaries.
pub fn of_variants(results: &[(String, Value)], folder: &Path) -> String {
    let header = [
        "variant",
        "OOM",
        "OOM/year",
        "days to 1",
        "to 3",
        "to 5",
        "researchers",
        "duplicates",
        "used",
        "bound by",
        "status",
        "digest",
    ];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for (name, summary) in results {
        let number = |pointer: &str| summary.pointer(pointer).and_then(Value::as_f64);
        let plain = |pointer: &str, decimals: usize| {
            number(pointer).map_or("-".to_owned(), |value| format!("{value:.decimals$}"))
        };
        let word = |key: &str| summary[key].as_str().unwrap_or("-").to_owned();
        rows.push(vec![
            name.clone(),
            plain("/oom/training", 3),
            plain("/oom_per_year", 3),
            plain("/days_to_oom/1", 1),
            plain("/days_to_oom/3", 1),
            plain("/days_to_oom/5", 1),
            count(number("/world/researchers_max").unwrap_or(0.0)),
            percent(number("/duplicate_share")),
            percent(number("/utilisation")),
            word("bound"),
            word("status"),
            word("digest").chars().take(16).collect(),
        ]);
    }
    let place = folder.display();
    format!(
        "{}\nfolders {place}/<variant>\n",
        aligned(&rows, &[0, 9, 10, 11])
    )
}
