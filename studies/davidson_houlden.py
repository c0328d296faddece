#!/usr/bin/env python3
"""Claims: (1) Davidson & Houlden's equation, as read here, gives their published chances: at least 3 years of
progress within 12 months 57%, at least 10 years 18%. (2) Agents configured to that equation give the same answer draw by
draw, and take as long for every doubling.

Their equation, in doublings of parallel labour S (8 are a year of progress, half of it software): the first
doubling takes 3/f months; each next one 2^(p (1/r - 1)) times as long; r falls linearly to 0 at the limit of 8
doublings for each of their OOM. f, r, p log-uniform in 2-32, 0.4-3.6, 0.15-0.6 and the limit uniform in 6-16.

In our scenario the OOM of tools is A = p log10 S: researchers get 10^A as much done an hour. Their number stays: by
their number A grows in `mean_field.py`, but 10 years of progress would make 2^48 of each, who meet in any number of
open ideas that fits a computer, and without toes to step on (lambda 1) it is the same. With L = p log10 2 x 8 x limit,
`limit_oom` = L makes the gain of an idea fall as u = 1 - A/L does, so that u = exp(-fall i) after i ideas of each topic. At
10^(level i) hours an idea, a doubling of S takes 10^(level i) / u / 10^A of the first; with their falling r it takes
10^(L/r ln(1/u)) / 10^A of it. So level = (L/r - 1/ln 10) fall.
"""

import math
import random
import tempfile
from pathlib import Path

from common import ROOT, SMALL, check, finish, in_turn, run_set

DOUBLINGS_PER_YEAR = 8
YEARS = (3, 10)
LOG10_2 = math.log10(2.0)
# Chosen so that few finds of a tick are the same idea: researchers do not see each other within one.
TOPICS, BREADTH, RESEARCHERS = 4096, 2, 16
IDEAS_PER_OOM, IDEAS_MOST = 20.0, 900.0
TICKS_PER_DOUBLING = 32
# A run of the longest time there is, by ticks of the shortest: what spans more is left out.
DAYS, TICK_LEAST_HOURS, TICK_MOST_HOURS = 35840.0, 1.0 / 64.0, 8192.0
# Verdicts of agents this near to 12 months may differ from the equation's; so it is followed that much further.
NEAR = 1.1


def draw(generator, p_uniform=False):
    f = 2.0 * 16.0 ** generator.random()
    r = 0.4 * 9.0 ** generator.random()
    u = generator.random()
    p = 0.15 + 0.45 * u if p_uniform else 0.15 * 4.0**u
    return f, r, p, generator.uniform(6.0, 16.0)


def times_to_doublings(f, r, p, limit, behind=0):
    """Months at which doublings 0, 1, 2, ... are complete; the n-th is followed by r of doubling n - behind."""
    most = int(DOUBLINGS_PER_YEAR * limit)
    months, doubling = [0.0], 3.0 / f
    for n in range(1, most + 1):
        months.append(months[-1] + doubling)
        now = r * (1.0 - (n - behind) / most)
        power = p * (1.0 / now - 1.0) if now > 0.0 else math.inf
        if power > 60.0:
            break
        doubling *= 2.0**power
        if doubling > 1e6:
            break
    return months


def smooth_times(f, r, p, limit, steps=32):
    """The same in continuous time, the first doubling at the rate of 3/f months, until both verdicts are certain."""
    most = DOUBLINGS_PER_YEAR * limit

    def months_a_doubling(n):
        return 3.0 / f * 2.0 ** min(60.0, p * (most / r * math.log(most / (most - n)) - n))

    months = [0.0]
    while len(months) < most:
        n = len(months) - 1
        doubling = sum(months_a_doubling(n + (i + 0.5) / steps) for i in range(steps)) / steps
        if doubling > 12.0 * NEAR:
            break
        months.append(months[-1] + doubling)
        first = max(0, n - DOUBLINGS_PER_YEAR * YEARS[0])
        slowing = months_a_doubling(n) > months_a_doubling(first)
        if slowing and months[-1] - months[first] > 12.0 * NEAR or fastest(months, YEARS[1]) < 12.0 / NEAR:
            break
    return months


