//! The columns of the tick record: one table, from which come the row, the Parquet schema, the
//! CSV header and the table in `docs/formats.md` (a test compares).
//!
//! One row per (tick, lab). To add a column, add a line at the end; columns never change meaning
//! and never go.

/// Type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// `u64`; Parquet INT64, unsigned.
    Count,
    /// `f64`; Parquet DOUBLE.
    Real,
    /// UTF-8; Parquet BYTE_ARRAY, string.
    Text,
}

impl ColumnKind {
    /// The name of the type in `docs/formats.md`.
    pub fn name(self) -> &'static str {
        match self {
            ColumnKind::Count => "u64",
            ColumnKind::Real => "f64",
            ColumnKind::Text => "string",
        }
    }

    /// The value that `text`, a CSV field, stands for.
    pub fn parse(self, text: &str) -> Option<Cell<'_>> {
        match self {
            ColumnKind::Count => text.parse().ok().map(Cell::Count),
            ColumnKind::Real => text.parse().ok().map(Cell::Real),
            ColumnKind::Text => Some(Cell::Text(text)),
        }
    }
}

/// One value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'row> {
    /// Of a [`ColumnKind::Count`] column.
    Count(u64),
    /// Of a [`ColumnKind::Real`] column.
    Real(f64),
    /// Of a [`ColumnKind::Text`] column.
    Text(&'row str),
}

/// A column: what it is and how to reach it in a row.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Name in the header and the schema.
    pub name: &'static str,
    /// Type.
    pub kind: ColumnKind,
    /// Unit; `1` for pure numbers.
    pub unit: &'static str,
    /// What it means, one line.
    pub doc: &'static str,
    /// Reads the column of a row.
    pub get: fn(&TickRow) -> Cell<'_>,
    /// Writes the column of a row; false when the cell is of another kind.
    pub set: fn(&mut TickRow, Cell<'_>) -> bool,
}

/// A Rust type that a column can have.
trait Value {
    const KIND: ColumnKind;
    fn cell(&self) -> Cell<'_>;
    fn put(&mut self, cell: Cell<'_>) -> bool;
}

impl Value for u64 {
    const KIND: ColumnKind = ColumnKind::Count;
    fn cell(&self) -> Cell<'_> {
        Cell::Count(*self)
    }
    fn put(&mut self, cell: Cell<'_>) -> bool {
        let Cell::Count(value) = cell else {
            return false;
        };
        *self = value;
        true
    }
}

impl Value for f64 {
    const KIND: ColumnKind = ColumnKind::Real;
    fn cell(&self) -> Cell<'_> {
        Cell::Real(*self)
    }
    fn put(&mut self, cell: Cell<'_>) -> bool {
        let Cell::Real(value) = cell else {
            return false;
        };
        *self = value;
        true
    }
}

impl Value for String {
    const KIND: ColumnKind = ColumnKind::Text;
    fn cell(&self) -> Cell<'_> {
        Cell::Text(self)
    }
    fn put(&mut self, cell: Cell<'_>) -> bool {
        let Cell::Text(value) = cell else {
            return false;
        };
        value.clone_into(self);
        true
    }
}

macro_rules! columns {
    ($($name:ident: $kind:ty, $unit:literal, $doc:literal;)*) => {
        /// What is recorded of one lab at the end of one tick. Counts, hours and compute are of
        /// the simulated sample; the world's are these divided by the scenario's `sample`.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct TickRow {
            $(#[doc = concat!($doc, " Unit: ", $unit, ".")] pub $name: $kind,)*
        }

        /// Every column, in the order of the files.
        pub const COLUMNS: &[Column] = &[$(Column {
            name: stringify!($name),
            kind: <$kind as Value>::KIND,
            unit: $unit,
            doc: $doc,
            get: |row| row.$name.cell(),
            set: |row, cell| row.$name.put(cell),
        }),*];
    };
}

