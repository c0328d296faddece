// The charts of a run, and of several runs on common axes: what each shows, and what it means.

/** The charts of one run, of all labs (null) or of one. */
function runCharts(view, lab, from) {
  const { run, dayZero } = view;
  const cut = (values) => values.slice(from);
  const line = (label, values, more = {}) => ({ label, values: cut(values), ...more });
  const base = { days: cut(view.days), dayZero, marks: eventMarks(run) };
  const who = lab === null && run.labs.length > 1 ? " All labs together." : "";
  const make = (spec) => new Chart({ ...base, ...spec });
  return [
    [make(progress(view, lab, line, cut))],
    [
      make({
        id: "effective", title: "Effective compute", unit: "A100-equivalents (log scale)", log: true, axis: count,
        note: "Chips times utilisation times training efficiency: what the fleet is worth at the algorithms of day 0. The gap between the lines is software." + who,
        series: [line("effective compute", softwareGrowth(view, lab)), line("physical fleet", positive(view.sum("fleet_a100e", lab)))],
      }),
      make({
        id: "pace", title: "Pace of progress", unit: "human-years of progress per calendar year", format: times,
        note: `Training efficiency found over the month before, in years of the human era (${view.data.human_era_oom_per_year} OOM a year), at the lab that is ahead. 1× is the human era.`,
        series: [line("human-years per year", run.frontier.pace)],
      }),
    ],
    [
      make({
        id: "researchers", title: "Researchers, active and idle", unit: "researchers (log scale)", log: true, axis: count,
        note: "Head-count that compute for thinking allows, those who are admitted to work, and the surplus that has no compute for experiments." + who,
        series: [
          line("head-count", positive(view.sum("researchers", lab))), line("active", positive(view.sum("active", lab))),
          line("idle", positive(view.sum("idle", lab))), line("human", positive(view.sum("researchers_human", lab))),
        ],
      }),
      make({
        id: "speed", title: "Thinking speed", unit: "times human speed (log scale)", log: true, format: times, axis: times,
        note: "Serial speed of the fastest researchers. It makes thought faster and experiments not at all.",
        series: [line("serial speed", positive(view.max("speed", lab)))],
      }),
    ],
    [
      make({
        id: "discoveries", title: "Discoveries", unit: "a day, over the month before (log scale)", log: true, axis: count,
        note: "Experiments that ended; those that found their idea; ideas found that were new to the world; finds that somebody had made before; and ideas dropped, scooped, before the experiment." + who,
        series: [
          line("experiments", positive(view.perDay("attempts", lab))), line("finds", positive(view.perDay("successes", lab))),
          line("new ideas", positive(view.perDay("world_new", lab))), line("duplicates", positive(view.perDay("duplicates", lab))),
          line("scooped", positive(view.perDay("scooped", lab))),
        ],
      }),
      make(fates(view, lab, line)),
    ],
    [
      make({
        id: "queue", title: "The queue for experiments", unit: "share", format: percent,
        note: "Of the compute for experiments, the part in use; of the time of active researchers, the part spent in experiments and waiting for compute.",
        series: [
          line("utilisation", view.mean("utilisation", "owned_a100e_hours", lab)), line("time waiting", view.mean("waiting_share", "active", lab)),
        ],
      }),
      make({
        id: "size", title: "Size of experiments", unit: "share of a full-size experiment (log scale)", log: true, format: percent, axis: percent,
        note: "Labs shrink experiments until compute goes round; small ones fail more often.",
        series: [line("size", positive(view.mean("experiment_size", "owned_a100e_hours", lab)))],
      }),
      make(compute(view, lab, line)),
    ],
    economyCharts(view, lab, line, make),
    lab === null && run.labs.length > 1 ? labCharts(view, line, make) : [],
  ].filter((row) => row.length > 0);
}

/** Where a run crosses 1, 3 and 5 OOM. */
function milestones(run) {
  const days = run.summary.days_to_oom;
  return [1, 3, 5].filter((oom) => (days[oom] ?? null) !== null).map((oom) => ({ day: days[oom], label: oom + " OOM" }));
}

const eventMarks = (run) => run.summary.events_fired.map((event) => ({ day: event.day, label: event.name, event: true }));

