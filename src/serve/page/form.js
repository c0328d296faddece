// A run to start: a form made from the JSON Schema of scenario files, filled with what a file holds.
// What is changed goes to the program's own check, and is shown as the command that would be run.

import { el, notice, setText } from "/dom.js";
import { MoreChanges } from "/more.js";
import { read, send } from "/server.js";

const CHECK_AFTER_MS = 300;
/** Keys that say what a file is, or have a field of their own. */
const NOT_SHOWN = ["schema", "order", "question", "sources", "include", "set", "correlations", "variants", "run.seed", "name"];

/** Sections that most runs change; the others follow by name. */
const FIRST = ["run", "labs", "ideas"];

export async function showForm(main, [wanted], signal) {
  const [files, schema] = await Promise.all([read("/api/scenarios", signal), read("/api/schema", signal)]);
  const usable = files.filter((file) => file.error === "");
  if (usable.length === 0) throw new Error("There is no scenario file here; `takeoff scenario new` writes one.");
  const form = new RunForm(usable, schema, signal);
  main.replaceChildren(form.element);
  for (const file of files.filter((one) => one.error !== "")) notice(`${file.file}: ${file.error}`);
  await form.choose(usable.find((file) => file.file === wanted) ?? usable[0]);
}

class RunForm {
  constructor(files, schema, signal) {
    Object.assign(this, { files, schema, signal, fields: [], bare: [], timer: 0, checking: new AbortController() });
    const later = () => this.checkLater();
    this.file = el("select", { onchange: () => this.choose(this.files[this.file.selectedIndex]) }, ...files.map((file) => el("option", { value: file.file }, file.file)));
    this.variant = el("select", { onchange: () => this.fill() });
    this.seed = el("input", { inputmode: "numeric", pattern: "[0-9]*", size: 20, oninput: later });
    this.ticks = el("input", { type: "number", min: 1, step: 1, placeholder: "all", oninput: later });
    this.engine = el("select", { onchange: later }, ...["auto", "cpu", "gpu", "software"].map((name) => el("option", { value: name }, name)));
    this.search = el("input", { type: "search", placeholder: "key or meaning", oninput: () => this.filter() });
    this.changed = el("input", { type: "checkbox", onchange: () => this.filter() });
    this.more = new MoreChanges(later);
    this.question = el("p", { class: "lead" });
    this.sections = el("div", { class: "sections" });
    this.command = el("code");
    this.verdict = el("div", { role: "status" });
    this.start = el("button", { type: "submit", class: "start", disabled: true }, "Start");
    this.element = el("form", { novalidate: true, onsubmit: (event) => { event.preventDefault(); this.run(); } },
      el("h1", {}, "New run"), this.question,
      el("div", { class: "controls" },
        el("label", {}, "Scenario ", this.file), el("label", {}, "Variant ", this.variant), el("label", {}, "Seed ", this.seed),
        el("label", {}, "Ticks after burn-in ", this.ticks), el("label", {}, "Engine ", this.engine)),
      el("div", { class: "plan" }, el("div", { class: "command" }, this.command, this.start), this.verdict),
      el("div", { class: "controls" }, el("label", {}, "Search parameters ", this.search), el("label", {}, this.changed, " changed ones only")),
      this.more.element, this.sections);
  }

  async choose(file) {
    this.file.value = file.file;
    this.variant.replaceChildren(el("option", { value: "" }, "as it stands"), ...file.variants.map((name) => el("option", { value: name }, name)));
    this.variant.disabled = file.variants.length === 0;
    setText(this.question, file.question);
    history.replaceState(null, "", `#new=${encodeURIComponent(file.file)}`);
    await this.fill();
  }

  /** Fills the form with the values of the file; what was changed before is gone. */
  async fill() {
    const variant = this.variant.value === "" ? "" : `?variant=${encodeURIComponent(this.variant.value)}`;
    const described = await read(`/api/scenarios/${encodeURIComponent(this.file.value)}${variant}`, this.signal);
    this.seed.value = "";
    this.seed.placeholder = described.values.run.seed;
    [this.fields, this.bare] = [[], []];
    this.sections.replaceChildren(...this.table(this.schema, described.values, ""));
    this.more.show(this.bare);
    this.sections.querySelector("details")?.setAttribute("open", "");
    this.filter();
    await this.check();
  }

