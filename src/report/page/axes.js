// Axes of charts: where their marks are, what these say, and how much room that takes.

const DAY_STEPS = [1, 2, 5, 10, 15, 30, 60, 90, 180, 365, 730, 1825, 3650];

/** Days, with their dates where there is one day 0. */
function dayAxis(width, dayZero) {
  return {
    stroke: () => theme.ink, grid: { show: false }, ticks: { stroke: () => theme.grid, size: 5 }, size: 46, gap: 3,
    incrs: DAY_STEPS, space: width < 480 ? 62 : 74,
    values: (_, splits) => {
      // Where several marks share a month, its name would tell nothing.
      const told = splits[1] - splits[0] < 28 ? dayOfMonth : monthOf;
      return splits.map((day) => (dayZero === null ? `day ${day}` : `${day}\n${told(day, dayZero)}`));
    },
  };
}

/** As wide as the longest label, at least `least`: small shares have long ones. */
function axisWidth(plot, labels, least) {
  plot.ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  const widths = (labels ?? []).map((label) => plot.ctx.measureText(label ?? "").width / devicePixelRatio);
  return Math.max(least, Math.ceil(Math.max(0, ...widths)) + 10);
}

/** Of the lines of a logarithmic grid those at powers of ten. */
const decades = (_, splits) => splits.map((value) => (value > 0 && Number.isInteger(Math.round(Math.log10(value) * 1e6) / 1e6) ? value : null));

/** A linear axis from zero where values are close to it, with a little room above. */
function tidy(low, high) {
  if (low === null || high === null) return [0, 1];
  if (low === high) return [Math.min(0, low), high > 0 ? high * 1.1 : 1];
  const room = (high - low) * 0.06;
  const bottom = low >= 0 && low < high * 0.6 ? 0 : low - (low < 0 ? room : 0);
  return [bottom, high + room];
}
