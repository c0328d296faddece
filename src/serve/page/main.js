// Which page is shown: the fragment of the address says so.

import { el, notice, setText } from "/dom.js";
import { showForm } from "/form.js";
import { showList } from "/list.js";
import { showRuns, showSweep } from "/run.js";
import { hasToken, takeToken } from "/server.js";

const PAGES = { runs: showList, new: showForm, run: showRuns, compare: showRuns, sweep: showSweep };

let leaving = new AbortController();

/** Leaves the page that is shown, with all it waits for, and shows the one of the address. */
async function show() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const [name, rest = ""] = location.hash.slice(1).split(/=(.*)/s);
  const page = PAGES[name] ?? showList;
  const main = document.getElementById("main");
  for (const link of document.querySelectorAll("nav a")) {
    if (PAGES[link.hash.slice(1)] === page) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  notice(hasToken() ? "" : "Nothing can be started or stopped from here: open the address that `takeoff serve` printed, with its token.");
  main.replaceChildren(el("p", { class: "note" }, "Reading …"));
  main.className = "";
  setText(document.getElementById("load"), "");
  try {
    await page(main, rest.split(",").filter((part) => part !== "").map(decodeURIComponent), signal);
  } catch (error) {
    if (!signal.aborted) notice(error.message);
  }
}

/** The report's styles take the theme from here. */
function applyTheme(dark) {
  document.documentElement.dataset.theme = dark.matches ? "dark" : "light";
}

const dark = matchMedia("(prefers-color-scheme: dark)");
applyTheme(dark);
dark.addEventListener("change", applyTheme);
takeToken();
addEventListener("hashchange", () => {
  if (location.hash === "#main") return;
  takeToken();
  show();
});
show();
