//! What a scenario comes to before it is run: sizes, speeds, and what to be wary of.

use std::fmt;

use super::{Condition, Lab, Population, PopulationKind, Scenario, write};

/// Bytes of one agent: `due` and `work`.
const BYTES_PER_AGENT: f64 = 8.0;

/// Researchers from which on nothing was ever observed (evidence C).
const EXTRAPOLATION: f64 = 1e6;

/// Under this share of difficulty in the odds, work gets too long to end.
const PAR_WALL: f64 = 0.5;

/// What a scenario comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Name of the scenario.
    pub name: String,
    /// Its question.
    pub question: String,
    /// Topics that are simulated.
    pub sampled_topics: f64,
    /// Ticks of burn-in.
    pub burn_in_ticks: u64,
    /// Ticks from day 0, before any halving for speed.
    pub ticks: u64,
    /// Every population.
    pub populations: Vec<PopulationCheck>,
    /// Every event: name, condition, what it sets.
    pub events: Vec<String>,
    /// What to be wary of.
    pub warnings: Vec<String>,
}

/// What a population comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct PopulationCheck {
    /// `lab.population`.
    pub name: String,
    /// The day the figures hold for: day 0, or the start if that is later.
    pub day: f64,
    /// Researchers in the world. Of automated ones, as many as the compute of the day runs at
    /// `speed` with nothing found yet, before the ramp and if no other population shares it.
    pub researchers: f64,
    /// Serial speed, humans.
    pub speed: f64,
    /// Fastest serial speed.
    pub speed_max: f64,
    /// Hours of human thought one researcher does in a tick, unseen by the others.
    pub blind_hours: f64,
    /// The same at the fastest speed, unless the tick halves before.
    pub blind_hours_max: f64,
    /// Bytes of the agents on that day.
    pub agent_bytes: f64,
    /// Bytes of the agents at most.
    pub agent_bytes_max: f64,
}

impl Check {
    /// Checks a scenario.
    pub fn of(scenario: &Scenario) -> Self {
        let (burn_in_ticks, ticks) = ticks(scenario);
        let pairs = scenario
            .labs
            .iter()
            .flat_map(|lab| lab.populations.iter().map(move |p| (lab, p)));
        let populations: Vec<_> = pairs.map(|(lab, p)| population(scenario, lab, p)).collect();
        Self {
            name: scenario.name.clone(),
            question: scenario.question.clone(),
            sampled_topics: scenario.run.sample * f64::from(scenario.ideas.topics),
            burn_in_ticks,
            ticks,
            events: write::event_lines(scenario),
            warnings: warnings(scenario, &populations),
            populations,
        }
    }
}

/// Ticks before and from day 0.
fn ticks(scenario: &Scenario) -> (u64, u64) {
    let run = &scenario.run;
    let mut counts = [0.0, 0.0];
    let mut from = -run.burn_in_days;
    let mut tick = run.tick_hours;
    let changes = run
        .tick_schedule
        .iter()
        .map(|change| (change.from_day, change.tick_hours));
    for (to, next) in changes.chain([(run.days, run.tick_hours)]) {
        let before = to.min(0.0) - from.min(0.0);
        counts[0] += before * 24.0 / tick;
        counts[1] += (to - from - before) * 24.0 / tick;
        (from, tick) = (to, next);
    }
    (libm::round(counts[0]) as u64, libm::round(counts[1]) as u64)
}

fn population(scenario: &Scenario, lab: &Lab, population: &Population) -> PopulationCheck {
    let run = &scenario.run;
    let (day, researchers, most, speed, speed_max) = match &population.kind {
        PopulationKind::Human { headcount, .. } => {
            let most = headcount.max_between(-run.burn_in_days, run.days);
            (0.0, headcount.at(0.0), most, 1.0, 1.0)
        }
        PopulationKind::Automated {
            start_day,
            native_speed,
            speed_max,
            copies_max,
            speed_cost_exponent,
            tokens_per_human_second,
            tokens_per_second_per_a100e,
            ..
        } => {
            let day = start_day.max(0.0);
            let tokens =
                lab.fleet_a100e.at(day) * lab.inference_share * tokens_per_second_per_a100e;
            let copies = tokens / (tokens_per_human_second * native_speed);
            let (copies, speed) = traded(
                copies,
                *native_speed,
                *copies_max,
                *speed_max,
                *speed_cost_exponent,
            );
            (day, copies, f64::INFINITY, speed, *speed_max)
        }
    };
    let agents = |researchers: f64| (researchers * run.sample).min(run.agents_max as f64);
    let tick = tick_at(scenario, day);
    let blind_hours_max = match run.speed_tick_hours_max {
        Some(bound) => (speed_max * tick).min(bound.max(speed * tick)),
        None => speed_max * tick,
    };
    PopulationCheck {
        name: format!("{}.{}", lab.name, population.name),
        day,
        researchers,
        speed,
        speed_max,
        blind_hours: speed * tick,
        blind_hours_max,
        agent_bytes: agents(researchers) * BYTES_PER_AGENT,
        agent_bytes_max: agents(most) * BYTES_PER_AGENT,
    }
}

