// A sweep: fans over time, when so many orders of magnitude are reached, and which values matter.

function sweepSections(sweep, index) {
  const { analysis } = sweep;
  const id = (name) => `${name}-${index}`;
  const charts = [fan(analysis, id("fan")), courses(analysis, id("times"))].filter((chart) => chart !== null);
  const sections = [
    sweepHeadline(sweep, id("sweep")),
  ];
  if (charts.length > 0) sections.push(section(id("bands"), "Over time", null, ...place(charts.map((chart) => [chart]))));
  if (analysis.draws) sections.push(section(id("chances"), "Chances", "Share of the runs that had so many OOM of training efficiency within a time, with 95% intervals (Wilson).", chanceTable(analysis)));
  if (analysis.sensitivity) sections.push(sensitivitySection(analysis, id("sensitivity")));
  sections.push(uncertainSection(sweep, id("uncertain")));
  if (analysis.convergence.length > 0) sections.push(convergedSection(analysis, id("converged")));
  sections.push(sweepProvenance(sweep, id("sweep-provenance")));
  return sections.map((part) => about(part, sweep.folder));
}

/** Sections of what is not alone on its page are not listed by what they have in common: a sweep is, by its name. */
function listedOnce(sections, name) {
  sections.forEach((part) => part.removeAttribute("data-title"));
  sections[0].dataset.title = name;
  sections[0].classList.add("apart");
  return sections;
}

/** All sweeps of the page; `isAlone`: one of them is all that the page is about. */
function allSweeps(sweeps, isAlone) {
  const named = (sweep) => (sweeps.some((other) => other !== sweep && other.label === sweep.label) ? sweep.folder : `Sweep of ${sweep.label}`);
  return sweeps.flatMap((sweep, index) => {
    const sections = sweepSections(sweep, index);
    return isAlone ? sections : listedOnce(sections, named(sweep));
  });
}

const interval = (estimate, format) => `${format(estimate.value)} (${format(estimate.low)} to ${format(estimate.high)})`;

/** Why nothing is said of shares of the runs; null where it is. */
function sweepVerdict(analysis) {
  if (!analysis.draws) return "The design compares values and does not draw them from their ranges: shares of its runs are no chances.";
  return analysis.quantiles.length === 0 ? "No run came to its end." : null;
}

function sweepHeadline(sweep, id) {
  const { analysis } = sweep;
  const at = (p) => analysis.quantiles.find(([probability]) => probability === p)[1].value;
  const failed = analysis.failed.reduce((sum, [, number]) => sum + number, 0);
  const alive = analysis.runs - failed;
  const cards = (analysis.draws ? [1, 3, 5] : []).map((oom) => {
    const time = analysis.times.find((one) => one.oom === oom);
    if (!time) return card(`Time to ${oom} OOM`, "Not reached", `in none of ${alive} runs`);
    const median = time.days[1].value;
    const value = median === null ? "–" : stretch(median);
    const low = time.days[0].value;
    return card(`Time to ${oom} OOM`, median === null ? percent(time.reached / alive) + " of runs" : value, `${time.reached} of ${alive} runs came so far` + (low === null ? "" : `; a tenth by day ${count(low)}`));
  });
  return el("section", { id, "aria-labelledby": id + "-title", "data-title": "Findings" },
    el("p", { class: "over" }, `Sweep of ${sweep.label} · ${sweep.folder} · ${analysis.runs} runs · ${sweep.parameters.length} uncertain values`),
    el("h1", { id: id + "-title" }, sweep.question || sweep.label),
    el("p", { class: "verdict" }, sweepVerdict(analysis) ?? `Half of the runs find more than ${ooms(at(0.5))} OOM of training efficiency; 80% of them lie between ${ooms(at(0.1))} and ${ooms(at(0.9))}, 95% between ${ooms(at(0.025))} and ${ooms(at(0.975))}.`),
    analysis.not_valid > 0 ? el("p", { class: "notice" }, `Not valid: ${analysis.not_valid} runs lost more than 0.1% of agent time to the event bound.`) : null,
    failed > 0 ? el("p", { class: "notice" }, `${failed} runs failed and are left out, which shifts the results if failing goes with the values: ${analysis.failed.map(([reason]) => reason).join("; ")}`) : null,
    el("div", { class: "cards" }, cards));
}

