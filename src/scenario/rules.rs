//! What keys owe each other. Each rule names the keys it reads: the message points at the first,
//! and a rule that read a wrong value is not reported.

use super::keys::limit;
use super::tree::{Path, Step};
use super::{IdeaKind, Lab, Population, PopulationKind, Run, Scenario, Topology};

/// A broken rule.
pub(super) struct Broken {
    /// The keys it reads, the one to blame first.
    pub keys: Vec<Path>,
    /// What is wrong and what would be right.
    pub message: String,
}

/// Room for sums of shares that were written as decimal fractions.
const SHARE_SLACK: f64 = 1e-9;

/// Ticks are multiples of 1/64 hour, which binary fractions hold exactly, however often halved.
const TICKS_PER_HOUR: f64 = 64.0;

/// All rules that the scenario breaks.
pub(super) fn broken(scenario: &Scenario) -> Vec<Broken> {
    let mut rules = Rules {
        scenario,
        broken: Vec::new(),
    };
    rules.ticks(&scenario.run);
    rules.ideas();
    for (index, kind) in scenario.ideas.kinds.iter().enumerate() {
        rules.kind(kind, &path(&[("ideas", None), ("kinds", Some(index))]));
    }
    for (index, lab) in scenario.labs.iter().enumerate() {
        let at = path(&[("labs", Some(index))]);
        rules.lab(lab, &at);
        for (inner, population) in lab.populations.iter().enumerate() {
            rules.population(population, &join(&at, "populations", Some(inner)));
        }
    }
    rules.surroundings();
    rules.counts();
    rules.names();
    rules.exchanges();
    rules.broken
}

struct Rules<'a> {
    scenario: &'a Scenario,
    broken: Vec<Broken>,
}

fn join(at: &Path, key: &str, index: Option<usize>) -> Path {
    let mut path = at.clone();
    path.push(Step::Key(key.to_owned()));
    path.extend(index.map(Step::Item));
    path
}

fn path(steps: &[(&str, Option<usize>)]) -> Path {
    steps
        .iter()
        .fold(Path::new(), |at, (key, index)| join(&at, key, *index))
}

fn run(key: &str) -> Path {
    path(&[("run", None), (key, None)])
}

fn ideas(key: &str) -> Path {
    path(&[("ideas", None), (key, None)])
}

/// `hours` in 64ths of an hour, if it is a whole number of them.
fn sixty_fourths(hours: f64) -> Option<u64> {
    let parts = hours * TICKS_PER_HOUR;
    (parts == libm::floor(parts) && (0.0..9e15).contains(&parts)).then_some(parts as u64)
}

fn is_multiple(hours: f64, tick_hours: f64) -> bool {
    match (sixty_fourths(hours), sixty_fourths(tick_hours)) {
        (Some(hours), Some(tick)) if tick > 0 => hours.is_multiple_of(tick),
        // A tick that is no multiple of 1/64 hour is reported as such.
        (_, None) => true,
        _ => false,
    }
}

