import assert from "node:assert/strict";
import { test } from "node:test";

import { ESLint } from "eslint";

const eslint = new ESLint();

/**
 * The rules that a line breaks, in a script of the timeline.
 * @param {string} line
 * @returns {Promise<(string | null)[]>}
 */
async function brokenBy(line) {
  const code = `/** @param {AbortSignal} signal @param {() => Promise<void>} ask */\nexport function f(signal, ask) {\n  ${line}\n}\n`;
  const [result] = await eslint.lintText(code, { filePath: "web/static/js/timeline/hold_bars.js" });
  const unused = "@typescript-eslint/no-unused-vars";
  return (result?.messages ?? []).map(({ ruleId }) => ruleId).filter((ruleId) => ruleId !== unused);
}

for (const [line, rule] of /** @type {const} */ ([
  ["ask();", "@typescript-eslint/no-floating-promises"],
  ["if (ask()) return;", "@typescript-eslint/no-misused-promises"],
  ["[1].forEach(async () => { await ask(); });", "@typescript-eslint/no-misused-promises"],
  ["return signal == undefined;", "eqeqeq"],
  ["{ const signal = 1; return signal; }", "@typescript-eslint/no-shadow"],
  ["setInterval(ask, 1000);", "no-restricted-globals"],
  ['document.addEventListener("click", () => void ask());', "no-restricted-syntax"],
  ['addEventListener("resize", () => void ask(), true);', "no-restricted-syntax"],
  ['window.addEventListener("resize", () => void ask(), { capture: true });', "no-restricted-syntax"],
]))
  test(`${rule} is asked of ${line}`, async () => {
    assert.ok((await brokenBy(line)).includes(rule));
  });

for (const line of [
  "void ask();",
  'document.addEventListener("click", () => void ask(), { signal });',
  'addEventListener("resize", () => void ask(), { capture: true, signal });',
])
  test(`nothing is wrong with ${line}`, async () => {
    assert.deepEqual(await brokenBy(line), []);
  });