/// Copies beyond `copies_max` are traded for speed, N being proportional to speed^-exponent; what
/// is left over at the fastest speed goes to weight.
fn traded(copies: f64, native: f64, copies_max: f64, speed_max: f64, exponent: f64) -> (f64, f64) {
    if copies <= copies_max || exponent == 0.0 {
        return (copies, native);
    }
    let wanted = native * libm::pow(copies / copies_max, 1.0 / exponent);
    let speed = wanted.min(speed_max);
    (copies * libm::pow(native / speed, exponent), speed)
}

fn tick_at(scenario: &Scenario, day: f64) -> f64 {
    let run = &scenario.run;
    let mut changes = run
        .tick_schedule
        .iter()
        .filter(|change| change.from_day <= day);
    changes
        .next_back()
        .map_or(run.tick_hours, |change| change.tick_hours)
}

fn warnings(scenario: &Scenario, populations: &[PopulationCheck]) -> Vec<String> {
    let mut warnings = Vec::new();
    for kind in scenario
        .ideas
        .kinds
        .iter()
        .filter(|kind| kind.par < PAR_WALL)
    {
        warnings.push(format!(
            "ideas.kinds.{}.par = {}: under {PAR_WALL} duration becomes a wall",
            kind.name, kind.par
        ));
    }
    let most = scenario.run.agents_max as f64;
    for one in populations {
        if one.researchers >= EXTRAPOLATION {
            warnings.push(format!(
                "{}: {:.3e} researchers; from {EXTRAPOLATION:e} on it is extrapolation",
                one.name, one.researchers
            ));
        }
        if one.researchers < 1.0 {
            warnings.push(format!(
                "{}: compute for {:.3} researchers; is the fleet or inference_share too small?",
                one.name, one.researchers
            ));
        }
        let simulated = one.researchers * scenario.run.sample;
        if simulated > most {
            warnings.push(format!(
                "{}: {simulated:.3e} agents pass agents_max, so each stands for several",
                one.name
            ));
        }
    }
    for lab in &scenario.labs {
        let automated = |p: &&Population| matches!(p.kind, PopulationKind::Automated { .. });
        if lab.populations.iter().filter(automated).count() > 1 {
            warnings.push(format!(
                "{}: several automated populations; each is counted as if it had all inference",
                lab.name
            ));
        }
    }
    for event in &scenario.events {
        if let Condition::Day(day) = event.when
            && day >= scenario.run.days
        {
            let (name, days) = (&event.name, scenario.run.days);
            warnings.push(format!(
                "event {name}: day {day} does not come, the run ends on day {days}"
            ));
        }
    }
    warnings
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.name, self.question)?;
        writeln!(f, "topics simulated     {}", self.sampled_topics)?;
        writeln!(
            f,
            "ticks                {} + {} of burn-in",
            self.ticks, self.burn_in_ticks
        )?;
        for one in &self.populations {
            writeln!(f, "{}, day {}", one.name, one.day)?;
            writeln!(f, "  researchers        {:.0}", one.researchers)?;
            writeln!(
                f,
                "  serial speed       {:.3} (at most {})",
                one.speed, one.speed_max
            )?;
            let (now, later) = (one.blind_hours, one.blind_hours_max);
            writeln!(
                f,
                "  mutual blindness   {now:.3} researcher-hours a tick (at most {later})"
            )?;
            let (now, later) = (mebibytes(one.agent_bytes), mebibytes(one.agent_bytes_max));
            writeln!(f, "  agents' memory     {now} MiB (at most {later} MiB)")?;
        }
        for event in &self.events {
            writeln!(f, "event {event}")?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        Ok(())
    }
}

fn mebibytes(bytes: f64) -> String {
    format!("{:.1}", bytes / 1_048_576.0)
}
