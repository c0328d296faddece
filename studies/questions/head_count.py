#!/usr/bin/env python3
"""Is head-count ever the driver? Growth accounting along the human era and the essay's year: the elasticity of each input
times what it grew, against what research sped up. Then the essay's year with fewer copies and with more or less compute.

What would change our mind on "hardly, and not once there are machines": a stretch of either path in which labour adds more than
compute, or a fleet at which a hundred times the copies bring another OOM.
"""

import math
import tomllib

from chart import chart
from common import ROOT, SMALL, check, finish, mean_and_error
from measure import COUNTED, GAIN_ERROR, HUMAN, counted, gains, mean_of, probes, runs, unchanged
from page import figure, interval, table

ESSAY = "scenarios/situational-awareness.toml"
COPIES = "labs.frontier.populations.automated."
SAMPLE = tomllib.loads((ROOT / ESSAY).read_text())["run"]["sample"]
ROBUST = {"day of 12 h": {"run.tick_hours": 12.0}, "8 open ideas": {"ideas.breadth": 8}, "gains + 1 s.e.": gains(1.0 + GAIN_ERROR),
          "gains − 1 s.e.": gains(1.0 - GAIN_ERROR)}
PATHS = {
    "human era": (HUMAN, {}, {"at": (0, 365, 730), "horizon_days": 30, "replicates": 5}),
    "to automation": (ESSAY, {"run.sample": 0.125}, {"at": (-180, 0), "horizon_days": 30, "replicates": 5}),
    "the rush": (ESSAY, {"run.sample": 0.125}, {"at": (0, 4, 8, 12, 20, 60), "horizon_days": 5, "replicates": 3}),
    "later": (ESSAY, {}, {"at": (60, 120, 240, 360), "horizon_days": 15, "replicates": 3}),
}


INPUTS = {"labour": "full_time_researchers", "speed": "speed", "compute": "experiment_a100e"}


def accounting(before, after):
    """From one point to the next, in OOM: growth of each input, what it adds with the mean of the elasticities of both ends, growth of
    new ideas a day."""
    a, b = unchanged(before), unchanged(after)
    grown = {name: math.log10(mean_of(b, key) / mean_of(a, key)) for name, key in INPUTS.items()}
    added = {name: grown[name] * sum(p["exponents"]["ideas"][name]["value"] for p in (before, after)) / 2 for name in INPUTS}
    return grown, added, math.log10(b["ideas_per_day"] / a["ideas_per_day"])


def paths():
    """What each input added between the points of every path, by (path, from day, to day)."""
    names = ["human era"] if SMALL else list(PATHS)
    small = {"at": (0, 365), "replicates": 2} if SMALL else {}
    found = probes([(scenario, keys, options | small) for scenario, keys, options in (PATHS[name] for name in names)])
    rows, driven = [], {}
    for name, points in zip(names, found):
        for before, after in zip(points, points[1:]):
            grown, added, ideas = accounting(before, after)
            driven[name, before["at_day"], after["at_day"]] = added
            rows.append((name, f"{before['at_day']:g} to {after['at_day']:g}", *(f"{v:+.2f}" for v in grown.values()),
                         interval(after["exponents"]["ideas"]["labour"]), *(f"{v:+.2f}" for v in (*added.values(), ideas - sum(added.values()), ideas))))
    table("head-count", "accounting", ("path", "days", "labour grew", "speed grew", "compute grew", "labour's elasticity at the end", "labour adds", "speed adds",
                                       "compute adds", "the rest", "new ideas a day"), [tuple(cell.replace("-", "−") for cell in row) for row in rows])
    return driven


def essay(fewer, fleet, settings, seeds):
    """Runs of the essay's first year, copies at 5x, with this fleet from day 90 on and so many times fewer copies from the same fleet."""
    keys = {COPIES + "speed_max": 5.0, "labs.frontier.inference_share": 0.5 / fewer, "run.agents_max": 2**18,
            "labs.frontier.fleet_a100e": f"{{ points = [[-365.0, 54054.0], [0.0, 200000.0], [90.0, {fleet}]], growth_per_year = 1.0 }}"}
    return [(ESSAY, keys | settings, seed, [*COUNTED, "researchers_automated"]) for seed in seeds]


def grid():
    """Training OOM of the essay's first year, mean and error over seeds, by (setting, fleet, times fewer copies)."""
    seeds = range(1, 3) if SMALL else range(1, 5)
    fewer = (1.0, 1e3) if SMALL else (1.0, 10.0, 1e2, 1e3, 1e4, 1e5)
    fleets = (3e7,) if SMALL else (3e6, 3e7, 3e8)
    settings = {"as calibrated": {}} | ({} if SMALL else ROBUST)
    short = {"run.days": 120.0} if SMALL else {}
    cases = {(name, fleet, k): keys | short for name, keys in settings.items() for fleet in (fleets if name == "as calibrated" else (3e7,)) for k in fewer}
    found = runs([case for (_, fleet, k), keys in cases.items() for case in essay(k, fleet, keys, seeds)])
    of_case = {case: found[index * len(seeds):(index + 1) * len(seeds)] for index, case in enumerate(cases)}
    ends = {case: mean_and_error([counted(ticks)["oom"] for ticks in of_seeds]) for case, of_seeds in of_case.items()}

    def copies(ticks):
        """On day 90, of the world."""
        return ticks["researchers_automated"][next(row for row, day in enumerate(ticks["day"]) if day > 89.5)] / SAMPLE

    rows = []
    for name, fleet in dict.fromkeys(case[:2] for case in cases):
        for what in ("copies on day 90", "OOM of training"):
            cells = [f"{mean_and_error([copies(t) for t in of_case[name, fleet, k]])[0]:.2g}" if what.startswith("copies") else "{:.2f} ± {:.2f}".format(*ends[name, fleet, k]) for k in fewer]
            rows.append((name, f"{fleet:.0e}", what, *(cell.replace("e+0", "e").replace("e+", "e") for cell in cells)))
    rows = [tuple(cell.replace("e+0", "e") for cell in row) for row in rows]
    header = ("setting", "fleet, A100e", "", *("all copies" if k == 1.0 else f"1/{k:.0f}" for k in fewer))
    split = 2 * len(fleets)
    table("head-count", "copies", header, rows[:split])
    if not SMALL:
        table("head-count", "robustness", header, rows[split:])
        series = [(f"{fleet:.0e} A100e".replace("e+0", "e"),
                   [(mean_and_error([copies(t) for t in of_case["as calibrated", fleet, k]])[0], mean, mean - error, mean + error)
                    for k in fewer for mean, error in (ends["as calibrated", fleet, k],)], True) for fleet in fleets]
        figure("head-count", chart("The essay's first year with fewer copies", "copies on day 90, at 5x", "OOM of training", series, log_x=True, y_range=(0.0, None)))
    return ends


def main():
    driven = paths()
    ends = grid()
    human = [added for (name, _, _), added in driven.items() if name == "human era"]
    check(all(added["compute"] > added["labour"] for added in human), "in the human era compute adds more than labour")
    if not SMALL:
        late = [added for (name, _, _), added in driven.items() if name == "later"]
        check(all(abs(added["labour"]) < 0.1 for added in late), "from day 60 of automation on head-count adds less than 0.1 OOM")
        check(abs(ends["as calibrated", 3e7, 1.0][0] - ends["as calibrated", 3e7, 1e2][0]) < 0.2, "a hundredth of the copies bring the essay's year to 0.2 OOM")
    finish()


main()
