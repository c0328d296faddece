// Changes that have no field of their own, as lines `key = value` like those of `--set`. The program's own
// check reads them: nothing here knows what is right.

import { el, setText } from "/dom.js";

const EXAMPLE = 'run.sample = 0.05\nevents = [{ name = "pause", when = { day = 100.0 }, set = { regulation.enabled = true } }]';

export class MoreChanges {
  /** `changed` is called whenever a line changes. */
  constructor(changed) {
    this.input = el("textarea", { id: "more", rows: 3, spellcheck: "false", autocapitalize: "off", placeholder: EXAMPLE, "aria-describedby": "more-meaning more-problem", oninput: changed });
    this.keys = el("span");
    this.problem = el("span", { id: "more-problem", class: "wrong" });
    this.element = el("details", { class: "section more" }, el("summary", {}, "Changes without a field"),
      el("div", { class: "lines-of" }, el("label", { for: "more" }, "One a line, key = value, as after --set"), this.input,
        el("span", { id: "more-meaning", class: "meaning" }, "Values are TOML; lists and tables stand in one line. ", this.keys), this.problem));
  }

  /** Names the tables and lists that no field holds as a whole: those the file leaves out, and those it has. */
  show(keys) {
    this.input.value = "";
    setText(this.keys, keys.length === 0 ? "" : `Tables and lists, given as a whole: ${keys.join(", ")}.`);
  }

  /** Pairs of key and value. A line without a value goes along: the check says what it lacks. */
  get changes() {
    const lines = this.input.value.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
    return lines.map((line) => {
      const [, key, value] = /^([^=]*)=?(.*)$/.exec(line);
      return [key.trim(), value.trim()];
    });
  }

  /** True if a problem is about one of the lines. */
  isAbout({ key }) {
    return this.changes.some(([changed]) => key === changed || key.startsWith(changed + ".") || changed.startsWith(key + "."));
  }

  showProblems(texts) {
    setText(this.problem, texts.join("\n"));
    if (texts.length > 0) {
      this.input.setAttribute("aria-invalid", "true");
      this.element.open = true;
    } else this.input.removeAttribute("aria-invalid");
  }
}
