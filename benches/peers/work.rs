//! Work that systems can be compared on: a state, the ticks that follow it, and what they come to.
//!
//! `benches/peers/README.md` has the format of the file.

use std::io::{self, Read, Write};
use std::time::Instant;

use bytemuck::{Pod, cast_slice};
use takeoff::model::census::{COUNTERS, Census, NodeCensus, PopulationCensus};
use takeoff::model::engine::{Engine, EngineError, PopulationSetup, Setup, Store, Tick};
use takeoff::model::layout::{
    AliasEntry, BoardTick, Edge, KindGain, KindTick, Mail, PopulationTick,
};
use takeoff::model::rng::Pair;
use takeoff::model::tables;

/// Version of the file format.
const FORMAT: u32 = 1;
/// Bytes of the name of a part.
const NAME_BYTES: usize = 24;

/// A state and the ticks that follow it.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// Sizes and wiring.
    pub setup: Setup,
    /// Before the first tick.
    pub start: State,
    /// What each tick is told; the first brings all tables.
    pub ticks: Vec<Tick>,
    /// What each tick comes to.
    pub expected: Vec<Census>,
}

/// What an engine holds between ticks.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Knowledge of nodes, boards' older knowledge, mails.
    pub stores: [Vec<u32>; 3],
    /// By population.
    pub agents: Vec<Agents>,
}

/// Agents of a population by rank.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Agents {
    /// First words.
    pub due: Vec<u32>,
    /// Second words.
    pub work: Vec<u32>,
    /// Sum of their hashes.
    pub lanes: [u32; 4],
}

const STORES: [(Store, &str); 3] = [
    (Store::Nodes, "nodes"),
    (Store::Older, "older"),
    (Store::Mails, "mail_store"),
];

impl State {
    /// The state of an engine; agents' hashes are salted by `populations`.
    ///
    /// # Errors
    /// If the device fails.
    pub fn of(
        setup: &Setup,
        populations: &[PopulationTick],
        engine: &mut dyn Engine,
    ) -> Result<Self, EngineError> {
        let [nodes, older, mails] = STORES.map(|(store, _)| engine.read_store(store));
        let mut agents = Vec::new();
        for (index, population) in setup.populations.iter().enumerate() {
            let mut due = vec![0; population.slots as usize];
            let mut work = due.clone();
            engine.read_agents(index, 0, &mut due, &mut work)?;
            let lanes = engine
                .recount(index, &populations[index], population.slots)?
                .lanes;
            agents.push(Agents { due, work, lanes });
        }
        Ok(Self {
            stores: [nodes?, older?, mails?],
            agents,
        })
    }

    /// Puts an engine into this state.
    ///
    /// # Errors
    /// If the device fails.
    pub fn restore(&self, engine: &mut dyn Engine) -> Result<(), EngineError> {
        for ((store, _), words) in STORES.iter().zip(&self.stores) {
            engine.write_store(*store, words)?;
        }
        for (index, agents) in self.agents.iter().enumerate() {
            engine.write_agents(index, 0, &agents.due, &agents.work)?;
            engine.write_lanes(index, agents.lanes);
        }
        Ok(())
    }
}

impl Work {
    /// Agents in the slots at the start.
    pub fn agents(&self) -> usize {
        self.start
            .agents
            .iter()
            .flat_map(|agents| &agents.work)
            .filter(|&&work| work != 0)
            .count()
    }

    /// Runs all ticks from the start: seconds of each, and the first difference from what is expected.
    ///
    /// # Errors
    /// If the device fails.
    pub fn run(&self, engine: &mut dyn Engine) -> Result<(Vec<f64>, Option<String>), EngineError> {
        // Later ticks may have brought other tables; the first tick is timed without taking them in.
        engine.tick(&self.ticks[0].input())?;
        self.start.restore(engine)?;
        let (mut seconds, mut difference) = (Vec::new(), None);
        for (t, (tick, expected)) in self.ticks.iter().zip(&self.expected).enumerate() {
            let mut input = tick.input();
            if t == 0 {
                (input.alias, input.binomial) = (None, None);
            }
            let start = Instant::now();
            let census = engine.tick(&input)?;
            seconds.push(start.elapsed().as_secs_f64());
            if census != *expected && difference.is_none() {
                difference = Some(format!("tick {t} differs"));
            }
        }
        Ok((seconds, difference))
    }

