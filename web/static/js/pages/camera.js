/**
 * Tests a camera without leaving its page; without scripts the same form loads the page with the result.
 * @module
 */

import { text } from "../page/page_data.js";

const form = document.querySelector("form[data-camera-test]");
const result = document.querySelector("[data-test-result]");
const waiting = document.querySelector("[data-test-waiting]");

if (form instanceof HTMLFormElement && result && waiting) {
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void testCamera(form, button, result, waiting);
  });
}

/**
 * @param {HTMLFormElement} test
 * @param {HTMLButtonElement} button
 * @param {Element} shown
 * @param {Element} skeleton
 */
async function testCamera(test, button, shown, skeleton) {
  button.disabled = true;
  shown.toggleAttribute("hidden", true);
  skeleton.toggleAttribute("hidden", false);
  try {
    const body = new URLSearchParams([...new FormData(test)].map(([name, value]) => [name, String(value)]));
    const response = await fetch(test.action, {
      method: "POST",
      body,
      headers: { Accept: "text/x-fragment" },
      redirect: "error",
    });
    if (!response.ok) throw new Error(String(response.status));
    shown.replaceChildren(document.createRange().createContextualFragment(await response.text()));
  } catch {
    const words = document.createElement("p");
    words.className = "card-in t14";
    words.textContent = text("player.no_answer");
    shown.replaceChildren(words);
  } finally {
    button.disabled = false;
    shown.toggleAttribute("hidden", false);
    skeleton.toggleAttribute("hidden", true);
  }
}
