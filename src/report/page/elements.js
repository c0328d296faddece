// Elements of the page. Whatever comes from data goes in as text, never as markup.

/** An element with attributes and children; texts stay texts. */
function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** A section with a heading, listed in the contents by its id. */
function section(id, title, lead, ...children) {
  return el("section", { id, "aria-labelledby": id + "-title", "data-title": capital(id.replace(/-\d+$/, "").replace("-", " ")) },
    el("h2", { id: id + "-title" }, title),
    lead ? el("p", { class: "lead" }, lead) : null,
    ...children);
}

/** A table; `columns` are { title, numeric }. Wide ones scroll on their own. */
function table(caption, columns, rows, attributes = {}) {
  const cell = (content, index) => index === 0 && !attributes.plain
    ? el("th", { scope: "row" }, content)
    : el("td", { class: columns[index].numeric ? "number" : null }, content);
  const head = columns.map((column) => el("th", { scope: "col", class: column.numeric ? "number" : null }, column.title));
  const body = rows.map((row) => el("tr", {}, row.map(cell)));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", {}, el("caption", {}, caption), el("thead", {}, el("tr", {}, head)), el("tbody", {}, body)));
}

/** Says something to screen readers. */
function announce(text) {
  document.getElementById("live").textContent = text;
}

/** Offers a text as a file. */
function download(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** A field of CSV, quoted where RFC 4180 asks for it. */
function field(value) {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\n\r]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

const csv = (rows) => rows.map((row) => row.map(field).join(",")).join("\n") + "\n";

/** A copy button beside what it copies. */
function copied(text) {
  const button = el("button", { type: "button", class: "quiet", onclick: async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
    announce("Copied");
  } }, "Copy");
  return el("div", { class: "command" }, el("code", {}, text), button);
}
