//! Bars on a common line: what each uncertain value does.

use super::axis::{Axis, Scale};
use super::draw::{Anchor, Sheet, TEXT, WIDTH, width};
use super::ink;

const TOP: f64 = 20.0;
const BOTTOM: f64 = 30.0;
/// Height of a bar with the space around it, points.
const ROW: f64 = 13.0;
/// Bars at most: the largest.
const BARS_MAX: usize = 15;

/// A bar.
#[derive(Clone, Debug)]
pub struct Bar {
    pub name: String,
    /// Its ends; the first is where the value is low.
    pub from: f64,
    pub to: f64,
    /// Ends of an interval around `to`.
    pub whisker: Option<(f64, f64)>,
}

/// Bars, one below the other.
#[derive(Clone, Debug)]
pub struct Bars {
    pub title: String,
    pub axis: String,
    /// Where the line is that bars are seen against.
    pub reference: f64,
    pub bars: Vec<Bar>,
}

impl Bars {
    /// The longest first, and no more than can be read; says how many were left out.
    pub fn longest(mut self) -> (Self, usize) {
        let length = |bar: &Bar| {
            let reach = [bar.from, bar.to].map(|end| libm::fabs(end - self.reference));
            reach[0].max(reach[1])
        };
        self.bars.sort_by(|a, b| length(b).total_cmp(&length(a)));
        let left_out = self.bars.len().saturating_sub(BARS_MAX);
        self.bars.truncate(BARS_MAX);
        (self, left_out)
    }

    /// The bars as SVG.
    pub fn draw(&self, caption: &str) -> String {
        let base = TOP + ROW * self.bars.len() as f64;
        let mut sheet = Sheet::new(base + BOTTOM, &self.title, caption);
        let widest = self
            .bars
            .iter()
            .map(|bar| width(&bar.name))
            .fold(0.0, f64::max);
        let left = (widest + 8.0).min(WIDTH * 0.6);
        let axis = Axis::around(&self.axis, Scale::Linear, self.values());
        let place = |value: f64| {
            let across = axis.at(value).unwrap_or(0.0);
            left + across * (WIDTH - 10.0 - left)
        };
        for (across, label) in axis.labels() {
            let x = left + across * (WIDTH - 10.0 - left);
            sheet.rule((x, TOP), (x, base), ink::PALE);
            sheet.text((x, base + 10.0), Anchor::Middle, "black", &label);
        }
        for (row, bar) in self.bars.iter().enumerate() {
            let top = TOP + ROW * row as f64;
            self.bar(&mut sheet, bar, top, place);
            let at = (left - 4.0, top + ROW / 2.0 + TEXT * 0.35);
            sheet.text(at, Anchor::End, "black", &bar.name);
        }
        sheet.rule(
            (place(self.reference), TOP),
            (place(self.reference), base),
            "black",
        );
        let middle = (left + WIDTH - 10.0) / 2.0;
        sheet.text(
            (middle, base + BOTTOM - 7.0),
            Anchor::Middle,
            "black",
            &axis.title,
        );
        sheet.finish()
    }

    fn bar(&self, sheet: &mut Sheet, bar: &Bar, top: f64, place: impl Fn(f64) -> f64) {
        let (above, below) = (top + 3.0, top + ROW - 3.0);
        // Low and high ends have colours of their own; a bar from the reference has the one.
        for (end, colour) in [(bar.from, 1), (bar.to, 0)] {
            let (a, b) = (place(self.reference), place(end));
            let corners = [(a, above), (b, above), (b, below), (a, below)];
            sheet.area(&corners, ink::colour(colour), 0.85);
        }
        if let Some((low, high)) = bar.whisker {
            let middle = top + ROW / 2.0;
            sheet.rule((place(low), middle), (place(high), middle), "black");
            for end in [low, high] {
                sheet.rule(
                    (place(end), middle - 2.0),
                    (place(end), middle + 2.0),
                    "black",
                );
            }
        }
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        let ends = self.bars.iter().flat_map(|bar| {
            let (low, high) = bar.whisker.unwrap_or((bar.to, bar.to));
            [bar.from, bar.to, low, high]
        });
        ends.chain([self.reference])
    }
}
