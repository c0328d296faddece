#!/usr/bin/env python3
"""Claims: (1) Davidson & Houlden's equation, as read here, gives their published chances: at least 3 years of
progress within 12 months 57%, at least 10 years 18%. (2) Agents configured to that equation without a limit
take as long for the first 3 years, draw by draw, where they can be run (p up to 0.3).

Their equation, in doublings of parallel labour S (8 are a year of progress, half of it software): the first
doubling takes 3/f months; each next one 2^(p (1/r - 1)) times as long; r falls linearly to 0 at the limit of 8
doublings for each of their OOM. f, r, p log-uniform in 2-32, 0.4-3.6, 0.15-0.6 and the limit uniform in 6-16.

In our scenario A, the inference OOM, drives the number of researchers 10^A, whose finds add up (lambda 1). With
A = p log10 S: dA/dt = c 10^((1 - 1/r) A), c = p log10(2) f/3 an OOM a month. So r is 1/(level per idea x ideas
per OOM), p the OOM of inference that an OOM of S brings, f is in the hours of thought an idea takes, and the limit
would be `ceiling_oom` = p times theirs. But that is a wall, not a falling r, and 3 years of progress (7.2 OOM of S at
8 doublings) lie within a limit of 6 such years; so the agents are compared with the equation with constant r, and
what the falling r takes away, which no key of a scenario makes, is measured in the equation alone.
"""

import math
import random

from common import SMALL, check, finish, in_turn, run_set

DOUBLINGS_PER_YEAR = 8
DAYS_PER_MONTH = 365.0 / 12.0
LOG10_2 = math.log10(2.0)
TOPICS, IDEAS_PER_OOM, RESEARCHERS = 8192, 100, 40.0
# 3 years of progress multiply the researchers by 2^(24 p), at most this p: 40 become 6,000 for 32,768 open
# ideas. At p = 0.6 they would be 870,000, and meet.
P_MOST = 0.3
BREADTH = 4


def draw(generator, p_uniform=False):
    f = 2.0 * 16.0 ** generator.random()
    r = 0.4 * 9.0 ** generator.random()
    u = generator.random()
    p = 0.15 + 0.45 * u if p_uniform else 0.15 * 4.0**u
    return f, r, p, generator.uniform(6.0, 16.0)


def times_to_doublings(f, r, p, limit, falling, behind=0):
    """Months at which doublings 0, 1, 2, ... are complete; the n-th is followed by r of doubling n - behind."""
    most = int(DOUBLINGS_PER_YEAR * limit)
    months, doubling = [0.0], 3.0 / f
    for n in range(1, most + 1):
        months.append(months[-1] + doubling)
        now = r * (1.0 - (n - behind) / most) if falling else r
        power = p * (1.0 / now - 1.0) if now > 0.0 else math.inf
        if power > 60.0:
            break
        doubling *= 2.0**power
        if doubling > 1e6:
            break
    return months


def compresses(months, years):
    """Whether some 12 months hold so many years of progress."""
    k = DOUBLINGS_PER_YEAR * years
    return any(b - a <= 12.0 for a, b in zip(months, months[k:]))


def chances(count, falling, p_uniform=False, behind=0):
    generator = random.Random(1)
    hits = [0, 0]
    for _ in range(count):
        months = times_to_doublings(*draw(generator, p_uniform), falling, behind)
        for i, years in enumerate((3, 10)):
            hits[i] += compresses(months, years)
    return [hit / count for hit in hits]


def smooth_months(f, r, p, doublings):
    """Months to so many doublings in the continuous equation with constant r."""
    k = p * (1.0 / r - 1.0) * math.log(2.0)
    return 3.0 / f * (doublings if abs(k) < 1e-9 else math.expm1(k * doublings) / k)


