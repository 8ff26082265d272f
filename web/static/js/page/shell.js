/**
 * What every page does: the server's clock, the connection banner, menus, fresh camera states, filters.
 * @module
 */

import { ApiError, json, session } from "./api.js";
import { text } from "./page_data.js";
import { clock, dateShort, dayStartUs, learnNow, nowUs, SECOND_US } from "./site_time.js";

const CHECK_MS = 8_000;
const RETRY_MS = 8_000;

/** Show the server's time in every clock of the page. */
function tick() {
  for (const element of document.querySelectorAll("[data-now-clock]")) element.textContent = clock(nowUs());
  setTimeout(tick, 1000 - ((nowUs() / 1000) % 1000));
}

let lastAnswerUs = nowUs();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let checkTimer;

/** Learn the server's clock; without an answer say how old the page's facts are. */
async function checkConnection() {
  clearTimeout(checkTimer);
  const banner = document.getElementById("offline");
  const began = performance.now();
  try {
    /** @type {{now_us: number}} */
    const answer = await json("/api/v1/time");
    learnNow(answer.now_us, performance.now() - began);
    lastAnswerUs = nowUs();
    if (banner) banner.hidden = true;
    // Somebody signed in again in another tab.
    document.getElementById("session-ended")?.toggleAttribute("hidden", true);
    await refreshStates();
    checkTimer = setTimeout(checkConnection, CHECK_MS);
  } catch (error) {
    const isGone = error instanceof ApiError && (error.status === 0 || error.status >= 500);
    if (banner && isGone) {
      const seconds = Math.round((nowUs() - lastAnswerUs) / SECOND_US);
      const age = banner.querySelector("[data-offline-age]");
      if (age) age.textContent = text("shell.data_age", { n: seconds });
      banner.hidden = false;
    } else if (banner) banner.hidden = true;
    checkTimer = setTimeout(checkConnection, RETRY_MS);
  }
}

/**
 * Bring camera states, ages and pictures up to date on pages that show them.
 * The server renders the same marks that it puts into pages, so words and shapes have one source.
 */
async function refreshStates() {
  if (!document.querySelector("[data-live-states]") || document.hidden) return;
  /** @type {{cameras: {id: number, state_html: string, tone: string, age: string, picture_url: string | null}[]}} */
  const answer = await json("/cameras/states");
  for (const camera of answer.cameras) {
    for (const element of document.querySelectorAll(`[data-camera-age="${camera.id}"]`))
      element.textContent = camera.age;
    for (const element of document.querySelectorAll(
      `[data-camera-state="${camera.id}"], [data-camera-tile="${camera.id}"] .lbl.tr`,
    )) {
      element.replaceChildren(document.createRange().createContextualFragment(camera.state_html));
    }
    for (const tile of document.querySelectorAll(`[data-camera-tile="${camera.id}"]`)) {
      tile.classList.toggle("dead", camera.tone === "bad" || camera.tone === "off");
      const picture = tile.querySelector("img[data-picture]");
      if (picture instanceof HTMLImageElement && camera.picture_url) picture.src = camera.picture_url;
    }
  }
}

/** When nobody is signed in any more, the page says so and leads back to itself. */
function watchSession() {
  const banner = document.getElementById("session-ended");
  const again = banner?.querySelector("[data-sign-in-again]");
  session.on("end", () => {
    if (!banner || !(again instanceof HTMLAnchorElement)) return;
    again.href = `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
    banner.hidden = false;
  });
}

/** A picture that cannot be shown gives way to words, also on pieces of a page that come later. */
function watchPictures() {
  /** @param {EventTarget | null} picture @param {boolean} isThere */
  const show = (picture, isThere) => {
    if (!(picture instanceof HTMLImageElement) || picture.dataset["picture"] === undefined) return;
    picture.toggleAttribute("hidden", !isThere);
    picture.parentElement?.classList.remove("waits");
    picture.parentElement?.querySelector(".none")?.toggleAttribute("hidden", isThere);
  };
  // These events do not bubble, but they pass on their way down.
  document.addEventListener("error", (event) => show(event.target, false), true);
  document.addEventListener("load", (event) => show(event.target, true), true);
  for (const picture of document.querySelectorAll("img[data-picture]")) {
    if (
      picture instanceof HTMLImageElement &&
      picture.complete &&
      (picture.naturalWidth > 0 || picture.loading !== "lazy")
    ) {
      show(picture, picture.naturalWidth > 0);
    }
  }
}

function watchMenus() {
  const open = () => /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("details.menu[open]"));
  document.addEventListener("pointerdown", (event) => {
    for (const menu of open()) if (!menu.contains(/** @type {Node} */ (event.target))) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape")
      for (const menu of open()) {
        menu.open = false;
        menu.querySelector("summary")?.focus();
      }
    const inField =
      event.target instanceof Element && event.target.closest("input, select, textarea, [contenteditable]");
    if (event.key === "/" && !inField) {
      const search = document.querySelector("[data-search-focus], [data-filter-rows]");
      if (search instanceof HTMLElement) {
        event.preventDefault();
        search.focus();
      }
    }
  });
}

/** Password fields get their "show" button only where a script can work it. */
function watchPasswords() {
  for (const button of document.querySelectorAll("button[data-reveal]")) {
    const field = button.parentElement?.querySelector("input");
    const word = button.querySelector("span");
    if (!(button instanceof HTMLButtonElement) || !field || !word) continue;
    const [show, hide] = [word.textContent, button.dataset["reveal"] ?? ""];
    button.hidden = false;
    button.addEventListener("click", () => {
      const isShown = field.type === "text";
      field.type = isShown ? "password" : "text";
      word.textContent = isShown ? show : hide;
      field.focus();
    });
  }
}

/** A date reads like every other date of the page until it is edited: browsers write it by their own settings. */
function watchDates() {
  for (const field of document.querySelectorAll("input[data-date]")) {
    const words = field.nextElementSibling;
    if (!(field instanceof HTMLInputElement) || !words) continue;
    const show = () => {
      words.textContent = field.value ? dateShort(dayStartUs(field.value)) : "";
    };
    field.classList.remove("plain");
    field.addEventListener("change", show);
    show();
  }
}

/** Rows of a table whose words match what is typed. */
function watchFilters() {
  for (const field of document.querySelectorAll("input[data-filter-rows]")) {
    if (!(field instanceof HTMLInputElement)) continue;
    const rows = document.querySelectorAll(`#${field.dataset["filterRows"]} > tr`);
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\s+/);
      let shown = 0;
      for (const row of rows) {
        const matches = words.every((word) => row.getAttribute("data-filter-text")?.includes(word));
        row.toggleAttribute("hidden", !matches);
        if (matches) shown += 1;
      }
      document.querySelector("[data-filter-empty]")?.toggleAttribute("hidden", shown > 0);
    });
  }
}

tick();
watchSession();
watchPictures();
watchMenus();
watchPasswords();
watchDates();
watchFilters();
if (document.getElementById("offline")) {
  document.querySelector("[data-offline-retry]")?.addEventListener("click", () => void checkConnection());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void checkConnection();
  });
  checkTimer = setTimeout(checkConnection, CHECK_MS);
}