  /** The fields of a table and the sections of the tables inside it. */
  table(schema, values, at) {
    const fields = [];
    const inner = [];
    const rest = Object.keys(schema.properties).filter((name) => at !== "" || !FIRST.includes(name));
    for (const name of [...(at === "" ? FIRST : []), ...rest]) {
      const written = schema.properties[name];
      const key = at === "" ? name : `${at}.${name}`;
      const value = values[name];
      if (NOT_SHOWN.includes(at === "" ? name : key) || name === "name") continue;
      const kind = plain(written);
      const isTable = kind.properties !== undefined && kind.points === undefined;
      if ((isTable && (value ?? null) === null) || (kind.type === "array" && kind.items.properties !== undefined)) this.bare.push(key);
      if (value === undefined) continue;
      if (isTable) {
        if (value !== null) inner.push(this.section(key, written.description, this.table(kind, value, key)));
      } else if (kind.type === "array" && kind.items.properties !== undefined) {
        (value ?? []).forEach((item, index) => {
          const place = `${key}.${item.name ?? index}`;
          inner.push(this.section(place, written.description, this.table(kind.items, item, place)));
        });
      } else if (kind.type !== "object") {
        const field = new Field(key, name, kind, written, value, () => this.checkLater());
        this.fields.push(field);
        fields.push(field.element);
      }
    }
    return [...(fields.length > 0 ? [el("div", { class: "fields" }, ...fields)] : []), ...inner];
  }

  section(key, meaning, content) {
    return el("details", { class: "section" }, el("summary", {}, el("code", {}, key), el("span", { class: "note" }, ` ${meaning ?? ""}`)), ...content);
  }

  /** Shows the fields that are looked for, and the sections around them. */
  filter() {
    const wanted = this.search.value.trim().toLowerCase();
    const isLooking = wanted !== "" || this.changed.checked;
    for (const field of this.fields) {
      const isHit = field.text.includes(wanted) && (!this.changed.checked || field.isChanged);
      field.element.hidden = isLooking && !isHit;
    }
    for (const section of this.sections.querySelectorAll("details")) {
      const hits = section.querySelectorAll(".field:not([hidden])").length;
      section.hidden = isLooking && hits === 0;
      if (isLooking) section.open = hits > 0;
    }
  }

  asked() {
    return {
      scenario: this.file.value,
      variant: this.variant.value === "" ? null : this.variant.value,
      set: [...this.fields.filter((field) => field.isChanged).map((field) => [field.key, field.literal]), ...this.more.changes],
      seed: this.seed.value.trim() === "" ? null : this.seed.value.trim(),
      ticks: this.ticks.value === "" ? null : Number(this.ticks.value),
      engine: this.engine.value,
    };
  }

  checkLater() {
    clearTimeout(this.timer);
    this.start.disabled = true;
    this.timer = setTimeout(() => this.check(), CHECK_AFTER_MS);
  }

  /** Lets the program check what is asked, and shows what it says where it belongs. */
  async check() {
    this.checking.abort();
    this.checking = new AbortController();
    const { signal } = this.checking;
    try {
      const planned = await send("/api/check", this.asked(), signal);
      if (planned.problems.length > 0) {
        this.refuse({ message: "This cannot be run yet.", problems: planned.problems });
        return;
      }
      this.show([]);
      setText(this.command, planned.command);
      this.verdict.replaceChildren(el("details", {}, el("summary", {}, "What it comes to"), el("pre", {}, planned.check)));
      this.start.disabled = false;
    } catch (error) {
      if (signal.aborted || this.signal.aborted) return;
      this.refuse(error);
    }
  }

  refuse(error) {
    const elsewhere = this.show(error.problems ?? []);
    const lines = elsewhere.map((problem) => el("li", {}, told(problem)));
    this.verdict.replaceChildren(el("p", { class: "wrong" }, error.message), ...(lines.length > 0 ? [el("ul", {}, ...lines)] : []));
    setText(this.command, "");
    this.start.disabled = true;
  }

  /** Shows problems at their fields; gives those that have none here. */
  show(problems) {
    for (const field of this.fields) field.showProblems(problems.filter((problem) => problem.key === field.key));
    const known = new Set(this.fields.map((field) => field.key));
    const isLine = (problem) => this.more.isAbout(problem);
    this.more.showProblems(problems.filter(isLine).map((problem) => `${problem.key}: ${told(problem)}`));
    for (const section of this.sections.querySelectorAll("details")) {
      if (section.querySelector("[aria-invalid]")) section.open = true;
    }
    return problems.filter((problem) => !known.has(problem.key) && !isLine(problem)).map((problem) => ({ ...problem, message: `${problem.key}: ${problem.message}` }));
  }

