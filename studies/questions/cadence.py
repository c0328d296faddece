#!/usr/bin/env python3
"""Smooth or jumpy with the cadence of retraining? Four years in which models do the ideas within their reach and people the rest
(automation-ramp), and in which better models are more skilled, with a training run every 28 to 364 days.

Jumpiness is the standard deviation, over periods of 28 days, of log10 of the rate of progress after a straight line in time is
taken out. What would change our mind on "as jumpy as the reach of each model lets it be": as much of it where models reach everything.
"""

import math
import statistics
import tomllib

from chart import chart
from common import ROOT, SMALL, check, finish, mean_and_error
from measure import GAIN_ERROR, gains, runs
from page import figure, table

RAMP = "scenarios/automation-ramp.toml"
TRAINING = "labs.industry.training."
PERIOD_DAYS = 28
# Enough that a period finds hundreds of ideas.
SAMPLE = 0.125 if SMALL else 0.5
COLUMNS = ["day", "oom_training", "world_new", "quality_oom", "automated_attempts", "attempts"]
EVERY = (28, 91, 182, 364)
INDUSTRY = tomllib.loads((ROOT / "scenarios/blocks/industry.toml").read_text())["labs"][0]
FIRST_DAYS = INDUSTRY["training"]["run_days"]
(FROM_DAY, FROM_A100E), (TO_DAY, TO_A100E) = INDUSTRY["fleet_a100e"]["points"]
REACH = tomllib.loads((ROOT / RAMP).read_text())["set"]["labs"]["industry"]["training"]
# Beyond every idea that there is: models only differ in skill.
EVERYTHING = {TRAINING + "idea_reach": 1023.0, "run.events_max_per_tick": 512}
ALIKE = "reach grows, the same for the same compute"
SETTINGS = {
    "reach grows (as in the scenario)": {},
    ALIKE: {},
    "reach grows twice as fast": {TRAINING + "idea_reach_per_quality_oom": 100.0},
    "skill only, as 10^0.1 an OOM": EVERYTHING | {TRAINING + "quality_skill_exponent": 0.1},
    "skill only, as 10^0.5 an OOM": EVERYTHING | {TRAINING + "quality_skill_exponent": 0.5},
    "neither": EVERYTHING | {TRAINING + "quality_skill_exponent": 0.0},
}
ROBUST = {"day of 12 h": {"run.tick_hours": 12.0}, "8 open ideas": {"ideas.breadth": 8}, "gains + 1 s.e.": gains(1.0 + GAIN_ERROR),
          "gains − 1 s.e.": gains(1.0 - GAIN_ERROR)}


def alike(days):
    """Quality is counted from the first model: the reach of that of runs of so many days if the same compute, fleet times days, reaches equally far."""
    def compute(length):
        return math.expm1(math.log(TO_A100E / FROM_A100E) * length / (TO_DAY - FROM_DAY))

    more = math.log10(compute(days) / compute(FIRST_DAYS))
    return {TRAINING + "idea_reach": max(0.0, REACH["idea_reach"] + REACH["idea_reach_per_quality_oom"] * more)}


def periods(ticks, column):
    """Sums of a column, or growth of one that sums up, over periods of 28 days from day 0."""
    sums = {}
    for day, value in zip(ticks["day"], ticks[column]):
        if day > 0.0:
            period = math.ceil(day / PERIOD_DAYS - 1e-9) - 1
            sums[period] = sums.get(period, 0.0) + value
    return [sums[p] for p in sorted(sums)]


def about_line(values):
    """Standard deviation of the values about their straight line."""
    middle = (len(values) - 1) / 2
    slope = sum((x - middle) * y for x, y in enumerate(values)) / sum((x - middle) ** 2 for x in range(len(values)))
    mean = statistics.mean(values)
    return math.sqrt(sum((y - mean - slope * (x - middle)) ** 2 for x, y in enumerate(values)) / (len(values) - 2))


def row(of_seeds):
    """Over seeds: jumpiness, the fastest period over the median one, OOM, quality, part of attempts by models."""
    jumpy, fastest, oom, quality, automated = [], [], [], [], []
    for ticks in of_seeds:
        rates = periods(ticks, "world_new")
        jumpy.append(about_line([math.log10(rate) for rate in rates]))
        fastest.append(max(rates) / statistics.median(rates))
        first = next(i for i, day in enumerate(ticks["day"]) if day > 0.0)
        oom.append(ticks["oom_training"][-1] - ticks["oom_training"][first - 1])
        quality.append(ticks["quality_oom"][-1])
        automated.append(sum(ticks["automated_attempts"][first:]) / sum(ticks["attempts"][first:]))
    return {"jumpy": mean_and_error(jumpy), "fastest": mean_and_error(fastest), "oom": mean_and_error(oom),
            "quality": mean_and_error(quality), "automated": mean_and_error(automated)}


def main():
    seeds = range(1, 3) if SMALL else range(1, 5)
    every = (91, 364) if SMALL else EVERY
    settings = {"reach grows (as in the scenario)": {"run.days": 364.0}, "neither": SETTINGS["neither"] | {"run.days": 364.0}} if SMALL else SETTINGS | ROBUST
    cases = {(name, days): keys | (alike(days) if name == ALIKE else {}) | {"run.sample": SAMPLE, TRAINING + "run_days": float(days)} for name, keys in settings.items() for days in (every if name in SETTINGS else EVERY[1::2])}
    found = runs([(RAMP, keys, seed, COLUMNS) for keys in cases.values() for seed in seeds])
    rows = {case: row(found[i * len(seeds):(i + 1) * len(seeds)]) for i, case in enumerate(cases)}
    header = ("setting", "a model every", "jumpiness, OOM of the rate", "fastest 28 days over the median", "attempts by models",
              "quality at the end, OOM", "training OOM in four years")

    def text(case):
        r = rows[case]
        return (case[0], f"{case[1]} days", "{:.3f} ± {:.3f}".format(*r["jumpy"]), "{:.2f} ± {:.2f}".format(*r["fastest"]), f"{100 * r['automated'][0]:.0f}%", f"{r['quality'][0]:.2f}", "{:.2f} ± {:.2f}".format(*r["oom"]))

    table("cadence", "jumpiness", header, [text(case) for case in rows if case[0] in SETTINGS])
    if not SMALL:
        table("cadence", "robustness", header, [text(case) for case in rows if case[0] in ROBUST])
        series = []
        for name, days in ((ALIKE, 28), (ALIKE, 91), (ALIKE, 364), ("skill only, as 10^0.1 an OOM", 364)):
            rates = periods(found[list(cases).index((name, days)) * len(seeds)], "world_new")
            series.append((f"{name.split(' ')[0].rstrip(',')}, a model every {days} d", [((i + 0.5) * PERIOD_DAYS, math.log10(rate / PERIOD_DAYS)) for i, rate in enumerate(rates)], True))
        figure("cadence", chart("New ideas a day, seed 1", "day", "log10 of ideas a day (sampled)", series))
    reach, neither = ("reach grows (as in the scenario)", 91), ("neither", 91)
    check(rows[reach]["jumpy"][0] > 1.5 * rows[neither]["jumpy"][0], "with a model a quarter, reach makes progress jumpier than no better models do")
    finish()


main()