    /// Writes the file.
    ///
    /// # Errors
    /// If `out` refuses.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let setup = &self.setup;
        if setup.populations.iter().any(|of| of.rank_first != 0) {
            return Err(invalid("ranks that do not begin at 0"));
        }
        let sizes = [
            FORMAT,
            setup.window_words as u32,
            setup.topics as u32,
            setup.kinds.len() as u32,
            setup.populations.len() as u32,
            setup.labs() as u32,
            setup.boards() as u32,
            setup.mails.len() as u32,
            setup.edges.len() as u32,
            setup.classes as u32,
            self.ticks.len() as u32,
        ];
        let slots: Vec<u64> = setup.populations.iter().map(|p| p.slots).collect();
        let mut put = |name: &str, words: &[u32]| put(out, name, words);
        put("sizes", &sizes)?;
        put("kind_gains", cast_slice(&setup.kinds))?;
        put("topic_kind", &setup.topic_kind)?;
        put("ideas_key", &setup.ideas_key)?;
        put("slots_max", cast_slice(&slots))?;
        put("lab_boards", &setup.lab_boards)?;
        put("edge_start", &setup.edge_start)?;
        put("edges", cast_slice(&setup.edges))?;
        put("mails", cast_slice(&setup.mails))?;
        put("normal", cast_slice(&tables::normal()))?;
        for ((_, name), words) in STORES.iter().zip(&self.start.stores) {
            put(name, words)?;
        }
        for (index, agents) in self.start.agents.iter().enumerate() {
            put(&format!("agents.{index}.due"), &agents.due)?;
            put(&format!("agents.{index}.work"), &agents.work)?;
            put(&format!("agents.{index}.lanes"), &agents.lanes)?;
        }
        for (t, (tick, expected)) in self.ticks.iter().zip(&self.expected).enumerate() {
            let mut put = |name: &str, words: &[u32]| put(&format!("{t}.{name}"), words);
            let spawn: Vec<u32> = tick.spawn.iter().map(|&spawn| u32::from(spawn)).collect();
            put("populations", cast_slice(&tick.populations))?;
            put("kinds", cast_slice(&tick.kinds))?;
            put("boards", cast_slice(&tick.boards))?;
            put("classes", &tick.classes)?;
            put("slots", cast_slice(&tick.slots))?;
            put("spawn", &spawn)?;
            if let Some(alias) = &tick.alias {
                put("alias", cast_slice(alias))?;
            }
            if let Some(binomial) = &tick.binomial {
                put("binomial", binomial)?;
            }
            let (counters, lanes): (Vec<_>, Vec<_>) = expected
                .populations
                .iter()
                .map(|population| (population.counters, population.lanes))
                .unzip();
            put("expected.counters", cast_slice(&counters))?;
            put("expected.lanes", cast_slice(&lanes))?;
            put("expected.nodes", cast_slice(&expected.nodes))?;
            put("expected.gains", cast_slice(&expected.gains))?;
            put("expected.node_lanes", &expected.node_lanes)?;
        }
        Ok(())
    }

    /// Reads the file.
    ///
    /// # Errors
    /// If `input` ends early or is not such a file.
    pub fn read(input: &mut dyn Read) -> io::Result<Self> {
        let mut parts = Parts { input, next: None };
        let sizes: Vec<u32> = parts.take("sizes")?;
        if sizes.first() != Some(&FORMAT) || sizes.len() != 11 {
            return Err(invalid("another format of work"));
        }
        let setup = Setup {
            window_words: sizes[1] as usize,
            topics: sizes[2] as usize,
            kinds: parts.take::<KindGain>("kind_gains")?,
            topic_kind: parts.take("topic_kind")?,
            ideas_key: parts.take::<Pair>("ideas_key")?[0],
            populations: parts
                .take::<u64>("slots_max")?
                .into_iter()
                .map(|slots| PopulationSetup {
                    slots,
                    rank_first: 0,
                })
                .collect(),
            lab_boards: parts.take("lab_boards")?,
            edge_start: parts.take("edge_start")?,
            edges: parts.take::<Edge>("edges")?,
            mails: parts.take::<Mail>("mails")?,
            classes: sizes[9] as usize,
        };
        // Every system needs this table; the native engine makes its own.
        parts.take::<i32>("normal")?;
        let mut start = State {
            stores: [Vec::new(), Vec::new(), Vec::new()],
            agents: Vec::new(),
        };
        for ((_, name), words) in STORES.iter().zip(&mut start.stores) {
            *words = parts.take(name)?;
        }
        for index in 0..setup.populations.len() {
            start.agents.push(Agents {
                due: parts.take(&format!("agents.{index}.due"))?,
                work: parts.take(&format!("agents.{index}.work"))?,
                lanes: parts.take(&format!("agents.{index}.lanes"))?[0],
            });
        }
        let (mut ticks, mut expected) = (Vec::new(), Vec::new());
        for t in 0..sizes[10] {
            let name = |name: &str| format!("{t}.{name}");
            ticks.push(Tick {
                populations: parts.take::<PopulationTick>(&name("populations"))?,
                kinds: parts.take::<KindTick>(&name("kinds"))?,
                boards: parts.take::<BoardTick>(&name("boards"))?,
                classes: parts.take(&name("classes"))?,
                slots: parts.take(&name("slots"))?,
                spawn: parts
                    .take::<u32>(&name("spawn"))?
                    .into_iter()
                    .map(|spawn| spawn != 0)
                    .collect(),
                alias: parts.take_if::<AliasEntry>(&name("alias"))?,
                binomial: parts.take_if(&name("binomial"))?,
            });
            let counters: Vec<[u64; COUNTERS]> = parts.take(&name("expected.counters"))?;
            let lanes: Vec<[u32; 4]> = parts.take(&name("expected.lanes"))?;
            expected.push(Census {
                populations: counters
                    .into_iter()
                    .zip(lanes)
                    .map(|(counters, lanes)| PopulationCensus { counters, lanes })
                    .collect(),
                nodes: parts.take::<NodeCensus>(&name("expected.nodes"))?,
                gains: parts.take(&name("expected.gains"))?,
                node_lanes: parts.take(&name("expected.node_lanes"))?[0],
            });
        }
        Ok(Self {
            setup,
            start,
            ticks,
            expected,
        })
    }
}

