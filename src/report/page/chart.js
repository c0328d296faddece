// A chart: uPlot with a legend, marks, a cursor for mouse and keyboard, a sentence of what it shows, and
// its numbers as a table and as CSV.
//
// A specification has: id, title, note (what it means), unit, days, dayZero (null: no dates), series
// [{ label, values, colour, band }], format, log, stacked, percent, marks [{ day, label, event }], ribbon
// (letters of what bound progress), fans [[upper line, lower line, strength]] with
// what they are (fanWords) in place of a legend, told (the lines that the sentence is about).

const HEIGHT = 300;
const TABLE_ROWS = 24;
const RIBBON = { l: ["labour", 0], c: ["compute", 1], i: ["ideas", 2] };

class Chart {
  constructor(spec) {
    this.spec = { format: count, marks: [], log: false, stacked: false, ...spec };
    this.shown = this.spec.series.map(() => true);
    this.plot = null;
    this.build();
  }

  build() {
    const { id, title, note, unit } = this.spec;
    this.tip = el("div", { class: "tip", hidden: true });
    this.stage = el("div", {
      class: "plot", tabindex: "0", role: "group", "aria-roledescription": "chart",
      "aria-label": title + ". " + this.sentence() + " Arrow keys read values.",
      onkeydown: (event) => this.key(event), onblur: () => this.leave(),
    }, this.tip);
    this.summary = el("figcaption", {}, this.sentence());
    this.element = el("figure", { class: "chart", id, "aria-labelledby": id + "-title" },
      el("h3", { id: id + "-title" }, title),
      el("p", { class: "note" }, note),
      this.legend(),
      el("p", { class: "unit" }, unit),
      this.stage, this.summary, this.numbers());
  }

  legend() {
    const { series, ribbon, fanWords } = this.spec;
    if (fanWords) return el("div", { class: "legend" }, el("span", { class: "key" }, swatch(0, false), fanWords));
    const entries = series.map((one, index) => el("button", {
      type: "button", "aria-pressed": "true", class: "key", onclick: (event) => this.toggle(index, event.currentTarget),
    }, swatch(one.colour ?? index, this.spec.stacked), one.label));
    const bound = ribbon ? Object.values(RIBBON).map(([word, colour]) => el("span", { class: "key" }, swatch(colour, true), word)) : [];
    return el("div", { class: "legend" },
      series.length > 1 ? entries : null,
      ribbon ? el("span", { class: "key bound" }, "strip at the bottom, what bound progress:") : null, bound);
  }

  toggle(index, button) {
    this.shown[index] = !this.shown[index];
    button.setAttribute("aria-pressed", String(this.shown[index]));
    this.draw();
  }

  /** What the chart says: first, last and peak of its first lines. */
  sentence() {
    const { series, format, days } = this.spec;
    const told = (this.spec.told ?? [0, 1, 2, 3]).filter((at) => at < series.length).map((at) => series[at]).map((one) => {
      const known = days.map((_, at) => at).filter((at) => (one.values[at] ?? null) !== null);
      if (known.length === 0) return one.label + ": nothing";
      const [first, last] = [known[0], known[known.length - 1]];
      const peak = known.reduce((best, at) => (one.values[at] > one.values[best] ? at : best), first);
      const words = (at) => format(one.values[at]);
      const between = words(peak) === words(last) || words(peak) === words(first) ? "" : `, peak ${format(one.values[peak])} on ${dayText(days[peak], this.spec.dayZero)}`;
      return `${one.label}: ${format(one.values[first])} to ${format(one.values[last])}${between}`;
    });
    return told.join("; ") + ".";
  }

  numbers() {
    const { id, title, days, dayZero, series, format } = this.spec;
    const details = el("details", { class: "numbers" }, el("summary", {}, "Numbers"));
    // Made when it is opened: a page has dozens.
    details.addEventListener("toggle", () => {
      if (details.childElementCount > 1) return;
      const steps = Math.max(1, Math.ceil(days.length / TABLE_ROWS));
      const picked = days.map((_, at) => at).filter((at) => at % steps === 0 || at === days.length - 1);
      const columns = [{ title: "Day", numeric: true }, { title: "Date" }, ...series.map((one) => ({ title: one.label, numeric: true }))];
      const rows = picked.map((at) => [trimmed(days[at].toFixed(2)), dateOf(days[at], dayZero), ...series.map((one) => format(one.values[at] ?? null))]);
      details.append(table(title + (steps > 1 ? `, every ${steps}th point` : ""), columns, rows),
        el("button", { type: "button", onclick: () => download(id + ".csv", this.csv(), "text/csv") }, "Download these numbers as CSV"));
    });
    return details;
  }

