//! Claim: a scenario file that is wrong is refused with file, line and key, whatever is wrong
//! with it; nothing panics, hangs or overflows the stack. Most cases come from the key table, so a
//! key added there is covered here.

use std::path::Path;

use takeoff::scenario::keys::{self, Fallback, Key, Shape};
use takeoff::scenario::{FILE_BYTES_MAX, Fault, Overrides, Scenario, ScenarioErrors, new_template};
use toml_edit::{DocumentMut, Item, Table};

fn refused(text: &str) -> ScenarioErrors {
    match Scenario::parse(Path::new("bad.toml"), text, &Overrides::default()) {
        Ok(_) => panic!("accepted:\n{}", &text[..text.len().min(4000)]),
        Err(errors) => errors,
    }
}

/// Fails unless some message names `bad.toml:LINE` and the key.
fn names_place_and_key(errors: &ScenarioErrors, key: &str, case: &str) {
    let text = errors.to_string();
    let named = errors.problems.iter().any(|problem| {
        let last = problem.key.rsplit('.').next().unwrap_or("");
        let place = format!("bad.toml:{}", problem.line);
        last == key && text.contains(&place) && text.contains(key)
    });
    assert!(
        named,
        "{case}: no message names bad.toml and {key}:\n{text}"
    );
}

/// The template with the headings of its optional tables, and the keys that these require, no longer
/// commented out.
fn with_all_blocks(template: &str) -> String {
    let mut required: Vec<String> = Vec::new();
    let mut lines = Vec::new();
    for line in template.lines() {
        let bare = line.strip_prefix("# ").unwrap_or(line);
        let mut is_heading = false;
        keys::for_each_table(&mut |at, table| {
            if bare == format!("[{at}]") {
                is_heading = true;
                let missing = |key: &&Key| key.fallback == Fallback::Required;
                let names = table.keys.iter().filter(missing);
                required = names.map(|key| format!("{} = ", key.name)).collect();
            }
        });
        let is_list = line.starts_with("[[") || bare.starts_with("[[");
        if is_list {
            required.clear();
        }
        let wanted = is_heading || required.iter().any(|key| bare.starts_with(key));
        lines.push(if wanted { bare } else { line });
    }
    lines.join("\n") + "\n"
}

/// The template with both labs, an exchange, and every optional table, so that every key of the
/// key table has a place.
fn full() -> DocumentMut {
    let mut text = with_all_blocks(&new_template());
    let start = text.find("\n# An owner of compute").expect("labs");
    let end = text.find("\n# Knowledge of one lab").expect("exchange");
    let second = text[start..end].replace("name = \"frontier\"", "name = \"second\"");
    text.insert_str(end, &second);
    text.push_str("[[events]]\nname = \"calm\"\nwhen = { day = 1.0 }\n");
    text.push_str("set.labs.frontier.waiting_target = 0.25\n");
    text.push_str("[[exchange]]\nfrom = \"frontier\"\nto = \"second\"\nlag_hours = 24.0\n");
    for (key, low, high) in [("breadth", "8", "32"), ("topics", "1024", "2048")] {
        let line = text
            .lines()
            .find(|line| line.starts_with(&format!("{key} = ")));
        let line = line.expect("the template has it").to_owned();
        let uncertain = format!("{key} = {{ uniform = {{ low = {low}, high = {high} }} }}");
        text = text.replacen(&line, &uncertain, 1);
    }
    text.push_str("[[correlations]]\nbetween = [\"ideas.breadth\", \"ideas.topics\"]\n");
    text.push_str("spearman = 0.5\n");
    text.parse().expect("the template is TOML")
}

