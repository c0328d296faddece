#!/usr/bin/env python3
"""Claim: while humans do the research, training efficiency rises by 0.26 to 0.72 OOM a year (Ho et al. 2024)
in every half-year of the three years, at every seed; the mean over seeds is inside by far more than its error.

The landscape has one number fitted to 0.5 OOM a year, so the mean over three years tests nothing; that it holds
half-year by half-year, while researchers grow x2.3 and compute x3.7 a year, and at seeds that nothing was fitted
to, does.
"""

from common import SMALL, check, finish, in_turn, mean_and_error, run

LOW, HIGH = 0.26, 0.72
DAYS = 1095.0


def half_years(seed):
    rows = run("scenarios/human-baseline.toml", seed=seed)
    rows = [(float(row["day"]), float(row["oom_training"])) for row in rows if float(row["day"]) >= 0.0]
    marks = [min(rows, key=lambda row: abs(row[0] - DAYS * i / 6.0)) for i in range(7)]
    return [365.0 * (b[1] - a[1]) / (b[0] - a[0]) for a, b in zip(marks, marks[1:])]


def main():
    seeds = range(11, 15) if SMALL else range(11, 43)
    rates = in_turn(half_years, seeds)
    print(f"training OOM a year, {len(rates)} seeds\nhalf-year   mean  (error)   least   most")
    for i, column in enumerate(zip(*rates)):
        mean, error = mean_and_error(column)
        print(f"{i + 1:9d}  {mean:.3f}  ({error:.3f})  {min(column):.3f}  {max(column):.3f}")
        check(LOW < min(column) and max(column) < HIGH, f"half-year {i + 1} inside {LOW} to {HIGH} at every seed")
    finish()


main()
