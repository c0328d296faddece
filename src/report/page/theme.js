// Light and dark, and the colours of charts: those of Okabe and Ito, which colour-blind people tell
// apart; dashes tell lines apart without any colour.

const LIGHT = ["#0072b2", "#d55e00", "#00835f", "#b0518a", "#8a6d00", "#2a8fc9", "#444444", "#7a3fa0"];
const DARK = ["#56b4e9", "#f0803c", "#2fc49a", "#e08fc0", "#f0d24a", "#9ad1f5", "#c8c8c8", "#b99cf0"];
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5], [14, 4], [1, 4], [8, 3, 2, 3, 2, 3]];

const theme = {
  /** What the reader chose; null: as the system has it. */
  chosen: null,
  printing: false,
  get dark() {
    if (this.printing) return false;
    return this.chosen ? this.chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  },
  colour(index) {
    const palette = this.dark ? DARK : LIGHT;
    return palette[index % palette.length];
  },
  dash: (index) => DASHES[index % DASHES.length],
  get ink() { return this.dark ? "#d5d5d5" : "#3b3b3b"; },
  get grid() { return this.dark ? "#343a40" : "#e4e6e8"; },
  get mark() { return this.dark ? "#9aa0a6" : "#6a6f74"; },
};

/** Shows the page in the theme that holds now; `redraw` draws the charts again. */
function applyTheme(redraw) {
  document.documentElement.dataset.theme = theme.dark ? "dark" : "light";
  document.getElementById("theme").textContent = theme.dark ? "Light" : "Dark";
  document.getElementById("theme").setAttribute("aria-label", theme.dark ? "Switch to light" : "Switch to dark");
  redraw();
}

function watchTheme(redraw) {
  const apply = () => applyTheme(redraw);
  document.getElementById("theme").addEventListener("click", () => {
    theme.chosen = theme.dark ? "light" : "dark";
    apply();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
  const print = (printing) => () => {
    theme.printing = printing;
    apply();
  };
  addEventListener("beforeprint", print(true));
  addEventListener("afterprint", print(false));
  apply();
}