columns! {
    tick: u64, "ticks", "Number of the tick, ascending by one.";
    day: f64, "days", "End of the tick, from the end of burn-in; not above 0 in burn-in.";
    date: String, "YYYY-MM-DD", "Calendar date at the end of the tick.";
    lab: String, "name", "Lab the row is about.";
    tick_hours: f64, "h", "Length of the tick.";
    oom_training: f64, "OOM", "Training efficiency found since the start of burn-in.";
    oom_inference: f64, "OOM", "Inference efficiency found since the start of burn-in.";
    oom_utilisation: f64, "OOM", "Hardware utilisation found since the start of burn-in.";
    oom_tools: f64, "OOM", "Research productivity found since the start of burn-in.";
    effective_compute_a100e: f64, "A100e", "Physical fleet x utilisation x training efficiency.";
    human_years_per_year: f64, "years/year", "Human-years of progress per calendar year.";
    researchers: u64, "researchers", "Head-count, weight included: human and automated.";
    researchers_human: u64, "researchers", "Human head-count.";
    researchers_automated: u64, "researchers", "Automated head-count, weight included.";
    active: u64, "researchers", "Researchers admitted to work, weight included.";
    idle: u64, "researchers", "Surplus head-count that compute cannot keep busy.";
    agents: u64, "agents", "Agent slots in use.";
    weight: u64, "researchers/agent", "Researchers one agent stands for, largest population.";
    speed: f64, "human speed", "Fastest serial speed of a population.";
    quality_oom: f64, "OOM", "Quality of the current model over that of the first run.";
    fleet_a100e: f64, "A100e", "Physical fleet.";
    experiment_a100e: f64, "A100e", "Part of the fleet that runs experiments.";
    owned_a100e_hours: f64, "A100e h", "Experiment compute of the tick.";
    used_a100e_hours: f64, "A100e h", "Experiment compute that experiments used.";
    debt_a100e_hours: f64, "A100e h", "Used beyond owned and not yet repaid.";
    utilisation: f64, "1", "Used / owned experiment compute of the tick.";
    waiting_share: f64, "1", "Share of active researcher-hours spent in experiments.";
    experiment_size: f64, "1", "Size of experiments, fraction of a full one.";
    events: u64, "events", "Ends of phases.";
    attempts: u64, "attempts", "Experiments finished, weight included.";
    successes: u64, "attempts", "Experiments that found their idea.";
    failures: u64, "attempts", "Experiments that did not.";
    scooped: u64, "attempts", "Ideas dropped before the experiment: known by then.";
    board_new: u64, "ideas", "Found ideas that were new to the finder's board.";
    lab_new: u64, "ideas", "Ideas new to the lab, from any source.";
    world_new: u64, "ideas", "Ideas new to the world that the lab was first to bring, labs in order.";
    duplicates: u64, "attempts", "Successes less ideas new to the world.";
    known_ideas: u64, "ideas", "Ideas the lab knows.";
    topics_ended: u64, "topics", "Topics of which the lab knows every idea.";
    hours_thought: f64, "researcher h", "Researcher-hours of thinking, weight included.";
    hours_experiment: f64, "researcher h", "Researcher-hours in experiments.";
    hours_idle: f64, "researcher h", "Researcher-hours without an open idea.";
    hours_stalled: f64, "researcher h", "Researcher-hours lost to the event bound.";
    tokens: f64, "tokens", "Tokens that automated researchers generated.";
    flop: f64, "FLOP", "Floating-point operations that the fleet could make at its bf16 peak.";
    oom_serial: f64, "OOM", "Serial speed found since the start of burn-in.";
    automated_attempts: u64, "attempts", "Of the attempts, those of automated researchers.";
    posts: f64, "posts", "Finds posted to a network of agents.";
    comments: f64, "comments", "Comments on them.";
    hours_sandbox: f64, "researcher h", "Of the hours of thinking, those lost to starting sandboxes.";
    training_runs: u64, "runs", "Training runs finished so far.";
    training_share: f64, "1", "Share of the fleet in training runs.";
    inference_share: f64, "1", "Share of the fleet that runs automated researchers.";
    serving_share: f64, "1", "Share of the fleet that serves customers.";
    paused: u64, "1", "1 while experiments and training runs are forbidden.";
    installed_a100e: f64, "A100e", "Chips at the end of the tick. World.";
    ordered_a100e: f64, "A100e", "Chips ordered in the tick. World.";
    started_a100e: f64, "A100e", "Chips whose production started. World.";
    delivered_a100e: f64, "A100e", "Chips delivered. World.";
    failed_a100e: f64, "A100e", "Chips that failed. World.";
    scrapped_a100e: f64, "A100e", "Chips retired: too old, decayed or obsolete. World.";
    written_off_a100e: f64, "A100e", "Chips lost to catastrophes and creditors. World.";
    backlog_a100e: f64, "A100e", "Chips ordered and not yet in production. World.";
    in_production_a100e: f64, "A100e", "Chips in production, or made and withheld. World.";
    chip_price_usd: f64, "$/A100e", "Price of chips.";
    contracted_mw: f64, "MW", "Power in contract. World.";
    energy_mwh: f64, "MWh", "Energy used in the tick. World.";
    training_run_gwh: f64, "GWh", "Energy of the last finished training run. World.";
    revenue_usd: f64, "$", "Revenue of the tick. World.";
    funding_usd: f64, "$", "Money from owners. World.";
    borrowed_usd: f64, "$", "New debt. World.";
    capex_usd: f64, "$", "Spent on chips. World.";
    energy_usd: f64, "$", "Spent on energy. World.";
    hosting_usd: f64, "$", "Spent on sites. World.";
    salaries_usd: f64, "$", "Paid to human researchers. World.";
    interest_usd: f64, "$", "Interest paid. World.";
    repaid_usd: f64, "$", "Debt repaid. World.";
    fines_usd: f64, "$", "Fines paid. World.";
    defaulted_usd: f64, "$", "Debt that creditors lost. World.";
    cash_usd: f64, "$", "Cash at the end of the tick. World.";
    debt_usd: f64, "$", "Debt at the end of the tick. World.";
    book_usd: f64, "$", "Book value of chips at the end of the tick. World.";
    depreciation_usd: f64, "$", "Book value that time took. World.";
    impairment_usd: f64, "$", "Book value of chips that went, and write-downs. World.";
    training_usd: f64, "$", "Cost of training in the tick, depreciation included. World.";
    tuning_usd: f64, "$", "Cost of tuning a model that was finished. World.";
    generation_usd: f64, "$", "Cost of running models in the tick. World.";
    generation_over_training: f64, "1", "Cost of running the model in use so far over that of making it.";
    gross_margin: f64, "1", "Revenue less cost of serving, over revenue.";
    reference_run_usd: f64, "$", "Cost of a run that reaches a given capability.";
    reference_run_days: f64, "days", "Days that such a run takes.";
    adopted_share: f64, "1", "Share of customers that has adopted.";
    price_usd_per_million_tokens: f64, "$/Mtoken", "Price that customers pay.";
    served_tokens: f64, "tokens", "Tokens served to customers. World.";
    unserved_tokens: f64, "tokens", "Tokens that customers wanted beyond. World.";
    market_share: f64, "1", "Share of all customers.";
    talent_share: f64, "1", "Share of all human researchers.";
    wave_phase: String, "name", "Where the long wave is; empty without one.";
    revenue_gap_usd_per_year: f64, "$/year", "Revenue short of what chips need, all labs. World.";
    demand_pattern: f64, "1", "Demand for people who find patterns, share of all human work on day 0.";
    demand_routine_code: f64, "1", "The same for routine code.";
    demand_formulation: f64, "1", "The same for formulating what is new.";
    demand_strategy: f64, "1", "The same for strategy.";
    substituted_share: f64, "1", "Share of the human work of day 0 that models do.";
    oom_effective_compute: f64, "OOM", "Effective compute over that at the end of burn-in; 0 before.";
    events_fired: String, "names", "Events that fired at the start of the tick, with `; ` between.";
    hired_people: f64, "people", "People hired away from other labs. World.";
    delegations: u64, "delegations", "Delegations of hired people that brought along what they know. World.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_written_and_read_at_its_own_place() {
        let mut row = TickRow::default();
        let texts: Vec<String> = (0..COLUMNS.len())
            .map(|index| format!("text {index}"))
            .collect();
        let cell = |index: usize| match COLUMNS[index].kind {
            ColumnKind::Count => Cell::Count(index as u64 + 1),
            ColumnKind::Real => Cell::Real(index as f64 + 0.5),
            ColumnKind::Text => Cell::Text(&texts[index]),
        };
        for (index, column) in COLUMNS.iter().enumerate() {
            assert!((column.set)(&mut row, cell(index)), "{}", column.name);
        }
        for (index, column) in COLUMNS.iter().enumerate() {
            assert_eq!((column.get)(&row), cell(index), "{}", column.name);
        }
        assert_eq!((row.tick, row.day, row.lab.as_str()), (1, 1.5, "text 3"));
    }

    #[test]
    fn a_cell_of_another_kind_is_refused() {
        let mut row = TickRow::default();
        assert!(!(COLUMNS[0].set)(&mut row, Cell::Real(1.0)));
        assert!(!(COLUMNS[1].set)(&mut row, Cell::Text("1")));
        assert_eq!(row, TickRow::default());
    }
}
