//! Claim: a distribution may stand where a value could; everything but a sweep takes its median; one
//! that is wrong is refused with its place, as every other key is.

use std::path::Path;

use takeoff::scenario::{Overrides, ScenarioErrors, ScenarioFile, Spread, Uncertainty};

const SMOKE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/smoke.toml");

fn with(set: &[(&str, &str)]) -> Overrides {
    let own = |&(key, value): &(&str, &str)| (key.to_owned(), value.to_owned());
    Overrides {
        set: set.iter().map(own).collect(),
        ..Overrides::default()
    }
}

fn uncertain(set: &[(&str, &str)]) -> Result<Uncertainty, ScenarioErrors> {
    let file = ScenarioFile::read(Path::new(SMOKE)).expect("a file");
    let resolved = file.resolve_uncertain(&with(set));
    resolved.map(|(_, uncertainty)| uncertainty)
}

fn refused(key: &str, value: &str) -> String {
    match uncertain(&[(key, value)]) {
        Ok(found) => panic!("{value} is taken: {found:?}"),
        Err(errors) => errors.to_string(),
    }
}

#[test]
fn every_distribution_stands_at_its_median() {
    let file = ScenarioFile::read(Path::new(SMOKE)).expect("a file");
    let cases = [
        ("{ uniform = { low = 0.2, high = 0.4 } }", 0.3),
        ("{ loguniform = { low = 0.1, high = 0.4 } }", 0.2),
        (
            "{ triangular = { low = 0.1, mode = 0.3, high = 0.5 } }",
            0.3,
        ),
        (
            "{ normal = { p10 = 0.2, p90 = 0.3, min = 0.1, max = 0.4 } }",
            0.25,
        ),
        (
            "{ normal = { mean = 0.3, sd = 0.01, min = 0.2, max = 0.4 } }",
            0.3,
        ),
        ("{ lognormal = { p10 = 0.1, p90 = 0.4, max = 0.9 } }", 0.2),
        ("{ choice = [0.1, 0.3, 0.2] }", 0.2),
    ];
    for (written, median) in cases {
        let key = "labs.frontier.experiment_share";
        let overrides = with(&[(key, written)]);
        let (scenario, uncertainty) = file.resolve_uncertain(&overrides).expect(written);
        let share = scenario.labs[0].experiment_share;
        // A truncation moves the median of the lognormal.
        let slack = if written.contains("max = 0.9") {
            0.01
        } else {
            1e-12
        };
        assert!((share - median).abs() < slack, "{written}: {share}");
        assert_eq!(uncertainty.values.len(), 1);
        assert_eq!(uncertainty.values[0].key, key);
    }
}

#[test]
fn a_median_is_the_scenario_that_has_the_number() {
    let file = ScenarioFile::read(Path::new(SMOKE)).expect("a file");
    let hash = |value| {
        let overrides = with(&[("ideas.breadth", value)]);
        file.resolve(&overrides).expect("allowed").hash()
    };
    assert_eq!(hash("{ choice = [4, 8, 16] }"), hash("8"));
    assert_eq!(hash("{ uniform = { low = 7.6, high = 8.4 } }"), hash("8"));
    assert_ne!(hash("{ choice = [4, 9, 16] }"), hash("8"));
}

#[test]
fn whole_numbers_and_words_are_drawn_as_such() {
    let found = uncertain(&[
        ("ideas.breadth", "{ uniform = { low = 2, high = 4 } }"),
        (
            "labs.frontier.populations.copies.topology",
            "{ choice = [\"ring\", \"broadcast\"] }",
        ),
    ])
    .expect("allowed");
    let [breadth, topology] = found.values.as_slice() else {
        panic!("{found:?}")
    };
    assert!(matches!(breadth.spread, Spread::Whole(_)));
    let drawn = [0.01, 0.3, 0.5, 0.99].map(|u| breadth.literal(u));
    assert_eq!(drawn, ["2", "3", "3", "4"]);
    let drawn = [0.0001, 0.49, 0.51, 0.9999].map(|u| topology.literal(u));
    assert_eq!(
        drawn,
        ["\"ring\"", "\"ring\"", "\"broadcast\"", "\"broadcast\""]
    );
}

