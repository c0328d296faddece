//! The checked, resolved scenario: plain data, immutable once built, units in the names.
//!
//! `parse` makes it from TOML; everything after it (world, engines, records) reads only this.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Demand, Energy, Fleet, Labour, Market, Money, Overheads, Regulation, Supply, Wave};

/// Hours in a year: 365 days. Growth factors "per year" refer to it.
pub const HOURS_PER_YEAR: f64 = 8760.0;

/// One run, fully specified. Its canonical JSON is hashed into the manifest and the digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Name: the file stem, with `@variant` appended when one was chosen.
    pub name: String,
    /// The question the scenario asks, one sentence.
    pub question: String,
    /// Time, size and sampling.
    pub run: Run,
    /// What there is to find.
    pub ideas: Ideas,
    /// Who looks for it. At least one; names are unique.
    pub labs: Vec<Lab>,
    /// Knowledge that crosses labs.
    pub exchanges: Vec<Exchange>,
    /// Makers of chips.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supply: Option<Supply>,
    /// Customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub demand: Option<Demand>,
    /// How customers, capital and people choose between labs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub market: Option<Market>,
    /// The long wave of investment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wave: Option<Wave>,
    /// What a government does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regulation: Option<Regulation>,
    /// What automation does to human work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labour: Option<Labour>,
    /// What changes on the way. Names are unique.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
}

/// Time, size and sampling of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Seed of every draw.
    pub seed: u64,
    /// Calendar date of day 0, the end of burn-in, `YYYY-MM-DD`.
    pub start_date: String,
    /// Days simulated before day 0 and left out of every summary.
    pub burn_in_days: f64,
    /// Days simulated from day 0.
    pub days: f64,
    /// Hours between two exchanges of knowledge: the tick, from the start of burn-in.
    pub tick_hours: f64,
    /// Later values of the tick: from this day on, so many hours. Ascending days.
    pub tick_schedule: Vec<TickChange>,
    /// The tick halves while fastest serial speed x tick hours exceeds this; `None`: never.
    pub speed_tick_hours_max: Option<f64>,
    /// Fraction of the world that is simulated, in (0, 1].
    pub sample: f64,
    /// Most agents of one population; above it the weight of each doubles.
    pub agents_max: u64,
    /// Most events of one agent in one tick; what is beyond waits for the next tick.
    pub events_max_per_tick: u32,
    /// Days between two rebuilds of the popularity tables.
    pub popularity_rebuild_days: f64,
}

/// From `from_day` on the tick is `tick_hours`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TickChange {
    /// Day of the change, counted from day 0.
    pub from_day: f64,
    /// Hours of the tick from then on.
    pub tick_hours: f64,
}

/// The landscape of ideas. The same block in every scenario that shares a calibration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ideas {
    /// Lines of research in the whole world, before sampling.
    pub topics: u32,
    /// 32-bit words of a board's window above its base: 1, 2 or 4.
    pub window_words: u32,
    /// Lowest unknown ideas of a topic that are open at once, 1 to 32 x `window_words`.
    pub breadth: u32,
    /// q in the popularity (u + q)^-z of the topic at quantile u.
    pub popularity_offset: f64,
    /// z in the popularity (u + q)^-z of the topic at quantile u.
    pub popularity_exponent: f64,
    /// Experiments cost 10^(-this x training OOM) of what they did.
    pub experiment_cost_exponent: f64,
    /// Thinking takes 10^(-this x tools OOM) of what it did.
    pub tools_effort_exponent: f64,
    /// Kinds of topic; `topic_share` sums to 1. At most 16.
    pub kinds: Vec<IdeaKind>,
}

/// A kind of topic: what its ideas take and give.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdeaKind {
    /// Name, unique among kinds.
    pub name: String,
    /// Share of all topics that are of this kind.
    pub topic_share: f64,
    /// Shares of an idea's gain; they sum to at most 1.
    pub gain_to: GainShares,
    /// Thinking before an experiment at index 0, hours of a median human.
    pub think_hours: f64,
    /// A full-size experiment at index 0, A100e-hours.
    pub experiment_a100e_hours: f64,
    /// The smallest useful experiment at index 0, A100e-hours.
    pub experiment_floor_a100e_hours: f64,
    /// Wall hours of a full-size experiment when compute is no limit.
    pub experiment_fastest_hours: f64,
    /// Success probability at index 0, median skill and size `success_reference_size`.
    pub success_probability: f64,
    /// Experiment size (fraction of full) at which `success_probability` holds: m0.
    pub success_reference_size: f64,
    /// chi: success rises as size^chi.
    pub success_size_exponent: f64,
    /// Difficulty grows 10^(this x index).
    pub level_oom_per_idea: f64,
    /// Share of difficulty that lowers the odds; the rest lengthens the work.
    pub par: f64,
    /// Mean gain of one idea of the whole world at index 0, OOM.
    pub gain_mean_oom: f64,
    /// Sigma of the natural logarithm of the gain.
    pub gain_sigma_ln: f64,
    /// Sum of gains after which the kind's ideas end; `None`: at index 1022.
    pub ceiling_oom: Option<f64>,
    /// Sum of gains that the kind's ideas approach, each gaining less than the one before; `None`: alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_oom: Option<f64>,
}

