/**
 * The server's clock and the site's time zone: how every time on a page is known and written.
 *
 * Times are whole microseconds since 1970 in UTC; a JavaScript number holds them exactly until the year 2255.
 * @module
 */

import { json } from "./api.js";
import { Emitter } from "./emitter.js";
import { once } from "./once.js";
import { pageData, text } from "./page_data.js";

export const SECOND_US = 1_000_000;
export const MINUTE_US = 60 * SECOND_US;
export const HOUR_US = 60 * MINUTE_US;
export const DAY_US = 24 * HOUR_US;

/** So much is no drift: the device slept, and its clocks stood still, or somebody set the server's. */
const JUMP_US = 5 * SECOND_US;

/** Emits `jump` when the present turns out to be another than was believed. @type {Emitter<{jump: undefined}>} */
export const present = new Emitter();

/** When the page's scripts began; the server's clock in the page was of about then. */
const openedMs = performance.now();
/** What an answer told since. @type {number | null} */
let learntUs = null;

/** The server's clock minus this page's. */
const offsetUs = () => learntUs ?? pageData().now_us - openedMs * 1000;

/** The server's present, whatever this device's clock says. @returns {number} */
export function nowUs() {
  return Math.round(offsetUs() + performance.now() * 1000);
}

/**
 * Learn the server's clock from an answer; half the journey is the best guess of its age.
 * @param {number} serverUs
 * @param {number} tookMs
 */
export function learnNow(serverUs, tookMs) {
  const believedUs = nowUs();
  learntUs = serverUs + (tookMs * 1000) / 2 - performance.now() * 1000;
  // An answer that was long on its way tells less.
  if (Math.abs(nowUs() - believedUs) > JUMP_US + tookMs * 1000) present.emit("jump");
}

/** Ask the server for the present. Without an answer what was believed stays. */
export async function askNow() {
  const beganMs = performance.now();
  try {
    /** @type {{now_us: number}} */
    const answer = await json("/api/v1/time");
    learnNow(answer.now_us, performance.now() - beganMs);
  } catch {
    // The shell's banner says that the server does not answer.
  }
}

/** @param {Intl.DateTimeFormatOptions} options @returns {Intl.DateTimeFormat} */
function format(options) {
  return new Intl.DateTimeFormat(pageData().language, { timeZone: pageData().zone, ...options });
}

const formats = once(() => ({
  clock: new Intl.DateTimeFormat("en-GB", {
    timeZone: pageData().zone,
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }),
  day: new Intl.DateTimeFormat("en-CA", {
    timeZone: pageData().zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }),
  short: format({ weekday: "short", day: "numeric", month: "short", year: "numeric" }),
  long: format({ weekday: "long", day: "numeric", month: "long", year: "numeric" }),
  dayMonth: format({ day: "numeric", month: "short" }),
  month: format({ month: "long", year: "numeric" }),
  weekday: format({ weekday: "long" }),
  weekdayShort: format({ weekday: "short" }),
}));

/** @param {number} us @returns {Date} */
const dateOf = (us) => new Date(Math.floor(us / 1000));

/**
 * @param {Intl.DateTimeFormat} formatter
 * @param {number} us
 * @returns {Record<string, string>}
 */
function partsOf(formatter, us) {
  return Object.fromEntries(formatter.formatToParts(dateOf(us)).map((p) => [p.type, p.value]));
}

/** "14:05:09". @param {number} us @returns {string} */
export const clock = (us) => formats().clock.format(dateOf(us));

/** "14:05". @param {number} us @returns {string} */
export const clockMinutes = (us) => clock(us).slice(0, 5);

/** The tenth of the second, cut and never rounded up. @param {number} us @returns {number} */
export const tenth = (us) => Math.floor(us / 100_000) % 10;

/** "14:05:09.2". @param {number} us @returns {string} */
export const clockTenths = (us) => `${clock(us)}.${tenth(us)}`;

/** The nearest whole tenth of a second: of a frame that began 14 ms before 05:30:00 a clock says that. @param {number} us @returns {number} */
export const nearestTenth = (us) => Math.round(us / 100_000) * 100_000;

/** "Sel, 25 Nov 2025". @param {number} us @returns {string} */
export function dateShort(us) {
  const p = partsOf(formats().short, us);
  return `${p["weekday"]}, ${p["day"]} ${p["month"]} ${p["year"]}`;
}