def agents(case):
    """Months that agents take to the first 3 years of progress; infinite if over `days`."""
    f, r, p, _ = case
    per_doubling = p * LOG10_2 * IDEAS_PER_OOM * TOPICS
    think_hours = 3.0 / f * DAYS_PER_MONTH * 24.0 * RESEARCHERS / per_doubling
    expected = smooth_months(f, r, p, 24) * DAYS_PER_MONTH
    days = min(2.0 * expected, 400.0)
    rows = run_set("studies/mean-field.toml", {
        "run.days": float(math.ceil(days)),
        "run.tick_hours": 24.0 / 2 ** min(9, max(0, math.ceil(math.log2(1000.0 / expected)))),
        "run.events_max_per_tick": 4000,
        "ideas.topics": TOPICS,
        "ideas.breadth": BREADTH,
        "ideas.kinds.ideas.think_hours": think_hours,
        "ideas.kinds.ideas.level_oom_per_idea": 1.0 / r / IDEAS_PER_OOM,
        "ideas.kinds.ideas.gain_mean_oom": 1.0 / IDEAS_PER_OOM / TOPICS,
        "labs.lab.fleet_a100e": 2.0 * RESEARCHERS,
    })
    goal = 24 * p * LOG10_2
    return next((float(row["day"]) / DAYS_PER_MONTH for row in rows if float(row["oom_inference"]) >= goal), math.inf)


def readings(count):
    """What is not settled by what they published: the step at which r is taken, and how p is drawn."""
    for name, p_uniform, behind in (("p uniform", True, 0), ("r of the doubling before", False, 1), ("both", True, 1)):
        three, ten = chances(count, True, p_uniform, behind)
        print(f"read otherwise, {name}: 3 years {100 * three:.1f}%, 10 years {100 * ten:.1f}%")


def compare(count):
    """Draws that agents can be run on: 3 years of progress within reach of one-by-one simulation."""
    generator = random.Random(2)
    cases = [draw(generator) for _ in range(count)]
    within = [case for case in cases if case[2] <= P_MOST]
    found = in_turn(agents, within)
    ratios, differing = [], []
    for case, months in zip(within, found):
        first = smooth_months(*case[:3], 24)
        if math.isfinite(months) and first <= 12.0:
            # The first of `BREADTH` open ideas is as likely taken as the last: ideas are found as if they were
            # (BREADTH - 1)/2 levels harder, from the start to the end.
            harder = 10.0 ** ((BREADTH - 1) / 2.0 / IDEAS_PER_OOM / case[1])
            ratios.append(months / first / harder)
        if (months <= 12.0) != (first <= 12.0):
            differing.append((case, first, months))
    print(f"agents on {len(within)} of {count} draws, those with p <= {P_MOST}")
    return within, found, sorted(ratios), differing


def main():
    count = 20_000
    falling, wall = chances(count, True), chances(count, False)
    error = 100 * math.sqrt(0.57 * 0.43 / count)
    print(f"equation, {count} draws: 3 years {100 * falling[0]:.1f}% (published 57), 10 years {100 * falling[1]:.1f}% (18);")
    print(f"with constant r up to a wall {100 * wall[0]:.1f}% and {100 * wall[1]:.1f}%; standard error {error:.1f}")
    check(abs(falling[0] - 0.57) < 0.02 and abs(falling[1] - 0.18) < 0.02, "their chances within 2 points")
    if not SMALL:
        readings(count)
    within, found, ratios, differing = compare(8 if SMALL else 64)
    print(f"months to the first 3 years, agents over equation, less the breadth: median {ratios[len(ratios) // 2]:.3f}, "
          f"least {ratios[0]:.3f}, most {ratios[-1]:.3f} of {len(ratios)}")
    says = sum(m <= 12.0 for m in found), sum(smooth_months(*c[:3], 24) <= 12.0 for c in within)
    print(f"3 years in the first 12 months: agents {says[0]}, equation {says[1]} of {len(within)}")
    for case, first, months in differing:
        print(f"  differs: f {case[0]:.2f} r {case[1]:.2f} p {case[2]:.2f}: {first:.2f} and {months:.2f} months")
    check(all(abs(first / 12.0 - 1.0) < 0.1 for _, first, _ in differing), "verdicts differ only within 10% of 12 months")
    check(0.9 < ratios[0] and ratios[-1] < 1.1, "times within 10%, once the breadth of open ideas is taken out")
    finish()


main()
