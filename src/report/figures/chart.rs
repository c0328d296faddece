//! Lines and areas over an axis of time.

use super::axis::Axis;
use super::draw::{Anchor, Sheet, TEXT, WIDTH, width};
use super::ink;

/// Height of a chart, points.
const HEIGHT: f64 = 165.0;
/// Above the graph: the title.
const TOP: f64 = 20.0;
/// Below it: labels and title of the axis.
const BOTTOM: f64 = 30.0;
/// Left of it: labels and title of the axis.
const LEFT: f64 = 38.0;
/// Least height of the name of a line.
const NAME_HEIGHT: f64 = TEXT + 1.5;
/// Points of a line beyond which some are left out: there are no more dots to draw them on.
const POINTS_MAX: usize = 1000;

/// A line and its name.
#[derive(Clone, Debug)]
pub struct Curve {
    pub name: String,
    pub points: Vec<(f64, f64)>,
}

/// An area between two lines over the same days: day, below, above.
#[derive(Clone, Debug)]
pub struct Band {
    /// Written at its end; empty: nothing.
    pub name: String,
    pub points: Vec<(f64, f64, f64)>,
    pub ink: usize,
    pub opacity: f64,
}

/// A chart.
#[derive(Clone, Debug)]
pub struct Chart {
    pub title: String,
    pub x: Axis,
    pub y: Axis,
    pub bands: Vec<Band>,
    pub curves: Vec<Curve>,
}

impl Chart {
    /// The chart as SVG.
    pub fn draw(&self, caption: &str) -> String {
        let mut sheet = Sheet::new(HEIGHT, &self.title, caption);
        let graph = self.graph();
        graph.axes(&mut sheet, &self.x, &self.y);
        for band in &self.bands {
            let up = band.points.iter().map(|&(day, low, _)| (day, low));
            let back = band.points.iter().rev().map(|&(day, _, high)| (day, high));
            let outline: Vec<_> = up
                .chain(back)
                .filter_map(|point| graph.place(&self.x, &self.y, point))
                .collect();
            sheet.area(&outline, ink::colour(band.ink), band.opacity);
        }
        for (number, curve) in self.curves.iter().enumerate() {
            let places =
                thinned(&curve.points).filter_map(|point| graph.place(&self.x, &self.y, point));
            sheet.line(&places.collect::<Vec<_>>(), number);
        }
        self.names(&mut sheet, &graph);
        sheet.finish()
    }

    /// Names of lines and bands, at the height where they end.
    fn names(&self, sheet: &mut Sheet, graph: &Graph) {
        let ends = self.ends(graph);
        let heights: Vec<f64> = ends.iter().map(|end| end.0).collect();
        let heights = spread(&heights, TOP + TEXT / 2.0, HEIGHT - BOTTOM);
        for ((_, name, ink), height) in ends.iter().zip(heights) {
            let at = (graph.right + 4.0, height + TEXT * 0.35);
            sheet.text(at, Anchor::Start, ink::colour(*ink), name);
        }
    }

    /// Height, name and ink of whatever has a name.
    fn ends(&self, graph: &Graph) -> Vec<(f64, &str, usize)> {
        let height = |point| Some(graph.place(&self.x, &self.y, point)?.1);
        let bands = self.bands.iter().filter_map(|band| {
            let &(day, low, high) = band.points.last()?;
            let middle = height((day, (low + high) / 2.0))?;
            Some((middle, band.name.as_str(), band.ink))
        });
        let curves = self
            .curves
            .iter()
            .enumerate()
            .filter_map(|(number, curve)| {
                let drawn = curve.points.iter().rev();
                let end = drawn.copied().find_map(height)?;
                Some((end, curve.name.as_str(), number))
            });
        bands
            .chain(curves)
            .filter(|end| !end.1.is_empty())
            .collect()
    }

    fn graph(&self) -> Graph {
        let names = self.curves.iter().map(|curve| &curve.name);
        let names = names.chain(self.bands.iter().map(|band| &band.name));
        let widest = names.map(|name| width(name)).fold(0.0, f64::max);
        Graph {
            right: (WIDTH - 6.0 - widest).max(WIDTH / 2.0),
        }
    }
}

/// Where the lines are drawn.
struct Graph {
    right: f64,
}

impl Graph {
    fn place(&self, x: &Axis, y: &Axis, point: (f64, f64)) -> Option<(f64, f64)> {
        let (across, up) = (x.at(point.0)?, y.at(point.1)?);
        let base = HEIGHT - BOTTOM;
        Some((
            LEFT + across * (self.right - LEFT),
            base - up * (base - TOP),
        ))
    }

    fn axes(&self, sheet: &mut Sheet, x: &Axis, y: &Axis) {
        let base = HEIGHT - BOTTOM;
        for (up, label) in y.labels() {
            let height = base - up * (base - TOP);
            sheet.rule((LEFT, height), (self.right, height), ink::PALE);
            let at = (LEFT - 3.0, height + TEXT * 0.35);
            sheet.text(at, Anchor::End, "black", &label);
        }
        for (across, label) in x.labels() {
            let place = LEFT + across * (self.right - LEFT);
            sheet.rule((place, base), (place, base + 2.5), ink::GREY);
            sheet.text((place, base + 10.0), Anchor::Middle, "black", &label);
        }
        sheet.rule((LEFT, base), (self.right, base), ink::GREY);
        let middle = (LEFT + self.right) / 2.0;
        sheet.text((middle, HEIGHT - 7.0), Anchor::Middle, "black", &x.title);
        sheet.text_upwards((9.0, (TOP + base) / 2.0), "black", &y.title);
    }
}

/// Every so many-th point, and the last.
fn thinned(points: &[(f64, f64)]) -> impl Iterator<Item = (f64, f64)> {
    let every = points.len().div_ceil(POINTS_MAX).max(1);
    let last = points.len().saturating_sub(1);
    let is_kept = move |(index, _): &(usize, &(f64, f64))| index % every == 0 || *index == last;
    points
        .iter()
        .enumerate()
        .filter(is_kept)
        .map(|(_, point)| *point)
}

/// Heights as near to those wanted as names have room, in the same order.
fn spread(wanted: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    let mut heights = wanted.to_vec();
    let mut least = top;
    for &index in &order {
        heights[index] = heights[index].max(least);
        least = heights[index] + NAME_HEIGHT;
    }
    let mut most = bottom;
    for &index in order.iter().rev() {
        heights[index] = heights[index].min(most);
        most = heights[index] - NAME_HEIGHT;
    }
    heights
}
