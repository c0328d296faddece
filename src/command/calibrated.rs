//! What a calibration found, as tables and as lines of a scenario file.

use super::figures::aligned;
use crate::study::calibrate::{Calibration, FittedParameter, Posterior, Problem, Setting};

/// The tables of a fit.
pub fn of_fit(found: &Calibration) -> String {
    let head = [
        "parameter",
        "unit",
        "start",
        "fitted",
        "error",
        "of targets",
        "of seeds",
    ];
    let mut parameters = vec![head.map(str::to_owned).to_vec()];
    for parameter in &found.parameters {
        parameters.push(vec![
            parameter.key.clone(),
            parameter.unit.to_owned(),
            figure(parameter.start),
            figure(Some(parameter.fitted)),
            figure(parameter.standard_error),
            figure(parameter.error_from_targets),
            figure(parameter.error_from_seeds),
        ]);
    }
    let head = ["target", "value", "sd", "reached", "error", "deviation"];
    let mut targets = vec![head.map(str::to_owned).to_vec()];
    for target in &found.targets {
        targets.push(vec![
            target.measure.clone(),
            figure(Some(target.target)),
            target.sd.map_or("exact".to_owned(), |sd| figure(Some(sd))),
            figure(Some(target.reached)),
            figure(Some(target.monte_carlo_error)),
            format!("{:.2}", target.deviation),
        ]);
    }
    let mut text = format!("{}, {}\n\n", found.scenario, ended(found));
    text += &aligned(&parameters, &[0, 1]);
    for (key, literal) in &found.tied {
        text += &format!("{key} = {literal} in proportion\n");
    }
    text += &format!("\n{}\n{}\n", aligned(&targets, &[0]), chi2(found));
    text + &format!("digest  {}\n", found.digest)
}

/// The tables of a posterior.
pub fn of_posterior(found: &Posterior) -> String {
    let head = [
        "parameter",
        "unit",
        "",
        "2.5%",
        "10%",
        "median",
        "90%",
        "97.5%",
    ];
    let mut parameters = vec![head.map(str::to_owned).to_vec()];
    for parameter in &found.parameters {
        let sides = [
            ("before", &parameter.prior),
            ("after", &parameter.posterior),
        ];
        for (index, (name, quantiles)) in sides.into_iter().enumerate() {
            let (key, unit) = match index {
                0 => (parameter.key.as_str(), parameter.unit),
                _ => ("", ""),
            };
            let mut cells = vec![key.to_owned(), unit.to_owned(), name.to_owned()];
            cells.extend(quantiles.iter().map(|(_, value)| figure(Some(*value))));
            parameters.push(cells);
        }
    }
    let head = ["target", "value", "sd", "runs below"];
    let mut targets = vec![head.map(str::to_owned).to_vec()];
    for (target, rank) in &found.targets {
        targets.push(vec![
            target.measure.clone(),
            figure(Some(target.value)),
            target.sd.map_or("exact".to_owned(), |sd| figure(Some(sd))),
            format!("{:.1}%", 100.0 * rank),
        ]);
    }
    format!(
        "{}, {}\n\n{}\n{}",
        found.scenario,
        accepted(found),
        aligned(&parameters, &[0, 1, 2]),
        aligned(&targets, &[0])
    )
}

/// Lines about a fit as a whole.
pub fn notes_of_fit(found: &Calibration) -> Vec<String> {
    let mut notes = vec![ended(found)];
    notes.extend(found.targets.iter().map(|target| {
        format!(
            "target {} {} ({}): {} reached, Monte Carlo error {}",
            target.measure,
            figure(Some(target.target)),
            target
                .sd
                .map_or("exact".to_owned(), |sd| format!("sd {}", figure(Some(sd)))),
            figure(Some(target.reached)),
            figure(Some(target.monte_carlo_error))
        )
    }));
    notes.push(chi2(found));
    notes.push(format!(
        "digest {} (seed {})",
        found.digest, found.first_seed
    ));
    notes.extend(
        found
            .warnings
            .iter()
            .map(|warning| format!("WARNING: {warning}")),
    );
    notes
}

/// Lines about a posterior as a whole.
pub fn notes_of_posterior(found: &Posterior) -> Vec<String> {
    vec![accepted(found)]
}

/// What a fit sets.
pub fn settings_of_fit(found: &Calibration, problem: &Problem) -> Vec<Setting> {
    let targets: Vec<_> = problem.targets.iter().map(ToString::to_string).collect();
    let from = format!(
        "calibrated: takeoff calibrate {}, as above; {}",
        found.version,
        targets.join(", ")
    );
    let one = |parameter: &FittedParameter| Setting {
        key: parameter.key.clone(),
        literal: format!("{:?}", parameter.fitted),
        comment: format!(
            "{from}; standard error {}",
            figure(parameter.standard_error)
        ),
    };
    let mut settings: Vec<_> = found.parameters.iter().map(one).collect();
    for (tie, (key, literal)) in problem.ties.iter().zip(&found.tied) {
        let parameter = &found.parameters[tie.parameter];
        let error = parameter
            .standard_error
            .map(|error| (error * tie.ratio).abs());
        settings.push(Setting {
            key: key.clone(),
            literal: literal.clone(),
            comment: format!(
                "{from}; standard error {}; in proportion to {}",
                figure(error),
                parameter.key
            ),
        });
    }
    settings
}

/// What a posterior sets: its medians.
pub fn settings_of_posterior(found: &Posterior) -> Vec<Setting> {
    let targets: Vec<_> = found
        .targets
        .iter()
        .map(|(target, _)| target.to_string())
        .collect();
    let from = format!(
        "calibrated: takeoff calibrate {}, as above; {}",
        found.version,
        targets.join(", ")
    );
    let one = |parameter: &crate::study::calibrate::AbcParameter| Setting {
        key: parameter.key.clone(),
        literal: format!("{:?}", parameter.median),
        comment: format!(
            "{from}; posterior median, 10% to 90%: {} to {}",
            figure(Some(parameter.posterior[1].1)),
            figure(Some(parameter.posterior[3].1))
        ),
    };
    found.parameters.iter().map(one).collect()
}

fn ended(found: &Calibration) -> String {
    let how = match found.ended {
        "converged" => "converged",
        "rough" => "ended where noise hides what is left",
        _ => "not ended",
    };
    format!(
        "least squares: {how} after {} steps, {} points of {} seeds from {}",
        found.steps, found.points, found.seeds, found.first_seed
    )
}

fn chi2(found: &Calibration) -> String {
    format!(
        "chi2 {:.3} with {} degrees of freedom",
        found.chi2, found.degrees_of_freedom
    )
}

fn accepted(found: &Posterior) -> String {
    format!(
        "ABC with regression adjustment: {} of {} runs accepted ({:.0} without weights), {} left out, \
         tolerance {:.3} sd",
        found.accepted, found.runs, found.effective_runs, found.left_out, found.tolerance
    )
}

/// Four figures.
fn figure(value: Option<f64>) -> String {
    let Some(value) = value else {
        return "-".to_owned();
    };
    match value.abs() {
        0.0 => "0".to_owned(),
        size if !(1e-3..1e6).contains(&size) => format!("{value:.3e}"),
        size => {
            let before = libm::floor(libm::log10(size)) as i32;
            format!("{value:.*}", (3 - before).max(0) as usize)
        }
    }
}