  async run() {
    if (this.start.disabled) return;
    this.start.disabled = true;
    try {
      const { id } = await send("/api/runs", this.asked(), this.signal);
      location.hash = `run=${encodeURIComponent(id)}`;
    } catch (error) {
      if (!this.signal.aborted) this.refuse(error);
    }
  }
}

const told = (problem) => [problem.message, problem.allowed && `allowed: ${problem.allowed}`, problem.hint].filter((text) => text).join("; ");

/** What a value is where it is neither switched off nor uncertain. */
function plain(schema) {
  const choices = schema.oneOf ?? schema.anyOf;
  return choices === undefined ? schema : { points: choices[1]?.properties?.points, ...plain(choices[0]) };
}

/** One key: its name, unit, meaning and value. */
class Field {
  constructor(key, name, kind, written, value, changed) {
    Object.assign(this, { key, kind });
    const [, meaning, unit] = /^(.*?)(?: \[([^\]]+)\])?(?: Fixed for a run\.)?$/s.exec(kind.description ?? written.description ?? "");
    const id = `field-${key}`;
    this.input = this.newInput(value);
    this.input.id = id;
    this.input.setAttribute("aria-describedby", `${id}-meaning ${id}-problem`);
    this.initial = this.input.value;
    this.problem = el("span", { id: `${id}-problem`, class: "wrong" });
    this.element = el("div", { class: "field" },
      el("label", { for: id, title: key }, name), el("span", { class: "value" }, this.input, el("span", { class: "unit" }, unit ?? "")),
      el("span", { id: `${id}-meaning`, class: "meaning" }, [meaning, rangeText(kind)].filter((text) => text !== "").join(" ")), this.problem);
    this.text = `${key} ${meaning}`.toLowerCase();
    this.input.addEventListener("input", () => {
      this.element.classList.toggle("changed", this.isChanged);
      changed();
    });
  }

  newInput(value) {
    const { kind } = this;
    if (kind.type === "boolean") return select(["true", "false"], String(value));
    if (kind.enum !== undefined) return select([...(value === null ? ["none"] : []), ...kind.enum.map(String)], value === null ? "none" : String(value));
    const isNumber = ["number", "integer"].includes(kind.type) && kind.points === undefined && value !== null;
    const input = isNumber ? el("input", { type: "number", step: kind.type === "integer" ? 1 : "any", min: kind.minimum, max: kind.maximum }) : el("input", { spellcheck: "false" });
    input.value = written(value, kind);
    return input;
  }

  get isChanged() { return this.input.value.trim() !== this.initial; }

  /** The value as TOML. An empty field is no value at all: the check says so. */
  get literal() {
    const text = this.input.value.trim();
    const isText = this.kind.type === "string" || (this.kind.enum !== undefined && this.kind.enum.every((one) => typeof one === "string"));
    return isText ? JSON.stringify(text) : text;
  }

  showProblems(problems) {
    setText(this.problem, problems.map(told).join(". "));
    if (problems.length > 0) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }
}

function select(options, value) {
  const element = el("select", {}, ...options.map((option) => el("option", { value: option }, option)));
  element.value = value;
  return element;
}

/** A value as it is written in a file: TOML, texts without their quotes. */
function written(value, kind) {
  if (value === null) return "none";
  if (typeof value === "string") return value;
  const isConstant = kind.points !== undefined && value.points?.length === 1 && value.points[0][0] === 0 && value.growth_per_year === 1;
  return isConstant ? String(value.points[0][1]) : toml(value);
}

function toml(value) {
  if (Array.isArray(value)) return `[${value.map(toml).join(", ")}]`;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).filter(([, inner]) => inner !== null);
    return `{ ${entries.map(([key, inner]) => `${key} = ${toml(inner)}`).join(", ")} }`;
  }
  return JSON.stringify(value);
}

/** The range of a number, where it has one that says something. */
function rangeText(kind) {
  const isBound = (value) => value !== undefined && Math.abs(value) < 1e300;
  const low = kind.minimum ?? kind.exclusiveMinimum;
  const high = kind.maximum ?? kind.exclusiveMaximum;
  if (isBound(low) && isBound(high)) return `${kind.exclusiveMinimum === undefined ? "" : "Over "}${low} to ${high}.`;
  if (isBound(low)) return kind.exclusiveMinimum === undefined ? `At least ${low}.` : `Over ${low}.`;
  return isBound(high) ? `At most ${high}.` : "";
}