impl Rules<'_> {
    fn require(&mut self, holds: bool, keys: Vec<Path>, message: impl FnOnce() -> String) {
        if !holds {
            self.broken.push(Broken {
                keys,
                message: message(),
            });
        }
    }

    /// The ticks of the run and the day from which each holds.
    fn tick_values(&self) -> impl Iterator<Item = (f64, f64, &'static str)> {
        let run = &self.scenario.run;
        let first = std::iter::once((-run.burn_in_days, run.tick_hours, "tick_hours"));
        let later = run.tick_schedule.iter();
        first.chain(later.map(|change| (change.from_day, change.tick_hours, "tick_schedule")))
    }

    fn ticks(&mut self, of: &Run) {
        let values: Vec<_> = self.tick_values().collect();
        for (index, &(from, tick, key)) in values.iter().enumerate() {
            self.require(sixty_fourths(tick).is_some(), vec![run(key)], || {
                format!("a tick of {tick} hours is no multiple of 1/64 hour")
            });
            let read = |blame: &str| vec![run(blame), run(key), run("days"), run("burn_in_days")];
            if key == "tick_schedule" {
                let inside = -of.burn_in_days < from && from < of.days;
                self.require(inside, read(key), || {
                    format!("day {from} is not in the run")
                });
            }
            // Each stretch with one tick is a whole number of ticks; day 0 ends one as well.
            let next = values.get(index + 1);
            let end = next.map_or(of.days, |next| next.0);
            let end_key = if next.is_some() {
                "tick_schedule"
            } else {
                "days"
            };
            let zero = from.max(0.0).min(end);
            for (from, to, blame) in [(from, zero, "burn_in_days"), (zero, end, end_key)] {
                let blame = if to == end { end_key } else { blame };
                let whole = to <= from || is_multiple((to - from) * 24.0, tick);
                self.require(whole, read(blame), || {
                    format!("days {from} to {to} are not a whole number of ticks of {tick} hours")
                });
            }
        }
    }

    fn ideas(&mut self) {
        let of = &self.scenario.ideas;
        let bits = 32 * of.window_words;
        self.require(
            of.breadth <= bits,
            vec![ideas("breadth"), ideas("window_words")],
            || format!("{} open ideas do not fit a window of {bits}", of.breadth),
        );
        let sampled = self.scenario.run.sample * f64::from(of.topics);
        let keys = vec![run("sample"), ideas("topics")];
        self.require(sampled >= limit::SAMPLED_TOPICS, keys, || {
            let least = limit::SAMPLED_TOPICS;
            format!("leaves {sampled} topics; under {least} a sample is off by more than 5%")
        });
        let sum: f64 = of.kinds.iter().map(|kind| kind.topic_share).sum();
        let keys = (0..of.kinds.len())
            .map(|index| {
                path(&[
                    ("ideas", None),
                    ("kinds", Some(index)),
                    ("topic_share", None),
                ])
            })
            .collect();
        let whole = of.kinds.is_empty() || (sum - 1.0).abs() <= SHARE_SLACK;
        self.require(whole, keys, || {
            format!("topic shares of all kinds sum to {sum}, not to 1")
        });
    }

    fn kind(&mut self, kind: &IdeaKind, at: &Path) {
        let key = |name: &str| join(at, name, None);
        let gain = &kind.gain_to;
        let sum = gain.training + gain.inference + gain.utilisation + gain.tools + gain.serial;
        let keys = ["training", "inference", "utilisation", "tools", "serial"]
            .map(key)
            .to_vec();
        self.require(sum <= 1.0 + SHARE_SLACK, keys, || {
            format!("training, inference, utilisation, tools and serial sum to {sum}, more than 1")
        });
        let (floor, full) = (
            kind.experiment_floor_a100e_hours,
            kind.experiment_a100e_hours,
        );
        let keys = vec![
            key("experiment_floor_a100e_hours"),
            key("experiment_a100e_hours"),
        ];
        self.require(floor <= full, keys, || {
            format!("the smallest experiment ({floor}) is larger than a full one ({full})")
        });
        let breadth = self.scenario.ideas.breadth;
        let span = f64::from(breadth) * kind.level_oom_per_idea;
        let keys = vec![key("level_oom_per_idea"), ideas("breadth")];
        self.require(span <= 2.0, keys, || {
            format!("x breadth {breadth} is {span} OOM between open ideas; at most 2")
        });
        let sample = self.scenario.run.sample;
        let sigma = kind.gain_sigma_ln;
        let largest = kind.gain_mean_oom / sample * libm::exp(4.0 * sigma - sigma * sigma / 2.0);
        let keys = vec![key("gain_mean_oom"), key("gain_sigma_ln"), run("sample")];
        self.require(largest < 1.0, keys, || {
            format!("a gain of 4 sigma is {largest} OOM in the sample; it must stay under 1")
        });
        if let Some(limit) = kind.limit_oom {
            let ends = kind.ceiling_oom.is_some();
            self.require(!ends, vec![key("limit_oom"), key("ceiling_oom")], || {
                "a kind has either a ceiling or a limit".to_owned()
            });
            let first =
                kind.gain_mean_oom * f64::from(self.scenario.ideas.topics) * kind.topic_share;
            let keys = vec![key("limit_oom"), key("gain_mean_oom")];
            self.require(2.0 * first <= limit, keys, || {
                format!("the first ideas of all topics gain {first} OOM, over half of the limit")
            });
        }
        let topics = f64::from(self.scenario.ideas.topics) * sample * kind.topic_share;
        let keys = vec![key("topic_share"), ideas("topics"), run("sample")];
        self.require(topics >= 1.0, keys, || {
            format!("leaves {topics} sampled topics of this kind; at least 1")
        });
    }

    fn lab(&mut self, lab: &Lab, at: &Path) {
        let sum =
            lab.experiment_share + lab.training_share + lab.inference_share + lab.serving_share;
        let keys = [
            "experiment_share",
            "training_share",
            "inference_share",
            "serving_share",
        ]
        .map(|name| join(at, name, None));
        self.require(sum <= 1.0 + SHARE_SLACK, keys.to_vec(), || {
            format!("the four shares of the fleet sum to {sum}, more than 1")
        });
        self.economy(lab, at);
    }

    /// What the blocks of a lab need of each other and of those around it.
    fn economy(&mut self, lab: &Lab, at: &Path) {
        let of = self.scenario;
        let key = |block: &str, name: &str| join(&join(at, block, None), name, None);
        let block = |name: &str| join(at, name, None);
        let tells = |needs: &'static str| move || format!("needs {needs}");
        if let Some(fleet) = &lab.fleet {
            self.require(
                of.supply.is_some(),
                vec![block("fleet")],
                tells("a [supply] block"),
            );
            let both = lab.money.is_some() && fleet.orders_a100e_per_year.is_some();
            let keys = vec![key("fleet", "orders_a100e_per_year")];
            self.require(!both, keys, || {
                "with a money block the budget sets the orders: leave one out".to_owned()
            });
        }
        let needs_fleet = [
            ("energy", lab.energy.is_some()),
            ("money", lab.money.is_some()),
        ];
        for (name, present) in needs_fleet {
            let holds = !present || lab.fleet.is_some();
            self.require(holds, vec![block(name)], tells("a [labs.fleet] block"));
        }
        if let Some(demand) = &of.demand {
            let fits = lab.serving_share == 0.0 || demand.serving_share_max == 0.0;
            self.require(fits, vec![block("serving_share")], || {
                "[demand] sets what serves customers: leave serving_share out".to_owned()
            });
        }
    }

    /// What the blocks around the labs need.
    fn surroundings(&mut self) {
        let of = self.scenario;
        let any_money = of.labs.iter().any(|lab| lab.money.is_some());
        if of.wave.is_some() {
            self.require(any_money, vec![path(&[("wave", None)])], || {
                "needs a lab with a [labs.money] block".to_owned()
            });
        }
        if let Some(market) = &of.market {
            let human =
                |population: &Population| matches!(population.kind, PopulationKind::Human { .. });
            let employ = |lab: &&Lab| lab.populations.iter().any(human);
            let employers = of.labs.iter().filter(employ).count();
            let holds = market.hired_knowledge_share == 0.0 || employers > 1;
            let keys = vec![path(&[("market", None), ("hired_knowledge_share", None)])];
            self.require(holds, keys, || {
                format!("needs two labs with human researchers to move between, not {employers}")
            });
        }
        let Some(labour) = &of.labour else {
            return;
        };
        let sum: f64 = labour.roles().iter().map(|role| role.share).sum();
        let keys = ["pattern", "routine_code", "formulation", "strategy"]
            .map(|role| path(&[("labour", None), (role, None), ("share", None)]));
        let whole = (sum - 1.0).abs() <= SHARE_SLACK;
        self.require(whole, keys.to_vec(), || {
            format!("shares of the four roles sum to {sum}, not to 1")
        });
    }

    fn population(&mut self, population: &Population, at: &Path) {
        let key = |name: &str| join(at, name, None);
        self.lag(population.lag_hours, &key("lag_hours"));
        if let PopulationKind::Automated {
            native_speed,
            speed_max,
            ..
        } = population.kind
        {
            let keys = vec![key("speed_max"), key("native_speed")];
            self.require(native_speed <= speed_max, keys, || {
                format!("{speed_max} is under the native speed of {native_speed}")
            });
        }
        if let Topology::SmallWorld { neighbours, .. } = population.topology {
            let boards = population.boards;
            let keys = vec![key("neighbours"), key("boards")];
            // Without room for a neighbour on each side it is the number of boards that is wrong.
            let room = boards > 2;
            self.require(room, vec![key("boards")], || {
                format!("a small world needs 3 boards or more, not {boards}")
            });
            let fits = 2 * u64::from(neighbours) < u64::from(boards);
            self.require(!room || fits, keys, || {
                format!("{neighbours} neighbours on each side need more than {boards} boards")
            });
        }
    }

    fn lag(&mut self, lag_hours: f64, at: &Path) {
        for (_, tick, key) in self.tick_values().collect::<Vec<_>>() {
            let keys = vec![at.clone(), run(key)];
            self.require(is_multiple(lag_hours, tick), keys, || {
                format!("{lag_hours} hours are no multiple of the tick of {tick} hours")
            });
        }
    }

    fn counts(&mut self) {
        let labs = &self.scenario.labs;
        let populations: usize = labs.iter().map(|lab| lab.populations.len()).sum();
        let most = limit::POPULATIONS;
        self.require(populations <= most, vec![path(&[("labs", None)])], || {
            format!("{populations} populations in all; at most {most}")
        });
        let all = labs.iter().flat_map(|lab| &lab.populations);
        let boards: u64 = all.map(|population| u64::from(population.boards)).sum();
        let largest = labs.iter().enumerate().flat_map(|(index, lab)| {
            lab.populations
                .iter()
                .enumerate()
                .map(move |(inner, p)| (p.boards, index, inner))
        });
        let Some((_, index, inner)) = largest.max() else {
            return;
        };
        let at = path(&[
            ("labs", Some(index)),
            ("populations", Some(inner)),
            ("boards", None),
        ]);
        self.require(boards <= limit::BOARDS, vec![at], || {
            format!("{boards} boards in all; at most {}", limit::BOARDS)
        });
    }

    fn names(&mut self) {
        let of = self.scenario;
        let kinds = of
            .ideas
            .kinds
            .iter()
            .map(|kind| kind.name.as_str())
            .collect();
        self.unique(kinds, |i| {
            path(&[("ideas", None), ("kinds", Some(i)), ("name", None)])
        });
        let labs = of.labs.iter().map(|lab| lab.name.as_str()).collect();
        self.unique(labs, |i| path(&[("labs", Some(i)), ("name", None)]));
        let events = of.events.iter().map(|event| event.name.as_str()).collect();
        self.unique(events, |i| path(&[("events", Some(i)), ("name", None)]));
        for (index, lab) in of.labs.iter().enumerate() {
            let names = lab
                .populations
                .iter()
                .map(|population| population.name.as_str());
            self.unique(names.collect(), |i| {
                path(&[
                    ("labs", Some(index)),
                    ("populations", Some(i)),
                    ("name", None),
                ])
            });
        }
    }

    fn unique(&mut self, names: Vec<&str>, at: impl Fn(usize) -> Path) {
        for (index, name) in names.iter().enumerate() {
            let first = names
                .iter()
                .position(|other| other == name)
                .unwrap_or(index);
            self.require(first == index, vec![at(index), at(first)], || {
                format!("\"{name}\" is the name of another one already")
            });
        }
    }

    fn exchanges(&mut self) {
        for (index, exchange) in self.scenario.exchanges.iter().enumerate() {
            let at = path(&[("exchange", Some(index))]);
            let keys = vec![join(&at, "to", None), join(&at, "from", None)];
            self.require(exchange.from != exchange.to, keys, || {
                "a lab does not exchange with itself".to_owned()
            });
            self.lag(exchange.lag_hours, &join(&at, "lag_hours", None));
        }
    }
}
