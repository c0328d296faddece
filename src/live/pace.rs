//! Speed over the last seconds.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Over how long a rate is taken: long enough to read, short enough to see a change.
const WINDOW: Duration = Duration::from_secs(3);

/// Counts with their moments, over the window.
#[derive(Debug, Default)]
pub struct Pace {
    seen: VecDeque<(Instant, u64, u64)>,
}

/// Rates of the last seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rates {
    /// Ends of phases a second.
    pub events_per_second: f64,
    /// Ticks a second.
    pub ticks_per_second: f64,
}

impl Pace {
    /// The run stood at so many ticks and events at `now`.
    pub fn see(&mut self, now: Instant, ticks: u64, events: u64) {
        self.seen.push_back((now, ticks, events));
        while self.seen.len() > 2 && now.duration_since(self.seen[1].0) >= WINDOW {
            self.seen.pop_front();
        }
    }

    /// Forgets: time in which the run was held is no time of the run.
    pub fn restart(&mut self) {
        self.seen.clear();
    }

    /// The rates; `None` before there is a tick to tell them by.
    pub fn rates(&self) -> Option<Rates> {
        let (from, to) = (self.seen.front()?, self.seen.back()?);
        let seconds = to.0.duration_since(from.0).as_secs_f64();
        (to.1 > from.1 && seconds > 0.0).then(|| Rates {
            ticks_per_second: (to.1 - from.1) as f64 / seconds,
            events_per_second: to.2.saturating_sub(from.2) as f64 / seconds,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_of_the_last_seconds() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        assert_eq!(pace.rates(), None);
        for second in 0..10 {
            pace.see(
                start + Duration::from_secs(second),
                second * second,
                100 * second,
            );
        }
        let rates = pace.rates().expect("ticks passed");
        assert_eq!(rates.events_per_second, 100.0);
        // 36 ticks after 6 seconds, 81 after 9.
        assert_eq!(rates.ticks_per_second, 15.0);
        pace.restart();
        assert_eq!(pace.rates(), None);
    }
}
