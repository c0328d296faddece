//! What happened in a tick that is worth a line of the log.

use crate::readable::power_of_ten;
use crate::record::bound::Bound;
use crate::record::{Accumulator, TickRow};

/// Days that a new leader or bound must last to be told: at a tie they change from tick to tick.
const LASTING_DAYS: f64 = 7.0;

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// An order of magnitude was reached.
    Milestone,
    /// An event of the scenario fired.
    Event,
    /// Something else binds progress.
    Bound,
    /// Another lab leads.
    Leader,
    /// A message of the program.
    Message,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Calendar date; empty before the first tick.
    pub date: String,
    /// What it is about.
    pub topic: Topic,
    /// What happened.
    pub text: String,
}

/// Remembers what was told, so that only what is new is.
#[derive(Clone, Debug, Default)]
pub struct News {
    ooms: u64,
    researchers_oom: Option<u32>,
    bound: Lasting<Bound>,
    bounds_met: Vec<Bound>,
    leader: Lasting<usize>,
}

impl News {
    /// What is new with the rows of a tick; `so_far` has them already.
    pub fn of_tick(&mut self, rows: &[TickRow], so_far: &Accumulator) -> Vec<Line> {
        let Some(first) = rows.first() else {
            return Vec::new();
        };
        let mut told = Vec::new();
        for event in first
            .events_fired
            .split("; ")
            .filter(|name| !name.is_empty())
        {
            told.push((Topic::Event, format!("event `{event}` fires")));
        }
        if first.day > 0.0 {
            self.reached(rows, so_far, &mut told);
            self.leads(rows, so_far, &mut told);
        }
        told.into_iter()
            .map(|(topic, text)| Line {
                date: first.date.clone(),
                topic,
                text,
            })
            .collect()
    }

    fn reached(&mut self, rows: &[TickRow], so_far: &Accumulator, told: &mut Vec<(Topic, String)>) {
        let (day, oom) = (rows[0].day, so_far.headline_oom());
        while oom >= (self.ooms + 1) as f64 {
            self.ooms += 1;
            let text = format!("{} OOM of training efficiency, day {day:.1}", self.ooms);
            told.push((Topic::Milestone, text));
        }
        let researchers: u64 = rows.iter().map(|row| row.researchers).sum();
        let power = researchers.checked_ilog10().unwrap_or(0);
        let before = *self.researchers_oom.get_or_insert(power);
        if power > before {
            self.researchers_oom = Some(power);
            let reached = power_of_ten(power);
            told.push((Topic::Milestone, format!("{reached} researchers")));
        }
    }

    fn leads(&mut self, rows: &[TickRow], so_far: &Accumulator, told: &mut Vec<(Topic, String)>) {
        let leader = so_far.leader();
        let Some(ahead) = rows.iter().position(|row| Some(row.lab.as_str()) == leader) else {
            return;
        };
        let day = rows[0].day;
        if let Some(before) = self.leader.see(ahead, day) {
            let (now, before) = (&rows[ahead].lab, &rows[before].lab);
            told.push((Topic::Leader, format!("{now} leads, before {before}")));
        }
        let changed = self.bound.see(Bound::of(&rows[ahead]), day);
        let Some(bound) = self.bound.stands else {
            return;
        };
        let is_first = !self.bounds_met.contains(&bound);
        if is_first {
            self.bounds_met.push(bound);
        }
        if let Some(before) = changed {
            let (now, before) = (bound.word(), before.word());
            let first = if is_first { ", for the first time" } else { "" };
            told.push((
                Topic::Bound,
                format!("bound by {now}, before {before}{first}"),
            ));
        }
    }
}

/// A value that counts as changed once it has lasted.
#[derive(Clone, Copy, Debug)]
struct Lasting<T> {
    stands: Option<T>,
    /// What differs from it, and since which day without a break.
    differs: Option<(T, f64)>,
}

impl<T> Default for Lasting<T> {
    fn default() -> Self {
        Self {
            stands: None,
            differs: None,
        }
    }
}

impl<T: Copy + PartialEq> Lasting<T> {
    /// The value before, when the one seen on `day` has lasted long enough to replace it.
    fn see(&mut self, value: T, day: f64) -> Option<T> {
        let stands = *self.stands.get_or_insert(value);
        if value == stands {
            self.differs = None;
            return None;
        }
        let since = match self.differs {
            Some((other, since)) if other == value => since,
            _ => day,
        };
        self.differs = Some((value, since));
        if day - since < LASTING_DAYS {
            return None;
        }
        *self = Self {
            stands: Some(value),
            differs: None,
        };
        Some(stands)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(day: f64, lab: &str, oom: f64, idle: u64) -> TickRow {
        TickRow {
            day,
            date: format!("day {day}"),
            lab: lab.to_owned(),
            tick_hours: 24.0,
            oom_training: oom,
            effective_compute_a100e: 1.0,
            researchers: 100_000 + 90_000 * day as u64,
            idle,
            hours_thought: 1.0,
            ..TickRow::default()
        }
    }

    fn told(ticks: impl IntoIterator<Item = Vec<TickRow>>) -> Vec<(String, String)> {
        let (mut news, mut so_far) = (News::default(), Accumulator::default());
        let mut told = Vec::new();
        for rows in ticks {
            so_far.add_tick(&rows);
            let lines = news.of_tick(&rows, &so_far);
            told.extend(lines.into_iter().map(|line| (line.date, line.text)));
        }
        told
    }

    fn on(day: u32, text: &str) -> (String, String) {
        (format!("day {day}"), text.to_owned())
    }

    #[test]
    fn orders_of_magnitude_are_told_once() {
        let days = (1..=20).map(f64::from);
        let ticks = days.map(|day| vec![row(day, "a", day / 8.0, 0)]);
        let expected = [
            on(8, "1 OOM of training efficiency, day 8.0"),
            on(10, "1M researchers"),
            on(16, "2 OOM of training efficiency, day 16.0"),
        ];
        assert_eq!(told(ticks), expected);
    }

    #[test]
    fn leaders_and_bounds_are_told_once_they_last() {
        let ticks = (1..=9).chain(20..=40).map(|day| {
            // b is ahead for three days, then from day 20 on; compute binds from day 30 on.
            let ahead = (3..6).contains(&day) || day >= 20;
            let idle = if day >= 30 { 1_000_000_000 } else { 0 };
            let day = f64::from(day);
            let b = row(day, "b", if ahead { 0.2 } else { 0.0 }, idle);
            let mut rows = vec![row(day, "a", 0.1, idle), b];
            rows.iter_mut().for_each(|row| row.researchers = 100_000);
            rows
        });
        let expected = [
            on(27, "b leads, before a"),
            on(37, "bound by compute, before labour, for the first time"),
        ];
        assert_eq!(told(ticks), expected);
    }

    #[test]
    fn events_are_told_in_burn_in_too() {
        let mut fired = row(-3.0, "a", 5.0, 0);
        fired.events_fired = "cut; hire".to_owned();
        let expected = ["event `cut` fires", "event `hire` fires"];
        let told = told([vec![fired]]);
        let texts: Vec<&str> = told.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, expected);
    }
}
