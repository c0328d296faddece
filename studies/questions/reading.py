#!/usr/bin/env python3
"""How much time should go into reading? Labs of constant size in the landscape of human-baseline, in which nobody reads until, on day 0,
a share of working time does; what is not read of the newest finds is known one exchange later. New ideas are counted over a quarter.

Expected: reading all news brings a gain V (news for nothing against no news) and takes the share s1 in which all can be read. What is read is in
proportion to the time up to s1, so are gain and cost, and the best is either nothing or s1: s1 where V > e s1, e labour's elasticity.
What would change our mind: a best share well between.
"""

import math

from chart import chart
from common import SMALL, check, finish
from measure import GAIN_ERROR, changed, counted, gains, inputs, ratio_of
from page import figure, table

PEOPLE = "labs.frontier.populations.people."
SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
RATES = (10, 100, 1000)
BASE = inputs(4000, 1e5)
SETTINGS = {
    "as calibrated": {},
    "news of 1 day": {PEOPLE + "lag_hours": 24.0},
    "news of 56 days": {PEOPLE + "lag_hours": 1344.0},
    "8 open ideas": {"ideas.breadth": 8},
    "10⁴ A100e a person": inputs(4000, 4e7),
    "40,000 people": inputs(40_000, 1e6) | {"run.agents_max": 2**17},
    "day of 12 h": {"run.tick_hours": 12.0},
    "gains + 1 s.e.": gains(1.0 + GAIN_ERROR),
    "gains − 1 s.e.": gains(1.0 - GAIN_ERROR),
}
# Nothing is read, and no time goes into it.
NONE = {PEOPLE + "reading_share": 1e-9, PEOPLE + "reading_rate_per_hour": 0.0}
FREE = {PEOPLE + "reading_share": 0.0}
COUNTED_DAYS = 91


def reading(share, rate):
    return {PEOPLE + "reading_share": share, PEOPLE + "reading_rate_per_hour": float(rate)}


def percent(ratio):
    return f"{100 * (ratio[0] - 1):+.1f} ± {100 * ratio[1]:.1f}%".replace("-", "−")


def main():
    seeds = range(1, 5) if SMALL else range(1, 33)
    cases = [(name, None, None) for name in SETTINGS] + [(name, 0.0, None) for name in SETTINGS]
    cases += [(name, share, rate) for name in SETTINGS for rate in (RATES if name == "as calibrated" else RATES[1:2]) for share in SHARES]
    # Three tenths of the time go and nothing is read: what time alone is worth.
    cases += [(name, 0.3, 0) for name in SETTINGS]
    if SMALL:
        cases = [("as calibrated", None, None), ("as calibrated", 0.0, None), ("as calibrated", 0.1, 1000), ("as calibrated", 0.3, 0)]

    def keys(share, rate):
        return {} if share is None else FREE if rate is None else reading(share, rate)

    # News of before the change has gone round twice when counting begins.
    settle = {name: max(28.0, 2 * SETTINGS[name].get(PEOPLE + "lag_hours", 336.0) / 24.0) for name in SETTINGS}
    ticks = changed([(BASE | SETTINGS[name] | NONE, keys(share, rate)) for name, share, rate in cases], seeds, max(settle.values()) + COUNTED_DAYS)
    found = {case: [counted(t, settle[case[0]], settle[case[0]] + COUNTED_DAYS) for t in of_seeds] for case, of_seeds in zip(cases, ticks)}
    names = list(dict.fromkeys(case[0] for case in cases))
    ideas = {case: [result["ideas"] for result in results] for case, results in found.items()}
    gain = {case: ratio_of(result, ideas[case[0], None, None]) for case, result in ideas.items()}
    elasticity = {name: math.log(gain[name, 0.3, 0][0]) / math.log(0.7) for name in names}
    header = ("setting", "duplicates, nothing read", "all news for nothing", "duplicates then", "labour's elasticity")
    table("reading", "worth", header, [
        (name, *(f"{100 * sum(r['duplicate_share'] for r in found[case]) / len(seeds):.0f}%" if key is None else percent(gain[case])
                 for case, key in (((name, None, None), None), ((name, 0.0, None), 1), ((name, 0.0, None), None))),
         f"{elasticity[name]:.2f}") for name in names])
    if not SMALL:
        rates = [(name, rate) for name in names for rate in (RATES if name == "as calibrated" else RATES[1:2])]
        table("reading", "shares", ("setting", "finds read an hour", *(f"{share:.0%} of the time" for share in SHARES)),
              [(name, rate, *(percent(gain[name, share, rate]) for share in SHARES)) for name, rate in rates])
        series = [(f"{rate} finds an hour", [(s, 100 * (gain["as calibrated", s, rate][0] - 1), 100 * (sum(gain["as calibrated", s, rate]) - 1),
                                              100 * (gain["as calibrated", s, rate][0] - gain["as calibrated", s, rate][1] - 1)) for s in SHARES], True) for rate in RATES]
        free = 100 * (gain["as calibrated", 0.0, None][0] - 1)
        series.append(("all news for nothing", [(0.01, free), (0.4, free)], True))
        figure("reading", chart("New ideas in a quarter against reading nothing", "share of time that reads", "gain, %", series, log_x=True))
        best = {(name, rate): max((0.0, *SHARES), key=lambda s: gain[name, s, rate][0] if s else 1.0) for name, rate in rates}
        print("best share on the grid:", {f"{name}, {rate}": share for (name, rate), share in best.items()})
        check(all(gain[name, 0.0, None][0] > gain[name, share, rate][0] - 2 * gain[name, share, rate][1] for name, share, rate in cases if share and rate),
              "no reading beats news for nothing")
    check(gain["as calibrated", 0.0, None][0] > 1.0, "news is worth something")
    check(gain["as calibrated", 0.3, 0][0] < 1.0, "time is worth something")
    finish()


main()
