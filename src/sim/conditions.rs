//! Which events the record of a tick sets off.

use crate::record::TickRow;
use crate::record::columns::{COLUMNS, Cell};
use crate::scenario::Condition;
use crate::world::World;

/// Indices of the events that have not fired and whose condition the rows of a tick meet; none in
/// burn-in. Rows are in the order of the labs.
pub fn met(world: &World, rows: &[TickRow]) -> Vec<usize> {
    if world.day() < 0.0 {
        return Vec::new();
    }
    let is_met = |when: &Condition| match when {
        Condition::Day(_) => false,
        Condition::Quantity {
            name,
            lab,
            comparison,
            value,
        } => rows
            .iter()
            .enumerate()
            .filter(|(index, _)| lab.is_none_or(|lab| lab == *index))
            .filter_map(|(_, row)| number(row, name))
            .any(|found| comparison.holds(found, *value)),
    };
    let met = world.unfired().filter(|(_, event)| is_met(&event.when));
    met.map(|(index, _)| index).collect()
}

/// The value of a numeric column.
fn number(row: &TickRow, name: &str) -> Option<f64> {
    let column = COLUMNS.iter().find(|column| column.name == name)?;
    match (column.get)(row) {
        Cell::Count(count) => Some(count as f64),
        Cell::Real(value) => Some(value),
        Cell::Text(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::columns::ColumnKind;
    use crate::scenario::QUANTITIES;

    #[test]
    fn conditions_can_name_every_number_of_the_record() {
        let numbers: Vec<_> = COLUMNS
            .iter()
            .filter(|column| column.kind != ColumnKind::Text)
            .map(|column| column.name)
            .filter(|name| !["tick", "day"].contains(name))
            .collect();
        assert_eq!(numbers, QUANTITIES);
    }
}
