//! Marks of a figure: lines, texts, areas, at points of 1/72 inch from the upper left corner.

use svg::node::element::path::Data;
use svg::node::element::{Description, Line, Path, Rectangle, Text, Title};
use svg::{Document, Node};

use super::ink;

/// 89 mm, a column of a journal, in points.
pub const WIDTH: f64 = 89.0 / 25.4 * 72.0;

/// Size of axis titles and names of lines, points.
pub const TEXT: f64 = 6.5;
/// Size of the title, points.
const HEADING: f64 = 7.5;

/// Mean width of a character of the font over its size, from above: names of lines must not be cut off.
const CHARACTER: f64 = 0.6;

/// A figure that is being drawn.
pub struct Sheet {
    document: Document,
}

/// Where a text is fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Sheet {
    /// An empty sheet of this height with title and caption.
    pub fn new(height: f64, title: &str, caption: &str) -> Self {
        let document = Document::new()
            .set("width", "89mm")
            .set("height", format!("{}mm", number(height * 25.4 / 72.0)))
            .set(
                "viewBox",
                format!("0 0 {} {}", number(WIDTH), number(height)),
            )
            .set("font-family", "DejaVu Sans, Verdana, sans-serif")
            .add(Title::new(title))
            .add(Description::new().add(svg::node::Text::new(caption)))
            .add(
                Rectangle::new()
                    .set("width", number(WIDTH))
                    .set("height", number(height))
                    .set("fill", "white"),
            );
        let heading = Text::new(title)
            .set("x", 4)
            .set("y", 11)
            .set("font-size", HEADING)
            .set("font-weight", "bold");
        Self {
            document: document.add(heading),
        }
    }

    /// A thin straight line.
    pub fn rule(&mut self, from: (f64, f64), to: (f64, f64), colour: &str) {
        self.add(
            Line::new()
                .set("x1", number(from.0))
                .set("y1", number(from.1))
                .set("x2", number(to.0))
                .set("y2", number(to.1))
                .set("stroke", colour)
                .set("stroke-width", 0.5),
        );
    }

    /// A text.
    pub fn text(&mut self, at: (f64, f64), anchor: Anchor, colour: &str, text: &str) {
        self.add(lettering(at, anchor, colour, text));
    }

    /// A text from below upwards, centred.
    pub fn text_upwards(&mut self, at: (f64, f64), colour: &str, text: &str) {
        let turn = format!("rotate(-90 {} {})", number(at.0), number(at.1));
        self.add(lettering(at, Anchor::Middle, colour, text).set("transform", turn));
    }

    /// The n-th line through points.
    pub fn line(&mut self, points: &[(f64, f64)], line: usize) {
        let Some(data) = path(points) else { return };
        let mut path = Path::new()
            .set("d", data)
            .set("fill", "none")
            .set("stroke", ink::colour(line))
            .set("stroke-width", 1)
            .set("stroke-linejoin", "round");
        if !ink::dashes(line).is_empty() {
            path = path.set("stroke-dasharray", ink::dashes(line));
        }
        self.add(path);
    }

    /// The area inside points, of which the last is joined to the first.
    pub fn area(&mut self, points: &[(f64, f64)], colour: &str, opacity: f64) {
        let Some(data) = path(points) else { return };
        self.add(
            Path::new()
                .set("d", data.close())
                .set("fill", colour)
                .set("fill-opacity", opacity),
        );
    }

    /// The SVG.
    pub fn finish(self) -> String {
        self.document.to_string() + "\n"
    }

    fn add(&mut self, mark: impl Into<Box<dyn Node>>) {
        self.document.append(mark);
    }
}

fn lettering(at: (f64, f64), anchor: Anchor, colour: &str, text: &str) -> Text {
    let anchor = match anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    Text::new(text)
        .set("x", number(at.0))
        .set("y", number(at.1))
        .set("font-size", TEXT)
        .set("text-anchor", anchor)
        .set("fill", colour)
}

/// Hundredths of a point are finer than any print.
fn path(points: &[(f64, f64)]) -> Option<Data> {
    let (first, rest) = points.split_first()?;
    let rounded = |point: &(f64, f64)| (hundredths(point.0), hundredths(point.1));
    let start = Data::new().move_to(rounded(first));
    Some(
        rest.iter()
            .fold(start, |data, point| data.line_to(rounded(point))),
    )
}

fn hundredths(value: f64) -> f64 {
    libm::round(value * 100.0) / 100.0
}

fn number(value: f64) -> String {
    hundredths(value).to_string()
}

/// Width of a text, from above, points.
pub fn width(text: &str) -> f64 {
    text.chars().count() as f64 * CHARACTER * TEXT
}