/** Median and the bands of 50, 80 and 95% of the runs. */
function fan(analysis, id) {
  if (analysis.bands.length === 0) return null;
  const labels = ["2.5%", "10%", "25%", "median", "75%", "90%", "97.5%"];
  const series = labels.map((label, index) => ({
    label, values: analysis.bands.map((band) => band.quantiles[index].value), colour: 0, dash: 0, hidden: index !== 3, width: index === 3 ? 3 : 0,
  }));
  return new Chart({
    id, title: "Algorithmic progress over the runs", unit: "OOM of training efficiency since day 0", format: ooms, axis: count, dayZero: null,
    note: "The line is the median over runs; the shades hold 50%, 80% and 95% of them. Runs that ended earlier have no say after that.",
    days: analysis.bands.map((band) => band.day), series, told: [3, 0, 6], fans: [[6, 0, "26"], [5, 1, "3a"], [4, 2, "55"]], fanWords: "median; bands of 50, 80 and 95% of the runs",
  });
}

/** Share of runs that has come so far, over time. */
function courses(analysis, id) {
  if (analysis.times.length === 0) return null;
  const days = [...new Set(analysis.times.flatMap((time) => time.course.map(([day]) => day)))].sort((a, b) => a - b);
  const series = analysis.times.map((time, index) => {
    const shares = new Map(time.course.map(([day, share]) => [day, share.value]));
    return { label: `${time.oom} OOM (${time.reached} runs)`, values: days.map((day) => shares.get(day) ?? null), stepped: true, colour: index, dash: index };
  });
  return new Chart({
    id, title: "When so many orders of magnitude are reached", unit: "share of the runs that came so far", format: percent, dayZero: null, days, series,
    note: "Distribution of the time to each number of OOM (Kaplan and Meier): runs that ended before they came so far count until then.",
  });
}

function chanceTable(analysis) {
  const times = [...new Set(analysis.chances.map((chance) => chance.within_days))].sort((a, b) => a - b);
  const counts = [...new Set(analysis.chances.map((chance) => chance.oom))];
  const columns = [{ title: "OOM" }, ...times.map((days) => ({ title: "within " + stretch(days), numeric: true }))];
  const rows = counts.map((oom) => [String(oom), ...times.map((days) => interval(analysis.chances.find((one) => one.oom === oom && one.within_days === days).share, percent))]);
  return table("Chance of so many OOM", columns, rows);
}

/** The bars of a tornado: key, from, to, words, and the place from which bars go. */
function bars(sensitivity) {
  const [kind, content] = Object.entries(sensitivity)[0];
  const signed = (value) => trimmed(value.toFixed(3));
  if (kind === "one-at-a-time") {
    return { centre: content.medians, about: "What the measure comes to with each value alone at its 10% and its 90% quantile; all others at their medians.", unit: "OOM",
      bars: content.bars.map(([key, low, high]) => ({ key, low, high, words: `${signed(low)} to ${signed(high)}` })) };
  }
  if (kind === "morris") {
    return { centre: 0, about: "Morris's μ*: the mean size of the effect of moving a value through its range. Whiskers: 95% intervals; σ large against μ* means interactions.", unit: "μ*",
      bars: content.map((one) => ({ key: one.key, low: 0, high: one.mu_star.value, whisker: one.mu_star, words: `${interval(one.mu_star, signed)}, σ ${signed(one.sigma)}` })) };
  }
  if (kind === "sobol") {
    return { centre: 0, about: "Sobol's total index: the part of the variance that a value has a share in. Whiskers: 95% intervals.", unit: "total index",
      bars: content.map((one) => ({ key: one.key, low: 0, high: one.total.value, whisker: one.total, words: `total ${interval(one.total, signed)}, alone ${interval(one.first, signed)}` })) };
  }
  if (kind === "ranks") {
    return { centre: 0, about: "Spearman's rank correlation with the measure: 1 always up together, -1 always opposite. Whiskers: 95% intervals.", unit: "rank correlation", words: content.words,
      bars: content.numbers.map((one) => ({ key: one.key, low: 0, high: one.spearman.value, whisker: one.spearman, words: interval(one.spearman, signed) })) };
  }
  return { why: content };
}

