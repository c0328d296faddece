#!/usr/bin/env python3
"""Claim: researchers without bound run into a plateau that compute sets.

Experiments take E = 1 A100e-hour each, whatever their number, and always succeed; a lab with C A100e for
experiments ends at most C/E of them an hour, so A rises by at most gain x C/E an hour. N people at 40 hours a week
who think 4 hours an idea end N x (40/168)/4 an hour while compute is plenty. So dA/dt = gain x min(N x 40/168/4, C/E)
in the limit of many topics: rising with N, then flat. Tolerances: finds are within 2% of what the compute used pays for
(about 1,200 ideas are in hand of 131,072 open ones, so 1% are found twice), never over it; the lab uses no more than its compute,
and at the plateau at least 90% of it: a bound on what its rationing leaves idle that is not derived.
"""

from common import SMALL, check, finish, in_turn, run_set

TOPICS, BREADTH, GAIN, DAYS, EXPERIMENTS_A100E = 4096, 32, 1e-6, 60.0, 50.0
# Longer than the 16.8 hours in which a person thinks an idea through: see docs/validation.md, what was found.
TICK_HOURS = 24.0


def finds_an_hour(people):
    rows = run_set("studies/mean-field.toml", {
        "run.days": DAYS,
        "run.tick_hours": TICK_HOURS,
        "ideas.topics": TOPICS,
        "ideas.breadth": BREADTH,
        "ideas.kinds.ideas.level_oom_per_idea": 0.0,
        "ideas.kinds.ideas.gain_mean_oom": GAIN,
        "ideas.kinds.ideas.experiment_a100e_hours": 1.0,
        "ideas.kinds.ideas.experiment_floor_a100e_hours": 1.0,
        "ideas.kinds.ideas.experiment_fastest_hours": 0.5,
        "labs.lab.fleet_a100e": 2.0 * EXPERIMENTS_A100E,
        "labs.lab.populations.agents.kind": '"human"',
        "labs.lab.populations.agents.headcount": float(people),
    })
    later = [row for row in rows if float(row["day"]) > DAYS / 2.0]
    hours = sum(float(row["tick_hours"]) for row in later)
    return (sum(int(row["world_new"]) for row in later) / hours,
            sum(float(row["used_a100e_hours"]) for row in later) / hours)


def main():
    plateau = EXPERIMENTS_A100E / 1.0
    print("people  finds an hour  closed form  A100e-hours an hour")
    for people in (100, 1000, 10_000) if SMALL else (100, 300, 1000, 3000, 10_000, 100_000):
        finds, used = in_turn(finds_an_hour, [people])[0]
        # An idea takes the thought at 40 of 168 hours, and then half an hour of experiment.
        labour = people / (4.0 / (40.0 / 168.0) + 0.5)
        closed = min(labour, plateau)
        print(f"{people:6d}  {finds:13.2f}  {closed:11.2f}  {used:8.2f}")
        check(0.98 * used <= finds <= 1.001 * used, f"{people} people: finds are what compute used pays for, within 2%")
        check(used < 1.01 * plateau, f"{people} people: no more compute than there is")
        if labour < plateau:
            check(abs(finds / closed - 1.0) < 0.02, f"{people} people: within 2% of the closed form")
        else:
            check(used > 0.9 * plateau, f"{people} people: at the plateau, less a tenth at most")
    finish()


main()
