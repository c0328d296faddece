//! The page: a template with styles, scripts and data put in.

use super::Data;

const TEMPLATE: &str = include_str!("page/page.html");

/// The style of the page, without that of charts.
pub const STYLE: &str = include_str!("page/style.css");

/// In the order in which they build on one another.
const STYLES: [&str; 2] = [include_str!("page/vendor/uPlot.min.css"), STYLE];

/// In the order in which they build on one another.
const SCRIPTS: [&str; 11] = [
    include_str!("page/format.js"),
    include_str!("page/elements.js"),
    include_str!("page/theme.js"),
    include_str!("page/series.js"),
    include_str!("page/axes.js"),
    include_str!("page/chart.js"),
    include_str!("page/headline.js"),
    include_str!("page/run.js"),
    include_str!("page/sweep.js"),
    include_str!("page/tables.js"),
    include_str!("page/main.js"),
];

/// The library that draws charts; `page/vendor/README.md` says where it is from.
const CHARTS: &str = include_str!("page/vendor/uPlot.iife.min.js");

/// One HTML page about the data. It refers to nothing outside itself.
pub fn page(data: &Data) -> String {
    let json = serde_json::to_string(data).expect("a report is plain data");
    let slots = [
        ("{{title}}", escaped(&data.title())),
        ("{{styles}}", STYLES.join("\n")),
        ("{{data}}", inert(&json)),
        ("{{charts}}", CHARTS.to_owned()),
        ("{{scripts}}", SCRIPTS.join("\n")),
    ];
    let mut page = String::new();
    let mut rest = TEMPLATE;
    // From left to right, so that what was put in is never searched.
    for (slot, content) in slots {
        let (before, after) = rest.split_once(slot).expect("the template has the slot");
        page.push_str(before);
        page.push_str(&content);
        rest = after;
    }
    page + rest
}

/// JSON that no HTML parser takes for markup: in JSON, these characters stand in texts alone.
fn inert(json: &str) -> String {
    json.replace('&', "\\u0026")
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
}

/// Text for the inside of an element.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