  csv() {
    const { days, dayZero, series } = this.spec;
    const head = ["day", "date", ...series.map((one) => one.label)];
    return csv([head, ...days.map((day, at) => [day, dateOf(day, dayZero), ...series.map((one) => one.values[at])])]);
  }

  /** Draws it anew; `width` is that of its place on the page. */
  draw() {
    const width = Math.floor(this.stage.clientWidth);
    if (width === 0) return;
    this.plot?.destroy();
    this.plot = new uPlot(this.options(width), this.values(), this.stage);
    this.stage.append(this.tip);
  }

  values() {
    const { days, series, stacked } = this.spec;
    const lists = series.map((one, index) => (this.shown[index] ? one.values : one.values.map(() => null)));
    if (!stacked) return [days, ...lists];
    // From the bottom up, so the last line is the sum of all.
    const heights = days.map(() => 0);
    return [days, ...lists.map((list) => list.map((value, at) => (heights[at] += value ?? 0)))];
  }

  options(width) {
    const { series, log, stacked, percent: share } = this.spec;
    return {
      width, height: HEIGHT, legend: { show: false }, padding: [14, 26, 0, 0],
      cursor: { sync: { key: "day" }, drag: { x: true, y: false }, points: { size: 7 }, y: false },
      scales: {
        x: { time: false },
        y: { distr: log ? 3 : 1, log: 10, range: stacked && share ? [0, 1] : log ? undefined : (_, low, high) => tidy(low, high) },
      },
      axes: [dayAxis(width, this.spec.dayZero), {
        stroke: () => theme.ink, grid: { stroke: () => theme.grid, width: 1, filter: log ? decades : (_, splits) => splits }, ticks: { show: false }, gap: 4,
        size: (plot, labels) => axisWidth(plot, labels, width < 480 ? 44 : 54),
        values: (_, splits) => splits.map((value) => (value === null ? null : this.spec.axis ? this.spec.axis(value) : this.spec.format(value))),
      }],
      series: [{}, ...series.map((one, index) => this.line(one, index))],
      bands: stacked ? series.slice(1).map((_, index) => ({ series: [index + 2, index + 1], fill: () => theme.colour(series[index + 1].colour ?? index + 1) + "cc" })) : this.fans(),
      hooks: { draw: [(plot) => this.decorate(plot)], setCursor: [(plot) => this.follow(plot)] },
    };
  }

  line(one, index) {
    const colour = one.colour ?? index;
    return {
      label: one.label, width: one.width ?? (this.spec.stacked ? 1 : 2), spanGaps: true, points: { show: false },
      stroke: () => (one.hidden ? "transparent" : theme.colour(colour)), dash: one.hidden || this.spec.stacked ? [] : theme.dash(one.dash ?? index),
      fill: this.spec.stacked && index === 0 ? () => theme.colour(colour) + "cc" : undefined,
      paths: one.stepped ? uPlot.paths.stepped({ align: 1 }) : undefined,
    };
  }

  /** Between the lines of a fan: pairs of places, widest first. */
  fans() {
    return (this.spec.fans ?? []).map(([high, low, strength]) => ({ series: [high + 1, low + 1], fill: () => theme.colour(0) + strength }));
  }

