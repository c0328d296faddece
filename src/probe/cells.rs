//! Which branches there are.

use crate::world::Counterfactual;

/// The grid of labour and compute by ascending factors, then other speeds. `factors` hold 1.
pub fn of(factors: &[f64]) -> Vec<Counterfactual> {
    let grid = factors.iter().flat_map(|&researchers| {
        factors.iter().map(move |&compute| Counterfactual {
            researchers,
            compute,
            ..Counterfactual::NEUTRAL
        })
    });
    let speeds = factors.iter().filter(|&&speed| speed != 1.0);
    let speeds = speeds.map(|&speed| Counterfactual {
        speed,
        ..Counterfactual::NEUTRAL
    });
    grid.chain(speeds).collect()
}

/// A branch by its factors.
pub fn name(cell: &Counterfactual) -> String {
    let (researchers, compute, speed) = (cell.researchers, cell.compute, cell.speed);
    format!("the branch of researchers x{researchers}, compute x{compute}, speed x{speed}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_is_there_once_and_every_other_speed() {
        let cells = of(&[0.5, 1.0, 2.0]);
        assert_eq!(cells.len(), 9 + 2);
        let neutral = cells.iter().filter(|&&c| c == Counterfactual::NEUTRAL);
        assert_eq!(neutral.count(), 1);
        assert!(
            cells[9..]
                .iter()
                .all(|c| c.researchers == 1.0 && c.compute == 1.0)
        );
    }
}
