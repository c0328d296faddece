#!/usr/bin/env python3
"""Claim: researchers without bound run into a plateau that compute sets.

Experiments take E = 1 A100e-hour each, whatever their number, and always succeed; a lab with C A100e for
experiments ends at most C/E of them an hour, so A rises by at most gain x C/E an hour. N people at 40 hours a week
who think 4 hours an idea end N x (40/168)/4 an hour while compute is plenty. So dA/dt = gain x min(N x 40/168/4, C/E)
in the limit of many topics: rising with N, then flat. Tolerance: 5% on the plateau (ticks in which the lab's rationing
leaves compute idle, and duplicates, at most the finds of one tick over the open ideas), and never over it.
"""

from common import SMALL, check, finish, in_turn, run_set

TOPICS, BREADTH, GAIN, DAYS, EXPERIMENTS_A100E = 1024, 32, 1e-6, 60.0, 50.0


def finds_an_hour(people):
    rows = run_set("studies/mean-field.toml", {
        "run.days": DAYS,
        "run.tick_hours": 4.0,
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
        check(finds <= used * 1.001 and used < 1.01 * plateau, f"{people} people: no more finds than compute pays for")
        check(abs(finds / closed - 1.0) < 0.05, f"{people} people: within 5% of the closed form")
    finish()


main()