function sensitivitySection(analysis, id) {
  const found = bars(analysis.sensitivity);
  if (found.why) return section(id, "Which assumptions matter", "No sensitivities: " + found.why);
  const choices = (found.words ?? []).map((one) => table(`${analysis.of} by ${one.key}`, [{ title: "Choice" }, { title: "Runs", numeric: true }, { title: "Median", numeric: true }],
    one.medians.map(([choice, runs, median]) => [choice, String(runs), interval(median, ooms)])));
  return section(id, "Which assumptions matter", found.about, tornado(found), ...choices);
}

/** Bars from the largest to the smallest. */
function tornado({ centre, bars: all, unit }) {
  const reach = (bar) => Math.abs((bar.high ?? centre) - (bar.low ?? centre));
  const sorted = [...all].sort((a, b) => reach(b) - reach(a));
  const ends = sorted.flatMap((bar) => [bar.low, bar.high, bar.whisker?.low, bar.whisker?.high]).filter((value) => value !== null && value !== undefined);
  const [least, most] = [Math.min(centre, ...ends), Math.max(centre, ...ends)];
  const place = (value) => (most > least ? ((value - least) / (most - least)) * 100 : 50);
  const rows = sorted.map((bar) => {
    const track = el("div", { class: "track", "aria-hidden": "true" });
    for (const [end, side] of [[bar.low, "low"], [bar.high, "high"]]) {
      if (end !== null && end !== centre) track.append(positioned(el("span", { class: "bar " + side }), place(Math.min(centre, end)), place(Math.max(centre, end))));
    }
    if (bar.whisker && bar.whisker.low !== null && bar.whisker.high !== null) track.append(positioned(el("span", { class: "whisker" }), place(bar.whisker.low), place(bar.whisker.high)));
    track.append(positioned(el("span", { class: "centre" }), place(centre), place(centre)));
    return el("li", {}, el("code", {}, bar.key), track, el("span", { class: "words" }, bar.words));
  });
  return el("figure", { class: "chart" }, el("p", { class: "unit" }, `${unit}; the line is at ${trimmed(centre.toFixed(3))}`), el("ol", { class: "tornado" }, rows));
}

function positioned(element, from, to) {
  element.style.left = from + "%";
  element.style.width = to - from + "%";
  return element;
}

const DISTRIBUTION = ["p10", "p90", "mean", "sd", "low", "mode", "high", "min", "max"];

function spreadWords(spread) {
  const [kind, values] = Object.entries(spread)[0];
  if (Array.isArray(values)) return "one of " + values.join(", ");
  return kind + ": " + DISTRIBUTION.filter((name) => name in values).map((name) => `${name} ${values[name]}`).join(", ");
}

function uncertainSection(sweep, id) {
  if (sweep.parameters.length === 0) return section(id, "What is uncertain", "Only the seed differs between the runs.");
  const rows = sweep.parameters.map((one) => [el("code", {}, one.key), spreadWords(one.spread), one.unit]);
  return section(id, "What is uncertain", "What each value may be; every run draws one of each.", table("Uncertain values", [{ title: "Parameter" }, { title: "Distribution" }, { title: "Unit" }], rows));
}

function convergedSection(analysis, id) {
  const rows = analysis.convergence.map(([runs, median]) => [String(runs), interval(median, ooms)]);
  return section(id, "Are these enough runs?", "The median of the OOM found, from the first so many runs: where it no longer moves, more runs would not change it.",
    table("Median from the first runs, with 95% intervals", [{ title: "Runs" }, { title: "Median", numeric: true }], rows));
}

function sweepProvenance(sweep, id) {
  const [design, size] = typeof sweep.design === "string" ? [sweep.design, {}] : Object.entries(sweep.design)[0];
  const facts = [
    ["Scenario", sweep.label], ["Hash of the scenario, at the medians", el("code", { class: "hash" }, sweep.scenario_hash)],
    ["Design", design + Object.entries(size).map(([name, value]) => `, ${value} ${name}`).join("")], ["Runs", `${sweep.runs}, ${sweep.replicates} at each point`],
    ["First seed", sweep.first_seed], ["Made by", "takeoff " + sweep.version], ["Folder", sweep.folder], ["Events", count(sweep.analysis.events)],
  ];
  return section(id, "Provenance of the sweep", "Every run of the dataset can be made again alone from its row, to its digest.",
    el("dl", { class: "facts" }, facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))), copied("takeoff analyse " + sweep.folder));
}