def fastest(months, years):
    """The fewest months that hold so many years of progress."""
    k = DOUBLINGS_PER_YEAR * years
    return min((b - a for a, b in zip(months, months[k:])), default=math.inf)


def chances(count, p_uniform=False, behind=0):
    generator = random.Random(1)
    hits = [0, 0]
    for _ in range(count):
        months = times_to_doublings(*draw(generator, p_uniform), behind)
        for i, years in enumerate(YEARS):
            hits[i] += fastest(months, years) <= 12.0
    return [hit / count for hit in hits]


def agents(case):
    """Months at which the equation completes doublings 0, 1, 2, ... and agents do; None if no ticks are that short."""
    f, r, p, limit = case
    expected = smooth_times(*case)
    last, most = len(expected) - 1, DOUBLINGS_PER_YEAR * limit
    oom = p * LOG10_2
    limit_oom = oom * most
    ideas_per_oom = min(IDEAS_PER_OOM, IDEAS_MOST / (limit_oom * math.log(most / (most - last))))
    # After i ideas of each topic 1 - A/L is exp(-fall i).
    fall = -math.log1p(-1.0 / (ideas_per_oom * limit_oom))
    level = (limit_oom / r - 1.0 / math.log(10.0)) * fall
    # The run ends a tenth later than expected, as far as agents may be late.
    hours = DAYS / NEAR * 24.0 / expected[-1]
    # An index is as hard as its lower end, the equation grows on through it; of the open ideas any is as likely taken.
    step = (10.0**level - 1.0) / (level * math.log(10.0)) / 10.0 ** (level * (BREADTH - 1) / 2.0)
    ideas = oom / (limit_oom * fall) * TOPICS
    # The less an idea gains, the more of them a doubling takes.
    wanted = [
        (b - a) * hours * (1.0 - n / most) / TICKS_PER_DOUBLING
        for n, (a, b) in enumerate(zip(expected, expected[1:]))
    ]
    if min(wanted) < TICK_LEAST_HOURS:
        return None
    ticks = [min(2.0 ** math.floor(math.log2(tick)), TICK_MOST_HOURS) for tick in wanted]
    changes = [
        f'[[events]]\nname = "doubling-{n}"\nwhen = {{ oom_tools = ">= {n * oom!r}" }}\n'
        f"set.run.tick_hours = {now!r}\nset.ideas.kinds.ideas.experiment_fastest_hours = {1e-4 * now!r}\n"
        for n, (before, now) in enumerate(zip(ticks, ticks[1:]), 1)
        if now != before
    ]
    # Beyond the last doubling of interest nobody works.
    changes.append(
        f'[[events]]\nname = "decided"\nwhen = {{ oom_tools = ">= {last * oom!r}" }}\n'
        "set.run.tick_hours = 1024.0\nset.labs.lab.inference_share = 0.0\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.toml"
        path.write_text("\n".join([(ROOT / "studies/mean-field.toml").read_text(), *changes]))
        rows = run_set(path, {
            "run.days": DAYS,
            "run.tick_hours": ticks[0],
            "run.events_max_per_tick": 4000,
            "ideas.topics": TOPICS,
            "ideas.breadth": BREADTH,
            "ideas.tools_effort_exponent": 1.0,
            "ideas.kinds.ideas.inference": 0.0,
            "ideas.kinds.ideas.tools": 1.0,
            "ideas.kinds.ideas.think_hours": 3.0 / f * hours * RESEARCHERS / ideas * step,
            "ideas.kinds.ideas.experiment_a100e_hours": 1e-12,
            "ideas.kinds.ideas.experiment_floor_a100e_hours": 1e-12,
            "ideas.kinds.ideas.experiment_fastest_hours": 1e-4 * ticks[0],
            "ideas.kinds.ideas.level_oom_per_idea": level,
            "ideas.kinds.ideas.gain_mean_oom": 1.0 / ideas_per_oom / TOPICS,
            "ideas.kinds.ideas.limit_oom": limit_oom,
            # Compute is never short; half of it would run so many researchers.
            "labs.lab.fleet_a100e": 1e9,
            "labs.lab.populations.agents.tokens_per_second_per_a100e": 2e-9 * RESEARCHERS,
            # Two candidates, the easier is taken: topics keep about as deep as each other.
            "labs.lab.populations.agents.taste_max": 2,
            "labs.lab.populations.agents.taste_tail_exponent": 4.0,
        })
    found, before = [0.0], (0.0, 0.0)
    for row in rows:
        now = (float(row["oom_tools"]) / oom, 24.0 * float(row["day"]) / hours)
        while len(found) <= now[0] and len(found) <= last:
            share = (len(found) - before[0]) / (now[0] - before[0])
            found.append(before[1] + share * (now[1] - before[1]))
        before = now
    return expected, found


def readings(count):
    """What is not settled by what they published: the step at which r is taken, and how p is drawn."""
    for name, p_uniform, behind in (("p uniform", True, 0), ("r of the doubling before", False, 1), ("both", True, 1)):
        three, ten = chances(count, p_uniform, behind)
        print(f"read otherwise, {name}: 3 years {100 * three:.1f}%, 10 years {100 * ten:.1f}%")


def compare(count, published):
    """Agents against the equation, draw by draw."""
    generator = random.Random(2)
    cases = [draw(generator) for _ in range(count)]
    results = [(case, result) for case, result in zip(cases, in_turn(agents, cases)) if result]
    print(f"{count} draws, of which {count - len(results)} have doublings too short to be run and are left out")
    count = len(results)
    ratios, undecided = [], []
    for case, (expected, found) in results:
        if len(found) < len(expected):
            undecided.append((case, len(found) - 1, len(expected) - 1))
        else:
            ratios.append(found[-1] / expected[-1])
    for case, reached, last in undecided:
        print("  late: f {:.2f} r {:.2f} p {:.2f} limit {:.1f}:".format(*case), f"doubling {reached} of {last}")
    ratios.sort()
    print(f"{sum(len(found) - 1 for _, (_, found) in results)} doublings; months to the last, agents over equation: "
          f"median {ratios[len(ratios) // 2]:.3f}, least {ratios[0]:.3f}, most {ratios[-1]:.3f}")
    check(not undecided, "all reach their last doubling")
    check(1.0 / NEAR < ratios[0] and ratios[-1] < NEAR, "months to the last within 10%")
    for years, chance in zip(YEARS, published):
        pairs = [(fastest(expected, years), fastest(found, years)) for _, (expected, found) in results]
        ours, theirs = sum(b <= 12.0 for _, b in pairs), sum(a <= 12.0 for a, _ in pairs)
        differing = [(a, b) for a, b in pairs if (a <= 12.0) != (b <= 12.0)]
        print(f"{years} years in 12 months: agents {ours} of {count}, equation {theirs}; with its {100 * chance:.1f}% of all: "
              f"agents {100 * (chance + (ours - theirs) / count):.1f}%")
        for a, b in differing:
            print(f"  differs: {a:.2f} and {b:.2f} months")
        check(all(abs(a / 12.0 - 1.0) < NEAR - 1.0 for a, _ in differing), "they differ only within 10% of 12 months")


def main():
    count = 20_000
    three, ten = chances(count)
    error = 100 * math.sqrt(0.57 * 0.43 / count)
    print(f"equation, {count} draws: 3 years {100 * three:.1f}% (published 57), 10 years {100 * ten:.1f}% (18); "
          f"standard error {error:.1f}")
    check(abs(three - 0.57) < 0.02 and abs(ten - 0.18) < 0.02, "their chances within 2 points")
    if not SMALL:
        readings(count)
    compare(6 if SMALL else 256, (three, ten))
    finish()


main()