/// Writes one part: its name, its length in words, its words.
fn put(out: &mut dyn Write, name: &str, words: &[u32]) -> io::Result<()> {
    let mut bytes = [0; NAME_BYTES];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    out.write_all(&bytes)?;
    out.write_all(&(words.len() as u64).to_le_bytes())?;
    for chunk in words.chunks(1 << 14) {
        let bytes: Vec<u8> = chunk.iter().flat_map(|word| word.to_le_bytes()).collect();
        out.write_all(&bytes)?;
    }
    Ok(())
}

fn invalid(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

/// The parts of a file in order.
struct Parts<'a> {
    input: &'a mut dyn Read,
    /// A part whose name was read but that nobody took yet.
    next: Option<String>,
}

impl Parts<'_> {
    /// The next part, which must have this name.
    fn take<T: Pod>(&mut self, name: &str) -> io::Result<Vec<T>> {
        self.take_if(name)?
            .ok_or_else(|| invalid(format!("{name} is missing")))
    }

    /// The next part if it has this name.
    fn take_if<T: Pod>(&mut self, name: &str) -> io::Result<Option<Vec<T>>> {
        if self.next.is_none() {
            let mut bytes = [0; NAME_BYTES];
            self.input.read_exact(&mut bytes)?;
            let text = String::from_utf8_lossy(&bytes);
            self.next = Some(text.trim_end_matches('\0').to_owned());
        }
        if self.next.as_deref() != Some(name) {
            return Ok(None);
        }
        self.next = None;
        let mut words = [0; 8];
        self.input.read_exact(&mut words)?;
        let mut bytes = vec![0; 4 * u64::from_le_bytes(words) as usize];
        self.input.read_exact(&mut bytes)?;
        let word = |b: &[u8]| u32::from_le_bytes([b[0], b[1], b[2], b[3]]);
        let words: Vec<u32> = bytes.chunks_exact(4).map(word).collect();
        if !bytes.len().is_multiple_of(size_of::<T>()) {
            return Err(invalid(format!("{name} has {} words", words.len())));
        }
        let mut items = vec![T::zeroed(); bytes.len() / size_of::<T>()];
        bytemuck::cast_slice_mut(&mut items).copy_from_slice(&words);
        Ok(Some(items))
    }
}
