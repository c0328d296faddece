#!/usr/bin/env python3
"""Copies or speed? At given compute the probe doubles and halves once the head-count, once the serial speed of thought, in labs of
4,000 people who work day and night, from short of compute to full of it, and with news of different age.

The essay sells k^3 copies for k^2 speed, that is s^1.5 copies for a speed of s: worth it where speed's elasticity is over 1.5
times labour's. What would change our mind on "copies": such a place on the map.
"""

from chart import chart
from common import SMALL, check, finish
from measure import GAIN_ERROR, HUMAN, every_kind, gains, inputs, mean_of, probes, runs, unchanged
from page import figure, interval, table

PEOPLE = "labs.frontier.populations.people."
BASE = {PEOPLE + "hours_per_week": 168.0, PEOPLE + "lag_hours": 24.0}
EACH = (0.1, 1.0, 10.0, 100.0, 1e3, 1e4, 1e5)
RUNS = {"experiments of 1 h at full size": every_kind("experiment_fastest_hours", 1.0),
        "experiments of 240 h at full size": every_kind("experiment_fastest_hours", 240.0)}
LAGS = {f"news of {days} days": {PEOPLE + "lag_hours": 24.0 * days} for days in (7, 28)}
ROBUST = {"day of 12 h": {"run.tick_hours": 12.0}, "day of 6 h": {"run.tick_hours": 6.0}, "gains + 1 s.e.": gains(1.0 + GAIN_ERROR),
          "gains − 1 s.e.": gains(1.0 - GAIN_ERROR), "8 open ideas": {"ideas.breadth": 8}, "2,048 topics": {"ideas.topics": 2048}}
TRADE = "scenarios/copies-or-speed.toml"
VARIANTS = {"100M copies at 5x": {}, "1M copies, up to 100x": {
    "labs.frontier.populations.automated.copies_max": 1e6, "labs.frontier.populations.automated.speed_max": 100.0}}


def map_of(settings, replicates):
    cases = [(name, each) for name, (_, axis) in settings.items() for each in axis]
    found = probes([(HUMAN, inputs(4000, 4000 * each) | BASE | settings[name][0], {"replicates": replicates}) for name, each in cases])
    return {case: points[0] for case, points in zip(cases, found)}


def ratio(point):
    """Speed's elasticity over labour's; None where labour's cannot be told from nothing."""
    e = point["exponents"]["ideas"]
    return e["speed"]["value"] / e["labour"]["value"] if e["labour"]["low"] > 0.05 else None


def row(name, each, point):
    e, base, worth = point["exponents"]["ideas"], unchanged(point), ratio(point)
    return (name, f"{each:g}", f"{point['attempt_hours']:.0f}", f"{100 * mean_of(base, 'waiting_share'):.0f}%", f"{100 * base['duplicate_share']:.0f}%",
            interval(e["labour"]), interval(e["speed"]), "–" if worth is None else f"{worth:.2f}")


HEADER = ("setting", "A100e a person", "attempt, hours", "of it in experiments", "duplicates", "copies (labour)", "speed", "speed over copies")


def trade():
    """OOM of training in the first year of the essay's two ways to spend the same fleet, seeds 1 to 4."""
    seeds = range(1, 5)
    cases = [(TRADE, keys | {"run.sample": 0.015625, "run.agents_max": 262144}, seed, ["oom_training"]) for keys in VARIANTS.values() for seed in seeds]
    ends = [found["oom_training"][-1] for found in runs(cases)]
    by_variant = dict(zip(VARIANTS, (ends[:len(seeds)], ends[len(seeds):])))
    table("copies-or-speed", "trade", ("the same fleet as", *(f"seed {s}" for s in seeds), "mean"),
          [(name, *(f"{v:.2f}" for v in values), f"{sum(values) / len(values):.2f}") for name, values in by_variant.items()])


def main():
    if SMALL:
        settings = {"news of 1 day": ({}, (0.1, 1e3))}
    else:
        settings = {"news of 1 day": ({}, EACH)}
        settings |= {name: (keys, (1.0, 10.0, 100.0, 1e3, 1e5)) for name, keys in (LAGS | RUNS).items()}
        settings |= {name: (keys, (10.0, 1e3)) for name, keys in ROBUST.items()}
    found = map_of(settings, 2 if SMALL else 5)
    for of_table, which in (("map", [n for n in settings if n not in ROBUST]), ("robustness", list(ROBUST))):
        rows = [row(*case, point) for case, point in found.items() if case[0] in which]
        if rows:
            table("copies-or-speed", of_table, HEADER, rows)
    series = [(name, [(each, ratio(point)) for (of, each), point in found.items() if of == name and ratio(point) is not None], True)
              for name in settings if name not in ROBUST]
    series.append(("break-even: 1.5", [(0.1, 1.5), (1e5, 1.5)], True))
    figure("copies-or-speed", chart("What doubling speed is worth, in doublings of copies", "A100e a person", "speed over copies", series,
                                    log_x=True, y_range=(0.0, 1.6)))
    if not SMALL:
        trade()
    known = [ratio(point) for point in found.values() if ratio(point) is not None]
    print(f"speed over copies: {min(known):.2f} to {max(known):.2f}")
    check(max(known) < 1.5, "nowhere on the map is speed worth 1.5 copies")
    check(found["news of 1 day", 0.1]["exponents"]["ideas"]["speed"]["value"] < 0.05, "short of compute, speed is worth nothing")
    finish()


main()
