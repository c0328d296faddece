#!/usr/bin/env python3
"""How far apart do seeds end at 1e4, 1e6 and 1e8 researchers? A lab of 4,000 with 1e5 A100e becomes one of so many on day 0, 25 A100e each;
runs differ in nothing but the seed, and so in luck and in which ideas gain how much. A year is counted. With more than 2^21 people an agent
stands for several: the same is run with fewer and more agents.

If finds were independent, n ideas with gains of sigma_ln s would sum to a total with a standard deviation of sqrt((exp(s^2) - 1)/n) of it.
What would change our mind on "luck is that of gains, and averages out": spreads that do not fall so, or that the gains do not explain.
"""

import math
import statistics

from chart import chart
from common import SMALL, check, finish
from measure import GAIN_ERROR, changed, counted, every_kind, gains, inputs
from page import figure, table

SIGMA_LN = 1.2
ALIKE = every_kind("gain_sigma_ln", 0.0)
AGENTS = {"run.agents_max": 2**21}
# Of the topics, those whose ideas are training methods; finds spread over kinds nearly so.
TRAINING_SHARE = 0.6


def spread(settings, people, seeds):
    """Mean and relative spread (with its error) of a year's training OOM, and the spread that the gains of its finds predict."""
    ticks = changed([(inputs(4000, 1e5) | AGENTS | settings, inputs(people, 25.0 * people))], seeds, 365)[0]
    found = [counted(t) for t in ticks]
    mean, ideas = (statistics.mean([f[key] for f in found]) for key in ("oom", "ideas"))
    relative = statistics.stdev([f["oom"] for f in found]) / mean
    return {"mean": mean, "relative": relative, "error": relative / math.sqrt(2.0 * (len(found) - 1)), "ideas": ideas,
            "expected": math.sqrt(math.expm1(SIGMA_LN**2) / (TRAINING_SHARE * ideas))}


def main():
    sizes = (10_000,) if SMALL else (10_000, 1_000_000, 100_000_000)
    seeds = range(1, 9) if SMALL else range(1, 25)
    settings = {"as calibrated": {}, "all gains alike": ALIKE}
    if not SMALL:
        settings |= {"day of 12 h": {"run.tick_hours": 12.0}, "8 open ideas": {"ideas.breadth": 8},
                     "a quarter of the topics": {"run.sample": 0.25}, "gains + 1 s.e.": gains(1.0 + GAIN_ERROR), "gains − 1 s.e.": gains(1.0 - GAIN_ERROR)}
    cases = [(name, people) for name in settings for people in (sizes if name in ("as calibrated", "all gains alike") else sizes[:1])]
    if not SMALL:
        fewer = {f"{n:,} agents": {"run.agents_max": n} for n in (2**18, 2**20, 2**22)}
        settings |= fewer
        cases += [(name, sizes[-1]) for name in fewer]
    found = {(name, people): spread(settings[name], people, seeds) for name, people in cases}
    header = ("setting", "researchers", "new ideas in the year", "OOM in the year", "sd between seeds", "of the mean", "sd that gains alone would make")
    rows = [(name, f"{people:.0e}".replace("e+0", "e"), f"{f['ideas']:.3g}", f"{f['mean']:.3f}", f"{f['relative'] * f['mean']:.4f}",
             f"{100 * f['relative']:.2f} ± {100 * f['error']:.2f}%", "–" if name == "all gains alike" else f"{100 * f['expected']:.2f}%")
            for (name, people), f in found.items()]
    split = sum(1 for name, _ in found if name in ("as calibrated", "all gains alike"))
    table("seeds", "spread", header, rows[:split])
    if not SMALL:
        table("seeds", "robustness", header, rows[split:])
    drawn = [(name, [(people, 100 * f["relative"], 100 * (f["relative"] - f["error"]), 100 * (f["relative"] + f["error"]))
                     for (of, people), f in found.items() if of == name], True) for name in ("as calibrated", "all gains alike")]
    drawn.append(("gains alone", [(people, 100 * found["as calibrated", people]["expected"]) for people in sizes], True))
    figure("seeds", chart("Spread of a year's progress between seeds", "researchers", "standard deviation, % of the mean", drawn, log_x=True, y_range=(0.0, None)))
    base = found["as calibrated", 10_000]
    check(0.5 < base["relative"] / base["expected"] < 2.0, "at 1e4 the spread is that of the gains, within a factor of 2")
    check(found["all gains alike", 10_000]["relative"] < base["relative"], "with gains all alike seeds end nearer")
    for people in sizes:
        f, luck = found["as calibrated", people], found["all gains alike", people]["relative"]
        check(abs(f["relative"] - math.hypot(luck, f["expected"])) < 3.0 * f["error"], f"at {people:.0e} luck and gains add in squares to the spread, within 3 of its errors")
    finish()


main()
