// The runs of the folder, newest first, and its sweeps.

import { duration, el, isAtWork, notice, progressText, setText, showState } from "/dom.js";
import { hasToken, inPath, read, send } from "/server.js";

const LOOK_EVERY_MS = 2000;

/** Runs that are chosen for a comparison; kept while other pages are shown. */
const chosen = new Set();

export async function showList(main, _, signal) {
  const rows = new Map();
  const body = el("tbody");
  const none = el("p", {}, "No runs here yet. ", el("a", { href: "#new" }, "Start one"), ".");
  const compare = el("button", { type: "button", disabled: true, onclick: () => { location.hash = "compare=" + [...chosen].map(encodeURIComponent).join(","); } }, "Compare chosen runs");
  const search = el("input", { type: "search", placeholder: "name, scenario, state", oninput: filter });
  const folder = el("code");
  const sweeps = sweepTable();
  const unseen = (text) => el("span", { class: "visually-hidden" }, text);
  const heads = [unseen("Compare"), "State", "Run", "Scenario", "Seed", "Progress", "OOM", "Wall time", "Started (UTC)", "Digest", unseen("Stop or continue")];
  const table = el("table", { class: "runs" }, el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))), body);
  main.replaceChildren(
    el("h1", {}, "Runs in ", folder),
    el("div", { class: "controls" }, el("label", {}, "Search ", search), compare),
    el("div", { class: "scroll" }, table), none, sweeps.element);

  function filter() {
    const wanted = search.value.toLowerCase();
    for (const row of rows.values()) row.element.hidden = !row.text.includes(wanted);
  }
  function choose(id, isChosen) {
    if (isChosen) chosen.add(id);
    else chosen.delete(id);
    compare.disabled = chosen.size < 2;
  }
  async function look() {
    const answer = await read("/api/runs", signal);
    setText(folder, answer.folder);
    setText(document.getElementById("load"), `${answer.at_work} of ${answer.jobs_max} at work`);
    none.hidden = answer.runs.length > 0;
    sweeps.fill(answer.sweeps);
    const ids = new Set(answer.runs.map((run) => run.id));
    for (const [id, row] of rows) {
      if (ids.has(id)) continue;
      row.element.remove();
      rows.delete(id);
      choose(id, false);
    }
    answer.runs.forEach((run, index) => {
      if (!rows.has(run.id)) rows.set(run.id, newRow(run.id, choose, look));
      const row = rows.get(run.id);
      row.fill(run);
      if (body.children[index] !== row.element) body.insertBefore(row.element, body.children[index] ?? null);
    });
    for (const id of chosen) choose(id, ids.has(id));
    filter();
  }
  for (;;) {
    if (!document.hidden) await look().then(() => hasToken() && notice(""), (error) => signal.aborted || notice(`The server does not answer: ${error.message}`));
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    if (signal.aborted) return;
  }
}

/** What sweeps there are; those that are complete have a report. */
function sweepTable() {
  const body = el("tbody");
  const heads = ["State", "Sweep", "Scenario", "Runs", "Uncertain values"].map((head) => el("th", { scope: "col" }, head));
  const element = el("section", { "aria-labelledby": "sweeps-title", hidden: true }, el("h2", { id: "sweeps-title" }, "Sweeps"),
    el("div", { class: "scroll" }, el("table", { class: "sweeps" }, el("thead", {}, el("tr", {}, ...heads)), body)));
  let shown = "";
  return { element, fill: (rows) => {
    element.hidden = rows.length === 0;
    // What has not changed stays, and with it what is focused.
    if (JSON.stringify(rows) === shown) return;
    shown = JSON.stringify(rows);
    body.replaceChildren(...rows.map(sweepRow));
  } };
}

function sweepRow({ id, head, error }) {
  const isComplete = head?.status === "completed";
  const state = el("span");
  showState(state, head?.status ?? "failed");
  return el("tr", {}, el("td", {}, state),
    el("td", {}, isComplete ? el("a", { href: `#sweep=${encodeURIComponent(id)}` }, id) : id, error === "" ? null : el("div", { class: "told" }, error)),
    el("td", {}, head?.label ?? ""), el("td", {}, head === null ? "" : head.shard === "1/1" ? String(head.runs) : `part ${head.shard} of ${head.runs}`),
    el("td", {}, head === null ? "" : String(head.uncertain)));
}

/** A row of the table that is filled again and again. */
function newRow(id, choose, look) {
  const box = el("input", { type: "checkbox", "aria-label": `Compare ${id}`, onchange: () => choose(id, box.checked) });
  box.checked = chosen.has(id);
  const state = el("span");
  const told = el("div", { class: "told" });
  const bar = el("progress", { max: 1, "aria-label": `Progress of ${id}` });
  const far = el("span", { class: "note" });
  const cells = Object.fromEntries(["scenario", "seed", "oom", "wall", "start", "digest"].map((name) => [name, el("td", { class: name })]));
  const act = el("button", { type: "button" });
  act.addEventListener("click", async () => {
    act.disabled = true;
    await send(`/api/${act.dataset.path}/${inPath(id)}`).catch((error) => notice(error.message));
    await look();
  });
  const element = el("tr", {},
    el("td", {}, box), el("td", {}, state),
    el("td", {}, el("a", { href: `#run=${encodeURIComponent(id)}` }, id), told),
    cells.scenario, cells.seed, el("td", { class: "far" }, bar, far), cells.oom, cells.wall, cells.start, cells.digest, el("td", {}, act));
  const row = { element, text: "" };
  row.fill = (run) => {
    showState(state, run.state);
    setText(told, run.error);
    bar.value = run.days > 0 ? Math.min(1, Math.max(0, run.day / run.days)) : 0;
    bar.hidden = !isAtWork(run);
    setText(far, progressText(run));
    setText(cells.scenario, run.scenario);
    setText(cells.seed, run.seed);
    setText(cells.oom, run.ticks === 0 ? "" : run.oom.toFixed(3));
    setText(cells.wall, run.wall_s > 0 ? duration(run.wall_s) : "");
    setText(cells.start, run.start.replace("T", " ").replace(/(\.\d+)?Z$/, ""));
    setText(cells.digest, run.digest.slice(0, 12));
    cells.digest.title = run.digest;
    act.dataset.path = run.stoppable ? "stop" : "resume";
    setText(act, run.stoppable ? (run.state === "stopping" ? "End at once" : "Stop") : "Continue");
    act.setAttribute("aria-label", `${act.textContent}: ${id}`);
    act.hidden = !(run.stoppable || run.resumable);
    act.disabled = !hasToken();
    row.text = `${run.id} ${run.scenario} ${run.state}`.toLowerCase();
  };
  return row;
}