function progress(view, lab, line, cut) {
  const { run } = view;
  const kinds = [["training", "oom_training"], ["inference", "oom_inference"], ["utilisation", "oom_utilisation"], ["research tools", "oom_tools"], ["serial speed", "oom_serial"]];
  const whose = lab ?? view.leader;
  const leads = lab === null && run.labs.length > 1 ? ` Training is of the lab that is ahead at each time, the rest of ${run.labs[whose].name}, which leads at the end.` : "";
  return {
    id: "progress", title: "Algorithmic progress by kind", unit: "orders of magnitude (OOM) since day 0", format: ooms, axis: count,
    note: "One OOM of training efficiency: the same model with a tenth of the compute. The kinds improve different things and are never added up." + leads,
    series: kinds.filter(([, name]) => view.has(name)).map(([label, name]) => line(label, view.oom(name, lab))),
    marks: [...(lab === null ? milestones(run) : []), ...eventMarks(run)].sort((a, b) => a.day - b.day),
    ribbon: cut([...run.labs[whose].bound]).join(""),
  };
}

/** Effective compute: recorded against the start of burn-in, told against day 0. */
function softwareGrowth(view, lab) {
  const values = view.chosen(lab).map((index) => {
    const column = view.column("effective_compute_a100e", index);
    const [training, utilisation] = ["oom_training", "oom_utilisation"].map((name) => view.column(name, index));
    const found = view.base < 0 ? 0 : training[view.base] + utilisation[view.base];
    return column.map((value) => value / 10 ** found);
  });
  return positive(added(values));
}

function fates(view, lab, line) {
  const names = [["new to the world", "world_new"], ["duplicates", "duplicates"], ["scooped", "scooped"]];
  const months = names.map(([, name]) => view.month(view.sum(name, lab)));
  const total = added(months);
  return {
    id: "fates", title: "New, or found before", unit: "share of finds and scooped ideas, over the month before", stacked: true, percent: true, format: percent,
    note: "Finds that were new to the world, finds that somebody had made before, and ideas dropped because somebody had. Experiments that found nothing are left out: they are most." + (lab === null && view.run.labs.length > 1 ? " All labs together." : ""),
    series: names.map(([label], index) => line(label, months[index].map((value, tick) => (total[tick] > 0 ? value / total[tick] : null)))),
  };
}

function compute(view, lab, line) {
  const fleet = view.sum("fleet_a100e", lab);
  const chips = added(view.chosen(lab).map((index) => view.experimentChips(index)));
  const experiments = chips.map((value, tick) => (fleet[tick] > 0 ? value / fleet[tick] : 0));
  const shares = ["inference_share", "training_share", "serving_share"].map((name) => view.mean(name, "fleet_a100e", lab));
  // What thinkers lend to experiments is recorded as theirs: it counts where it is used.
  shares[0] = shares[0].map((value, tick) => Math.max(0, Math.min(value, 1 - experiments[tick] - shares[1][tick] - shares[2][tick])));
  const rest = experiments.map((value, tick) => Math.max(0, 1 - value - shares.reduce((sum, share) => sum + share[tick], 0)));
  const labels = ["experiments", "researchers' thinking", "training runs", "customers", "not assigned"];
  const lists = [experiments, ...shares, rest];
  return {
    id: "compute", title: "Where compute went", unit: "share of the fleet", stacked: true, percent: true, format: percent,
    note: "How the fleet is split: experiments, inference for automated researchers, training runs, and serving customers. The share of experiments is derived from what is recorded: their compute, less what better utilisation added to it.",
    series: lists.map((values, index) => line(labels[index], values, { colour: index, dash: index })).filter((one) => one.values.some((value) => value > 1e-9)),
  };
}

function economyCharts(view, lab, line, make) {
  const flows = [["revenue", "revenue_usd"], ["chips", "capex_usd"], ["energy", "energy_usd"], ["sites", "hosting_usd"], ["salaries", "salaries_usd"]];
  const stocks = [["cash", "cash_usd"], ["debt", "debt_usd"], ["book value of chips", "book_usd"]];
  const present = (list) => list.filter(([, name]) => view.has(name));
  const charts = [];
  if (present(flows).length > 0) {
    charts.push(make({
      id: "money", title: "Money earned and spent", unit: "dollars a year, over the month before (log scale)", log: true, format: dollars, axis: dollars,
      note: "Revenue from customers against what chips, energy, sites and people cost.",
      series: present(flows).map(([label, name]) => line(label, positive(view.perYear(name, lab)))),
    }));
  }
  if (present(stocks).length > 0) {
    charts.push(make({
      id: "balance", title: "What is owned and owed", unit: "dollars (log scale)", log: true, format: dollars, axis: dollars,
      note: "Cash, debt and the book value of chips at the end of each tick.",
      series: present(stocks).map(([label, name]) => line(label, positive(view.sum(name, lab)))),
    }));
  }
  if (view.has("energy_mwh")) {
    const used = view.sum("energy_mwh", lab).map((value, tick) => (value * 1e6) / view.hours[tick]);
    charts.push(make({
      id: "energy", title: "Power", unit: "watts (log scale)", log: true, axis: count,
      note: "Mean power drawn over the tick, and the power in contract.",
      series: [line("drawn", positive(used)), line("in contract", positive(view.sum("contracted_mw", lab).map((value) => value * 1e6)))]
        .filter((one) => one.values.some((value) => value !== null)),
    }));
  }
  return charts;
}