/// How an idea's gain splits over what it improves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GainShares {
    /// Training efficiency: the headline OOM.
    pub training: f64,
    /// Inference efficiency.
    pub inference: f64,
    /// Hardware utilisation.
    pub utilisation: f64,
    /// Research productivity.
    pub tools: f64,
    /// Serial speed of automated researchers at the same compute.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub serial: f64,
}

/// Whether a value that came later may be left out, so that older scenarios keep their hash.
pub(super) fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

fn is_false(value: &bool) -> bool {
    !value
}

/// An owner of compute and of researchers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lab {
    /// Name, unique among labs.
    pub name: String,
    /// Physical fleet, A100e, over time.
    pub fleet_a100e: Series,
    /// Share of the fleet for research experiments.
    pub experiment_share: f64,
    /// Share of the fleet for training runs.
    pub training_share: f64,
    /// Share of the fleet for the inference of automated researchers.
    pub inference_share: f64,
    /// Share of the fleet that serves customers. The four shares sum to at most 1.
    pub serving_share: f64,
    /// Target share of a researcher's time spent waiting for experiments.
    pub waiting_target: f64,
    /// Exponent of the per-tick correction of experiment size.
    pub size_correction_exponent: f64,
    /// Inference compute that would run researchers without experiments goes to experiments.
    pub surplus_inference_to_experiments: bool,
    /// Researchers without an open idea get no compute and are let go until there are ideas again.
    #[serde(default, skip_serializing_if = "is_false")]
    pub admit_by_ideas: bool,
    /// How models improve from training runs; `None`: never retrained.
    pub training: Option<Training>,
    /// Pooled experience: skill rises as (researcher-hours / reference)^exponent beyond it.
    pub experience_reference_hours: f64,
    /// Exponent of pooled experience; 0 is off.
    pub experience_skill_exponent: f64,
    /// Chips by vintage; `None`: `fleet_a100e` is the fleet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fleet: Option<Fleet>,
    /// Power for the chips; `None`: as much as they draw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub energy: Option<Energy>,
    /// Income and spending; `None`: money is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub money: Option<Money>,
    /// Time lost to starting sandboxes and jobs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overheads: Option<Overheads>,
    /// Who works there, in the order in which experiments are admitted.
    pub populations: Vec<Population>,
}

/// Model generations: a run ends every `run_days`; quality is its effective compute in OOM over
/// that of the first run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Days a training run takes.
    pub run_days: f64,
    /// Skill of automated researchers is multiplied by 10^(this x quality OOM).
    pub quality_skill_exponent: f64,
    /// Chance of a larger tournament is multiplied by 10^(this x quality OOM).
    pub quality_taste_exponent: f64,
    /// Highest idea index automated researchers can take at quality 0; `None`: no limit.
    pub idea_reach: Option<f64>,
    /// Indices added to `idea_reach` per OOM of quality.
    pub idea_reach_per_quality_oom: f64,
    /// Quality at which more effective compute stops giving better models; `None`: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scaling_stop_oom: Option<f64>,
    /// Most quality that the data of the day allow; `None`: no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_limit_oom: Option<Series>,
}

/// Researchers of one lab and one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// Name, unique in its lab.
    pub name: String,
    /// What sets their number and speed.
    pub kind: PopulationKind,
    /// Sigma of ln(skill); the median is 1.
    pub skill_sigma_ln: f64,
    /// Largest tournament over candidate topics, 1 to 16.
    pub taste_max: u32,
    /// Tournament size is min(taste_max, floor(U^-this)).
    pub taste_tail_exponent: f64,
    /// Noise of judging a topic, in log2 of hours, at tournament size 1.
    pub taste_noise: f64,
    /// Boards (teams) over which the researchers are spread.
    pub boards: u32,
    /// How boards of the population hear of each other's finds.
    pub topology: Topology,
    /// Age of news when it arrives, hours; a multiple of every tick. 0: at the end of the tick.
    pub lag_hours: f64,
    /// Share of working time spent reading; 0: all news is seen at no cost.
    pub reading_share: f64,
    /// Finds read an hour of reading.
    pub reading_rate_per_hour: f64,
}

