// Numbers, days and dates as people read them.

const PREFIXES = ["", "k", "M", "G", "T", "P", "E", "Z", "Y", "R", "Q"];

/** Three digits and an SI prefix: 12.3k, 4.56M; small numbers as they are. */
function count(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 0.001) return value.toExponential(2).replace("e", " × 10^");
  if (size < 1) return trimmed(value.toPrecision(2));
  if (size < 999.5) return Number.isInteger(value) ? String(value) : trimmed(value.toPrecision(3));
  let power = Math.min(Math.floor(Math.log10(size) / 3), PREFIXES.length - 1);
  if (size / 1000 ** power >= 999.5) power += 1;
  if (power >= PREFIXES.length) return value.toExponential(2);
  return trimmed((value / 1000 ** power).toPrecision(3)) + PREFIXES[power];
}

function trimmed(text) {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

const dollars = (value) => (value === null ? "–" : "$" + count(value));

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** A share as a percentage. */
function percent(value) {
  if (value === null || value === undefined) return "–";
  const hundred = value * 100;
  if (hundred !== 0 && Math.abs(hundred) < 0.1) return trimmed(hundred.toPrecision(2)) + "%";
  return (hundred !== 0 && Math.abs(hundred) < 10 ? hundred.toFixed(1) : hundred.toFixed(0)) + "%";
}

/** Orders of magnitude. */
const ooms = (value) => (value === null || value === undefined ? "–" : (Math.abs(value) < 0.005 ? 0 : value).toFixed(2));

/** A multiple of something, such as human speed. */
const times = (value) => (value === null || value === undefined ? "–" : count(value) + "×");

const DAY_MS = 86400000;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The calendar date of a day; `dayZero` is that of day 0 in milliseconds, null where runs differ. */
function dateOf(day, dayZero) {
  return dayZero === null ? "" : new Date(dayZero + Math.floor(day + 1e-9) * DAY_MS).toISOString().slice(0, 10);
}

function monthOf(day, dayZero) {
  const date = new Date(dayZero + Math.floor(day + 1e-9) * DAY_MS);
  return MONTHS[date.getUTCMonth()] + " " + date.getUTCFullYear();
}

function dayOfMonth(day, dayZero) {
  const date = new Date(dayZero + Math.floor(day + 1e-9) * DAY_MS);
  return MONTHS[date.getUTCMonth()] + " " + date.getUTCDate();
}

/** Day and date: `day 62 (2027-08-31)`. */
function dayText(day, dayZero) {
  const date = dateOf(day, dayZero);
  return "day " + trimmed(day.toFixed(1)) + (date ? " (" + date + ")" : "");
}

/** A stretch of days in the unit that one would say it in. */
function stretch(days) {
  if (days < 120) return trimmed(days.toFixed(0)) + " days";
  if (days < 730) return trimmed((days / (365 / 12)).toFixed(1)) + " months";
  return trimmed((days / 365).toFixed(1)) + " years";
}
