//! The course of a run in a bounded number of points.

use crate::record::summary::Ooms;

/// Points kept at most: more than a wide terminal has dots.
const POINTS_MAX: usize = 512;

/// Where a run stood at the end of a tick.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// Days from the end of burn-in.
    pub day: f64,
    /// OOMs of the leader since then; zeros in burn-in.
    pub oom: Ooms,
    /// Researchers of all labs, of the sample.
    pub researchers: f64,
    /// Of them admitted to work.
    pub active: f64,
}

/// Points at every `stride`-th tick and at the last. When there are too many, every other goes and the
/// stride doubles, so that a million ticks take as much room and time as a thousand.
#[derive(Clone, Debug)]
pub struct Course {
    points: Vec<Point>,
    stride: u64,
    ticks: u64,
    last: Option<Point>,
}

impl Default for Course {
    fn default() -> Self {
        Self {
            points: Vec::with_capacity(POINTS_MAX),
            stride: 1,
            ticks: 0,
            last: None,
        }
    }
}

impl Course {
    /// Adds the next tick.
    pub fn add(&mut self, point: Point) {
        if self.ticks.is_multiple_of(self.stride) {
            if self.points.len() == POINTS_MAX {
                let mut index = 0;
                self.points.retain(|_| {
                    index += 1;
                    index % 2 == 1
                });
                self.stride *= 2;
            }
            if self.ticks.is_multiple_of(self.stride) {
                self.points.push(point);
            }
        }
        self.ticks += 1;
        self.last = Some(point);
    }

    /// The kept points and the last tick, in order of time.
    pub fn points(&self) -> impl Iterator<Item = &Point> + Clone {
        let last = self.last.iter();
        let is_new = |last: &&Point| self.points.last() != Some(last);
        self.points.iter().chain(last.filter(is_new))
    }

    /// The last tick.
    pub fn last(&self) -> Option<&Point> {
        self.last.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_ticks_stay_few_evenly_spaced_points() {
        let mut course = Course::default();
        for tick in 0..1_000_000_u64 {
            course.add(Point {
                day: tick as f64,
                ..Point::default()
            });
            assert!(course.points.len() <= POINTS_MAX);
        }
        let days: Vec<f64> = course.points().map(|point| point.day).collect();
        assert!(days.len() > POINTS_MAX / 2);
        assert_eq!((days[0], days[days.len() - 1]), (0.0, 999_999.0));
        let inner = &days[..days.len() - 1];
        assert!(
            inner
                .windows(2)
                .all(|pair| pair[1] - pair[0] == course.stride as f64)
        );
    }

    #[test]
    fn the_last_tick_is_there_once() {
        let mut course = Course::default();
        for day in [0.0, 1.0, 2.0] {
            course.add(Point {
                day,
                ..Point::default()
            });
        }
        assert_eq!(course.points().count(), 3);
    }
}
