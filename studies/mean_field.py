#!/usr/bin/env python3
"""Claim: in the mean-field limit the agents obey dA/dt = c 10^((1 - 1/r) A), and the error in r falls with
the number of topics at the same researchers (fewer of them meet).

From A = 0.1 the times of two further half-OOMs have the ratio 10^(-(1 - 1/r)/2) whatever c is, so a run
measures r. Tolerance: 3% at the most topics, as tests/mean_field.rs has it, and a smaller error there than
at the fewest. The noise is that of the finds in half an OOM, 50 a topic: sqrt(2/n)/ln(10)*2 r in 1/r.
"""

import math

from common import SMALL, check, finish, in_turn, run_set

IDEAS_PER_OOM = 100
RESEARCHERS = 20.0
MARKS = (0.1, 0.6, 1.1)


def measured(case):
    topics, r, tick_hours = case
    # c in OOM a day, and half as many days again as those of the closed form to the last mark.
    c = RESEARCHERS / 4.0 * 24.0 / IDEAS_PER_OOM / topics
    k = (1.0 - 1.0 / r) * math.log(10.0)
    days = (1.0 - math.exp(-k * MARKS[2])) / k / c if abs(k) > 1e-9 else MARKS[2] / c
    rows = run_set("studies/mean-field.toml", {
        "run.days": float(math.ceil(1.5 * days)),
        "run.tick_hours": float(tick_hours),
        "ideas.topics": topics,
        "ideas.kinds.ideas.level_oom_per_idea": 1.0 / r / IDEAS_PER_OOM,
        "ideas.kinds.ideas.gain_mean_oom": 1.0 / IDEAS_PER_OOM / topics,
    })
    times, before = [], (0.0, 0.0)
    for row in rows:
        # A row's day is the end of its tick.
        now = (float(row["day"]), float(row["oom_inference"]))
        while len(times) < len(MARKS) and now[1] >= MARKS[len(times)]:
            part = (MARKS[len(times)] - before[1]) / (now[1] - before[1])
            times.append(before[0] + part * (now[0] - before[0]))
        before = now
    if len(times) < len(MARKS):
        return math.nan
    ratio = (times[2] - times[1]) / (times[1] - times[0])
    return 1.0 / (1.0 + 2.0 * math.log10(ratio))


def main():
    topics = (256, 1024) if SMALL else (256, 1024, 4096)
    returns = (0.7, 1.4) if SMALL else (0.7, 1.0, 1.4)
    cases = [(t, r, 8) for r in returns for t in topics]
    found = dict(zip(cases, in_turn(measured, cases)))
    print("error of r in %, tick 8 h, by topics:", *topics)
    for r in returns:
        errors = [found[t, r, 8] / r - 1.0 for t in topics]
        order = math.log(abs(errors[0] / errors[-1])) / math.log(topics[-1] / topics[0])
        print(f"r = {r}:", *(f"{100 * e:+.2f}" for e in errors), f"  order {order:.2f} in 1/topics")
        check(abs(errors[-1]) < 0.03, f"r = {r} within 3% with {topics[-1]} topics")
        check(abs(errors[-1]) < abs(errors[0]), f"the error of r = {r} falls from {topics[0]} topics on")
    if not SMALL:
        ticks = (12, 8, 4, 2)
        halved = in_turn(measured, [(1024, 1.4, t) for t in ticks])
        print("r = 1.4, 1024 topics, error in % by tick (h):",
              *(f"{t}: {100 * (x / 1.4 - 1):+.2f}" for t, x in zip(ticks, halved)))
    finish()


main()
