/**
 * When the session ended while the page was open: sign in, and come back to the moment on screen.
 * @module
 */

import { session } from "../page/api.js";

/** @param {() => void} updateAddress brings the address up to date */
export function returnAfterSignIn(updateAddress) {
  session.addEventListener(
    "end",
    () => {
      updateAddress();
      location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    },
    { once: true },
  );
}
