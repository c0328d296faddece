// What stands behind the charts: the map of topics, assumptions, months, provenance, and every number.

const STEPS = 9;

/** A square a topic, by kind, the most popular first; the darker the deeper. */
function topicSection(view) {
  const maps = view.run.topics;
  if (!maps) return section("topics", "How deep each topic was explored", "Recorded when a run ends; this one has not.");
  const start = maps.findIndex((map) => map.lab === view.run.summary.leader);
  const body = el("div", {});
  const show = (index) => body.replaceChildren(...topicMap(maps[index]));
  show(Math.max(0, start));
  const choice = maps.length < 2 ? null : el("label", { class: "choice" }, "Lab ", picker(maps.map((map) => map.lab), Math.max(0, start), show));
  return section("topics", "How deep each topic was explored",
    `A square is a line of research${maps[0].count.some((count) => count > 1) ? " or some that are alike in popularity" : ""} of the simulated sample, the most popular first. The darker, the more of its ideas are known; each idea is harder than the one before.`, choice, body);
}

function picker(names, chosen, pick) {
  return el("select", { onchange: (event) => pick(Number(event.target.value)) },
    names.map((name, index) => el("option", { value: index, selected: index === chosen }, name)));
}

function topicMap(map) {
  const most = Math.max(1, ...map.known_ideas);
  const kinds = [...new Set(map.kind)];
  const told = el("p", { class: "note topic", "aria-hidden": "true" }, "Point at a square to read it.");
  const rows = kinds.map((kind) => {
    const cells = map.kind.map((_, at) => at).filter((at) => map.kind[at] === kind);
    const squares = cells.map((at) => {
      const words = `topic ${map.topic[at]}: ${count(map.known_ideas[at])} ideas known, the next ${ooms(map.harder_oom[at])} OOM harder than the first, ${percent(map.popularity[at])} of attention`;
      return el("i", { class: "q" + Math.min(STEPS - 1, Math.floor((map.known_ideas[at] / most) * (STEPS - 0.001))), title: words, onmouseenter: () => { told.textContent = kind + ", " + words; } });
    });
    return el("div", { class: "kind" }, el("h3", {}, kind), el("div", { class: "squares", role: "img", "aria-label": kindWords(map, cells) }, squares));
  });
  const scale = el("p", { class: "legend", "aria-hidden": "true" }, "0 ", Array.from({ length: STEPS }, (_, step) => el("i", { class: "q" + step })), ` ${count(most)} ideas known`);
  const summary = kinds.map((kind) => {
    const cells = map.kind.map((_, at) => at).filter((at) => map.kind[at] === kind);
    const topics = cells.reduce((sum, at) => sum + map.count[at], 0);
    const known = cells.reduce((sum, at) => sum + map.known_ideas[at] * map.count[at], 0);
    const deepest = cells.reduce((best, at) => (map.known_ideas[at] > map.known_ideas[best] ? at : best), cells[0]);
    return [kind, count(topics), count(known / topics), count(map.known_ideas[deepest]), ooms(Math.max(...cells.map((at) => map.harder_oom[at])))];
  });
  const columns = [{ title: "Kind of topic" }, { title: "Topics simulated", numeric: true }, { title: "Ideas known, mean", numeric: true }, { title: "Ideas known, most", numeric: true }, { title: "Next idea harder by, most (OOM)", numeric: true }];
  rows.forEach((row) => row.style.setProperty("--cell", (map.topic.length <= 64 ? 34 : map.topic.length <= 300 ? 24 : 16) + "px"));
  return [...rows, scale, told, table("Depth by kind of topic", columns, summary)];
}

function kindWords(map, cells) {
  const known = cells.map((at) => map.known_ideas[at]);
  return `${cells.length} squares of ${map.kind[cells[0]]}: from ${count(Math.min(...known))} to ${count(Math.max(...known))} ideas known`;
}

/** The run month by month, as `takeoff run` prints it. */
function monthSection(run) {
  const numeric = ["Training", "Inference", "Utilisation", "Tools", "Effective compute", "Researchers", "Active", "Idle", "Duplicates", "A100e h used", "Of owned"].map((title) => ({ title, numeric: true }));
  const world = (value) => count(value / run.summary.sample);
  const rows = run.summary.months.map((month) => [
    String(month.month), month.date, ...["training", "inference", "utilisation", "tools", "effective_compute"].map((kind) => ooms(month.oom[kind])),
    world(month.researchers), world(month.active), world(month.idle), percent(month.duplicate_share), world(month.used_a100e_hours), percent(month.utilisation), month.bound ?? "–",
  ]);
  return section("months", "Month by month", "OOM since day 0; head-counts of the world, all labs together, at the end of the month.",
    table("The run by months of 365/12 days", [{ title: "Month" }, { title: "Date", numeric: true }, ...numeric, { title: "Bound by" }], rows));
}

