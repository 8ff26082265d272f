/**
 * One month as a grid of days, each with how complete its footage is; empty days can be reached, and say why.
 * @module
 */

import { percentOf, shareOf, whyEmpty } from "./day_facts.js";
import { text } from "../page/page_data.js";
import { dateLong, dayOf, dayPlus, dayStartUs, nowUs, weekday, weekdayShort } from "../page/site_time.js";

/** Some Monday: weeks begin on it, here as on every calendar of the country. */
const MONDAY = "2024-01-01";

/** @param {string} day @returns {number} 0 for Monday */
export const weekdayOf = (day) => (new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7;

/** The weeks of a month, each of seven days; null for those of other months. @param {string} month @returns {(string | null)[][]} */
export function weeksOf(month) {
  const first = `${month}-01`;
  /** @type {(string | null)[][]} */
  const weeks = [];
  for (let week = dayPlus(first, -weekdayOf(first)); week.slice(0, 7) <= month; week = dayPlus(week, 7)) {
    const days = [0, 1, 2, 3, 4, 5, 6].map((number) => dayPlus(week, number));
    weeks.push(days.map((day) => (day.startsWith(month) ? day : null)));
  }
  return weeks;
}

/**
 * @typedef {object} MonthScene
 * @property {string} month such as "2025-11"
 * @property {string} chosen the day on screen
 * @property {string} reached the day that Tab reaches
 * @property {import("../page/page_data.js").CameraFacts} camera
 * @property {import("./day_facts.js").MonthFacts | null} facts null while they are on their way
 */

/**
 * @param {MonthScene} scene
 * @param {(day: string, why: string) => void} choose `why` there is nothing to choose; "" where there is
 * @returns {HTMLTableElement}
 */
export function monthGrid(scene, choose) {
  const table = document.createElement("table");
  table.className = "cal";
  table.setAttribute("role", "grid");
  const names = table.createTHead().insertRow();
  for (let number = 0; number < 7; number += 1) {
    const at = dayStartUs(dayPlus(MONDAY, number));
    const head = document.createElement("th");
    head.scope = "col";
    head.abbr = weekday(at);
    head.textContent = weekdayShort(at);
    names.append(head);
  }
  const body = table.createTBody();
  for (const week of weeksOf(scene.month)) {
    const row = body.insertRow();
    for (const day of week) {
      const cell = row.insertCell();
      cell.setAttribute("role", "gridcell");
      if (day === null) continue;
      cell.setAttribute("aria-selected", String(day === scene.chosen));
      cell.append(dayButton(day, scene, choose));
    }
  }
  return table;
}

/** @param {string} day @param {MonthScene} scene @param {(day: string, why: string) => void} choose @returns {HTMLElement} */
function dayButton(day, scene, choose) {
  const start = dayStartUs(day);
  const end = dayStartUs(dayPlus(day, 1));
  const now = nowUs();
  const facts = scene.facts?.get(day);
  const isFuture = start > now;
  const reason = whyEmpty(scene.camera, start, end, now);
  // What lies outside the camera's time needs no facts to be known; those that came are right all the same.
  const isEmpty = isFuture || (scene.facts ? (facts?.covered_us ?? 0) === 0 : reason !== "find.day_none");
  const why = isEmpty ? text(reason) : "";
  const share = shareOf(facts, start, end, now);
  const words = isEmpty ? why : facts ? text("player.coverage", { n: percentOf(share) }) : "";
  const button = document.createElement("button");
  button.type = "button";
  button.dataset["date"] = day;
  button.tabIndex = day === scene.reached ? 0 : -1;
  if (day === dayOf(now)) button.setAttribute("aria-current", "date");
  if (isEmpty) button.setAttribute("aria-disabled", "true");
  button.classList.toggle("none", isEmpty && !isFuture);
  button.title = words;
  const number = document.createElement("span");
  number.setAttribute("aria-hidden", "true");
  number.textContent = String(Number(day.slice(8)));
  const name = document.createElement("span");
  name.className = "vh";
  name.textContent = [dateLong(start), words].filter(Boolean).join(", ");
  const bar = document.createElement("meter");
  bar.value = share;
  bar.hidden = isEmpty;
  bar.setAttribute("aria-hidden", "true");
  button.append(number, name, bar);
  button.addEventListener("click", () => choose(day, why));
  return button;
}
