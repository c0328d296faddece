"""Opens report pages in headless Chromium and holds what they show against the Parquet files they are about.

usage: browser.py CHROMIUM FOLDER

FOLDER holds run.html about the run in one/, compared.html about one/ and other/, sweep.html about sweep/,
sweeps.html about sweep/ and again/, mixed.html about one/ and sweep/.
"""

import csv
import io
import json
import sys
from pathlib import Path

import pandas
from playwright.sync_api import sync_playwright

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
# What a reader waits for; the project's bound is a second for ten years of days.
FIRST_PAINT_MS = 1000


class Opened:
    """A page in a tab of its own, that must be free of errors and ask for nothing."""

    def __init__(self, browser, path, **options):
        self.context = browser.new_context(**{"viewport": DESK, **options})
        self.page = self.context.new_page()
        self.troubles, self.requests = [], []
        self.page.on("console", lambda message: self.troubles.append(message.text))
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.address = path.as_uri()
        self.page.goto(self.address)
        # Brings every chart into view, where it is drawn.
        self.page.evaluate("for (const chart of takeoff.charts()) if (!chart.plot) chart.draw()")

    def __enter__(self):
        return self.page

    def __exit__(self, failed, *_):
        if not failed:
            assert self.troubles == [], self.troubles
            files = [url for url in self.requests if not url.startswith(("data:", "blob:"))]
            assert files == [self.address], files
        self.context.close()


def drawn(page, chart):
    """Days and lines as uPlot holds them, stacked where the chart is."""
    found = page.evaluate(
        """id => { const chart = takeoff.charts().find((one) => one.spec.id === id);
        return chart && { data: chart.plot.data, labels: chart.spec.series.map((one) => one.label) }; }""",
        chart,
    )
    assert found, f"no chart {chart}"
    days, *lines = found["data"]
    return days, dict(zip(found["labels"], lines))


def same(name, ours, theirs):
    theirs = [None if value is None or pandas.isna(value) else float(value) for value in theirs]
    assert len(ours) == len(theirs), f"{name}: {len(ours)} and {len(theirs)}"
    pairs = [(a, b) for a, b in zip(ours, theirs) if a != b]
    assert not pairs, f"{name}: {pairs[0]}"


def charts_are_the_record(page, folder):
    ticks = pandas.read_parquet(folder / "ticks.parquet")
    sample = json.loads((folder / "manifest.json").read_text())["sample"]
    labs = {lab: rows.reset_index(drop=True) for lab, rows in ticks.groupby("lab", sort=False)}
    first = next(iter(labs.values()))
    start = first.index[first["day"] <= 0][-1]
    ahead = ticks.groupby("tick")["oom_training"].max().reset_index(drop=True)
    days, lines = drawn(page, "progress")
    same("days", days, first["day"][start:])
    same("training", lines["training"], (ahead - ahead[start])[start:])
    total = sum(rows["researchers"] / sample for rows in labs.values())
    same("head-count", drawn(page, "researchers")[1]["head-count"], total[start:])
    fastest = ticks.groupby("tick")["speed"].max()
    same("speed", drawn(page, "speed")[1]["serial speed"], fastest[start:])
    known = drawn(page, "labs-progress")[1]
    for lab, rows in labs.items():
        same(lab, known[lab], (rows["oom_training"] - rows["oom_training"][start])[start:])
    # One lab, as the reader chooses it.
    page.select_option("#charts select", label=first["lab"][0])
    page.evaluate("takeoff.charts().forEach((chart) => chart.draw())")
    same("of one lab", drawn(page, "researchers")[1]["active"], (first["active"] / sample)[start:])
    page.select_option("#charts select", label="all labs")


def downloads_are_exact(page, folder):
    ticks = pandas.read_parquet(folder / "ticks.parquet")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the record as CSV").click()
    text = Path(download.value.path()).read_text()
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == list(ticks.columns)
    assert len(rows) == len(ticks) + 1
    for column, name in enumerate(rows[0]):
        kind = {"float64": float, "uint64": int}.get(str(ticks[name].dtype), str)
        ours = [kind(row[column]) for row in rows[1:]]
        assert ours == ticks[name].tolist(), name