const GROUNDS = {
  calibrated: "fitted so that the human era comes out right", measured: "taken or derived from a published measurement",
  assumed: "nothing identifies it: sweep it", stated: "the scenario says so, as its question or a cited claim has it",
};

/** Every parameter with its value and the reason to believe it. */
function assumptionSection(run) {
  const counts = Object.keys(GROUNDS).map((ground) => [ground, run.parameters.filter((one) => one.grounds === ground).length]);
  const body = el("tbody", {});
  const state = { ground: "", text: "", changed: false };
  const show = () => {
    const wanted = run.parameters.filter((one) => (!state.ground || one.grounds === state.ground) && (!state.changed || !one.is_default)
      && (one.key + " " + one.meaning + " " + one.source).toLowerCase().includes(state.text));
    body.replaceChildren(...wanted.map(parameterRow));
    shown.textContent = `${wanted.length} of ${run.parameters.length} parameters`;
  };
  const shown = el("p", { class: "note", role: "status" });
  const ground = el("select", { onchange: (event) => { state.ground = event.target.value; show(); } },
    el("option", { value: "" }, "any grounds"), counts.map(([name, number]) => el("option", { value: name }, `${name} (${number})`)));
  const search = el("input", { type: "search", placeholder: "key, meaning or source", oninput: (event) => { state.text = event.target.value.toLowerCase(); show(); } });
  const changed = el("input", { type: "checkbox", onchange: (event) => { state.changed = event.target.checked; show(); } });
  const head = ["Parameter", "Value", "Unit", "Grounds", "Source"].map((title) => el("th", { scope: "col" }, title));
  show();
  const sources = run.sources.length > 0 ? el("div", {}, el("h3", {}, "Sources that the scenario names"), el("ul", {}, run.sources.map((source) => el("li", {}, source)))) : null;
  return section("assumptions", "Assumptions", "Every parameter of the run, and why its value may be believed.",
    el("dl", { class: "grounds" }, counts.map(([name, number]) => el("div", {}, el("dt", {}, el("span", { class: "ground " + name }, name), ` ${number}`), el("dd", {}, GROUNDS[name])))), sources,
    el("details", {}, el("summary", {}, "All parameters"),
      el("div", { class: "controls" }, el("label", {}, "Grounds ", ground), el("label", {}, "Search ", search), el("label", {}, changed, " only what is not the default")), shown,
      el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Parameters" }, el("table", { class: "parameters" }, el("caption", {}, "Parameters"), el("thead", {}, el("tr", {}, head)), body)),
      el("button", { type: "button", onclick: () => download("parameters.csv", csv([["key", "value", "unit", "grounds", "source", "is_default", "meaning"], ...run.parameters.map((one) => [one.key, one.value, one.unit, one.grounds, one.source, one.is_default, one.meaning])]), "text/csv") }, "Download parameters as CSV")));
}

function parameterRow(one) {
  return el("tr", {},
    el("th", { scope: "row" }, el("code", {}, one.key), el("span", { class: "meaning" }, one.meaning)),
    el("td", {}, el("code", {}, one.value)), el("td", {}, one.unit),
    el("td", {}, el("span", { class: "ground " + one.grounds }, one.grounds)), el("td", {}, one.source || (one.is_default ? "default" : "set by the scenario")));
}

/** What made the run, and how to make it again. */
function provenanceSection(run) {
  const { provenance: made } = run;
  const facts = [
    ["Digest", el("code", { class: "hash" }, made.digest)], ["Scenario", `${run.summary.scenario}, seed ${made.seed}`], ["Hash of the scenario", el("code", { class: "hash" }, made.scenario_hash)],
    ["Made by", `takeoff ${made.version} (${made.build})`], ["Engine", made.engine + (made.adapter ? ", " + made.adapter : "")],
    ["When", made.start + (made.end ? " to " + made.end : "") + `, ${count(run.summary.wall_s)} s of computing`],
    ["Simulated", `${run.summary.ticks_total} ticks with burn-in; ${percent(run.summary.sample)} of the world, ${count(run.summary.sampled.events)} events after burn-in`],
    ["Status", made.status], ["Folder", run.folder],
  ];
  return section("provenance", "Provenance", "The same scenario and seed give the same digest on any machine and engine.",
    el("dl", { class: "facts" }, facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))),
    el("h3", {}, "Make it again"),
    el("p", {}, "Download the scenario with everything filled in, run it, and compare the digest. Whoever has the folder verifies it tick by tick with ", el("code", {}, "takeoff replay " + run.folder), "."),
    copied(made.command),
    el("p", {}, el("button", { type: "button", onclick: () => download(made.scenario_file, made.scenario_toml, "application/toml") }, "Download the scenario")));
}

