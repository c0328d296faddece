// Puts the page together from its data, and draws it anew when there is more of it.

const state = { charts: [], views: [], burnIn: false, lab: null };

/** Draws each chart when it comes near the screen, and all of them for print. */
const near = new IntersectionObserver((entries) => {
  for (const entry of entries.filter((one) => one.isIntersecting)) {
    const chart = state.charts.find((one) => one.element === entry.target);
    if (chart && !chart.plot) chart.draw();
  }
}, { rootMargin: "400px" });

const resized = new ResizeObserver((entries) => {
  for (const entry of entries) {
    const chart = state.charts.find((one) => one.stage === entry.target);
    const width = Math.floor(entry.contentRect.width);
    if (chart?.plot && width > 0 && chart.plot.width !== width) chart.plot.setSize({ width, height: HEIGHT });
  }
});

function place(rows) {
  return rows.map((row) => el("div", { class: "row n" + Math.min(row.length, 3) }, row.map((chart) => {
    state.charts.push(chart);
    near.observe(chart.element);
    resized.observe(chart.stage);
    return chart.element;
  })));
}

/** The first tick shown: day 0, or the start of burn-in. */
const firstTick = (view) => (state.burnIn ? 0 : Math.max(0, view.base));

/** The charts of the runs, under what the reader chose to see. */
function fillCharts(box) {
  state.charts = state.charts.filter((chart) => !box.contains(chart.element));
  const rows = state.views.length === 1 ? runCharts(state.views[0], state.lab, firstTick(state.views[0])) : comparedCharts(state.views, firstTick);
  box.replaceChildren(...place(rows));
}

function chartSection() {
  const box = el("div", {});
  const refill = () => fillCharts(box);
  const controls = el("div", { class: "controls" });
  const labs = state.views.length === 1 ? state.views[0].run.labs : [];
  if (labs.length > 1) {
    const names = ["all labs", ...labs.map((lab) => lab.name)];
    controls.append(el("label", { class: "choice" }, "Lab ", picker(names, 0, (index) => {
      state.lab = index === 0 ? null : index - 1;
      refill();
    })));
  }
  if (state.views.some((view) => view.base > 0)) {
    controls.append(el("label", {}, el("input", { type: "checkbox", checked: state.burnIn, onchange: (event) => {
      state.burnIn = event.target.checked;
      refill();
    } }), " show the human era before day 0"));
  }
  controls.append(el("span", { class: "note" }, "Drag over a chart to zoom in, double-click to zoom out; on a focused chart the arrow keys read its values."));
  refill();
  return section("charts", "Over time", null, controls, box);
}

function runSections(data) {
  const { views } = state;
  if (views.length === 0) return [];
  if (views.length > 1) {
    return [comparedSection(data, views), chartSection(), ...views.flatMap((view) => [el("h2", { class: "run" }, view.run.label), ...behind(view)])];
  }
  return [headline(views[0]), chartSection(), ...behind(views[0])];
}

/** What stands behind the charts of a run; in a comparison folded away, a fold a run. */
function behind(view) {
  const parts = [topicSection(view), monthSection(view.run), assumptionSection(view.run), provenanceSection(view.run), recordSection(view)];
  if (state.views.length === 1) return parts;
  for (const part of parts) uniquely(part, state.views.indexOf(view));
  return [el("details", { class: "behind" }, el("summary", {}, "Topics, months, assumptions, provenance and numbers of this run"), ...parts)];
}

/** Runs side by side must not share the ids of their sections. */
function uniquely(part, index) {
  part.removeAttribute("data-title");
  const [id, title] = [`${part.id}-${index}`, part.querySelector("h2")];
  part.id = id;
  title.id = id + "-title";
  about(part, state.views[index].run.label);
}

function contents() {
  const links = [...document.querySelectorAll("[data-title]")].map((one) => el("a", { href: "#" + one.id }, one.dataset.title));
  document.getElementById("contents").replaceChildren(...links);
}

/** Draws the page from its data; called again with newer data it keeps what the reader chose. */
function draw(data) {
  const scrolled = scrollY;
  near.disconnect();
  resized.disconnect();
  state.charts.forEach((chart) => chart.plot?.destroy());
  state.charts = [];
  state.views = data.runs.map((run) => new RunView(data, run));
  if (state.lab !== null && !state.views[0]?.run.labs[state.lab]) state.lab = null;
  const main = document.getElementById("main");
  main.replaceChildren(...runSections(data), ...allSweeps(data.sweeps, data.sweeps.length + data.runs.length === 1));
  contents();
  scrollTo(0, scrolled);
}

/** Draws charts again in the colours that hold now; for print, those never seen as well. */
function redraw() {
  for (const chart of state.charts) {
    if (chart.plot) chart.plot.redraw(false);
    else if (theme.printing) chart.draw();
  }
}

draw(JSON.parse(document.getElementById("data").textContent));
watchTheme(redraw);
// A page that is served while runs go on shows this one in a frame, and sends it data.
if (parent !== window) addEventListener("message", (event) => event.source === parent && draw(event.data));
/** For tests. */
window.takeoff = { draw, charts: () => state.charts };
