#!/usr/bin/env python3
"""What is the tail of taste worth? Tournament size is min(the largest, U^-exponent): with exponent 0.5 one researcher in four looks
at two topics or more, one in 256 at 16. Labs of constant size, from short of compute to full of it, without taste until day 0, when
a tail of it comes, or twice the people or compute. New ideas are counted over the first quarter after four weeks, and over one a year later.

Worth in ideas is turned into people and compute by what twice of each brings the same lab in the same days.
"""

import math

from chart import chart
from common import SMALL, check, finish
from measure import GAIN_ERROR, changed, counted, gains, inputs, ratio_of
from page import figure, table

PEOPLE = "labs.frontier.populations.people."


def tail(largest, exponent=0.5, noise=1.0):
    return {PEOPLE + "taste_max": largest, PEOPLE + "taste_tail_exponent": exponent, PEOPLE + "taste_noise": noise}


ALIKE = tail(1)
CALIBRATED = "and one in 16 has 4 (as calibrated)"
# First day and days of what is counted.
QUARTERS = {"first": (28.0, 91.0), "a year later": (393.0, 91.0)}
TASTES = {
    "one in 4 has 2": tail(2), "and one in 9 has 3": tail(3), CALIBRATED: tail(4), "and one in 64 has 8": tail(8),
    "and one in 256 has 16": tail(16), "one in k has k, to 16": tail(16, 1.0), "most have 16": tail(16, 4.0),
    "as calibrated, no noise": tail(4, noise=0.0), "as calibrated, noise of 8 times": tail(4, noise=3.0),
}
SKILLS = {"skill: all alike": 0.0, "skill: 0.42 (as calibrated)": 0.42, "skill: 0.84": 0.84}
EACH = (0.1, 25.0, 1e4)
ROBUST = {"day of 12 h": {"run.tick_hours": 12.0}, "8 open ideas": {"ideas.breadth": 8}, "gains + 1 s.e.": gains(1.0 + GAIN_ERROR),
          "gains − 1 s.e.": gains(1.0 - GAIN_ERROR), "all topics alike popular": {"ideas.popularity_exponent": 0.0}}


def changes(each):
    """What comes on day 0 to labs of 4,000 with this compute a person, by name."""
    return ({"no taste": {}, "twice the people": inputs(8000, 4000 * each), "twice the compute": inputs(4000, 8000 * each)} | TASTES
            | {name: {PEOPLE + "skill_sigma_ln": sigma} for name, sigma in SKILLS.items()})


def percent(ratio):
    return f"{100 * (ratio[0] - 1):+.0f} ± {100 * ratio[1]:.0f}%".replace("-", "−")


def quarters(cases, seeds):
    """New ideas, share of duplicates and training OOM of the first quarter and of the one a year later, by case."""
    ticks = changed(list(cases.values()), seeds, sum(QUARTERS["a year later"]))
    return {(*case, name): [counted(t, start, start + length) for t in of_seeds] for case, of_seeds in zip(cases, ticks)
            for name, (start, length) in QUARTERS.items()}


def more(found, base, key="ideas"):
    return ratio_of([f[key] for f in found], [b[key] for b in base])


def main():
    seeds = range(1, 3) if SMALL else range(1, 17)
    cases = {(each, name): (inputs(4000, 4000 * each) | ALIKE, change) for each in ((25.0,) if SMALL else EACH) for name, change in changes(each).items()
             if not SMALL or name in ("no taste", "twice the compute", CALIBRATED)}
    found = quarters(cases, seeds)
    gain = {case: more(result, found[case[0], "no taste", case[2]]) for case, result in found.items()}
    rows = []
    for each, name in cases:
        first, later = gain[each, name, "first"], gain[each, name, "a year later"]
        # Equivalents only where twice the input brings a tenth or more.
        doubled = {what: math.log(gain[each, what, "first"][0]) for what in ("twice the people", "twice the compute") if (each, what) in cases}
        worth = [f"{2 ** (math.log(first[0]) / doubled[w]):.1f}" if doubled.get(w, 0.0) > 0.1 else "–" for w in ("twice the people", "twice the compute")]
        results = found[each, name, "first"]
        rows.append((f"{each:g}", name, f"{sum(r['ideas'] for r in results) / len(seeds):.0f}", percent(first), percent(more(results, found[each, "no taste", "first"], "oom")),
                     percent(later), f"{100 * sum(r['duplicate_share'] for r in results) / len(seeds):.0f}%", *worth))
    table("taste", "tail", ("A100e a person", "taste", "ideas in the first quarter", "more than without taste", "training OOM", "ideas a year later", "duplicates", "as × people", "as × compute"), rows)
    if not SMALL:
        robustness(seeds)
        largest = {1: "no taste", 2: "one in 4 has 2", 3: "and one in 9 has 3", 4: CALIBRATED, 8: "and one in 64 has 8", 16: "and one in 256 has 16"}
        series = [(f"{each:g} A100e a person", [(k, *(100 * (v - 1) for v in (g[0], g[0] - g[1], g[0] + g[1]))) for k, n in largest.items() for g in (gain[each, n, "first"],)], True)
                  for each in EACH]
        figure("taste", chart("What the tail of taste adds", "topics that the best look at", "new ideas in the first quarter, % more", series, y_range=(0.0, None)))
    check(gain[25.0, CALIBRATED, "first"][0] > 1.0, "taste is worth something")
    finish()


def robustness(seeds):
    """The calibrated and the longest tail against no taste, at 25 A100e a person."""
    cases = {(name, k): (inputs(4000, 1e5) | keys | ALIKE, tail(k)) for name, keys in ROBUST.items() for k in (1, 4, 16)}
    found = quarters(cases, seeds)
    table("taste", "robustness", ("setting", "at most 4, first quarter", "a year later", "at most 16, first quarter", "a year later"),
          [(name, *(percent(more(found[name, k, q], found[name, 1, q])) for k in (4, 16) for q in QUARTERS)) for name in ROBUST])


main()
