// What eslint asks of our scripts, beyond what tsc and prettier see to.
import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import globals from "globals";
import ts from "typescript-eslint";

/** Listening to the document or the window without a third argument, or with one that holds no signal. */
const LISTENING = [
  'CallExpression[callee.object.name=/^(document|window)$/][callee.property.name="addEventListener"]',
  'CallExpression[callee.name="addEventListener"]',
]
  .map((call) => `${call}:not([arguments.2.properties.0.key.name="signal"])`)
  .map((call) => `${call}:not([arguments.2.properties.1.key.name="signal"])`);

export default defineConfig(
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  ts.configs.stylisticTypeChecked,
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      eqeqeq: "error",
      "no-duplicate-imports": "error",
      "no-implicit-globals": "error",
      "prefer-const": "error",
      "@typescript-eslint/no-shadow": "error",
      // Numbers and what is missing write themselves as one expects; objects do not.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowAny: false, allowRegExp: false }],
      // `() => this.draw()` hands on nothing worth a pair of braces.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // A class without methods is a structure, or a part of the page that lives by its listeners.
      "@typescript-eslint/no-extraneous-class": ["error", { allowConstructorOnly: true }],
      // No form of ours has a file in it, which is what FormData could also hold.
      "@typescript-eslint/no-base-to-string": ["error", { ignoredTypeNames: ["Error", "File", "URL"] }],
      // Does not see a cast in a comment; tsc does, and asks the same.
      "@typescript-eslint/restrict-plus-operands": "off",
      // Takes `??=` for no reading; tsc's noUnusedLocals asks the same.
      "no-unused-private-class-members": "off",
      // `!drag || drag.id !== id` reads better than the comparison of a value that may not be there.
      "@typescript-eslint/prefer-optional-chain": "off",
    },
  },
  // What is not a page itself ends with its owner: a wall of cameras stays open for weeks.
  {
    files: ["web/static/js/**/*.js"],
    ignores: ["web/static/js/{page,pages}/*.js"],
    rules: {
      "no-restricted-globals": ["error", { name: "setInterval", message: "Use every() of page/every.js." }],
      "no-restricted-syntax": ["error", ...LISTENING.map((selector) => ({ selector, message: "Hand in a signal." }))],
    },
  },
  // node:test awaits its tests by itself.
  {
    files: ["tests/scripts/**/*.js"],
    languageOptions: { globals: globals.node },
    rules: {
      "@typescript-eslint/no-floating-promises": [
        "error",
        { allowForKnownSafeCalls: [{ from: "package", package: "node:test", name: "test" }] },
      ],
    },
  },
  // Put into pages as they are, by tests; and this file. No project of tsc has them.
  {
    files: ["tests/{bench,browser}/**/*.js", "eslint.config.js"],
    extends: [ts.configs.disableTypeChecked],
    languageOptions: { globals: { frameTruth: "readonly" } },
  },
);