/// The table of the document under a dotted heading, where a key with this condition belongs.
fn table<'a>(document: &'a mut DocumentMut, at: &str, key: &Key) -> &'a mut Table {
    let mut table = document.as_table_mut();
    for part in at.split('.').filter(|part| !part.is_empty()) {
        table = match &mut table[part] {
            Item::ArrayOfTables(list) => {
                let automated = key.when == Some(("kind", "automated"));
                list.get_mut(usize::from(automated && part == "populations"))
                    .expect("an element")
            }
            Item::Table(inner) => inner,
            other => panic!("{at}: {part} is {}", other.type_name()),
        };
    }
    if let Some(("topology", value)) = key.when {
        table["topology"] = toml_edit::value(value);
    }
    table
}

fn with(at: &str, key: &Key, literal: &str) -> String {
    let mut document = full();
    let value: toml_edit::Value = literal.parse().unwrap_or_else(|e| panic!("{literal}: {e}"));
    let table = table(&mut document, at, key);
    table.remove(key.name);
    table.insert(key.name, Item::Value(value));
    document.to_string()
}

/// Literals that a key of this shape must refuse.
fn wrong(shape: Shape) -> Vec<String> {
    let texts = |list: &[&str]| {
        list.iter()
            .map(|text| (*text).to_owned())
            .collect::<Vec<_>>()
    };
    match shape {
        Shape::Float(range) => {
            let mut list = texts(&["\"1\"", "true", "[1.0]", "nan", "-inf", "{ a = 1 }"]);
            let low = if range.above_min {
                range.min
            } else {
                range.min - 1.0
            };
            let high = if range.below_max {
                range.max
            } else {
                range.max * 1.01 + 1.0
            };
            list.extend([format!("{low:?}"), format!("{high:?}")]);
            list
        }
        Shape::Integer(min, max) => {
            let mut list = texts(&["\"1\"", "1.5", "nan", "-1", "[1]"]);
            list.extend(min.checked_sub(1).map(|low| low.to_string()));
            list.extend(
                Some(max + 1)
                    .filter(|n| i64::try_from(*n).is_ok())
                    .map(|n| n.to_string()),
            );
            list
        }
        Shape::Numbers(_) => texts(&["3", "0", "-1", "\"1\"", "1.0"]),
        Shape::Bool => texts(&["1", "\"true\"", "[]"]),
        Shape::Text => texts(&["1", "\"\"", "[\"a\"]"]),
        Shape::Name => texts(&["1", "\"\"", "\"a b\"", "\"a.b\"", "\"\\u0000\""]),
        Shape::Date => texts(&[
            "\"2027-02-30\"",
            "\"soon\"",
            "20270101",
            "0001-01-01",
            "2027-01-01T00:00:00Z",
        ]),
        Shape::Choice(_) => texts(&["\"\"", "1", "\"Human\"", "[\"ring\"]"]),
        Shape::Texts | Shape::Values => texts(&["1", "\"a\"", "{}"]),
        Shape::Series(_) => texts(&["\"1\"", "0.0", "-5", "inf", "[[0, 1]]", "[1, 2]"]),
        Shape::Pairs(_) => texts(&["1", "[1, 2]", "\"a\""]),
        Shape::Table(_) | Shape::Changes | Shape::Variants => texts(&["1", "\"a\"", "[]"]),
        Shape::Tables(..) => texts(&["1", "\"a\"", "{}"]),
        Shape::Condition => texts(&["1", "\"a\"", "[]", "{}", "{ day = 1, events = \"> 1\" }"]),
        Shape::Comparison => texts(&["1", "\"1\"", "\"> x\"", "\"> nan\"", "[]"]),
        Shape::Overrides => texts(&["1", "\"a\"", "[]", "{}"]),
    }
}

#[test]
fn the_full_document_is_right() {
    let text = full().to_string();
    if let Err(errors) = Scenario::parse(Path::new("bad.toml"), &text, &Overrides::default()) {
        panic!("{errors}");
    }
}

#[test]
fn wrong_types_and_ranges_of_every_key() {
    let mut cases = 0;
    keys::for_each_table(&mut |at, table| {
        for key in table.keys {
            for literal in wrong(key.shape) {
                let case = format!("{at}.{} = {literal}", key.name);
                names_place_and_key(&refused(&with(at, key, &literal)), key.name, &case);
                cases += 1;
            }
        }
    });
    assert!(cases >= 200, "only {cases} cases");
}