def keys_read_values(page):
    plot = page.locator("#progress .plot")
    plot.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    told = page.locator("#live").text_content()
    days, lines = drawn(page, "progress")
    assert told.startswith(f"day {days[1]:g} ("), told
    assert f"training {lines['training'][1]:.2f}" in told, told
    assert page.locator("#progress .tip").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#progress .tip").is_visible()


def themes_and_print(page):
    theme = lambda: page.evaluate("document.documentElement.dataset.theme")
    ground = lambda: page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert theme() == "light"
    light = ground()
    page.get_by_role("button", name="Switch to dark").click()
    assert theme() == "dark" and ground() != light
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert theme() == "light"
    assert page.evaluate("takeoff.charts().every((chart) => chart.plot)")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert theme() == "dark"
    assert len(page.pdf()) > 10_000


def fits(page):
    wide, shown = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= shown, f"{wide} of {shown} pixels"


def single(browser, folder):
    with Opened(browser, folder / "run.html") as page:
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
        assert paint is not None and paint < FIRST_PAINT_MS, paint
        summary = json.loads((folder / "one" / "summary.json").read_text())
        assert f"{summary['oom']['training']:.2f} orders of magnitude" in page.locator(".verdict").text_content()
        charts_are_the_record(page, folder / "one")
        downloads_are_exact(page, folder / "one")
        keys_read_values(page)
        themes_and_print(page)
        squares = page.locator("#topics .squares i").count()
        topics = pandas.read_parquet(folder / "one" / "topics.parquet")
        assert squares == len(topics) / topics["lab"].nunique()
        page.get_by_text("All parameters").click()
        page.get_by_role("searchbox").fill("success_size_exponent")
        assert page.locator(".parameters tbody tr").count() >= 1
        assert "0.6" in page.locator(".parameters tbody tr").first.text_content()
    with Opened(browser, folder / "run.html", viewport=PHONE, color_scheme="dark") as page:
        fits(page)
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def compared(browser, folder):
    with Opened(browser, folder / "compared.html") as page:
        row = page.get_by_role("row").filter(has_text="ideas.experiment_cost_exponent")
        assert [cell.text_content() for cell in row.get_by_role("cell").all()] == ["0.5", "0.9"]
        _, lines = drawn(page, "progress")
        for label, name in [("smoke (one)", "one"), ("smoke (other)", "other")]:
            ticks = pandas.read_parquet(folder / name / "ticks.parquet")
            ahead = ticks.groupby("tick").agg(day=("day", "first"), oom=("oom_training", "max"))
            base = ahead[ahead["day"] <= 0]["oom"].iloc[-1]
            same(label, lines[label], (ahead["oom"] - base)[ahead["day"] >= 0])
    with Opened(browser, folder / "compared.html", viewport=PHONE) as page:
        fits(page)


def sweep(browser, folder):
    with Opened(browser, folder / "sweep.html") as page:
        runs = pandas.read_parquet(folder / "sweep" / "runs")
        _, lines = drawn(page, "fan-0")
        median = runs["oom_training"].median()
        assert abs(lines["median"][-1] - median) < 1e-12, (lines["median"][-1], median)
        reached = int(runs["days_to_1_oom"].notna().sum())
        assert f"{reached} of {len(runs)} runs came so far" in page.locator(".cards").text_content()
        assert page.locator(".tornado li").count() == 1
        assert "labs.frontier.fleet_a100e" in page.locator(".tornado").text_content()
    with Opened(browser, folder / "sweep.html", viewport=PHONE) as page:
        fits(page)


def navigation_names_each_once(browser, folder):
    own = {"sweep": ["Findings"], "sweeps": ["sweep", "again"], "mixed": ["Findings", "Sweep of smoke"]}
    for name, expected in own.items():
        with Opened(browser, folder / f"{name}.html") as page:
            links = page.locator("#contents a")
            titles = links.all_inner_texts()
            assert len(set(titles)) == len(titles) and set(expected) <= set(titles), titles
            for target in links.evaluate_all("links => links.map((link) => link.hash)"):
                assert page.locator(target).count() == 1, target
            if name != "sweep":
                assert len(titles) < 12, titles


def main():
    chromium, folder = sys.argv[1], Path(sys.argv[2]).resolve()
    with sync_playwright() as playwright:
        # A container's root has no sandbox of Chromium's.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        single(browser, folder)
        compared(browser, folder)
        sweep(browser, folder)
        navigation_names_each_once(browser, folder)
        browser.close()


main()
