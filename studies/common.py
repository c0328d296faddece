"""What the studies share: runs of the program, and a verdict that decides the exit status."""

import csv
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = os.environ.get("TAKEOFF", str(ROOT / "target/release/takeoff"))
SMALL = "--small" in sys.argv[1:]
_started = time.monotonic()
_failed = []


def run(scenario, seed=1, **keys):
    """Rows of ticks.csv of one run, as dicts of texts; `keys` with __ for the dot, as in run__days."""
    return run_set(scenario, {key.replace("__", "."): value for key, value in keys.items()}, seed)


def run_set(scenario, keys, seed=1):
    """As `run`, with the dotted keys of --set."""
    with tempfile.TemporaryDirectory() as folder:
        command = [PROGRAM, "run", str(ROOT / scenario), "--engine", "cpu", "--quiet", "--force"]
        command += ["--no-checkpoint", "--json", "--seed", str(seed), "--out", folder]
        for key, value in keys.items():
            command += ["--set", f"{key}={value}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(command)}\n{done.stderr}")
        if not json.loads(done.stdout)["valid"]:
            sys.exit(f"{' '.join(command)}\nthe run is marked invalid")
        with open(Path(folder) / "ticks.csv", newline="") as file:
            return list(csv.DictReader(file))


def in_turn(function, items):
    """`function` of every item, two runs at a time; results in the order of the items."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(function, items))


def mean_and_error(values):
    """Mean and its standard error."""
    return statistics.mean(values), statistics.stdev(values) / math.sqrt(len(values))


def check(holds, claim):
    """Prints the claim and remembers if it does not hold."""
    print(f"{'holds' if holds else 'FAILS'}: {claim}")
    if not holds:
        _failed.append(claim)


def finish():
    """Ends the study: status 1 if a claim failed."""
    print(f"wall time {time.monotonic() - _started:.0f} s", file=sys.stderr)
    sys.exit(1 if _failed else 0)