  /** Marks and the strip of what bound progress, over the lines. */
  decorate(plot) {
    const { ctx, bbox } = plot;
    const scale = devicePixelRatio;
    ctx.save();
    ctx.font = `${11 * scale}px system-ui, sans-serif`;
    [ctx.textAlign, ctx.textBaseline] = ["left", "alphabetic"];
    let clear = -Infinity;
    for (const mark of this.spec.marks) {
      const x = Math.round(plot.valToPos(mark.day, "x", true));
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.strokeStyle = theme.mark;
      ctx.setLineDash(mark.event ? [2 * scale, 3 * scale] : [5 * scale, 4 * scale]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      const room = ctx.measureText(mark.label).width + 8 * scale;
      const left = Math.min(x + 3 * scale, bbox.left + bbox.width - room);
      if (left < clear) continue;
      ctx.fillStyle = theme.mark;
      ctx.fillText(mark.label, left, bbox.top - 3 * scale);
      clear = left + room;
    }
    if (this.spec.ribbon) this.strip(plot, scale);
    ctx.restore();
  }

  strip(plot, scale) {
    const { days, ribbon } = this.spec;
    const { ctx, bbox } = plot;
    const height = 7 * scale;
    for (let from = 0; from < days.length;) {
      let to = from;
      while (to + 1 < days.length && ribbon[to + 1] === ribbon[from]) to += 1;
      // A tick begins where the one before ended.
      const start = Math.max(bbox.left, plot.valToPos(days[Math.max(0, from - 1)], "x", true));
      const end = Math.min(bbox.left + bbox.width, plot.valToPos(days[to], "x", true));
      ctx.fillStyle = theme.colour(RIBBON[ribbon[from]][1]);
      if (end > start) ctx.fillRect(start, bbox.top + bbox.height - height, end - start, height);
      from = to + 1;
    }
  }

  /** What the cursor is on, in words. */
  words(at) {
    const { days, dayZero, series, format, ribbon } = this.spec;
    const place = dayText(days[at], dayZero);
    const values = series.map((one, index) => [one, index]).filter(([, index]) => this.shown[index]);
    const bound = ribbon ? [["bound by", RIBBON[ribbon[at]][0]]] : [];
    return [place, [...values.map(([one]) => [one.label, format(one.values[at] ?? null)]), ...bound]];
  }

  follow(plot) {
    const { left, idx } = plot.cursor;
    const own = this.stage.matches(":hover") || this.keyed;
    if (!own || left < 0 || idx === null || idx === undefined) {
      this.tip.hidden = true;
      return;
    }
    const [place, values] = this.words(idx);
    this.tip.replaceChildren(el("strong", {}, place), ...values.map(([label, value]) => el("div", {}, el("span", {}, label), el("b", {}, value))));
    this.tip.hidden = false;
    const x = plot.over.offsetLeft + left;
    const room = this.stage.clientWidth - this.tip.offsetWidth;
    this.tip.style.left = Math.max(0, Math.min(room, x > room - 14 ? x - this.tip.offsetWidth - 14 : x + 14)) + "px";
  }

  key(event) {
    const last = this.spec.days.length - 1;
    const step = event.shiftKey ? 10 : 1;
    const moves = { ArrowRight: step, ArrowLeft: -step, PageDown: 30, PageUp: -30, Home: -Infinity, End: Infinity };
    if (event.key === "Escape") return this.leave();
    if (!(event.key in moves) || !this.plot) return undefined;
    event.preventDefault();
    const scale = this.plot.scales.x;
    const first = this.spec.days.findIndex((day) => day >= scale.min);
    const from = this.at ?? (moves[event.key] > 0 ? first - 1 : last + 1);
    this.at = Math.max(first, Math.min(last, from + moves[event.key]));
    this.keyed = true;
    this.plot.setCursor({ left: this.plot.valToPos(this.spec.days[this.at], "x"), top: 20 });
    const [place, values] = this.words(this.at);
    announce(place + ": " + values.map(([label, value]) => label + " " + value).join(", "));
    return undefined;
  }

  leave() {
    this.keyed = false;
    this.at = undefined;
    this.plot?.setCursor({ left: -10, top: -10 });
    this.tip.hidden = true;
  }
}

/** The line or area that stands for a colour. */
function swatch(index, filled) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("viewBox", "0 0 26 10");
  svg.classList.add("swatch", "c" + (index % LIGHT.length));
  const line = document.createElementNS("http://www.w3.org/2000/svg", filled ? "rect" : "line");
  const attributes = filled ? { x: 0, y: 1, width: 26, height: 8, rx: 2 } : { x1: 0, x2: 26, y1: 5, y2: 5, "stroke-dasharray": DASHES[index % DASHES.length].join(" ") };
  for (const [key, value] of Object.entries(attributes)) line.setAttribute(key, value);
  svg.append(line);
  return svg;
}
