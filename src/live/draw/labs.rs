//! The table of labs.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::Text;
use ratatui::widgets::{Row, Table};

use super::palette::Palette;
use crate::live::state::{Lab, State};
use crate::readable::{count, percent};
use crate::record::bound::Bound;

/// Title of a column and its width; the name of the lab takes what is left.
const COLUMNS: [(&str, u16); 7] = [
    ("effective", 9),
    ("training", 8),
    ("researchers", 11),
    ("active", 7),
    ("speed", 6),
    ("used", 6),
    ("bound by", 8),
];

/// Characters in which the whole table can be read.
pub const WIDTH: u16 = 76;

/// Draws the table; the leading lab has a star.
pub fn table(frame: &mut Frame<'_>, area: Rect, state: &State, palette: Palette) {
    let header = std::iter::once(Text::raw("  lab"))
        .chain(COLUMNS.map(|(title, _)| Text::raw(title).right_aligned()));
    let shown = usize::from(area.height.saturating_sub(1));
    let rows = state
        .labs
        .iter()
        .enumerate()
        .take(shown)
        .map(|(index, lab)| row(lab, state.leader == Some(index)));
    let widths = std::iter::once(Constraint::Fill(1))
        .chain(COLUMNS.map(|(_, width)| Constraint::Length(width)));
    // Figures stay near the name they are of.
    let area = Rect {
        width: area.width.min(WIDTH),
        ..area
    };
    let table = Table::new(rows, widths)
        .header(Row::new(header).style(palette.strong()))
        .column_spacing(1);
    frame.render_widget(table, area);
}

fn row<'a>(lab: &Lab, is_leader: bool) -> Row<'a> {
    let sign = if is_leader { "★" } else { " " };
    let cells = [
        format!("{:.2}", lab.oom_effective),
        format!("{:.2}", lab.oom_training),
        count(lab.researchers as f64),
        count(lab.active as f64),
        count(lab.speed),
        percent(Some(lab.utilisation)),
        lab.bound.map_or("-", Bound::word).to_owned(),
    ];
    let name = Text::raw(format!("{sign} {}", lab.name));
    Row::new(std::iter::once(name).chain(cells.map(|cell| Text::raw(cell).right_aligned())))
}
