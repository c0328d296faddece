"""Probes and runs of the program, each kept until the program or the command changes, so that a study that was stopped goes on."""

import csv
import hashlib
import json
import math
import subprocess
import sys
import tempfile
import tomllib
from functools import cache
from pathlib import Path

from common import PROGRAM, ROOT, in_turn, mean_and_error

KEPT = ROOT / "target/questions"
HUMAN = "scenarios/human-baseline.toml"
KINDS = tomllib.loads((ROOT / "scenarios/blocks/ideas.toml").read_text())["ideas"]["kinds"]
# One standard error of the calibration's first gain: 0.288 of 1.849 (docs/calibration.md).
GAIN_ERROR = 0.156


def every_kind(key, value):
    """Settings that give `key` of all kinds of idea the same value."""
    return {f"ideas.kinds.{kind['name']}.{key}": value for kind in KINDS}


def gains(factor):
    """Settings that multiply all gains: the one fitted number of the landscape (beta goes as 1/factor)."""
    return {f"ideas.kinds.{kind['name']}.gain_mean_oom": kind["gain_mean_oom"] * factor for kind in KINDS}


def inputs(people, a100e):
    """Settings of human-baseline for a lab of constant size."""
    return {"labs.frontier.populations.people.headcount": float(people), "labs.frontier.fleet_a100e": float(a100e)}


@cache
def _program_hash():
    return hashlib.sha256(Path(PROGRAM).read_bytes()).hexdigest()


def _kept(command, scenario, make):
    """The result of `make`, from disk if the program, the scenarios and the command are those of before."""
    parts = [_program_hash(), *command]
    parts += [path.read_text() for path in sorted((ROOT / "scenarios/blocks").iterdir())]
    parts.append((ROOT / scenario).read_text())
    file = KEPT / (hashlib.sha256("\0".join(parts).encode()).hexdigest() + ".json")
    if not file.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        text = json.dumps(make())
        partial = file.with_suffix(f".{id(text)}.partial")
        partial.write_text(text)
        partial.replace(file)
    return json.loads(file.read_text())


def _run(command):
    done = subprocess.run([PROGRAM, *command], capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        sys.exit(f"takeoff {' '.join(command)}\n{done.stderr}")
    return done.stdout


def _settings(keys):
    return [text for key, value in keys.items() for text in ("--set", f"{key}={value}")]


def probe(scenario, keys, at=(0,), factors=(0.5, 2.0), horizon_days=30, settle_days=None, replicates=5):
    """The points of `takeoff probe --json`."""
    command = ["probe", scenario, "--engine", "cpu", "--threads", "1", "--quiet"]
    command += ["--at", ",".join(str(day) for day in at), "--factors", ",".join(str(f) for f in factors)]
    command += ["--horizon-days", str(horizon_days), "--replicates", str(replicates), *_settings(keys)]
    if settle_days is not None:
        command += ["--settle-days", str(settle_days)]

    def make():
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "probe.json"
            _run([*command, "--json", str(file)])
            return json.loads(file.read_text())["points"]

    return _kept(command, scenario, make)


def probes(cases):
    """`probe` of every case (scenario, settings, options), two at a time."""
    return in_turn(lambda case: probe(case[0], case[1], **case[2]), cases)


def unchanged(point):
    """The branch of a point in which nothing is changed."""
    return next(b for b in point["branches"] if b["researchers"] == b["compute"] == b["speed"] == 1.0)


def mean_of(branch, key):
    """Mean of an entry over the replicates of a branch."""
    values = [replicate[key] for replicate in branch["replicates"]]
    return sum(values) / len(values)


def run(scenario, keys, seed, columns):
    """These columns of ticks.csv of one run, burn-in included, a list of numbers each (None where empty)."""
    command = ["run", scenario, "--engine", "cpu", "--quiet", "--force", "--no-checkpoint", "--json"]
    command += ["--seed", str(seed), *_settings(keys)]

    def make():
        with tempfile.TemporaryDirectory() as folder:
            if not json.loads(_run([*command, "--out", folder]))["valid"]:
                sys.exit(f"takeoff {' '.join(command)}\nthe run is marked invalid")
            with open(Path(folder) / "ticks.csv", newline="") as file:
                rows = list(csv.DictReader(file))
        return {c: [float(row[c]) if row[c] else None for row in rows] for c in columns}

    return _kept([*command, *columns], scenario, make)


def runs(cases):
    """`run` of every case (scenario, settings, seed, columns), two at a time."""
    return in_turn(lambda case: run(*case), cases)


COUNTED = ["day", "oom_training", "world_new", "duplicates"]


def counted(ticks, start=0.0, end=math.inf):
    """What a run found in the days (start, end] after its burn-in (`COUNTED` columns): training OOM, new ideas, share of finds that were duplicates."""
    rows = [row for row, day in enumerate(ticks["day"]) if start + 1e-6 < day < end + 1e-6]
    new, again = (sum(ticks[column][row] for row in rows) for column in ("world_new", "duplicates"))
    return {"oom": ticks["oom_training"][rows[-1]] - ticks["oom_training"][rows[0] - 1], "ideas": new, "duplicate_share": again / (new + again)}


def changed(settings, seeds, days):
    """Runs of human-baseline under the keys of each setting, (before, change), which `change` joins on day 0: runs that share `before` and a
    seed are the same until then. For each setting its ticks over the seeds."""
    cases = []
    for before, change in settings:
        change = ", ".join(f"{key} = {value}" for key, value in change.items())
        event = {"events": f'[{{ name = "change", when = {{ day = 0.0 }}, set = {{ {change} }} }}]'} if change else {}
        cases += [(HUMAN, {"run.days": float(days)} | before | event, seed, COUNTED) for seed in seeds]
    found = runs(cases)
    return [found[first:first + len(seeds)] for first in range(0, len(found), len(seeds))]


def ratio_of(found, base):
    """Mean over seeds of found/base and its standard error, seed against seed."""
    return mean_and_error([a / b for a, b in zip(found, base, strict=True)])
