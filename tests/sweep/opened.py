"""Opens the sweep in a folder with pandas, polars and DuckDB, and holds its sensitivities against SALib's.

usage: opened.py FOLDER ANALYSIS.json

FOLDER is a sweep by Saltelli's matrices or Morris's trajectories; ANALYSIS.json is what `takeoff analyse --json` says of it.
"""

import json
import sys

import duckdb
import numpy
import pandas
import polars
from SALib.analyze import morris, sobol

# Both add the same few hundred numbers, in another order.
RELATIVE = 1e-10


def close(name, ours, theirs):
    ours, theirs = numpy.asarray(ours, float), numpy.asarray(theirs, float)
    apart = numpy.abs(ours - theirs).max() / numpy.abs(theirs).max()
    assert apart <= RELATIVE, f"{name}: {ours} and {theirs}"


def opens(folder, manifest):
    runs = pandas.read_parquet(f"{folder}/runs")
    ticks = pandas.read_parquet(f"{folder}/ticks")
    assert len(runs) == manifest["sweep"]["runs"]
    assert list(runs["run"]) == list(range(len(runs)))
    assert runs["run"].dtype == "uint64" and runs["oom_training"].dtype == "float64"
    assert runs["failed"].isna().all() and runs["days_to_12_oom"].isna().all()
    assert runs["digest"].str.fullmatch("[0-9a-f]{64}").all()
    last = ticks.groupby("run")["day"].max()
    assert (last.to_numpy() == runs["sim_days"].to_numpy()).all()

    lazy = polars.scan_parquet(f"{folder}/runs/*.parquet").collect()
    assert lazy.equals(polars.from_pandas(runs).cast(lazy.schema))
    assert polars.read_parquet(f"{folder}/ticks/*.parquet").shape == ticks.shape

    rows = duckdb.sql(f"SELECT run, sum(events) FROM '{folder}/ticks/*.parquet' GROUP BY run ORDER BY run").fetchall()
    assert [int(events) for _, events in rows] == [int(n) for n in ticks.groupby("run")["events"].sum()]
    (count, mean), = duckdb.sql(f"SELECT count(*), avg(oom_training) FROM '{folder}/runs/*.parquet'").fetchall()
    assert count == len(runs)
    close("mean", mean, runs["oom_training"].mean())
    return runs


def agrees(runs, manifest, sensitivity):
    keys = [parameter["key"] for parameter in manifest["sweep"]["parameters"]]
    problem = {"num_vars": len(keys), "names": keys, "bounds": [[0.0, 1.0]] * len(keys)}
    outputs = runs["oom_training"].to_numpy()
    (kind, ours), = sensitivity.items()
    assert [row["key"] for row in ours] == keys
    if kind == "sobol":
        theirs = sobol.analyze(problem, outputs, calc_second_order=False, num_resamples=2, seed=1)
        close("first order", [row["first"]["value"] for row in ours], theirs["S1"])
        close("total", [row["total"]["value"] for row in ours], theirs["ST"])
    else:
        rows = runs[keys].to_numpy()
        theirs = morris.analyze(problem, rows, outputs, num_levels=8, num_resamples=2, seed=1)
        close("mu", [row["mu"] for row in ours], theirs["mu"])
        close("mu*", [row["mu_star"]["value"] for row in ours], theirs["mu_star"])
        close("sigma", [row["sigma"] for row in ours], theirs["sigma"])


def main():
    folder, analysis = sys.argv[1:]
    with open(f"{folder}/manifest.json") as file:
        manifest = json.load(file)
    with open(analysis) as file:
        sensitivity = json.load(file)["sensitivity"]
    agrees(opens(folder, manifest), manifest, sensitivity)


if __name__ == "__main__":
    main()
