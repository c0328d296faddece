#!/usr/bin/env python3
"""When does compute bind, and what rho does it look like from outside? A lab of 4,000 people of constant size, from 0.01 to 1e5
A100e a person: at each the probe changes researchers and compute in every pair and fits a CES.

Expected of the model (docs/model.md, "Admission and size"): between the largest and the smallest useful experiment labour's
share of lambda is 1 - chi, beyond the largest 1, below the smallest 0; the CES, a curve with one bend, cannot say that.
"""

from chart import chart
from common import SMALL, check, finish
from measure import GAIN_ERROR, HUMAN, every_kind, gains, inputs, mean_of, probes, unchanged
from page import figure, interval, table

PEOPLE = 4000.0
EACH = (0.01, 0.03, 0.1, 0.3, 1.0, 10.0, 100.0, 1e3, 1e4, 1e5)
CHI = {"χ 0.3": every_kind("success_size_exponent", 0.3), "χ 0.9": every_kind("success_size_exponent", 0.9)}
FLOOR = {"floor 0.03 A100e-hours": every_kind("experiment_floor_a100e_hours", 0.03)}
ROBUST = {"day of 12 h": {"run.tick_hours": 12.0}, "gains + 1 s.e.": gains(1.0 + GAIN_ERROR), "gains − 1 s.e.": gains(1.0 - GAIN_ERROR),
          "8 open ideas": {"ideas.breadth": 8}, "2,048 topics": {"ideas.topics": 2048}}


def measure(settings, replicates, factors):
    cases = [(name, each) for name in settings for each in (settings[name][1])]
    found = probes([(HUMAN, inputs(PEOPLE, PEOPLE * each) | settings[name][0], {"factors": factors, "replicates": replicates})
                    for name, each in cases])
    return {case: points[0] for case, points in zip(cases, found)}


def row(name, each, point):
    e, base = point["exponents"]["ideas"], unchanged(point)
    return (name, f"{each:g}", f"{base['ideas_per_day']:.3g}", f"{mean_of(base, 'experiment_size'):.1e}", f"{100 * mean_of(base, 'active') / PEOPLE:.0f}%",
            f"{100 * mean_of(base, 'utilisation'):.0f}%", interval(e["labour"]), interval(e["compute"]), interval(e["labour_share"]), interval(e["rho"], 1))


HEADER = ("setting", "A100e a person", "ideas a day", "size of an experiment", "at work", "compute used", "labour", "compute", "labour share", "ρ")


def main():
    if SMALL:
        settings = {"as calibrated": ({}, (0.01, 10.0, 1e5))}
    else:
        settings = {"as calibrated": ({}, EACH)}
        settings |= {name: (keys, (0.03, 0.3, 10.0, 1e3, 1e4)) for name, keys in (CHI | FLOOR).items()}
        settings |= {name: (keys, (0.03, 10.0, 1e4)) for name, keys in ROBUST.items()}
    found = measure(settings, 2 if SMALL else 4, (0.5, 2.0))
    names = {"map": ["as calibrated"], "exponent and floor": [*CHI, *FLOOR], "robustness": list(ROBUST)}
    for of_table, which in names.items():
        rows = [row(*case, point) for case, point in found.items() if case[0] in which]
        if rows:
            table("compute-binds", of_table, HEADER, rows)
    shares = {}
    for (name, each), point in found.items():
        share = point["exponents"]["ideas"]["labour_share"]
        if share is not None and name in ["as calibrated", *CHI, *FLOOR]:
            shares.setdefault(name, []).append((each, share["value"], share["low"], share["high"]))
    figure("compute-binds", chart("Labour's share of λ", "A100e a person", "labour share", [(n, p, True) for n, p in shares.items()],
                                  log_x=True, y_range=(0.0, 1.0)))
    share = {case[1]: point["exponents"]["ideas"]["labour_share"]["value"] for case, point in found.items() if case[0] == "as calibrated"}
    check(share[0.01] < 0.1, "with 0.01 A100e a person compute alone binds")
    check(share[1e5] > 0.9, "with 1e5 A100e a person labour alone binds")
    check(abs(share[10.0] - 0.4) < 0.1, "with 10 A100e a person labour's share is 1 - chi = 0.4, within 0.1")
    finish()


main()
