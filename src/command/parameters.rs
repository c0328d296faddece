//! The parameters of a scenario, and why each may be believed, as text.

use crate::scenario::{self, Grounds, Overrides, Parameter, Scenario, ScenarioFile};

/// Characters that a value may take before it pushes what follows to the right.
const VALUE_WIDTH_MAX: usize = 24;

/// How many values there are of each kind of grounds, in one line.
pub fn counts(file: &ScenarioFile, overrides: &Overrides, scenario: &Scenario) -> String {
    let parameters = scenario::parameters(scenario, &file.remarks(overrides));
    format!("grounds              {}", counted(&parameters))
}

/// Every value with its unit, grounds and source, a line each, and what that comes to.
pub fn table(file: &ScenarioFile, overrides: &Overrides, scenario: &Scenario) -> String {
    let parameters = scenario::parameters(scenario, &file.remarks(overrides));
    let width = |of: fn(&Parameter) -> &str, most: usize| {
        let widths = parameters.iter().map(|one| of(one).chars().count());
        widths.filter(|width| *width <= most).max().unwrap_or(0)
    };
    let keys = width(|one| &one.key, usize::MAX);
    let values = width(|one| &one.value, VALUE_WIDTH_MAX);
    let units = width(|one| one.unit, usize::MAX);
    let mut text = String::new();
    for one in &parameters {
        let (grounds, source) = (one.grounds.word(), source(one));
        let line = format!(
            "{grounds:<10}  {:<keys$}  {:<values$}  {:<units$}  {source}",
            one.key, one.value, one.unit
        );
        text += line.trim_end();
        text.push('\n');
    }
    text + &counted(&parameters)
}

fn counted(parameters: &[Parameter]) -> String {
    let number = |grounds| {
        parameters
            .iter()
            .filter(|one| one.grounds == grounds)
            .count()
    };
    let each = Grounds::ALL.map(|grounds| format!("{} {}", number(grounds), grounds.word()));
    format!("{}, of {} values", each.join(", "), parameters.len())
}

/// Where a value comes from; if nobody said, who set it.
fn source(parameter: &Parameter) -> &str {
    match (parameter.source.as_str(), parameter.is_default) {
        ("", true) => "default",
        ("", false) => "set by the scenario",
        (source, _) => source,
    }
}
