//! Gathers a [`Summary`] row by row, so that it can be rebuilt from recorded rows when a run is
//! resumed.
//!
//! Progress is measured at the frontier: at every tick, of the lab that is furthest ahead.

use std::collections::{BTreeMap, VecDeque};

use super::bound::BoundHours;
use super::columns::TickRow;
use super::months::Months;
use super::summary::{Counts, Facts, Fastest, FiredEvent, Ooms, STALLED_SHARE_MAX, Summary, ratio};

const DAYS_PER_YEAR: f64 = 365.0;

/// Gathers rows into a [`Summary`].
#[derive(Clone, Debug, Default)]
pub struct Accumulator {
    ticks: u64,
    ticks_total: u64,
    day: f64,
    date: String,
    agents: u64,
    events: u64,
    events_total: u64,
    failures: u64,
    scooped: u64,
    owned_a100e_hours: f64,
    agent_hours: f64,
    stalled_hours: f64,
    researchers_max: u64,
    sums: Counts,
    bound: BoundHours,
    base: BTreeMap<String, Ooms>,
    frontier_base: f64,
    frontier: f64,
    leader: Option<(String, Ooms)>,
    days_to_oom: Vec<f64>,
    window: VecDeque<(f64, f64)>,
    fastest: Fastest,
    months: Months,
    ended: Option<(f64, String)>,
    fired: Vec<FiredEvent>,
}

impl Accumulator {
    /// Adds the rows of one tick, one a lab.
    pub fn add_tick(&mut self, rows: &[TickRow]) {
        let Some(first) = rows.first() else { return };
        let day = first.day;
        self.add_fired(first);
        self.date.clone_from(&first.date);
        self.agents = rows.iter().map(|row| row.agents).sum();
        self.ticks_total += 1;
        self.events_total += rows.iter().map(|row| row.events).sum::<u64>();
        if day > 0.0 {
            self.add_counted(day, rows);
        } else {
            for row in rows {
                self.base.insert(row.lab.clone(), Ooms::of(row));
            }
            self.frontier_base = frontier(rows).map_or(0.0, |row| row.oom_training);
        }
    }

    /// Training OOM of the frontier since day 0.
    pub fn headline_oom(&self) -> f64 {
        if self.ticks == 0 {
            0.0
        } else {
            self.frontier - self.frontier_base
        }
    }

    /// The lab that is furthest ahead; `None` in burn-in.
    pub fn leader(&self) -> Option<&str> {
        self.leader.as_ref().map(|(lab, _)| lab.as_str())
    }

    /// Calendar date of the last tick; empty before the first.
    pub fn date(&self) -> &str {
        &self.date
    }

    /// Agent slots in use at the last tick, all labs together.
    pub fn agents(&self) -> u64 {
        self.agents
    }

    /// Ticks since the end of burn-in.
    pub fn ticks(&self) -> u64 {
        self.ticks
    }

    /// Ticks with burn-in.
    pub fn ticks_total(&self) -> u64 {
        self.ticks_total
    }

    /// The day and date of what fires are those at which the tick before ended.
    fn add_fired(&mut self, row: &TickRow) {
        let (day, date) = self
            .ended
            .replace((row.day, row.date.clone()))
            .unwrap_or((row.day - row.tick_hours / 24.0, row.date.clone()));
        let names = row.events_fired.split("; ").filter(|name| !name.is_empty());
        self.fired.extend(names.map(|name| FiredEvent {
            name: name.to_owned(),
            day,
            date: date.clone(),
            tick: row.tick,
        }));
    }

    /// Events that fired so far.
    pub fn fired(&self) -> &[FiredEvent] {
        &self.fired
    }

    fn add_counted(&mut self, day: f64, rows: &[TickRow]) {
        self.ticks += 1;
        self.day = day;
        for row in rows {
            self.base_of(row);
            self.add_row(row);
        }
        let researchers = rows.iter().map(|row| row.researchers).sum::<u64>();
        self.researchers_max = self.researchers_max.max(researchers);
        if let Some(ahead) = frontier(rows) {
            self.frontier = ahead.oom_training;
            let base = self.base_of(ahead);
            self.leader = Some((ahead.lab.clone(), Ooms::of(ahead).since(base)));
        }
        self.add_progress(day);
        let oom = self.oom();
        self.months.add_tick(day, rows, oom);
    }