#[test]
fn a_typo_in_every_key_is_named_with_the_key_meant() {
    keys::for_each_table(&mut |at, of| {
        for key in of.keys {
            let typo = format!("{}x", key.name);
            let mut document = full();
            table(&mut document, at, key).insert(&typo, toml_edit::value(1));
            let errors = refused(&document.to_string());
            names_place_and_key(&errors, &typo, &typo);
            assert!(
                errors
                    .to_string()
                    .contains(&format!("did you mean `{}`", key.name)),
                "{errors}"
            );
        }
    });
}

/// A table all of whose keys have defaults may be left out.
fn needs_something(key: &Key) -> bool {
    let missed = |key: &Key| key.fallback == Fallback::Required && needs_something(key);
    match key.shape {
        Shape::Table(table) => table.keys.iter().any(missed),
        _ => true,
    }
}

#[test]
fn every_required_key_is_missed() {
    keys::for_each_table(&mut |at, of| {
        for key in of
            .keys
            .iter()
            .filter(|key| key.fallback == Fallback::Required && needs_something(key))
        {
            let mut document = full();
            table(&mut document, at, key).remove(key.name);
            let errors = refused(&document.to_string());
            // A missing table is missed by the keys it needs.
            let within = errors.problems.iter().any(|p| p.key.contains(key.name));
            assert!(within, "{at}.{}:\n{errors}", key.name);
        }
    });
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let text = new_template()
        .replace("days = 365.0", "days = -1")
        .replace("breadth = 32", "breadth = 4000")
        .replace("experiment_share = 0.5", "experiment_share = 0.9")
        .replace("topology =", "topologie =");
    let errors = refused(&text);
    let keys: Vec<_> = errors
        .problems
        .iter()
        .map(|problem| problem.key.as_str())
        .collect();
    for key in [
        "run.days",
        "ideas.breadth",
        "labs.frontier.experiment_share",
        "labs.frontier.populations.copies.topologie",
    ] {
        assert!(
            keys.contains(&key),
            "{key} is not among {keys:?}:\n{errors}"
        );
    }
}

/// Broken rules between keys: what to replace in the template, and the key blamed.
const RULES: &[(&str, &str, &str)] = &[
    ("tick_hours = 24.0", "tick_hours = 0.02", "tick_hours"),
    ("tick_hours = 24.0", "tick_hours = 7.0", "days"),
    (
        "burn_in_days = 365.0",
        "burn_in_days = 10.3",
        "burn_in_days",
    ),
    (
        "tick_schedule = []",
        "tick_schedule = [[10, 12], [5, 6]]",
        "tick_schedule",
    ),
    (
        "tick_schedule = []",
        "tick_schedule = [[1000, 12]]",
        "tick_schedule",
    ),
    (
        "tick_schedule = []",
        "tick_schedule = [[10.3, 24]]",
        "tick_schedule",
    ),
    (
        "tick_schedule = []",
        "tick_schedule = [[10, 48]]",
        "lag_hours",
    ),
    ("sample = 1.0", "sample = 0.01", "sample"),
    ("breadth = 32", "breadth = 33", "breadth"),
    ("topic_share = 1.0", "topic_share = 0.9", "topic_share"),
    ("utilisation = 0.0", "utilisation = 0.1", "training"),
    (
        "level_oom_per_idea = 0.0163",
        "level_oom_per_idea = 0.07",
        "level_oom_per_idea",
    ),
    (
        "gain_mean_oom = 1.59e-5",
        "gain_mean_oom = 0.1",
        "gain_mean_oom",
    ),
    (
        "gain_sigma_ln = 1.2",
        "gain_sigma_ln = 1.2\nceiling_oom = 3.0\nlimit_oom = 3.0",
        "limit_oom",
    ),
    (
        "gain_sigma_ln = 1.2",
        "gain_sigma_ln = 1.2\nlimit_oom = 0.03",
        "limit_oom",
    ),
    (
        "experiment_floor_a100e_hours = 3.0",
        "experiment_floor_a100e_hours = 200001.0",
        "experiment_floor_a100e_hours",
    ),
    (
        "experiment_share = 0.5",
        "experiment_share = 0.51",
        "experiment_share",
    ),
    ("lag_hours = 336.0", "lag_hours = 337.0", "lag_hours"),
    ("lag_hours = 336.0", "lag_hours = 0.01", "lag_hours"),
    ("boards = 4", "boards = 4096", "boards"),
    ("name = \"copies\"", "name = \"people\"", "name"),
    ("speed_max = 100.0", "speed_max = 4.0", "speed_max"),
    (
        "topology = \"broadcast\"",
        "topology = \"small-world\"\nneighbours = 4",
        "neighbours",
    ),
    (
        "topology = \"broadcast\"",
        "topology = \"ring\"\nfan_out = 4",
        "fan_out",
    ),
    (
        "kind = \"human\"",
        "kind = \"human\"\ncopies_max = 4",
        "copies_max",
    ),
    ("headcount = {", "headcount = { growth = 3,", "growth"),
    (
        "[-365.0, 1739.13], [0.0",
        "[5.0, 1739.13], [5.0",
        "headcount",
    ),
    (
        "points = [[-365.0, 1739.13], [0.0, 4000.0]]",
        "points = []",
        "points",
    ),
];

