// Small helpers around the document, and how figures are written.

/** An element with attributes (functions: listeners; true and false: present or not) and children, texts as texts. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sets the text of an element; one that stays is not touched, so that selections stay. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Tells the reader something that went wrong; an empty text takes it away. */
export function notice(text) {
  const place = document.getElementById("notice");
  setText(place, text);
  place.hidden = text === "";
}

/** 1234567 as 1.23M. */
export function count(value) {
  for (const [unit, letter] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (value >= unit) return (value / unit).toPrecision(3) + letter;
  }
  return value.toPrecision(3);
}

/** Seconds as a person says them. */
export function duration(seconds) {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}

const GLYPHS = { starting: "◌", running: "▶", stopping: "◼", completed: "✓", interrupted: "❙❙", killed: "✕", failed: "!" };

/** A state as a word with a sign; never by colour alone. */
export function showState(element, state) {
  setText(element, `${GLYPHS[state]} ${state}`);
  element.className = `state ${state}`;
}

/** True while a process may still write the run. */
export const isAtWork = (run) => ["starting", "running", "stopping"].includes(run.state);

/** How far a run is, in days of its plan. */
export const progressText = (run) => (run.ticks === 0 ? "" : run.day < 0 ? "burn-in" : `day ${Math.round(run.day)} of ${Math.round(run.days)}`);