    fn add_row(&mut self, row: &TickRow) {
        self.events += row.events;
        self.failures += row.failures;
        self.scooped += row.scooped;
        self.owned_a100e_hours += row.owned_a100e_hours;
        self.stalled_hours += row.hours_stalled;
        self.agent_hours +=
            row.hours_thought + row.hours_experiment + row.hours_idle + row.hours_stalled;
        self.sums.events += row.events as f64;
        self.sums.attempts += row.attempts as f64;
        self.sums.successes += row.successes as f64;
        self.sums.world_new += row.world_new as f64;
        self.sums.used_a100e_hours += row.used_a100e_hours;
        self.sums.tokens += row.tokens;
        self.sums.flop += row.flop;
        self.bound.add(row);
    }

    /// Where the lab stood on day 0. Without burn-in that is at nothing found, with the compute
    /// of its first row.
    fn base_of(&mut self, row: &TickRow) -> Ooms {
        let growth = Ooms::of(row).effective_compute;
        *self.base.entry(row.lab.clone()).or_insert(Ooms {
            effective_compute: growth,
            ..Ooms::default()
        })
    }

    fn add_progress(&mut self, day: f64) {
        let headline = self.headline_oom();
        while headline >= (self.days_to_oom.len() + 1) as f64 {
            self.days_to_oom.push(day);
        }
        if self.window.is_empty() {
            self.window.push_back((0.0, 0.0));
        }
        self.window.push_back((day, headline));
        while self.window[0].0 < day - DAYS_PER_YEAR - 1e-9 {
            self.window.pop_front();
        }
        let (from_day, from_oom) = self.window[0];
        if headline - from_oom > self.fastest.oom || self.fastest.to_day == 0.0 {
            self.fastest = Fastest {
                oom: headline - from_oom,
                from_day,
                to_day: day,
            };
        }
    }

    /// OOMs of the lab that is furthest ahead, since day 0; the headline is of the frontier.
    pub fn oom(&self) -> Ooms {
        let leader = self
            .leader
            .as_ref()
            .map_or(Ooms::default(), |(_, oom)| *oom);
        Ooms {
            training: self.headline_oom(),
            ..leader
        }
    }

    /// The summary of the rows so far.
    pub fn finish(&self, facts: Facts) -> Summary {
        let started = self.ticks > 0;
        let concluded = self.scooped as f64 + self.sums.successes + self.failures as f64;
        let stalled_share = ratio(self.stalled_hours, self.agent_hours);
        let sampled = Counts {
            researchers_max: self.researchers_max as f64,
            ..self.sums.clone()
        };
        let reached = (self.days_to_oom.len() as u64).max(5);
        Summary {
            scenario: facts.scenario,
            seed: facts.seed,
            status: facts.status,
            digest: facts.digest,
            engine: facts.engine,
            wall_s: facts.wall_s,
            ticks: self.ticks,
            ticks_total: self.ticks_total,
            sim_days: self.day,
            events: self.events,
            events_total: self.events_total,
            researchers_max: self.researchers_max,
            leader: self
                .leader
                .as_ref()
                .map_or(String::new(), |(lab, _)| lab.clone()),
            oom: self.oom(),
            oom_per_year: started.then(|| self.headline_oom() * DAYS_PER_YEAR / self.day),
            days_to_oom: (1..=reached)
                .map(|oom| (oom, self.days_to_oom.get(oom as usize - 1).copied()))
                .collect(),
            fastest_12_months: started.then_some(self.fastest),
            duplicate_share: ratio(
                self.sums.successes - self.sums.world_new,
                self.sums.successes,
            ),
            scooped_share: ratio(self.scooped as f64, concluded),
            utilisation: ratio(self.sums.used_a100e_hours, self.owned_a100e_hours),
            stalled_share,
            valid: stalled_share.is_none_or(|share| share <= STALLED_SHARE_MAX),
            bound: self.bound.most(),
            bound_share: self.bound.shares(),
            sample: facts.sample,
            world: sampled.divided(facts.sample),
            sampled,
            months: self.months.list(),
            events_fired: self.fired.clone(),
        }
    }
}

