//! Claim: a block of the economy whose values are neutral changes nothing that was there without it, to the bit; a
//! block that is not enabled changes not even the digest.

#[path = "common/economy.rs"]
mod text;

use takeoff::model::census::Census;
use takeoff::record::TickRow;
use takeoff::record::columns::COLUMNS;
use takeoff::sim::{EngineChoice, Simulation};

/// The last of the columns that do not need the economy.
const LAST_OLD: &str = "flop";

/// Counts, rows and the digest of a run of 30 days.
fn run(first: &str, second: &str, around: &str) -> (Vec<Census>, Vec<TickRow>, String) {
    run_text(&text::text(first, second, around))
}

fn run_text(text: &str) -> (Vec<Census>, Vec<TickRow>, String) {
    let text = text.replace("days = 60.0", "days = 30.0");
    let scenario = text::parse(&text).unwrap_or_else(|errors| panic!("{errors}"));
    let mut run = Simulation::new(scenario, EngineChoice::Cpu).expect("small");
    let (mut counts, mut rows) = (Vec::new(), Vec::new());
    while !run.is_finished() {
        rows.extend(run.step().expect("small").rows);
        counts.push(run.last().expect("a tick was made").1.clone());
    }
    (counts, rows, takeoff::model::digest::hex(run.digest()))
}

const FLEET: &str = r#"
[labs.fleet]
life_years = 100.0
failure_per_year = 0.0
failure_per_year_of_age = 0.0
past_growth_per_year = 1e4
"#;

const ENERGY: &str = "[labs.energy]\ncontracted_mw = 1e9\n";
const MONEY: &str = "[labs.money]\ncapex_usd_per_year = 1e-9\n";
const TRAINING: &str = "[labs.training]\nrun_days = 9.0\n";

/// Name, blocks of the first lab, blocks around.
fn neutral() -> Vec<(&'static str, String, String)> {
    let supply = text::SUPPLY;
    let of = |name, first: &[&str], around: &[&str]| (name, first.concat(), around.concat());
    vec![
        of("supply", &[], &[supply]),
        of("fleet", &[FLEET], &[supply]),
        of("energy", &[FLEET, ENERGY], &[supply]),
        of("money", &[FLEET, ENERGY, MONEY], &[supply]),
        of("wave", &[FLEET, MONEY], &[supply, "[wave]\n"]),
        of("overheads", &["[labs.overheads]\n"], &[]),
        of(
            "demand",
            &[],
            &["[demand]\ntokens_per_day = 1e13\nserving_share_max = 0.0\n"],
        ),
        of("market", &[], &["[market]\n"]),
        of("hiring", &[], &["[market]\nhires_per_delegation = 1.0\n"]),
        // A share of less than 2^-32 of the ideas.
        of(
            "hiring of who knows nothing",
            &[],
            &["[market]\nhired_knowledge_share = 1e-10\nhires_per_delegation = 1.0\n"],
        ),
        of("regulation", &[], &["[regulation]\n"]),
        of("labour", &[], &["[labour]\n"]),
    ]
}

#[test]
fn neutral_blocks_change_nothing() {
    let old = COLUMNS
        .iter()
        .position(|column| column.name == LAST_OLD)
        .expect("a column")
        + 1;
    let plain = run("", "", "");
    for (name, first, around) in neutral() {
        let with = run(&first, "", &around);
        assert!(with.0 == plain.0, "{name}: another census");
        assert_ne!(with.2, plain.2, "{name}: the digest knows nothing of it");
        for (row, expected) in with.1.iter().zip(&plain.1) {
            for column in &COLUMNS[..old] {
                let (is, was) = ((column.get)(row), (column.get)(expected));
                assert_eq!(is, was, "{name}: {} on day {}", column.name, row.day);
            }
        }
    }
}

#[test]
fn neutral_limits_of_training_change_nothing() {
    let plain = run(TRAINING, "", "");
    for limit in ["scaling_stop_oom = 100.0\n", "data_limit_oom = 100.0\n"] {
        let with = run(&format!("{TRAINING}{limit}"), "", "");
        assert!(with.0 == plain.0 && with.1 == plain.1, "{limit}");
    }
}