#[test]
fn rules_between_keys() {
    let template = new_template();
    for (from, to, key) in RULES {
        let text = template.replacen(from, to, 1);
        assert!(
            text != template,
            "{from} is not in the template:\n{template}"
        );
        let errors = refused(&text);
        let named = |problem: &takeoff::scenario::Problem| {
            problem.key.split('.').any(|part| part == *key) && problem.file == "bad.toml"
        };
        assert!(
            errors.problems.iter().any(named),
            "{to}: {key} is not blamed:\n{errors}"
        );
    }
}

#[test]
fn exchanges_join_two_known_labs() {
    for (from, to, key) in [("frontier", "frontier", "to"), ("frontier", "secnd", "to")] {
        let mut document = full();
        let exchange = document["exchange"]
            .as_array_of_tables_mut()
            .unwrap()
            .get_mut(0)
            .unwrap();
        exchange["from"] = toml_edit::value(from);
        exchange["to"] = toml_edit::value(to);
        names_place_and_key(&refused(&document.to_string()), key, to);
    }
}

#[test]
fn broken_toml_is_placed() {
    let template = new_template();
    for (from, to) in [
        ("days = 365.0", "days = "),
        ("days = 365.0", "days = 365.0\ndays = 365.0"),
        ("days = 365.0", "days = 1_"),
        ("days = 365.0", "days = \"365"),
        ("days = 365.0", "days = [1"),
        ("days = 365.0", "days = 99999999999999999999"),
        ("[run]", "[run"),
        ("[run]", "[run]\n[run]"),
        ("days = 365.0", "days = 365.0 \u{7f}\u{1b}[31m"),
    ] {
        let errors = refused(&template.replacen(from, to, 1));
        assert!(errors.to_string().contains("bad.toml:"), "{to}: {errors}");
        assert!(errors.problems[0].line > 1, "{to}: {errors}");
    }
    for text in ["", "=", "\0", "[[[", "schema = 1"] {
        refused(text);
    }
}