/// The row of the lab that is furthest ahead; the first of equals.
fn frontier(rows: &[TickRow]) -> Option<&TickRow> {
    rows.iter().reduce(|best, row| {
        if row.oom_training > best.oom_training {
            row
        } else {
            best
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(day: f64, lab: &str, oom: f64) -> TickRow {
        TickRow {
            day,
            lab: lab.to_owned(),
            tick_hours: 24.0,
            oom_training: oom,
            effective_compute_a100e: 1000.0 * (oom + 1.0),
            researchers: 10,
            active: 10,
            agents: 10,
            successes: 4,
            world_new: 3,
            failures: 5,
            scooped: 1,
            events: 7,
            hours_thought: 200.0,
            ..TickRow::default()
        }
    }

    fn facts() -> Facts {
        Facts {
            sample: 0.5,
            ..Facts::default()
        }
    }

    #[test]
    fn burn_in_is_the_base_and_is_not_counted() {
        let mut all = Accumulator::default();
        all.add_tick(&[row(-1.0, "a", 0.3)]);
        all.add_tick(&[row(0.0, "a", 0.5)]);
        assert_eq!(all.finish(facts()).oom_per_year, None);
        for day in 1..=365 {
            all.add_tick(&[row(f64::from(day), "a", 0.5 + f64::from(day) / 100.0)]);
        }
        let summary = all.finish(facts());
        assert_eq!(
            (summary.ticks, summary.ticks_total, summary.sim_days),
            (365, 367, 365.0)
        );
        assert_eq!((summary.events, summary.events_total), (365 * 7, 367 * 7));
        assert!((summary.oom.training - 3.65).abs() < 1e-12);
        assert!((summary.oom_per_year.unwrap() - 3.65).abs() < 1e-12);
        assert_eq!(summary.days_to_oom[&1], Some(100.0));
        assert_eq!(summary.days_to_oom[&3], Some(300.0));
        assert_eq!(summary.days_to_oom[&4], None);
        assert_eq!(summary.days_to_oom.len(), 5);
        assert_eq!(summary.duplicate_share, Some(0.25));
        assert_eq!(summary.scooped_share, Some(0.1));
        assert_eq!(summary.world.researchers_max, 20.0);
        assert_eq!(summary.sampled.researchers_max, 10.0);
        assert!(summary.valid);
    }

    #[test]
    fn the_frontier_is_of_whoever_is_ahead() {
        let mut all = Accumulator::default();
        all.add_tick(&[row(0.0, "a", 1.0), row(0.0, "b", 0.2)]);
        all.add_tick(&[row(1.0, "a", 1.5), row(1.0, "b", 0.7)]);
        assert_eq!(all.headline_oom(), 0.5);
        all.add_tick(&[row(2.0, "a", 1.6), row(2.0, "b", 2.2)]);
        let summary = all.finish(facts());
        assert_eq!(summary.leader, "b");
        assert!((summary.oom.training - 1.2).abs() < 1e-12);
        assert_eq!(summary.days_to_oom[&1], Some(2.0));
        assert_eq!(summary.researchers_max, 20);
    }

    #[test]
    fn the_fastest_year_is_found_inside_a_longer_run() {
        let mut all = Accumulator::default();
        for day in 1..=1200 {
            let late = f64::from((day - 500).clamp(0, 365));
            all.add_tick(&[row(
                f64::from(day),
                "a",
                late / 100.0 + f64::from(day) / 1e4,
            )]);
        }
        let fastest = all.finish(facts()).fastest_12_months.unwrap();
        assert_eq!((fastest.from_day, fastest.to_day), (500.0, 865.0));
        assert!((fastest.oom - 3.6865).abs() < 1e-9, "{fastest:?}");
    }

    #[test]
    fn a_stalled_run_is_not_valid() {
        let mut all = Accumulator::default();
        all.add_tick(&[TickRow {
            hours_stalled: 0.5,
            ..row(1.0, "a", 0.1)
        }]);
        let summary = all.finish(facts());
        assert!(!summary.valid);
        assert!(summary.stalled_share.unwrap() > STALLED_SHARE_MAX);
    }
}
