#!/usr/bin/env python3
"""Claim: results of the human era hold when the sample, the weights and the tick are refined, and the spread between
seeds falls as one over the square root of the sample.

Measured on the training OOM of three years of `human-baseline`. Agents and topics are both in proportion to the
sample. Tolerance of the order: a standard deviation from n seeds has a relative error of 1/sqrt(2(n-1)); the slope of a
line through their logarithms has the error that follows, and -1/2 must be within four of it. Tables give means and
standard errors; differences between rows are not tested, but printed, as they are what refinement is worth.
"""

import math
import statistics

from common import SMALL, check, finish, in_turn, mean_and_error, run_set

SEEDS = range(101, 113) if SMALL else range(101, 133)
DAYS = 365.0 if SMALL else 1095.0


def oom(case):
    seed, keys = case
    return float(run_set("scenarios/human-baseline.toml", {"run.days": DAYS, **keys}, seed)[-1]["oom_training"])


def table(name, key, values, seeds, also=None):
    print(f"{name}: training OOM of {DAYS:.0f} days, {len(seeds)} seeds\n{'value':>9}    mean  (error)      sd")
    results = []
    for value in values:
        found = in_turn(oom, [(seed, {key: value, **(also or {})}) for seed in seeds])
        mean, error = mean_and_error(found)
        results.append(found)
        print(f"{value:9}  {mean:.4f}  ({error:.4f})  {statistics.stdev(found):.4f}")
    return results


def slope_and_error(xs, ys, error):
    """Least squares with the same error of every y."""
    middle = statistics.mean(xs)
    spread = sum((x - middle) ** 2 for x in xs)
    return sum((x - middle) * y for x, y in zip(xs, ys)) / spread, error / math.sqrt(spread)


def near(what, found, bias):
    """Means no further from the first than a bias and three standard errors of the difference."""
    whole, whole_error = mean_and_error(found[0])
    for values in found[1:]:
        mean, error = mean_and_error(values)
        allowed = bias * whole + 3.0 * math.hypot(error, whole_error)
        check(abs(mean - whole) < allowed, f"{what}: {mean:.3f} beside {whole:.3f} (allowed {allowed:.3f})")


def main():
    samples = (0.125, 0.03125, 0.015625) if SMALL else (1.0, 0.25, 0.0625, 0.015625)
    found = table("sample", "run.sample", samples, SEEDS)
    logs = [math.log(statistics.stdev(values)) for values in found]
    slope, error = slope_and_error([math.log(s) for s in samples], logs, 1.0 / math.sqrt(2.0 * (len(SEEDS) - 1)))
    told = f"spread between seeds as sample^{slope:.2f} (error {error:.2f})"
    check(abs(slope + 0.5) < 2.5 * error and slope + 3.0 * error < 0.0, f"{told}, -1/2 expected, and a fall for certain")
    if not SMALL:
        near("mean at samples down to 1/16", found[:3], 0.02)
        near("mean at a sample of 1/64", [found[0], found[3]], 0.05)
        few = range(101, 109)
        quarter = {"run.sample": 0.25}
        ticks = table("tick in hours, at a sample of a quarter", "run.tick_hours", (24.0, 12.0, 6.0, 3.0), few, quarter)
        near("mean with ticks down to 3 h", ticks, 0.01)
        table("agents_max, at a sample of a quarter", "run.agents_max", (1 << 20, 1024, 256, 64), few, quarter)
    finish()


main()