/** "Selasa, 25 November 2025". @param {number} us @returns {string} */
export function dateLong(us) {
  const p = partsOf(formats().long, us);
  return `${p["weekday"]}, ${p["day"]} ${p["month"]} ${p["year"]}`;
}

/** "25 Nov". @param {number} us @returns {string} */
export function dayMonth(us) {
  const p = partsOf(formats().dayMonth, us);
  return `${p["day"]} ${p["month"]}`;
}

/** "November 2025". @param {number} us @returns {string} */
export const monthName = (us) => formats().month.format(dateOf(us));

/** "Selasa". @param {number} us @returns {string} */
export const weekday = (us) => formats().weekday.format(dateOf(us));

/** "Sel". @param {number} us @returns {string} */
export const weekdayShort = (us) => formats().weekdayShort.format(dateOf(us));

/** "2025-11-25", the local day that holds the instant. @param {number} us @returns {string} */
export const dayOf = (us) => formats().day.format(dateOf(us));

/**
 * Local wall time minus UTC at an instant.
 * @param {number} us
 * @returns {number}
 */
export function zoneOffsetUs(us) {
  const [year, month, day] = dayOf(us).split("-").map(Number);
  const [hour, minute, second] = clock(us).split(":").map(Number);
  const asUtcMs = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  return asUtcMs * 1000 - Math.floor(us / SECOND_US) * SECOND_US;
}

/**
 * The first instant of a local day.
 * @param {string} day as `dayOf` writes it
 * @returns {number}
 */
export function dayStartUs(day) {
  const utc = Date.parse(`${day}T00:00:00Z`) * 1000;
  // Two rounds settle the offset, also on days when clocks change.
  const guess = utc - zoneOffsetUs(utc);
  return utc - zoneOffsetUs(guess);
}

/** The day so many days later. @param {string} day @param {number} days @returns {string} */
export function dayPlus(day, days) {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** RFC 3339 in UTC, for requests and links. @param {number} us @returns {string} */
export function rfc3339(us) {
  const micro = String(((us % SECOND_US) + SECOND_US) % SECOND_US).padStart(6, "0");
  return `${new Date(Math.floor(us / SECOND_US) * 1000).toISOString().slice(0, 19)}.${micro}Z`;
}

/** RFC 3339 with the site's offset and milliseconds, for the address bar. @param {number} us @returns {string} */
export function rfc3339Local(us) {
  const offset = zoneOffsetUs(us);
  const shown = new Date(Math.floor((us + offset) / 1000)).toISOString().slice(0, 23);
  const minutes = Math.abs(offset) / MINUTE_US;
  const two = (/** @type {number} */ n) => String(Math.floor(n)).padStart(2, "0");
  return `${shown}${offset < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** "12 mnt 30 dtk": the two largest units. @param {number} us @returns {string} */
export function duration(us) {
  const seconds = Math.max(0, Math.round(us / SECOND_US));
  /** @type {[string, number][]} */
  const units = [
    ["d", Math.floor(seconds / 86_400)],
    ["h", Math.floor(seconds / 3600) % 24],
    ["m", Math.floor(seconds / 60) % 60],
    ["s", seconds % 60],
  ];
  const first = units.findIndex(([, n]) => n > 0);
  if (first < 0) return text("units.s", { n: 0 });
  return units
    .slice(first, first + 2)
    .filter(([, n]) => n > 0)
    .map(([unit, n]) => text(`units.${unit}`, { n }))
    .join(" ");
}

/** "1,32 GB", decimal units. @param {number} bytes @returns {string} */
export function size(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** step;
  const digits = step === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toLocaleString(pageData().language, { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${units[step]}`;
}

/**
 * Ask the server what a person meant: one parser reads every form of time that people type.
 * @param {string} typed
 * @param {string} day the day on screen, for times without date
 * @param {{at_us?: number, signal?: AbortSignal}} [more] `at_us`: where the playhead stands, for steps such as "-30"
 * @returns {Promise<number>} it may lie in the future
 */
export async function parseTyped(typed, day, more = {}) {
  const query = new URLSearchParams({ text: typed, day });
  if (more.at_us !== undefined) query.set("at", rfc3339(more.at_us));
  /** @type {{at_us: number}} */
  const answer = await json(`/playback/parse-time?${query}`, more.signal ? { signal: more.signal } : {});
  return answer.at_us;
}
