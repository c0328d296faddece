//! Names at the ends of lines, in place of a legend that must be matched by colour.

/// The rows of labels that want to be at `wanted` of `height` rows, in the same order: as near as may be,
/// one a row. `None` where there is no room.
pub fn spread(wanted: &[u16], height: u16) -> Vec<Option<u16>> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|&index| wanted[index]);
    order.truncate(height.into());
    let mut rows = vec![None; wanted.len()];
    let mut next = 0;
    for (place, &index) in order.iter().enumerate() {
        // Those that come after need a row each.
        let last = height - (order.len() - place) as u16;
        let row = wanted[index].clamp(next, last.max(next));
        rows[index] = Some(row);
        next = row + 1;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stay_where_there_is_room() {
        assert_eq!(spread(&[5, 1, 3], 8), [Some(5), Some(1), Some(3)]);
    }

    #[test]
    fn equal_labels_go_below_one_another_and_stay_inside() {
        assert_eq!(spread(&[2, 2, 2], 8), [Some(2), Some(3), Some(4)]);
        assert_eq!(
            spread(&[7, 7, 7, 0], 8),
            [Some(5), Some(6), Some(7), Some(0)]
        );
    }

    #[test]
    fn what_has_no_room_is_left_out() {
        assert_eq!(spread(&[1, 0, 1], 2), [Some(1), Some(0), None]);
        assert_eq!(spread(&[0], 0), [None]);
    }
}
