//! The charts: lines over days, named at their ends.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::symbols::Marker;
use ratatui::text::Line;
use ratatui::widgets::{Axis, Chart, Dataset, GraphType};

use super::labels;
use super::palette::{Hue, Palette};
use crate::live::course::{Course, Point};
use crate::readable::{count, power_of_ten};

/// Rows that a chart has beside its graph: the title above, axis and days below.
const ROWS_AROUND: u16 = 3;

/// One line of a chart.
struct Curve {
    name: &'static str,
    hue: Hue,
    value: fn(&Point) -> f64,
}

/// OOMs by kind, of the leader, since day 0.
pub fn ooms(frame: &mut Frame<'_>, area: Rect, course: &Course, palette: Palette) {
    const CURVES: [Curve; 5] = [
        Curve {
            name: "tools",
            hue: Hue::Purple,
            value: |point| point.oom.tools,
        },
        Curve {
            name: "utilisation",
            hue: Hue::Yellow,
            value: |point| point.oom.utilisation,
        },
        Curve {
            name: "inference",
            hue: Hue::Green,
            value: |point| point.oom.inference,
        },
        Curve {
            name: "training",
            hue: Hue::SkyBlue,
            value: |point| point.oom.training,
        },
        Curve {
            name: "effective",
            hue: Hue::Orange,
            value: |point| point.oom.effective_compute,
        },
    ];
    let values = course
        .points()
        .flat_map(|point| CURVES.iter().map(|curve| (curve.value)(point)));
    let (low, high) = values.fold((0.0_f64, 1.0_f64), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let (low, high, step) = labelled(low, high, area.height);
    Scale {
        title: "OOMs since day 0, leading lab",
        low,
        high,
        step,
        on_axis: |oom| format!("{oom:.0}"),
        at_end: |oom| format!("{oom:.2}"),
    }
    .draw(frame, area, course, &CURVES, palette);
}

/// Researchers of all labs, in powers of ten.
pub fn researchers(frame: &mut Frame<'_>, area: Rect, course: &Course, palette: Palette) {
    const CURVES: [Curve; 2] = [
        Curve {
            name: "active",
            hue: Hue::Green,
            value: |point| power(point.active),
        },
        Curve {
            name: "all",
            hue: Hue::Vermilion,
            value: |point| power(point.researchers),
        },
    ];
    let values = course
        .points()
        .flat_map(|point| CURVES.iter().map(|curve| (curve.value)(point)));
    let (low, high) = values.fold((f64::INFINITY, 0.0_f64), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let (low, high, step) = labelled(low.min(high), high, area.height);
    Scale {
        title: "researchers, all labs (log)",
        low,
        high,
        step,
        on_axis: |power| power_of_ten(power as u32),
        at_end: |power| count(libm::exp10(power)),
    }
    .draw(frame, area, course, &CURVES, palette);
}

/// The ends of an axis around `low` and `high` and the step between its labels, in whole OOMs, so that a
/// label has three rows at least.
fn labelled(low: f64, high: f64, height: u16) -> (f64, f64, f64) {
    let (low, high) = (low.floor(), high.ceil().max(low.floor() + 1.0));
    let rooms = f64::from((height.saturating_sub(ROWS_AROUND) / 3).max(1));
    let step = ((high - low) / rooms).ceil();
    (low, low + step * ((high - low) / step).ceil(), step)
}

/// log10; nobody counts as one.
fn power(heads: f64) -> f64 {
    libm::log10(heads.max(1.0))
}

/// The vertical axis of a chart and how its values are written.
struct Scale {
    title: &'static str,
    low: f64,
    high: f64,
    /// Between two labels of the axis.
    step: f64,
    on_axis: fn(f64) -> String,
    at_end: fn(f64) -> String,
}

impl Scale {
    fn draw(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        course: &Course,
        curves: &[Curve],
        palette: Palette,
    ) {
        let Some(last) = course.last() else {
            return;
        };
        let names: Vec<String> = curves
            .iter()
            .map(|curve| format!(" {} {}", curve.name, (self.at_end)((curve.value)(last))))
            .collect();
        let widest = names.iter().map(|name| name.chars().count()).max();
        let [title, below] =
            Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
        let [graph, margin] = Layout::horizontal([
            Constraint::Fill(1),
            Constraint::Length(widest.unwrap_or(0) as u16),
        ])
        .areas(below);
        frame.render_widget(Line::styled(self.title, palette.strong()), title);
        self.graph(frame, graph, course, curves, palette);
        let height = area.height.saturating_sub(ROWS_AROUND);
        let wanted: Vec<f64> = curves
            .iter()
            .map(|curve| self.row((curve.value)(last), height))
            .collect();
        for ((name, curve), row) in names
            .into_iter()
            .zip(curves)
            .zip(labels::spread(&wanted, height))
        {
            if let Some(row) = row {
                let place = Rect::new(margin.x, margin.y + row, margin.width, 1);
                frame.render_widget(Line::styled(name, palette.of(curve.hue)), place);
            }
        }
    }

    /// The row, from the top, in which a value is drawn.
    fn row(&self, value: f64, height: u16) -> f64 {
        let share = (self.high - value) / (self.high - self.low);
        let rows = f64::from(height.saturating_sub(1));
        share.clamp(0.0, 1.0) * rows
    }

    fn graph(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        course: &Course,
        curves: &[Curve],
        palette: Palette,
    ) {
        let (from, to) = days(course);
        let of = |curve: &Curve| -> Vec<(f64, f64)> {
            let counted = course.points().filter(|point| point.day >= from);
            counted
                .map(|point| (point.day, (curve.value)(point)))
                .collect()
        };
        let lines: Vec<Vec<(f64, f64)>> = curves.iter().map(of).collect();
        let sets = lines.iter().zip(curves).map(|(line, curve)| {
            Dataset::default()
                .marker(Marker::Braille)
                .graph_type(GraphType::Line)
                .style(palette.of(curve.hue))
                .data(line)
        });
        let steps = 0..=((self.high - self.low) / self.step) as u32;
        let heights: Vec<String> = steps
            .map(|step| (self.on_axis)(self.low + f64::from(step) * self.step))
            .collect();
        let chart = Chart::new(sets.collect())
            .style(Style::new())
            .x_axis(
                Axis::default()
                    .style(palette.faint())
                    .bounds([from, to])
                    .labels([format!("day {from:.0}"), format!("{to:.0}")]),
            )
            .y_axis(
                Axis::default()
                    .style(palette.faint())
                    .bounds([self.low, self.high])
                    .labels(heights),
            )
            .legend_position(None);
        frame.render_widget(chart, area);
    }
}

/// From day 0 on once there is one, before that all of burn-in; never an empty span.
fn days(course: &Course) -> (f64, f64) {
    let first = course.points().next().map_or(0.0, |point| point.day);
    let last = course.last().map_or(0.0, |point| point.day);
    let from = if last > 0.0 { first.max(0.0) } else { first };
    (from, last.max(from + 1.0))
}
