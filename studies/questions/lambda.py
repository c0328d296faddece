#!/usr/bin/env python3
"""What sets lambda? The human baseline on its day 0 (4,000 people, 1e5 A100e), one thing changed at a time; all inputs of
research are scaled by 1/2 and 2 and new ideas over 30 days are counted.

If n finds fall at random on M places, M (1 - exp(-x)) of them are new, x = n/M: then the share of duplicates, 1 - (1 - exp(-x))/x,
says what lambda is, x exp(-x)/(1 - exp(-x)), whatever made researchers
meet. That was the claim to begin with; the page says where it fails.
"""

import math

from chart import chart
from common import SMALL, check, finish
from measure import GAIN_ERROR, HUMAN, gains, inputs, mean_of, probes, unchanged
from page import figure, interval, table

PEOPLE = "labs.frontier.populations.people."
INPUTS = [(f"{n:,} people, 25 A100e each", inputs(n, 25 * n) | {"run.agents_max": 2**20}) for n in (400, 40_000, 400_000)]
CAUSES = {
    "none": [("none", {})],
    "popularity": [(f"exponent {z}", {"ideas.popularity_exponent": z}) for z in (0.0, 0.4, 1.2)],
    "breadth": [(f"{b} open ideas a topic", {"ideas.breadth": b, "ideas.window_words": (b + 31) // 32}) for b in (4, 8, 16, 64, 120)],
    "lag": [(f"{d} days", {PEOPLE + "lag_hours": 24.0 * d}) for d in (1, 4, 56)],
    "teams": [(f"{b} boards", {PEOPLE + "boards": b}) for b in (1, 32, 128)],
    "topology": [(t, {PEOPLE + "topology": f'"{t}"'}) for t in ("ring", "small-world", "none")],
    "taste": [("all alike", {PEOPLE + "taste_max": 1}), ("tail exponent 1, at most 16", {PEOPLE + "taste_max": 16, PEOPLE + "taste_tail_exponent": 1.0}),
              ("no noise", {PEOPLE + "taste_noise": 0.0})],
    "density": INPUTS,
}
ROBUST = [("day of 12 h", {"run.tick_hours": 12.0}, {}), ("day of 6 h", {"run.tick_hours": 6.0}, {}),
          ("gains + 1 s.e.", gains(1.0 + GAIN_ERROR), {}), ("gains − 1 s.e.", gains(1.0 - GAIN_ERROR), {}),
          ("horizon of 15 days", {}, {"horizon_days": 15}), ("horizon of 60 days", {}, {"horizon_days": 60}),
          ("half of the topics", {"run.sample": 0.5}, {})]


def closed_form(duplicates):
    """Lambda of random places at this share of duplicates, by bisection on x."""
    low, high = 1e-9, 50.0
    for _ in range(80):
        x = (low + high) / 2.0
        low, high = (x, high) if 1.0 - -math.expm1(-x) / x < duplicates else (low, x)
    return x * math.exp(-x) / -math.expm1(-x)


def row(cause, setting, points):
    point = points[0]
    base = unchanged(point)
    exponents = point["exponents"]["ideas"]
    # What a horizon uses up lowers lambda: docs/probe.md, "How to read it".
    x = exponents["beta_depth"]["value"] * (mean_of(base, "oom_to") - mean_of(base, "oom_from"))
    fished = -math.expm1(-x * math.log(10.0)) / (x * math.log(10.0)) if abs(x) > 1e-9 else 1.0
    return {"cause": cause, "setting": setting, "lambda": exponents["lambda"], "fished": fished,
            "duplicates": base["duplicate_share"], "closed": closed_form(base["duplicate_share"]), "ideas": base["ideas_per_day"]}


def measure():
    replicates = 2 if SMALL else 4
    causes = [(c, s, k) for c, settings in CAUSES.items() for s, k in settings if not SMALL or c in ("none", "breadth", "lag")]
    cases = [(HUMAN, inputs(4000, 1e5) | keys, {"replicates": replicates}) for _, _, keys in causes]
    robust = [] if SMALL else ROBUST
    cases += [(HUMAN, inputs(4000, 1e5) | keys, {"replicates": replicates} | options) for _, keys, options in robust]
    found = probes(cases)
    rows = [row(c, s, points) for (c, s, _), points in zip(causes, found)]
    return rows, [row("", name, points) for (name, _, _), points in zip(robust, found[len(causes):])]


def main():
    rows, robust = measure()
    header = ("changed", "to", "ideas a day", "duplicates", "λ", "λ of the closed form", "kept by the horizon")
    for name, of_table in (("causes", rows), ("robustness", robust)):
        table("lambda", name, header,
              [(r["cause"], r["setting"], f"{r['ideas']:.0f}", f"{100 * r['duplicates']:.1f}%", interval(r["lambda"]),
                f"{r['closed']:.2f}", f"{r['fished']:.2f}") for r in of_table])
    series = [(cause, [(r["duplicates"], r["lambda"]["value"] / r["fished"], r["lambda"]["low"] / r["fished"],
                        r["lambda"]["high"] / r["fished"]) for r in rows if r["cause"] == cause], False)
              for cause in CAUSES if any(r["cause"] == cause for r in rows)]
    series.append(("closed form", [(d / 100.0, closed_form(d / 100.0)) for d in range(1, 96, 2)], True))
    figure("lambda", chart("λ against the share of finds that are duplicates", "duplicates", "λ, horizon taken out",
                           series, x_range=(0.0, 1.0), y_range=(0.0, 1.0)))
    worst = max(abs(r["lambda"]["value"] / r["fished"] - r["closed"]) for r in rows)
    print(f"furthest from the closed form: {worst:.3f}")
    by = {(r["cause"], r["setting"]): r for r in rows}
    check(by["breadth", "4 open ideas a topic"]["lambda"]["value"] < by["none", "none"]["lambda"]["value"], "fewer open ideas, lower lambda")
    finish()


main()
