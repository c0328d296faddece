// The first screen: what came out, in a sentence and in figures.

/** What a run comes down to, in sentences. */
function verdict(run, dayZero) {
  const { summary } = run;
  const total = ooms(summary.oom.training);
  const reached = Object.entries(summary.days_to_oom).filter(([, day]) => day !== null).map(([oom]) => Number(oom));
  const most = Math.max(0, ...reached);
  const span = stretch(summary.sim_days);
  const how = most > 0
    ? `${most} OOM ${most === 1 ? "was" : "were"} there on ${dayText(summary.days_to_oom[most], dayZero)}.`
    : "Not one order of magnitude was reached.";
  const bound = summary.bound
    ? ` ${capital(summary.bound)} bound progress for ${percent(summary.bound_share[summary.bound])} of the time.`
    : "";
  return `AI training became ${total} orders of magnitude (OOM) more efficient in ${span}. ${how}${bound}`;
}

function card(title, value, detail) {
  return el("div", { class: "card" }, el("h3", {}, title), el("p", { class: "figure" }, value), el("p", {}, detail));
}

function reachedCard(run, oom, dayZero) {
  const day = run.summary.days_to_oom[oom] ?? null;
  const title = `Time to ${oom} OOM`;
  if (day === null) return card(title, "Not reached", `${ooms(run.summary.oom.training)} OOM after ${stretch(run.summary.sim_days)}`);
  return card(title, stretch(day), `${(10 ** oom).toLocaleString("en")}× the training efficiency of day 0, on ${dateOf(day, dayZero)}`);
}

function boundCard(run) {
  const { bound, bound_share: share } = run.summary;
  if (!bound) return card("What bound it", "–", "no tick after day 0 yet");
  const parts = Object.values(RIBBON).filter(([word]) => share[word] > 0);
  const bar = el("div", { class: "parts", "aria-hidden": "true" }, parts.map(([word, colour]) => {
    const part = el("span", { class: "b" + colour });
    part.style.flexGrow = share[word];
    return part;
  }));
  return el("div", { class: "card" }, el("h3", {}, "What bound it"), el("p", { class: "figure" }, capital(bound)), bar,
    el("p", {}, Object.values(RIBBON).map(([word]) => `${word} ${percent(share[word])}`).join(", ") + " of the time"));
}

function headline(view) {
  const { run, dayZero, data } = view;
  const peak = run.peak
    ? card("Peak human-years per year", count(run.peak.pace), `in the month to ${dayText(run.peak.day, dayZero)}; 1 is the human era, ${data.human_era_oom_per_year} OOM a year`)
    : card("Peak human-years per year", "–", "the run is shorter than a month");
  const status = { completed: "", running: "Still running: these are the ticks so far.", interrupted: "Interrupted: not all that was planned was simulated.", failed: "Failed: " + run.provenance.error }[run.provenance.status];
  return el("section", { id: "headline", "aria-labelledby": "headline-title", "data-title": "Findings" },
    el("p", { class: "over" }, `${run.label} · seed ${run.provenance.seed} · ${run.provenance.version}`),
    el("h1", { id: "headline-title" }, run.question || run.label),
    el("p", { class: "verdict" }, verdict(run, dayZero)),
    status ? el("p", { class: "notice" }, status) : null,
    run.summary.valid ? null : el("p", { class: "notice" }, `Not valid: ${percent(run.summary.stalled_share)} of the time of researchers was lost to the bound on events in a tick.`),
    el("div", { class: "cards" }, [1, 3, 5].map((oom) => reachedCard(run, oom, dayZero)), peak, boundCard(run)));
}
