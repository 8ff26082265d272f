/**
 * A gap as a row of a list: which camera, when, why and how long; a click seeks to where it begins.
 * @module
 */

import { text } from "./page_data.js";
import { clock, dateShort, dayMonth, dayOf, duration, nowUs, SECOND_US } from "./site_time.js";

/** A click on a gap shows the last moments before it. */
const BEFORE_US = 2 * SECOND_US;

/**
 * @typedef {{start_us: number, end_us: number, cause?: string}} Gap the cause is left out where it is not known
 * @typedef {import("./page_data.js").CameraFacts} CameraFacts
 */

/** "14:01:11–14:07:03", with the day where it ends on another. @param {number} start_us @param {number} end_us @returns {string} */
export function clockSpan(start_us, end_us) {
  const end = dayOf(start_us) === dayOf(end_us) ? clock(end_us) : `${dayMonth(end_us)} ${clock(end_us)}`;
  return `${clock(start_us)}–${end}`;
}

/**
 * @param {Gap} gap
 * @param {CameraFacts} camera
 * @param {boolean} isNumbered whether the camera's number stands in front, where there are several
 * @param {(us: number) => void} seek
 * @returns {HTMLElement}
 */
export function gapRow(gap, camera, isNumbered, seek) {
  const row = document.createElement("li");
  const end_us = Math.min(gap.end_us, nowUs());
  const cause = gap.cause === undefined ? "" : text(`cause.${gap.cause}`);
  const when = document.createElement("span");
  when.className = "when";
  if (isNumbered) when.append(numberBadge(camera));
  const jump = document.createElement("button");
  jump.type = "button";
  jump.textContent = clockSpan(gap.start_us, end_us);
  jump.title = [`${camera.title}, ${dateShort(gap.start_us)}`, cause].filter((words) => words !== "").join(": ");
  jump.addEventListener("click", () => seek(Math.max(0, gap.start_us - BEFORE_US)));
  when.append(jump);
  const length = document.createElement("span");
  length.className = "t2 nowrap num";
  length.textContent = duration(end_us - gap.start_us);
  const why = document.createElement("span");
  why.className = "t2 t12 why";
  why.textContent = [isNumbered ? camera.name : "", cause].filter((words) => words !== "").join(": ");
  row.append(when, length, why);
  return row;
}

/** The number that ties a camera together: on chip, tile, lane and here. @param {CameraFacts} camera @returns {HTMLElement} */
export function numberBadge(camera) {
  const badge = document.createElement("span");
  badge.className = "nb";
  badge.textContent = String(camera.number);
  return badge;
}

/** A row of words only. @param {string} words @returns {HTMLElement} */
export function wordsRow(words) {
  const row = document.createElement("li");
  row.className = "t2 plain";
  row.textContent = words;
  return row;
}