#[test]
fn the_growth_of_a_series_can_be_uncertain_and_a_later_set_makes_it_certain() {
    let growth = "{ points = [[0, 1e5]], growth_per_year = { uniform = { low = 1, high = 3 } } }";
    let key = "labs.frontier.fleet_a100e";
    let found = uncertain(&[(key, growth)]).expect("allowed");
    assert_eq!(
        found.values[0].key,
        "labs.frontier.fleet_a100e.growth_per_year"
    );
    let found = uncertain(&[(key, growth), (key, "2e5")]).expect("allowed");
    assert_eq!(found.values, []);
    let over_points = [
        (key, growth),
        (key, "{ loguniform = { low = 1e4, high = 1e6 } }"),
    ];
    let found = uncertain(&over_points).expect("allowed");
    assert_eq!(found.values[0].key, key);
}

#[test]
fn a_wrong_distribution_is_refused_with_what_is_wrong() {
    let key = "labs.frontier.experiment_share";
    let cases = [
        ("{ uniform = { low = 0.4, high = 0.2 } }", "must be below"),
        ("{ uniform = { low = 0.5, high = 1.5 } }", "reaches 1.500"),
        (
            "{ normal = { mean = 0.3, sd = 0.2 } }",
            "give it a min or max",
        ),
        (
            "{ normal = { mean = 0.3, p90 = 0.2 } }",
            "p10 and p90, or mean and sd",
        ),
        ("{ uniform = { low = 0.4 } }", "high: missing"),
        (
            "{ uniform = { low = 0.4, high = nan } }",
            "not a finite number",
        ),
        (
            "{ uniform = { low = 0.1, high = 0.2, peak = 0.15 } }",
            "unknown key",
        ),
        ("{ lognormal = { p10 = -1, p90 = 1 } }", "above 0"),
        ("{ choice = [] }", "out of range"),
        ("{ choice = [0.1, \"many\"] }", "expected a number"),
        ("{ choice = [0.1, 7.0] }", "out of range"),
        (
            "{ choice = [0.1], uniform = { low = 0.1, high = 0.2 } }",
            "one distribution is wanted",
        ),
        ("{ gaussian = { mean = 0.3 } }", "expected a number"),
    ];
    for (written, wanted) in cases {
        let told = refused(key, written);
        assert!(
            told.contains(wanted) && told.contains(key),
            "{written}:\n{told}"
        );
    }
    let told = refused(
        "labs.frontier.populations.copies.topology",
        "{ uniform = { low = 0, high = 1 } }",
    );
    assert!(told.contains("only `choice`"), "{told}");
    let told = refused("run.seed", "{ uniform = { low = 0, high = 1 } }");
    assert!(told.contains("run.seed"), "{told}");
}

#[test]
fn correlations_are_of_uncertain_values() {
    let smoke = std::fs::read_to_string(SMOKE).expect("a file");
    let text = |between: &str, spearman: &str| {
        smoke.replace(
            "experiment_share = 0.5 ",
            "experiment_share = { uniform = { low = 0.3, high = 0.5 } } ",
        ) + "[set]\nideas.breadth = { uniform = { low = 2, high = 9 } }\n"
            + &format!("[[correlations]]\nbetween = [{between}]\nspearman = {spearman}\n")
    };
    let parsed = |between: &str, spearman: &str| {
        let file = ScenarioFile::parse(Path::new(SMOKE), &text(between, spearman))?;
        let resolved = file.resolve_uncertain(&Overrides::default());
        resolved.map(|(_, uncertainty)| uncertainty)
    };
    let both = "\"ideas.breadth\", \"labs.frontier.experiment_share\"";
    let found = parsed(both, "-0.5").expect("allowed");
    let keys: Vec<_> = found
        .values
        .iter()
        .map(|value| value.key.as_str())
        .collect();
    assert_eq!(keys, ["ideas.breadth", "labs.frontier.experiment_share"]);
    assert_eq!(found.correlations, [(0, 1, -0.5)]);
    let told = |between: &str, spearman: &str| match parsed(between, spearman) {
        Ok(found) => panic!("{between} is taken: {found:?}"),
        Err(errors) => errors.to_string(),
    };
    assert!(told(both, "1.5").contains("out of range"));
    assert!(told("\"ideas.breadth\"", "0.5").contains("two different keys"));
    assert!(told("\"ideas.breadth\", \"ideas.breadth\"", "0.5").contains("two different keys"));
    let told = told(
        "\"ideas.breadth\", \"labs.frontier.experiment_shar\"",
        "0.5",
    );
    assert!(
        told.contains("did you mean `labs.frontier.experiment_share`?"),
        "{told}"
    );
}