#[test]
fn depth_never_overflows_the_stack() {
    let dotted = "a.".repeat(78);
    let nested = format!(
        "{dotted}a = {}{}",
        format!("{{ {dotted}a = ").repeat(22),
        "1"
    );
    for text in [
        format!("x = {}", "[".repeat(200_000)),
        format!("x = {}1{}", "[".repeat(70), "]".repeat(70)),
        format!("x = {}", "{ a = ".repeat(100_000)),
        format!("{}a = 1", "a.".repeat(100_000)),
        format!("[{}a]", "a.".repeat(100_000)),
        format!("{}a = 1", "a.".repeat(60)),
        format!("{nested}{}", "}".repeat(22)),
    ] {
        refused(&text);
    }
}

#[test]
fn size_and_encoding_of_files() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bad.toml");
    type Case = (Vec<u8>, fn(&Fault) -> bool);
    let cases: [Case; 3] = [
        (vec![b'#'; FILE_BYTES_MAX + 1], |fault| {
            matches!(fault, Fault::TooLarge(_))
        }),
        (b"\xef\xbb\xbfschema = 1".to_vec(), |fault| {
            *fault == Fault::ByteOrderMark
        }),
        (b"schema = 1 # \xff".to_vec(), |fault| {
            matches!(fault, Fault::NotUtf8(_))
        }),
    ];
    for (bytes, is_expected) in cases {
        std::fs::write(&path, bytes).unwrap();
        let errors = Scenario::load(&path, &Overrides::default()).unwrap_err();
        assert!(is_expected(&errors.problems[0].fault), "{errors}");
        assert!(errors.to_string().contains("bad.toml"), "{errors}");
    }
    for path in [dir.path().join("absent.toml"), dir.path().to_owned()] {
        let errors = Scenario::load(&path, &Overrides::default()).unwrap_err();
        assert!(
            matches!(errors.problems[0].fault, Fault::Unreadable(_)),
            "{errors}"
        );
    }
    // A megabyte of unknown keys is refused in reasonable time, with a bounded message.
    let many: String = (0..60_000).map(|n| format!("k{n} = 1\n")).collect();
    let errors = refused(&many);
    assert!(errors.problems.len() <= 100 && errors.more > 59_000);
    refused(&format!("{} = 1", "k".repeat(1_000_000)));
}

#[test]
fn includes_that_cannot_be_followed() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    write("self.toml", "include = [\"self.toml\"]");
    write("a.toml", "include = [\"b.toml\"]");
    write("b.toml", "include = [\"./a.toml\"]");
    for n in 0..12 {
        write(
            &format!("deep{n}.toml"),
            &format!("include = [\"deep{}.toml\"]", n + 1),
        );
    }
    write("deep12.toml", "");
    write("gone.toml", "include = [\"nowhere.toml\"]");
    write("root.toml", "include = [\"/etc/hostname\"]");
    write("folder.toml", "include = [\".\"]");
    write("typo.toml", "include = [\"broken.toml\"]");
    write("broken.toml", "\n\nrun = [");
    write("twice.toml", "include = [\"run.toml\"]\n[run]\ndays = 3");
    write("run.toml", "[run]\ndays = 4");
    type Case = (&'static str, &'static str, fn(&Fault) -> bool);
    let cases: [Case; 9] = [
        ("self.toml", "self.toml:1", |fault| {
            matches!(fault, Fault::IncludeCycle(_))
        }),
        ("a.toml", "b.toml:1", |fault| {
            matches!(fault, Fault::IncludeCycle(_))
        }),
        ("deep0.toml", "deep8.toml:1", |fault| {
            matches!(fault, Fault::IncludeDepth(_))
        }),
        ("gone.toml", "gone.toml:1", |fault| {
            matches!(fault, Fault::Unreadable(_))
        }),
        ("root.toml", "root.toml:1", |fault| {
            *fault == Fault::IncludePath
        }),
        ("folder.toml", "folder.toml:1", |fault| {
            matches!(fault, Fault::Unreadable(_))
        }),
        ("typo.toml", "broken.toml:3", |fault| {
            matches!(fault, Fault::Syntax(_))
        }),
        ("twice.toml", "twice.toml:3", |fault| {
            matches!(fault, Fault::Twice(_))
        }),
        ("twice.toml", "run.toml:2", |fault| {
            matches!(fault, Fault::Twice(_))
        }),
    ];
    for (name, place, is_expected) in cases {
        let errors = Scenario::load(&dir.path().join(name), &Overrides::default()).unwrap_err();
        let found = errors
            .problems
            .iter()
            .any(|problem| is_expected(&problem.fault));
        assert!(
            found && errors.to_string().contains(place),
            "{name}:\n{errors}"
        );
    }
}

