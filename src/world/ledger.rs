//! Processor sharing on a lab's cluster: how fast every experiment in flight runs in a tick.

use serde::{Deserialize, Serialize};

/// Share of the debt that is paid back in a tick.
const DEBT_REPAID: f64 = 1.0 / 8.0;
/// Least share of the fleet that runs experiments while debt is paid back.
const LEAST_SHARE: f64 = 0.5;
/// A jump of head-count or speed by more than this makes the last tick's demand no guide.
const JUMP: f64 = 1.5;

/// Account of compute promised and used. All hours are A100e-hours of the sampled world.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// Compute used beyond what was owned, not yet paid back.
    pub debt_a100e_hours: f64,
    /// Largest debt so far.
    pub debt_max_a100e_hours: f64,
    /// Experiment-hours (experiments x hours in flight) assumed for the last tick.
    demand_hours: f64,
    /// Active researchers x speed when the demand was last guessed from head-count.
    drive: f64,
}

impl Ledger {
    /// A100e that each experiment in flight gets in a tick of `tick_hours`.
    ///
    /// `owned_a100e` is the cluster, `researchers` the active head-count, `speed` their fastest serial
    /// speed, `in_flight` experiments at the start, `last_hours` experiment-hours of the last tick,
    /// `cap_a100e` the most that one experiment can use.
    pub fn rate_a100e(
        &mut self,
        tick_hours: f64,
        owned_a100e: f64,
        (researchers, speed): (f64, f64),
        (in_flight, last_hours): (f64, f64),
        cap_a100e: f64,
    ) -> f64 {
        let drive = researchers * speed;
        let jumped = drive > JUMP * self.drive || drive * JUMP < self.drive;
        let measured = last_hours
            .max(in_flight * tick_hours)
            .max(self.demand_hours / 2.0);
        self.demand_hours = if jumped {
            measured.max(researchers * tick_hours)
        } else {
            measured
        };
        if jumped {
            self.drive = drive;
        }
        let owned = owned_a100e * tick_hours;
        let spendable = (owned - self.debt_a100e_hours * DEBT_REPAID).max(owned * LEAST_SHARE);
        // Less than one experiment in flight cannot use more than one can.
        (spendable / self.demand_hours.max(tick_hours)).min(cap_a100e)
    }

    /// Books a tick: unused hours expire, excess becomes debt.
    pub fn settle(&mut self, owned_a100e_hours: f64, used_a100e_hours: f64) {
        self.debt_a100e_hours =
            (self.debt_a100e_hours + used_a100e_hours - owned_a100e_hours).max(0.0);
        self.debt_max_a100e_hours = self.debt_max_a100e_hours.max(self.debt_a100e_hours);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demand_that_was_underrated_is_paid_back_and_bounded() {
        // 100 A100e; experiments in flight double unforeseen on day 10, for good.
        let mut ledger = Ledger::default();
        let (mut last_hours, mut used_sum) = (0.0, 0.0);
        for day in 0..60 {
            let experiments = if day < 10 { 50.0 } else { 100.0 };
            let rate =
                ledger.rate_a100e(24.0, 100.0, (100.0, 1.0), (experiments, last_hours), 10.0);
            last_hours = experiments * 24.0;
            used_sum += rate * last_hours;
            ledger.settle(2400.0, rate * last_hours);
        }
        assert!(ledger.debt_max_a100e_hours <= 2400.0, "{ledger:?}");
        assert!(ledger.debt_a100e_hours < 1.0, "{ledger:?}");
        assert!(
            used_sum <= 60.0 * 2400.0 + ledger.debt_a100e_hours,
            "{used_sum}"
        );
    }

    #[test]
    fn the_cap_holds_and_nobody_in_flight_divides_nothing() {
        let mut ledger = Ledger::default();
        assert_eq!(
            ledger.rate_a100e(24.0, 100.0, (0.0, 0.0), (0.0, 0.0), 10.0),
            10.0
        );
    }
}
