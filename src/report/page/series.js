// Columns of a run as lists of numbers: of one lab or of all, of the world where the record has a sample.

class RunView {
  constructor(data, run) {
    this.data = data;
    this.run = run;
    this.notes = new Map(data.columns.map((column) => [column.name, column]));
    this.length = run.frontier.oom.length;
    this.days = this.column("day", 0);
    this.hours = this.column("tick_hours", 0);
    this.dayZero = Date.parse(this.text("date", 0, 0)) - Math.floor(this.days[0] + 1e-9) * DAY_MS;
    /** The last tick that is not after day 0; -1 without burn-in. */
    this.base = this.days.findLastIndex((day) => day <= 0);
    const leader = run.labs.findIndex((lab) => lab.name === run.summary.leader);
    this.leader = Math.max(0, leader);
  }

  /** As recorded: a list, or the one value that never changes. */
  recorded(name, lab) {
    const shared = this.run.shared[name];
    return shared === undefined ? this.run.labs[lab].columns[name] : shared;
  }

  text(name, lab, tick) {
    const recorded = this.recorded(name, lab);
    return Array.isArray(recorded) ? recorded[tick] : recorded;
  }

  /** A column of one lab, of the world. */
  column(name, lab) {
    const recorded = this.recorded(name, lab);
    const values = Array.isArray(recorded) ? recorded : new Array(this.length).fill(recorded);
    const sample = this.notes.get(name).of_sample ? this.run.summary.sample : 1;
    return sample === 1 ? values : values.map((value) => value / sample);
  }

  /** The labs meant by a choice: a place in the list, or null for all. */
  chosen(lab) {
    return lab === null ? this.run.labs.map((_, index) => index) : [lab];
  }

  sum(name, lab) {
    return added(this.chosen(lab).map((index) => this.column(name, index)));
  }

  max(name, lab) {
    const columns = this.chosen(lab).map((index) => this.column(name, index));
    return columns[0].map((_, tick) => Math.max(...columns.map((column) => column[tick])));
  }

  /** The mean over labs, each counted by its `weight`. */
  mean(name, weight, lab) {
    const labs = this.chosen(lab);
    if (labs.length === 1) return this.column(name, labs[0]);
    const weights = labs.map((index) => this.column(weight, index));
    const columns = labs.map((index) => this.column(name, index));
    const total = added(weights);
    return added(columns.map((column, index) => column.map((value, tick) => value * weights[index][tick])))
      .map((value, tick) => (total[tick] > 0 ? value / total[tick] : 0));
  }

  /** OOMs since day 0 of the lab, or of the lab that leads at the end. */
  oom(name, lab) {
    if (lab === null && name === "oom_training") return this.run.frontier.oom;
    const values = this.column(name, lab === null ? this.leader : lab);
    const base = this.base < 0 ? 0 : values[this.base];
    return values.map((value) => value - base);
  }

  /** Chips in experiments: what is recorded counts what better utilisation, as found before the tick, adds. */
  experimentChips(lab) {
    const found = this.column("oom_utilisation", lab);
    return this.column("experiment_a100e", lab).map((value, tick) => value / 10 ** (tick > 0 ? found[tick - 1] : 0));
  }

  /** The mean a day over the month before. */
  perDay(name, lab) {
    const hours = this.month(this.hours);
    return this.month(this.sum(name, lab)).map((value, tick) => (value * 24) / hours[tick]);
  }

  /** The sum over the month that ends with each tick, of what is not before the tick `start`. */
  month(values, start = 0) {
    // Each month is added up afresh: what remains of a running sum would show on a logarithmic axis.
    const sums = [];
    let from = start;
    for (let tick = 0; tick < values.length; tick += 1) {
      while (this.days[from] <= this.days[tick] - this.data.pace_days + 1e-9) from += 1;
      let sum = 0;
      for (let at = from; at <= tick; at += 1) sum += values[at];
      sums.push(sum);
    }
    return sums;
  }

  /** Sums over a month as a rate a year, from day 0 on: before, nothing is earned or spent. */
  perYear(name, lab) {
    const hours = this.month(this.hours, this.base + 1);
    return this.month(this.sum(name, lab), this.base + 1).map((value, tick) => (hours[tick] > 0 ? (value * 8760) / hours[tick] : 0));
  }

  has(name) {
    return this.run.labs.some((_, lab) => {
      const recorded = this.recorded(name, lab);
      return Array.isArray(recorded) ? recorded.some((value) => value !== 0) : recorded !== 0;
    });
  }
}

function added(columns) {
  return columns[0].map((_, tick) => columns.reduce((sum, column) => sum + column[tick], 0));
}

/** Zero and below have no logarithm. */
const positive = (values) => values.map((value) => (value > 0 ? value : null));
