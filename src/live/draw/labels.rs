//! Names at the ends of lines, in place of a legend that must be matched by colour.

/// The rows of labels that want to be at `wanted`, rows from the top, of `height` rows, in the same order: as
/// near as may be, one a row. `None` where there is no room.
pub fn spread(wanted: &[f64], height: u16) -> Vec<Option<u16>> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    order.truncate(height.into());
    let mut rows = vec![None; wanted.len()];
    let mut next = 0;
    for (place, &index) in order.iter().enumerate() {
        // Those that come after need a row each.
        let last = height - (order.len() - place) as u16;
        let row = (libm::round(wanted[index]) as u16).clamp(next, last.max(next));
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
        assert_eq!(spread(&[5.0, 1.0, 3.0], 8), [Some(5), Some(1), Some(3)]);
    }

    #[test]
    fn equal_labels_go_below_one_another_and_stay_inside() {
        assert_eq!(spread(&[2.0, 2.0, 2.0], 8), [Some(2), Some(3), Some(4)]);
        assert_eq!(
            spread(&[7.0, 7.0, 7.0, 0.0], 8),
            [Some(5), Some(6), Some(7), Some(0)]
        );
    }

    #[test]
    fn labels_of_one_row_keep_their_order() {
        assert_eq!(spread(&[2.4, 1.7], 8), [Some(3), Some(2)]);
    }

    #[test]
    fn what_has_no_room_is_left_out() {
        assert_eq!(spread(&[1.0, 0.0, 1.0], 2), [Some(1), Some(0), None]);
        assert_eq!(spread(&[0.0], 0), [None]);
    }
}
