/**
 * One month as a grid of days, each with how complete its footage is; empty days can be reached, and say why.
 * @module
 */

import { percentOf, shareOf, whyEmpty } from "./day_facts.js";
import { pageData, text } from "../page/page_data.js";
import { dateLong, dayOf, dayPlus, dayStartUs, nowUs } from "../page/site_time.js";

/** Some Monday: weeks begin on it, here as on every calendar of the country. */
const MONDAY = "2024-01-01";
const SHORT = new Intl.DateTimeFormat(pageData.language, { weekday: "short", timeZone: "UTC" });
const LONG = new Intl.DateTimeFormat(pageData.language, { weekday: "long", timeZone: "UTC" });

/** @param {string} day @returns {number} 0 for Monday */
export const weekdayOf = (day) => (new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7;

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
    const noon = new Date(`${dayPlus(MONDAY, number)}T12:00:00Z`);
    const head = document.createElement("th");
    head.scope = "col";
    head.abbr = LONG.format(noon);
    head.textContent = SHORT.format(noon);
    names.append(head);
  }
  const body = table.createTBody();
  const first = `${scene.month}-01`;
  for (let week = dayPlus(first, -weekdayOf(first)); week.slice(0, 7) <= scene.month; week = dayPlus(week, 7)) {
    const row = body.insertRow();
    for (let number = 0; number < 7; number += 1) {
      const day = dayPlus(week, number);
      const cell = row.insertCell();
      cell.setAttribute("role", "gridcell");
      if (day.slice(0, 7) !== scene.month) continue;
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