/** All rows as recorded, of the sample: the columns of ticks.csv. */
function recordCsv(view) {
  const { run, data } = view;
  const names = data.columns.map((column) => column.name);
  const rows = [names];
  for (let tick = 0; tick < view.length; tick += 1) {
    run.labs.forEach((lab, index) => rows.push(names.map((name) => (name === "lab" ? lab.name : view.text(name, index, tick)))));
  }
  return csv(rows);
}

function recordSection(view) {
  const { run, data } = view;
  const rows = data.columns.map((column) => [el("code", {}, column.name), column.unit === "1" ? "" : column.unit, column.meaning, column.of_sample ? "sample" : ""]);
  return section("record", "Every number", `All ${data.columns.length} columns of the record for ${view.length} ticks, exactly as in ticks.parquet. Those marked sample count the simulated ${percent(run.summary.sample)} of the world; the charts show the world's.`,
    el("p", {}, el("button", { type: "button", onclick: () => download(run.summary.scenario + ".csv", recordCsv(view), "text/csv") }, "Download the record as CSV")),
    el("details", {}, el("summary", {}, "What the columns are"), table("Columns of the record", [{ title: "Column" }, { title: "Unit" }, { title: "Meaning" }, { title: "Of the" }], rows)));
}

/** Several runs: what came out of each, and in which parameters they differ. */
function comparedSection(data, views) {
  const runs = data.runs;
  const facts = [
    ...[1, 3, 5].map((oom) => [`Time to ${oom} OOM`, (run) => ((run.summary.days_to_oom[oom] ?? null) === null ? "not reached" : stretch(run.summary.days_to_oom[oom]))]),
    ["OOM at the end", (run) => ooms(run.summary.oom.training)], ["Simulated", (run) => stretch(run.summary.sim_days)],
    ["Peak human-years per year", (run) => (run.peak ? count(run.peak.pace) : "–")],
    ["Bound by", (run) => (run.summary.bound ? `${run.summary.bound} (${percent(run.summary.bound_share[run.summary.bound])} of the time)` : "–")],
    ["Duplicates", (run) => percent(run.summary.duplicate_share)], ["Most researchers", (run) => count(run.summary.world.researchers_max)],
  ];
  // Elements stand in one place only: each table has heads of its own.
  const heads = () => [{ title: "" }, ...runs.map((run, index) => ({ title: el("span", {}, swatch(index, false), " " + run.label) }))];
  const differing = data.differences.map((one) => [
    el("span", {}, el("code", {}, one.key), el("span", { class: "meaning" }, one.meaning + (one.unit ? ` [${one.unit}]` : ""))),
    ...one.values.map((value) => (value === null ? "–" : el("code", {}, value))),
  ]);
  return el("section", { id: "headline", "aria-labelledby": "headline-title", "data-title": "Findings" },
    el("p", { class: "over" }, `${runs.length} runs`), el("h1", { id: "headline-title" }, sharedQuestion(runs)),
    el("p", { class: "verdict" }, extremes(views)),
    table("What came out", heads(), facts.map(([name, of]) => [name, ...runs.map(of)])),
    el("h2", {}, "What differs"),
    differing.length > 0 ? table("Parameters that differ", heads(), differing) : el("p", {}, "No parameter differs: these are the same run."));
}

const sharedQuestion = (runs) => (runs.every((run) => run.question === runs[0].question) ? runs[0].question : "Runs compared");

function extremes(views) {
  const sorted = [...views].sort((a, b) => b.run.summary.oom.training - a.run.summary.oom.training);
  const told = (view) => `${ooms(view.run.summary.oom.training)} OOM in ${view.run.label}`;
  return `From ${told(sorted[0])} to ${told(sorted[sorted.length - 1])}.`;
}
