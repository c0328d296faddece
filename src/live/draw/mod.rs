//! From a state to a frame.

mod chart;
mod labels;
mod labs;
mod palette;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::{LineGauge, Paragraph};

use super::pace::Rates;
use super::state::{Hold, Phase, State};
use crate::readable::{count, wall};
pub use palette::Palette;

/// The smallest terminal in which charts can be read.
const LEAST: (u16, u16) = (60, 16);
/// From this width on labs and log are side by side.
const WIDE: u16 = 130;
/// Rows of labs at most; whoever has more labs than that sees the first.
const LAB_ROWS_MAX: u16 = 9;

/// Draws everything.
pub fn all(frame: &mut Frame<'_>, state: &State, rates: Option<Rates>, palette: Palette) {
    let area = frame.area();
    let [title, gauge, body, speed, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    frame.render_widget(Paragraph::new(heading(state, palette)), title);
    frame.render_widget(advance(state, palette), gauge);
    frame.render_widget(Paragraph::new(throughput(state, rates)), speed);
    frame.render_widget(Paragraph::new(help(state, palette)), keys);
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let (width, height) = LEAST;
        let text = format!("charts need {width} x {height} characters");
        frame.render_widget(Paragraph::new(text).style(palette.faint()), body);
    } else {
        middle(frame, body, state, palette);
    }
}

fn middle(frame: &mut Frame<'_>, area: Rect, state: &State, palette: Palette) {
    let lab_rows = (state.labs.len() as u16 + 1).clamp(2, LAB_ROWS_MAX);
    let below = if area.width >= WIDE {
        (area.height / 3).max(lab_rows)
    } else {
        (area.height / 2).max(lab_rows)
    };
    let [charts, below] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(below)]).areas(area);
    let [ooms, researchers] = Layout::horizontal([Constraint::Fill(1); 2])
        .spacing(1)
        .areas(charts);
    chart::ooms(frame, ooms, &state.course, palette);
    chart::researchers(frame, researchers, &state.course, palette);
    let [labs, log] = if area.width >= WIDE {
        Layout::horizontal([Constraint::Length(labs::WIDTH), Constraint::Fill(1)])
            .spacing(2)
            .areas(below)
    } else {
        Layout::vertical([Constraint::Length(lab_rows), Constraint::Fill(1)]).areas(below)
    };
    labs::table(frame, labs, state, palette);
    log_lines(frame, log, state, palette);
}

/// Scenario, seed, engine and what the run does.
fn heading<'a>(state: &State, palette: Palette) -> Line<'a> {
    let facts = &state.facts;
    let word = match (state.phase, state.hold) {
        (Phase::Completed, _) => "completed",
        (Phase::Ending, _) | (_, Hold::Quit) => "ending after this tick",
        (_, Hold::After(_)) if state.is_waiting => "paused",
        (_, Hold::After(_)) => "pausing after this tick",
        _ if state.day().is_some_and(|day| day > 0.0) => "running",
        _ => "burn-in",
    };
    Line::from(vec![
        Span::styled(
            format!(" {word} "),
            palette.strong().add_modifier(Modifier::REVERSED),
        ),
        Span::styled(format!(" {}", facts.name), palette.strong()),
        Span::raw(format!(", seed {}, {}", facts.seed, facts.engine)),
    ])
}

/// How far the run is.
fn advance<'a>(state: &State, palette: Palette) -> LineGauge<'a> {
    let (done, planned) = (state.ticks, state.facts.planned.max(state.ticks).max(1));
    let share = done as f64 / planned as f64;
    let day = state.day().map_or(String::new(), |day| {
        format!("{}, day {day:.1}, ", state.date)
    });
    LineGauge::default()
        .ratio(share)
        .label(format!(
            "{day}tick {done} of {planned}, {:.0}%",
            100.0 * share
        ))
        .filled_style(palette.of(palette::Hue::Orange))
        .unfilled_style(palette.faint())
        .filled_symbol("━")
        .unfilled_symbol("─")
}

fn throughput<'a>(state: &State, rates: Option<Rates>) -> Line<'a> {
    let agents = count(state.agents as f64);
    let speed = rates.map_or("-".to_owned(), |rates| {
        let left = state.facts.planned.saturating_sub(state.ticks) as f64;
        let (events, ticks) = (rates.events_per_second, rates.ticks_per_second);
        let left = match state.phase {
            Phase::Running => format!(", {} left", wall(left / ticks)),
            _ => String::new(),
        };
        format!("{} events/s, {} ticks/s{left}", count(events), count(ticks))
    });
    Line::raw(format!("{agents} agents, {speed}"))
}

fn help<'a>(state: &State, palette: Palette) -> Line<'a> {
    let keys: &[(&str, &str)] = match (state.phase, state.hold) {
        (Phase::Completed, _) => &[("q", "leave")],
        (Phase::Running, Hold::No) => &[
            ("space", "pause"),
            ("s", "pause and step"),
            ("q", "end; --resume goes on"),
        ],
        (Phase::Running, Hold::After(_)) => &[
            ("space", "go on"),
            ("s", "one tick"),
            ("q", "end; --resume goes on"),
        ],
        _ => &[("Ctrl-C", "end at once")],
    };
    let spans = keys.iter().flat_map(|(key, does)| {
        [
            Span::styled(format!("{key} "), palette.strong()),
            Span::raw(format!("{does}   ")),
        ]
    });
    Line::from_iter(spans)
}

fn log_lines(frame: &mut Frame<'_>, area: Rect, state: &State, palette: Palette) {
    let lines = state.log.iter().take(area.height.into()).map(|line| {
        let (sign, style) = palette.sign(line.topic);
        Line::from(vec![
            Span::styled(format!("{:<11}", line.date), palette.faint()),
            Span::styled(format!("{sign} "), style),
            Span::raw(line.text.clone()),
        ])
    });
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), area);
}

#[cfg(test)]
mod tests;
