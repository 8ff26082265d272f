/**
 * The first page: choosing a camera by typing, favourites at a touch, and figures that are fresh or visibly old.
 * @module
 */

import { request } from "../page/api.js";
import { notify, withReference } from "../page/notice.js";
import { part, text } from "../page/page_data.js";
import { CameraCombobox } from "./camera_combobox.js";

const REFRESH_MS = 8_000;
/** Older figures are shown as old (H2). */
const STALE_MS = 10_000;

const page = document.querySelector(".home");
let answeredMs = performance.now();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {string} path @returns {Promise<DocumentFragment>} a piece of the page, as the server writes it */
async function fetchPart(path) {
  return document.createRange().createContextualFragment(await (await request(path)).text());
}

/** Say how old the figures are, and grey them once they may be wrong. */
function showAge() {
  const age_ms = performance.now() - answeredMs;
  const seconds = Math.floor(age_ms / 1000);
  const shown = document.querySelector("[data-age]");
  if (shown) shown.textContent = seconds < 2 ? text("home_live.fresh") : text("home_live.data_age", { n: seconds });
  page?.classList.toggle("stale", age_ms > STALE_MS);
}

/**
 * Put fresh pieces in the place of those that differ; what is the same stays, so that nothing is announced twice.
 * @param {DocumentFragment} fresh
 */
function replaceParts(fresh) {
  for (const piece of fresh.querySelectorAll("[data-part]")) {
    const old = document.querySelector(`[data-part="${piece.getAttribute("data-part")}"]`);
    const age = piece.querySelector("[data-age]");
    if (age) age.textContent = old?.querySelector("[data-age]")?.textContent ?? age.textContent;
    if (!old || piece.isEqualNode(old)) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
    old.replaceChildren(...piece.childNodes);
    if (focused) /** @type {HTMLElement | null} */ (old.querySelector(`[href="${focused}"]`))?.focus();
  }
}

async function refresh() {
  clearTimeout(timer);
  if (!document.hidden) {
    try {
      replaceParts(await fetchPart("/overview/state"));
      answeredMs = performance.now();
    } catch {
      // The age goes on growing, and the shell's banner says that the server does not answer.
    }
    showAge();
  }
  timer = setTimeout(refresh, REFRESH_MS);
}

/**
 * Make a camera a favourite or none, and show the row of favourites anew; the focus stays on the same star.
 * @param {HTMLFormElement} form
 */
async function toggleFavourite(form) {
  const id = form.dataset["favourite"];
  const wanted = part('input[name="on"]', HTMLInputElement, form).value === "1";
  const inMenu = form.closest("[data-choose]") !== null;
  try {
    await request(`/api/v1/favourites/${id}`, { method: wanted ? "PUT" : "DELETE" });
    const fresh = await fetchPart("/overview/cameras");
    const section = part('[data-part="cameras"]', HTMLElement);
    const scrolled = section.querySelector(".sheet")?.scrollTop ?? 0;
    section.replaceChildren(fresh);
    const menu = part("[data-choose]", HTMLDetailsElement, section);
    menu.open = inMenu;
    part(".sheet", HTMLElement, menu).scrollTop = scrolled;
    const stars = [...section.querySelectorAll(`[data-favourite="${id}"]`)].filter(
      (other) => menu.contains(other) === inMenu,
    );
    const star = stars[0]?.querySelector("[data-star]") ?? menu.querySelector("summary");
    /** @type {HTMLElement | null} */ (star)?.focus();
  } catch (error) {
    notify(withReference(text("home_live.favourite_failed"), error));
  }
}

if (page?.querySelector("[data-camera-combobox]")) {
  new CameraCombobox(part("[data-camera-combobox]", HTMLElement));
  for (const field of page.querySelectorAll("input[data-select-all]")) {
    if (field instanceof HTMLInputElement) field.addEventListener("focus", () => field.select());
  }
  page.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.dataset["favourite"] === undefined) return;
    event.preventDefault();
    void toggleFavourite(form);
  });
  setInterval(showAge, 1000);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void refresh();
  });
  timer = setTimeout(refresh, REFRESH_MS);
}
