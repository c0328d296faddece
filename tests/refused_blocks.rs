//! Claim: blocks of the economy that contradict each other or themselves are refused, with place and what would be
//! right.

#[path = "common/economy.rs"]
mod text;

/// Fails unless the message names the line that holds `blamed`, and says so.
fn refused(text: &str, blamed: &str, says: &str) {
    let errors = match text::parse(text) {
        Ok(_) => panic!("accepted: {blamed}"),
        Err(errors) => errors.to_string(),
    };
    let at = |(line, words): (usize, &str)| {
        words
            .contains(blamed)
            .then(|| format!("balance.toml:{}", line + 1))
    };
    let places: Vec<String> = text.lines().enumerate().filter_map(at).collect();
    assert!(!places.is_empty(), "no line has {blamed}");
    let placed = places.iter().any(|place| errors.contains(place));
    assert!(placed, "none of {places:?} is named:\n{errors}");
    assert!(errors.contains(says), "{says}:\n{errors}");
}

/// The scenario with every block, changed.
fn changed(from: &str, to: &str) -> String {
    let around = format!("{}{}", text::SUPPLY, text::AROUND);
    let full = text::text(text::LAB, text::LAB, &around);
    assert!(full.contains(from), "{from}");
    full.replacen(from, to, 1)
}

#[test]
fn the_scenario_itself_is_right() {
    if let Err(errors) = text::parse(&changed("", "")) {
        panic!("{errors}");
    }
}

#[test]
fn values_out_of_range_are_named_with_the_range() {
    for (from, to, says) in [
        ("lead_days = 10.0", "lead_days = -1.0", "36500"),
        ("outage_share = 0.1", "outage_share = 1.1", "[0, 1]"),
        (
            "export_cut_share = 0.1",
            "export_cut_share = -0.1",
            "[0, 1]",
        ),
        ("debt_share = 0.3", "debt_share = 2.0", "[0, 1]"),
        (
            "contracted_mw = 45.0",
            "contracted_mw = 0.0",
            "[1e-12, 1e12]",
        ),
        (
            "hired_knowledge_share = 0.2",
            "hired_knowledge_share = 1.2",
            "[0, 1]",
        ),
        (
            "hires_per_delegation = 7.0",
            "hires_per_delegation = 0.5",
            "[1, 1e6]",
        ),
        (
            "write_offs = [[20.0, 0.1]",
            "write_offs = [[20.0, 1.5]",
            "[0, 1]",
        ),
        (
            "write_offs = [[20.0, 0.1]",
            "write_offs = [[40.0, 0.1]",
            "days must ascend",
        ),
        (
            "obsolete_power_ratio = 2.5",
            "obsolete_power_ratio = 1.0",
            "(1, 1e6]",
        ),
        ("tokens_per_day = 2e11", "tokens_per_day = -1.0", "[0, "),
        (
            "pauses = [[12.0, 3.0]]",
            "pauses = [[12.0, -3.0]]",
            "[0, 36500]",
        ),
        (
            "compute_cap_a100e = 45000.0",
            "compute_cap_a100e = inf",
            "finite",
        ),
    ] {
        refused(&changed(from, to), to, says);
    }
}

#[test]
fn blocks_that_need_another_are_refused_without_it() {
    for (text, blamed, says) in [
        (
            text::text(text::LAB, "", text::AROUND),
            "[labs.fleet]",
            "a [supply] block",
        ),
        (
            text::text("[labs.money]\ncapex_usd_per_year = 1e9\n", "", text::SUPPLY),
            "[labs.money]",
            "a [labs.fleet] block",
        ),
        (
            text::text("[labs.energy]\ncontracted_mw = 9.0\n", "", text::SUPPLY),
            "[labs.energy]",
            "a [labs.fleet] block",
        ),
        (
            text::text("", "", "[wave]\n"),
            "[wave]",
            "a lab with a [labs.money] block",
        ),
    ] {
        refused(&text, blamed, says);
    }
}

#[test]
fn nobody_is_hired_away_from_where_nobody_works() {
    let full = changed("hired_knowledge_share = 0.2", "hired_knowledge_share = 0.1");
    let people = full.rfind("kind = \"human\"").expect("the second lab's");
    let end = people + full[people..].find("boards").expect("after the head-count");
    let alone = format!("{}kind = \"automated\"\n{}", &full[..people], &full[end..]);
    refused(
        &alone,
        "hired_knowledge_share = 0.1",
        "two labs with human researchers",
    );
}

#[test]
fn what_contradicts_is_refused() {
    for (from, to, says) in [
        (
            "experiment_share = 0.4",
            "experiment_share = 0.7",
            "sum to 1.2",
        ),
        ("name = \"second\"", "name = \"first\"", "name of another"),
        (
            "inference_share = 0.4",
            "inference_share = 0.4\nserving_share = 0.05",
            "leave serving_share out",
        ),
        (
            "decay_per_year = 0.2",
            "decay_per_year = 0.2\norders_a100e_per_year = 1e3",
            "the budget sets the orders",
        ),
        (
            "[labour]\n",
            "[labour]\n[labour.pattern]\nshare = 0.5\n",
            "sum to 1.2, not to 1",
        ),
    ] {
        let blamed = to.lines().last().expect("a line");
        refused(&changed(from, to), blamed, says);
    }
}