function labCharts(view, line, make) {
  const { run } = view;
  const each = (name) => run.labs.map((lab, index) => line(lab.name, view.column(name, index)));
  const charts = [
    make({
      id: "labs-progress", title: "Progress by lab", unit: "OOM of training efficiency since day 0", format: ooms, axis: count,
      note: "What each lab knows, whether it found it or heard of it.",
      series: run.labs.map((lab, index) => line(lab.name, view.oom("oom_training", index))),
    }),
    make({
      id: "labs-fleet", title: "Chips by lab", unit: "A100-equivalents (log scale)", log: true, axis: count,
      note: "Physical fleet of each lab.",
      series: run.labs.map((lab, index) => line(lab.name, positive(view.column("fleet_a100e", index)))),
    }),
  ];
  if (view.has("market_share")) {
    charts.push(make({
      id: "labs-market", title: "Customers by lab", unit: "share of all customers", format: percent,
      note: "How customers are split between the labs.", series: each("market_share"),
    }));
  }
  return charts;
}

/** One quantity a chart, one line a run. */
function comparedCharts(views, from) {
  const days = [...new Set(views.flatMap((view) => view.days.slice(from(view))))].sort((a, b) => a - b);
  const place = new Map(days.map((day, at) => [day, at]));
  const zeros = new Set(views.map((view) => view.dayZero));
  const spread = (view, values) => {
    const list = new Array(days.length).fill(null);
    for (let tick = from(view); tick < values.length; tick += 1) list[place.get(view.days[tick])] = values[tick];
    return list;
  };
  const make = (spec, values) => new Chart({
    days, dayZero: zeros.size === 1 ? views[0].dayZero : null, ...spec,
    series: views.map((view, index) => ({ label: view.run.label, values: spread(view, values(view)), colour: index, dash: index + Math.floor(index / LIGHT.length) })),
  });
  const month = (view, name) => view.month(view.sum(name, null));
  const chosen = [
    [{ id: "progress", title: "Algorithmic progress", unit: "OOM of training efficiency since day 0", format: ooms, axis: count, note: "Of the lab that is ahead at each time." }, (view) => view.run.frontier.oom],
    [{ id: "effective", title: "Effective compute", unit: "A100-equivalents (log scale)", log: true, axis: count, note: "Chips times utilisation times training efficiency, at the algorithms of day 0. All labs together." }, (view) => softwareGrowth(view, null)],
    [{ id: "pace", title: "Pace of progress", unit: "human-years of progress per calendar year", format: times, note: "Over the month before, at the lab that is ahead. 1× is the human era." }, (view) => view.run.frontier.pace],
    [{ id: "active", title: "Researchers at work", unit: "researchers (log scale)", log: true, axis: count, note: "Researchers admitted to work. All labs together." }, (view) => positive(view.sum("active", null))],
    [{ id: "headcount", title: "Researchers in all", unit: "researchers (log scale)", log: true, axis: count, note: "With those whom compute cannot keep busy. All labs together." }, (view) => positive(view.sum("researchers", null))],
    [{ id: "speed", title: "Thinking speed", unit: "times human speed (log scale)", log: true, format: times, axis: times, note: "Serial speed of the fastest researchers." }, (view) => positive(view.max("speed", null))],
    [{ id: "duplicates", title: "Work done twice", unit: "share of finds over the month before", format: percent, note: "Finds that somebody had made before." }, (view) => {
      const [duplicates, finds] = [month(view, "duplicates"), month(view, "successes")];
      return duplicates.map((value, tick) => (finds[tick] > 0 ? value / finds[tick] : null));
    }],
    [{ id: "waiting", title: "Time waiting for experiments", unit: "share of the time of active researchers", format: percent, note: "Time in experiments and in the queue for them." }, (view) => view.mean("waiting_share", "active", null)],
    [{ id: "revenue", title: "Revenue", unit: "dollars a year, over the month before (log scale)", log: true, format: dollars, axis: dollars, note: "Of all labs." }, (view) => positive(view.perYear("revenue_usd", null))],
  ];
  const charts = chosen.map(([spec, values]) => make(spec, values)).filter((chart) => chart.spec.series.some((one) => one.values.some((value) => value !== null)));
  const rows = [[charts[0]]];
  for (let at = 1; at < charts.length; at += 2) rows.push(charts.slice(at, at + 2));
  return rows;
}