/// What sets number and speed of a population.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PopulationKind {
    /// Speed 1, paid hours, number from a series.
    Human {
        /// Researchers over time.
        headcount: Series,
        /// Paid hours a week; duty = this / 168.
        hours_per_week: f64,
    },
    /// Day and night, number and speed from inference compute.
    Automated {
        /// Day on which the first of them starts.
        start_day: f64,
        /// Days over which they ramp up to what compute allows.
        ramp_days: f64,
        /// Serial speed, in humans, at which a copy is cheapest: s0.
        native_speed: f64,
        /// Fastest serial speed that can be bought with copies.
        speed_max: f64,
        /// Copies beyond which efficiency buys speed.
        copies_max: f64,
        /// N is proportional to speed^-this at fixed compute.
        speed_cost_exponent: f64,
        /// Tokens a second of human thought.
        tokens_per_human_second: f64,
        /// Tokens a second that one A100e generates at inference OOM 0.
        tokens_per_second_per_a100e: f64,
        /// What serial speed that was found is spent on.
        #[serde(default, skip_serializing_if = "SerialGain::is_default")]
        spend_serial_on: SerialGain,
    },
}

/// What serial speed found along the way is spent on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SerialGain {
    /// Researchers think faster.
    #[default]
    Speed,
    /// Researchers think as before, more of them.
    Copies,
}

impl SerialGain {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// How boards of a population hear of each other.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "topology", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Topology {
    /// Boards never exchange.
    None,
    /// Each board hears the next and the previous.
    Ring,
    /// A tree: each board hears its parent and its children.
    Hierarchy {
        /// Children of a board.
        fan_out: u32,
    },
    /// Watts-Strogatz: a ring lattice with rewired edges.
    SmallWorld {
        /// Neighbours on each side before rewiring.
        neighbours: u32,
        /// Share of edges rewired.
        rewire: f64,
    },
    /// Each board hears everything its lab knows.
    Broadcast,
    /// Agents post what they find; who reads a post tells the own board.
    Network {
        /// Share of finds that are posted.
        post_share: f64,
        /// Agents that read a post and comment on it.
        comments_per_post: f64,
    },
}

/// Knowledge of one lab that reaches another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// The lab that knows (index into `labs`).
    pub from: usize,
    /// The lab that hears (index into `labs`).
    pub to: usize,
    /// Age of news when it arrives, hours.
    pub lag_hours: f64,
    /// Share of ideas that ever cross.
    pub share: f64,
}

/// A quantity over time: points joined by straight lines in the logarithm, constant before the
/// first, growing by `growth_per_year` after the last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// (day from day 0, value > 0), ascending days, at least one.
    pub points: Vec<(f64, f64)>,
    /// Factor a year after the last point.
    pub growth_per_year: f64,
}

/// A change of parameters during a run; it fires once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Name, unique among events.
    pub name: String,
    /// When it fires.
    pub when: Condition,
    /// The new values, laid out as a file; elements of lists are keys by their names.
    pub set: Map<String, Value>,
}

/// When an event fires.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Condition {
    /// At the first tick that starts on this day, counted from day 0, or later.
    Day(f64),
    /// At the tick after the first one, from the end of burn-in on, whose record compares so.
    Quantity {
        /// A numeric column of the tick record, one of [`super::QUANTITIES`].
        name: String,
        /// The lab whose row is looked at (index into `labs`); `None`: any lab's.
        lab: Option<usize>,
        /// How the column compares to `value`.
        comparison: Comparison,
        /// In the unit of the column.
        value: f64,
    },
}

/// How two numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparison {
    /// Greater than.
    #[serde(rename = ">")]
    Above,
    /// Greater or equal.
    #[serde(rename = ">=")]
    AtLeast,
    /// Less than.
    #[serde(rename = "<")]
    Below,
    /// Less or equal.
    #[serde(rename = "<=")]
    AtMost,
}

impl Comparison {
    /// Whether `one` compares so to `other`.
    pub fn holds(self, one: f64, other: f64) -> bool {
        match self {
            Self::Above => one > other,
            Self::AtLeast => one >= other,
            Self::Below => one < other,
            Self::AtMost => one <= other,
        }
    }

    /// The sign that stands for it.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::Below => "<",
            Self::AtMost => "<=",
        }
    }
}