#[test]
fn overrides_that_reach_nothing() {
    for (key, value, says) in [
        ("run.dayz", "1", "did you mean `days`"),
        (
            "labs.frontyer.waiting_target",
            "0.1",
            "did you mean `frontier`",
        ),
        ("labs.frontier.waiting_target", "2", "in [1e-12, 1)"),
        (
            "labs.frontier.populations.copies.topology",
            "rings",
            "did you mean \"ring\"",
        ),
        ("run.days", "1\nseed = 3", "not a key and a TOML value"),
        ("run.days", "", "not a key and a TOML value"),
        (
            "run.seed",
            "9223372036854775808",
            "integer number overflowed",
        ),
        ("run.seed", "-1", "0 to 9223372036854775807"),
        ("", "1", "not a key and a TOML value"),
        ("# x", "1", "not a key and a TOML value"),
        ("[run", "1", "not a key and a TOML value"),
        ("schema", "1", "cannot be changed"),
        ("include", "[]", "cannot be changed"),
        ("run", "1", "expected a table"),
        ("labs", "[]", "1 to 64 tables"),
        ("labs.frontier", "3", "expected a table"),
        ("order", "3", "cannot be changed"),
    ] {
        let set = vec![(key.to_owned(), value.to_owned())];
        let overrides = Overrides {
            set,
            ..Overrides::default()
        };
        let errors = Scenario::parse(Path::new("bad.toml"), &new_template(), &overrides)
            .expect_err("an override that reaches nothing");
        let text = errors.to_string();
        assert!(
            text.contains(says) && text.contains("--set"),
            "{key}={value}:\n{text}"
        );
    }
    let overrides = Overrides {
        variant: Some("half".into()),
        ..Overrides::default()
    };
    let text = new_template() + "[variants.half-tick]\nrun.tick_hours = 12.0";
    let errors = Scenario::parse(Path::new("bad.toml"), &text, &overrides).unwrap_err();
    assert!(errors.to_string().contains("half-tick"), "{errors}");
}

/// No number of neighbours fits on so few boards: the boards are to blame.
#[test]
fn a_small_world_without_room_blames_its_boards() {
    let population = "labs.frontier.populations.copies";
    let set = [("topology", "small-world"), ("boards", "1")];
    let overrides = Overrides {
        set: set
            .map(|(key, value)| (format!("{population}.{key}"), value.to_owned()))
            .to_vec(),
        ..Overrides::default()
    };
    let errors = Scenario::parse(Path::new("bad.toml"), &new_template(), &overrides)
        .expect_err("one board has no neighbours");
    let text = errors.to_string();
    for says in [
        "populations.copies.boards: a small world needs 3 boards",
        "--set",
    ] {
        assert!(text.contains(says), "{text}");
    }
}

#[test]
fn a_variant_is_checked_though_nobody_chose_it() {
    for (line, key) in [
        ("run.dayz = 3", "dayz"),
        ("run.days = -3", "days"),
        ("run.tick_hours = 7.0", "days"),
        ("labs.nobody.waiting_target = 0.1", "nobody"),
        (
            "labs.frontier.populations.people.copies_max = 1",
            "copies_max",
        ),
        ("schema = 1", "schema"),
    ] {
        let text = new_template() + "[variants.other]\n" + line;
        let errors = refused(&text);
        names_place_and_key(&errors, key, line);
        assert!(errors.to_string().contains("variant `other`"), "{errors}");
    }
}
