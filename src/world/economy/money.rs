//! A lab's cash, debt and the cost of its models.

use serde::{Deserialize, Serialize};

use super::units::{Cents, cents, part};
use crate::scenario::Money;

/// Accounts of a lab.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Books {
    /// Cash.
    pub cash: Cents,
    /// Debt.
    pub debt: Cents,
    /// Hours in a row with debt and utilisation under break-even.
    pub idle_hours: f64,
    /// Cost so far of the training run in progress.
    pub run: Cents,
    /// Cost of training and tuning the model in use.
    pub model: Cents,
    /// Cost of running it since.
    pub generation: Cents,
    /// Finished runs that `model` knows of.
    pub runs: u32,
}

/// What a tick moved. Opening cash + in - out = closing cash; opening debt + borrowed - repaid -
/// defaulted = closing debt; to the cent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Flows {
    /// In: from owners.
    pub funding: Cents,
    /// In: from customers and elsewhere.
    pub revenue: Cents,
    /// In: new debt.
    pub borrowed: Cents,
    /// Out: chips.
    pub capex: Cents,
    /// Out: energy.
    pub energy: Cents,
    /// Out: sites.
    pub hosting: Cents,
    /// Out: people.
    pub salaries: Cents,
    /// Out: interest.
    pub interest: Cents,
    /// Out: debt repaid.
    pub repaid: Cents,
    /// Out: fines.
    pub fines: Cents,
    /// Debt that creditors lost.
    pub defaulted: Cents,
}

impl Flows {
    /// What cash gained.
    pub fn cash(&self) -> Cents {
        self.funding + self.revenue + self.borrowed
            - self.capex
            - self.energy
            - self.hosting
            - self.salaries
            - self.interest
            - self.repaid
            - self.fines
    }
}

/// Cost of a tick's training, tuning and generation. Not cash: it holds depreciation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelCosts {
    /// Training.
    pub training: Cents,
    /// Tuning of a model that was finished.
    pub tuning: Cents,
    /// Running models, for customers and for research.
    pub generation: Cents,
    /// Of that, for customers.
    pub serving: Cents,
}

/// What the books need to know of a tick.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dues {
    /// Length, years.
    pub years: f64,
    /// Planned spending on chips, after market and wave.
    pub planned_capex: Cents,
    /// Income from customers and elsewhere.
    pub revenue: Cents,
    /// Energy.
    pub energy: Cents,
    /// Sites.
    pub hosting: Cents,
    /// People.
    pub salaries: Cents,
    /// Fines.
    pub fines: Cents,
    /// Cost of serving customers.
    pub serving: Cents,
    /// What utilisation gains saved.
    pub saved: Cents,
}

impl Books {
    /// On the first day, with so many training runs finished before.
    pub fn opening(money: &Money, runs: u32) -> Self {
        Self {
            cash: cents(money.cash_usd),
            debt: cents(money.debt_usd),
            runs,
            ..Self::default()
        }
    }

    /// Books a tick; what is short is borrowed.
    pub fn settle(&mut self, money: &Money, tick: &Dues) -> Flows {
        let mut flows = Flows {
            revenue: tick.revenue,
            energy: tick.energy,
            hosting: tick.hosting,
            salaries: tick.salaries,
            fines: tick.fines,
            interest: part(self.debt, money.interest_per_year * tick.years),
            repaid: part(self.debt, tick.years / money.repayment_years),
            ..Flows::default()
        };
        flows.borrowed = part(tick.planned_capex, money.debt_share);
        flows.funding = tick.planned_capex - flows.borrowed;
        flows.capex = tick.planned_capex;
        let earned = part(
            (tick.revenue - tick.serving).max(0),
            money.revenue_reinvested_share,
        );
        let saved = part(tick.saved, money.savings_reinvested_share);
        // Plans are paid for; what was earned and saved is spent as far as there is cash.
        flows.capex += (earned + saved).clamp(0, (self.cash + flows.cash()).max(0));
        flows.borrowed += (-(self.cash + flows.cash())).max(0);
        self.cash += flows.cash();
        self.debt += flows.borrowed - flows.repaid;
        flows
    }

    /// Books the cost of models: `unit` is the cost of the whole fleet in the tick.
    pub fn cost_models(
        &mut self,
        money: &Money,
        unit: Cents,
        (training_share, inference_share, serving_share): (f64, f64, f64),
        finished_runs: u32,
    ) -> ModelCosts {
        let mut costs = ModelCosts {
            training: part(unit, training_share),
            serving: part(unit, serving_share),
            ..ModelCosts::default()
        };
        costs.generation = part(unit, inference_share) + costs.serving;
        self.run += costs.training;
        self.generation += costs.generation;
        if finished_runs > self.runs {
            costs.tuning = cents(super::units::usd(self.run) * money.tuning_share);
            self.model = self.run + costs.tuning;
            self.run = 0;
            self.generation = 0;
            self.runs = finished_runs;
        }
        costs
    }

    /// Counts time under break-even; returns the share of the chips that creditors take when it has lasted too
    /// long: as much of them as the debt is of their book value. The debt is then gone.
    pub fn default_on_debt(
        &mut self,
        money: &Money,
        hours: f64,
        utilisation: f64,
        book: Cents,
        flows: &mut Flows,
    ) -> f64 {
        if self.debt == 0 || utilisation >= money.break_even_utilisation {
            self.idle_hours = 0.0;
            return 0.0;
        }
        self.idle_hours += hours;
        if self.idle_hours < money.default_days * 24.0 {
            return 0.0;
        }
        let share = if book > self.debt {
            self.debt as f64 / book as f64
        } else {
            1.0
        };
        flows.defaulted = self.debt;
        self.debt = 0;
        self.idle_hours = 0.0;
        share
    }
}
