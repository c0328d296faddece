//! Nothing in the page is markup that a scenario wrote, and nothing leads out of it.

use std::{collections::BTreeMap, path::Path};

use crate::{data_in, page_of, run_of};

/// What a scenario could try: ends of elements, comments, entities, separators of lines.
const HOSTILE: &str =
    "</script><script>alert(1)</script><!-- <script> &lt; ]]> \u{2028} ${x} {{data}}";

/// blake3 of the files of the chart library, as npm has them.
const VENDORED: [(&str, &str); 2] = [
    (
        "uPlot.iife.min.js",
        "ea2d16ff65797375a846049c0f0a17f68b47a2850b9c73f2816ecf040ec9f2ce",
    ),
    (
        "uPlot.min.css",
        "70ead7542eab83ef6ff4269c1f139e3c40f5f59f98302552320b9f79188abba1",
    ),
];

#[test]
fn a_hostile_scenario_stays_text() {
    let scratch = tempfile::tempdir().expect("a folder");
    let plain = page_of(
        &[&run_of(&scratch.path().join("plain"), &[])],
        &scratch.path().join("plain.html"),
    );
    let question = format!("question={}", toml_edit::Value::from(HOSTILE));
    let folder = run_of(&scratch.path().join("hostile"), &["--set", &question]);
    let page = page_of(&[&folder], &scratch.path().join("hostile.html"));
    assert_eq!(data_in(&page)["runs"][0]["question"], HOSTILE);
    for markup in ["<script", "</script", "<!--"] {
        let count = |page: &str| page.matches(markup).count();
        assert_eq!(count(&page), count(&plain), "{markup}");
    }
}

#[test]
fn the_page_refers_to_nothing_outside_itself() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = run_of(&scratch.path().join("run"), &[]);
    let page = page_of(&[&folder], &scratch.path().join("page.html"));
    for reference in [
        " src=",
        "@import",
        "url(",
        "fetch(",
        "XMLHttpRequest",
        "WebSocket",
        "import(",
    ] {
        assert!(!page.contains(reference), "{reference}");
    }
    assert!(page.contains("default-src 'none'"));
    // The one address is in the licence line of the chart library.
    let addresses = page.matches("https://").count() + page.matches("http://").count();
    let namespaces = page.matches("http://www.w3.org/2000/svg").count();
    assert_eq!(addresses - namespaces, 1);
    assert!(page.contains("/*! https://github.com/leeoniya/uPlot"));
}

/// The scripts are joined into one, in which a second function of a name would replace the first
/// without a word.
#[test]
fn a_name_is_given_once_in_the_scripts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/page");
    let mut given = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        if path.extension().is_none_or(|extension| extension != "js") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("readable");
        let functions = text.lines().filter_map(|line| {
            let line = line.strip_prefix("async ").unwrap_or(line);
            line.strip_prefix("function ")?.split('(').next()
        });
        for function in functions {
            let other = given.insert(function.to_owned(), path.clone());
            assert_eq!(other, None, "{function} of {}", path.display());
        }
    }
    assert!(given.len() > 50, "{given:?}");
}

#[test]
fn the_chart_library_is_the_released_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/page/vendor");
    for (name, hash) in VENDORED {
        let bytes = std::fs::read(folder.join(name)).expect("readable");
        assert_eq!(blake3::hash(&bytes).to_hex().as_str(), hash, "{name}");
    }
}
