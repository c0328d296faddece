//! Claim: frames are these, character by character; they fit every size; nothing is told by colour alone.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Color;

use super::*;
use crate::live::state::Facts;
use crate::record::{Accumulator, TickRow};

fn row(day: i32, lab: &str, head_start: f64) -> TickRow {
    let progress = f64::from(day + 10).max(0.0) / 100.0 + head_start;
    let researchers = (1000.0 * libm::exp10(progress)) as u64;
    TickRow {
        tick: (day + 10) as u64,
        day: f64::from(day),
        date: format!("2027-{:02}-{:02}", 1 + (day + 10) / 28, 1 + (day + 10) % 28),
        lab: lab.to_owned(),
        tick_hours: 24.0,
        oom_training: progress,
        oom_inference: 1.4 * progress,
        oom_utilisation: 0.2 * progress,
        oom_tools: 0.3 * progress,
        oom_effective_compute: 1.2 * progress,
        effective_compute_a100e: 1e6 * libm::exp10(1.2 * progress),
        researchers,
        active: researchers / 3,
        idle: if day > 50 { researchers / 2 } else { 0 },
        agents: 4000,
        speed: 5.0,
        utilisation: 0.85,
        hours_thought: 1.0,
        events_fired: if day == 20 {
            "cut".to_owned()
        } else {
            String::new()
        },
        ..TickRow::default()
    }
}

/// A run of two labs with ten days of burn-in, up to `day`.
fn state(day: i32) -> State {
    let mut state = State::new(Facts {
        name: "two-labs".to_owned(),
        seed: 7,
        engine: "cpu".to_owned(),
        planned: 210,
    });
    let mut so_far = Accumulator::default();
    for day in -9..=day {
        let rows = [row(day, "frontier", 0.0), row(day, "second", -0.05)];
        so_far.add_tick(&rows);
        state.tick(&rows, &so_far);
    }
    state
}

const RATES: Rates = Rates {
    events_per_second: 8.5e7,
    ticks_per_second: 20.0,
};

fn frame(state: &State, width: u16, height: u16, has_colour: bool) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("it is in memory");
    terminal
        .draw(|frame| all(frame, state, Some(RATES), Palette { has_colour }))
        .expect("it is in memory");
    terminal.backend().buffer().clone()
}

fn text(buffer: &Buffer) -> String {
    let rows = buffer.content.chunks(buffer.area.width.into());
    rows.map(|row| {
        let line: String = row.iter().map(|cell| cell.symbol()).collect();
        line.trim_end().to_owned() + "\n"
    })
    .collect()
}

#[test]
fn a_small_terminal_shows_this() {
    let shown = text(&frame(&state(150), 80, 24, true));
    assert_eq!(shown, include_str!("80x24.txt"), "\n{shown}");
}

#[test]
fn a_wide_terminal_shows_this() {
    let mut paused = state(150);
    (paused.hold, paused.is_waiting) = (Hold::After(0), true);
    let shown = text(&frame(&paused, 140, 36, true));
    assert_eq!(shown, include_str!("140x36.txt"), "\n{shown}");
}

#[test]
fn every_size_and_every_moment_can_be_drawn() {
    let moments = [
        State::new(Facts::default()),
        state(-5),
        state(1),
        state(199),
    ];
    for moment in &moments {
        for (width, height) in [
            (1, 1),
            (5, 60),
            (60, 16),
            (61, 17),
            (200, 4),
            (130, 16),
            (300, 100),
        ] {
            frame(moment, width, height, true);
        }
    }
}

#[test]
fn without_colours_there_are_none_and_the_text_is_the_same() {
    let state = state(150);
    let (plain, coloured) = (frame(&state, 80, 24, false), frame(&state, 80, 24, true));
    let hues = |buffer: &Buffer| {
        let cells = buffer.content.iter();
        cells
            .filter(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset)
            .count()
    };
    assert_eq!(hues(&plain), 0);
    assert!(hues(&coloured) > 100);
    assert_eq!(text(&plain), text(&coloured));
}
