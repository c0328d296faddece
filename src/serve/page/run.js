// One run while it goes on, or several side by side: a line that says how far they are, and the page
// of `takeoff report` in a frame of its own, which reaches nothing of ours.

import { count, duration, el, isAtWork, notice, progressText, setText, showState } from "/dom.js";
import { hasToken, inPath, listen, read, send } from "/server.js";

/** Between two drawings of the report at least so long, and so many times as long as one takes. */
const DRAW_EVERY_MS = 1000;
const DRAW_SHARE = 4;

export async function showRuns(main, ids, signal) {
  main.className = "live";
  const lines = ids.map(newLine);
  const title = ids.length === 1 ? `Report on ${ids[0]}` : "Comparison of runs";
  const redraw = await reportFrame(main, title, lines.map((line) => line.element), ids, signal);
  await Promise.all(lines.map((line) => line.follow(redraw, signal)));
}

/** A sweep that is complete: nothing of it changes any more. */
export async function showSweep(main, ids, signal) {
  main.className = "live";
  const line = el("section", { class: "line", "aria-label": ids[0] }, el("strong", {}, ids[0]), el("span", { class: "figures" }, "sweep"));
  document.title = `${ids[0]} · takeoff`;
  const redraw = await reportFrame(main, `Report on ${ids[0]}`, [line], ids, signal);
  await redraw();
}

/** Shows the report below `lines`; gives what draws it anew, soon. */
async function reportFrame(main, title, lines, ids, signal) {
  const waiting = el("p", { class: "note" }, "Nothing recorded yet …");
  const frame = el("iframe", { src: "/report.html", title, sandbox: "allow-scripts allow-downloads" });
  const loaded = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
  frame.classList.add("empty");
  main.replaceChildren(el("h1", { class: "visually-hidden" }, ids.join(", ")), el("div", { class: "lines" }, ...lines, waiting), frame);
  await loaded;
  const query = ids.map((id) => "run=" + encodeURIComponent(id)).join("&");
  let [isDrawing, isStale, hasFailed] = [false, false, false];
  async function draw() {
    const began = performance.now();
    const data = await read(`/api/report?${query}`, signal);
    if (data === null) return 0;
    // Its origin is opaque, so it has no name to send to; it holds nothing that could pass this on.
    frame.contentWindow.postMessage(data, "*");
    frame.classList.remove("empty");
    waiting.hidden = true;
    if (hasFailed) notice("");
    hasFailed = false;
    return performance.now() - began;
  }
  function failed(error) {
    if (signal.aborted) return 0;
    hasFailed = true;
    setText(waiting, "There is no report.");
    notice(error.message);
    return 0;
  }
  return async () => {
    isStale = true;
    if (isDrawing) return;
    isDrawing = true;
    while (isStale && !signal.aborted) {
      isStale = false;
      const took = await draw().catch(failed);
      await new Promise((resolve) => setTimeout(resolve, Math.max(DRAW_EVERY_MS, DRAW_SHARE * took)));
    }
    isDrawing = false;
  };
}

/** How far one run is, in one line. */
function newLine(id) {
  const state = el("span");
  const bar = el("progress", { max: 1, "aria-label": `Progress of ${id}` });
  const far = el("span");
  const figures = el("span", { class: "figures" });
  const digest = el("code", { class: "digest" });
  const told = el("pre", { class: "told", hidden: true });
  const act = el("button", { type: "button", hidden: true });
  const element = el("section", { class: "line", "aria-label": id }, el("strong", {}, id), state, bar, far, figures, digest, act, told);
  const line = { element, columns: [], latest: new Map(), seen: [], follower: null };
  let again = () => {};

  act.addEventListener("click", async () => {
    act.disabled = true;
    await send(`/api/${act.dataset.path}/${inPath(id)}`).catch((error) => notice(error.message));
    act.disabled = false;
    again();
  });
  function fill(run) {
    showState(state, run.state);
    bar.value = run.days > 0 ? Math.min(1, Math.max(0, run.day / run.days)) : 0;
    bar.hidden = !isAtWork(run);
    setText(far, [progressText(run), run.date].filter((text) => text !== "").join(", "));
    setText(digest, run.digest === "" ? "" : `digest ${run.digest.slice(0, 16)}…`);
    digest.title = run.digest;
    setText(told, run.error);
    told.hidden = run.error === "";
    act.dataset.path = run.stoppable ? "stop" : "resume";
    setText(act, run.stoppable ? (run.state === "stopping" ? "End at once" : "Stop") : "Continue");
    act.setAttribute("aria-label", `${act.textContent}: ${id}`);
    act.hidden = !hasToken() || !(run.stoppable || run.resumable);
    const rate = isAtWork(run) ? rateOf(line.seen, run.ticks) : null;
    const researchers = [...line.latest.values()].reduce((sum, row) => sum + row.researchers, 0);
    setText(figures, [
      run.ticks === 0 ? null : `${run.oom.toFixed(2)} OOM`,
      researchers > 0 ? `${count(researchers / run.sample)} researchers` : null,
      `${run.ticks} ticks`,
      rate === null ? null : `${count(rate)} ticks/s`,
      !isAtWork(run) && run.wall_s > 0 ? duration(run.wall_s) : null,
    ].filter((text) => text !== null).join(" · "));
  }
  function heard(event, data) {
    if (event === "columns") {
      line.columns = data.columns;
      if (data.from_start) line.latest.clear();
    } else if (event === "rows") {
      for (const cells of data) {
        const row = Object.fromEntries(line.columns.map((name, index) => [name, cells[index]]));
        line.latest.set(row.lab, row);
      }
    } else if (event === "state") {
      fill(data);
      document.title = `${data.state} · ${id} · takeoff`;
    } else if (event === "end" && !told.textContent.includes(data.error)) {
      notice(data.error);
    }
  }
  /** Follows the run; when it has ended, waits for whoever makes it go on. */
  line.follow = async (redraw, signal) => {
    signal.addEventListener("abort", () => again());
    while (!signal.aborted) {
      await listen(`/api/events/${inPath(id)}?columns=lab,researchers`, (event, data) => {
        heard(event, data);
        if (event !== "hello") redraw();
      }, () => setText(figures, "connection lost, trying again …"), signal);
      await new Promise((resolve) => { again = resolve; });
    }
  };
  return line;
}

/** Ticks a second over the last ten seconds; null until two looks. */
function rateOf(seen, ticks) {
  const now = performance.now();
  seen.push([now, ticks]);
  while (seen.length > 2 && now - seen[0][0] > 10000) seen.shift();
  const [from, before] = seen[0];
  return now > from && ticks > before ? (1000 * (ticks - before)) / (now - from) : null;
}