#[test]
fn a_network_in_which_all_is_posted_and_read_is_a_broadcast() {
    let plain = text::text("", "", "");
    let with = |line: &str| {
        let lag = "lag_hours = 24.0\n";
        assert_eq!(plain.matches(lag).count(), 1);
        run_text(&plain.replace(lag, &format!("{lag}{line}\n")))
    };
    let expected = run_text(&plain);
    let all = with("topology = \"network\"\npost_share = 1.0\ncomments_per_post = 1e9");
    assert!(all.0 == expected.0, "another census");
    let none = with("topology = \"network\"\npost_share = 0.0");
    assert!(none.0 != expected.0, "nothing came of silence");
    // Without serial gains there is nothing to spend.
    let copies = with("spend_serial_on = \"copies\"");
    assert!(copies.0 == expected.0, "another census");
}

#[test]
fn people_take_knowledge_along_while_there_is_a_market() {
    let with = |share: f64| {
        let market = format!(
            "[market]\ntalent_mobility_per_year = 50.0\nhired_knowledge_share = {share:?}\n\
             hires_per_delegation = 5.0\n"
        );
        let event = |name: &str, day: f64, holds: bool| {
            format!(
                "[[events]]\nname = \"{name}\"\nwhen = {{ day = {day:?} }}\n\
                 set.market.enabled = {holds}\n"
            )
        };
        let (closes, opens) = (event("closes", 10.0, false), event("opens", 20.0, true));
        run("", "", &format!("{market}{closes}{opens}"))
    };
    let (none, some) = (with(0.0), with(0.5));
    let delegations = |rows: &[TickRow], from: f64, to: f64| -> u64 {
        let rows = rows.iter().filter(|row| from < row.day && row.day <= to);
        rows.map(|row| row.delegations).sum()
    };
    // Who is hired in a tick arrives in the next.
    for (from, to, some_come) in [
        (-10.0, 1.0, false),
        (1.0, 10.0, true),
        (10.0, 20.0, false),
        (20.0, 30.0, true),
    ] {
        assert_eq!(delegations(&some.1, from, to) > 0, some_come, "day {from}");
    }
    assert_eq!(delegations(&none.1, -10.0, 30.0), 0);
    assert!(some.0 != none.0, "nothing crossed");
}

#[test]
fn what_is_not_enabled_is_not_there() {
    let off = |blocks: &str| {
        let lines = blocks.lines().map(|line| match line.starts_with('[') {
            true => format!("{line}\nenabled = false\n"),
            false => format!("{line}\n"),
        });
        lines.collect::<String>()
    };
    let plain = run("", "", "");
    let around = format!("{}{}", text::SUPPLY, text::AROUND);
    let with = run(&off(text::LAB), &off(text::LAB), &off(&around));
    assert_eq!(with.2, plain.2);
    assert!(with.1 == plain.1);
}

#[test]
fn a_run_that_was_saved_goes_on_to_the_same_accounts() {
    let around = format!("{}{}", text::SUPPLY, text::AROUND);
    let text = text::text(text::LAB, text::LAB, &around).replace("days = 60.0", "days = 30.0");
    let scenario = || text::parse(&text).expect("it is right");
    let mut whole = Simulation::new(scenario(), EngineChoice::Cpu).expect("small");
    while !whole.is_finished() {
        whole.step().expect("small");
        // In burn-in, on day 0 and while orders are under way.
        if [5, 10, 30].contains(&whole.tick()) {
            let mut saved = Vec::new();
            whole.save(&mut saved).expect("memory");
            let mut other = Simulation::load(scenario(), EngineChoice::Cpu, &mut &saved[..])
                .expect("it was saved");
            assert_eq!(other.world().state(), whole.world().state());
            for _ in 0..8 {
                let rows = (other.step().expect("small"), whole.step().expect("small"));
                assert_eq!(rows.0, rows.1);
            }
        }
    }
}
