/**
 * Hides the choice of cameras for administrators, who see every camera.
 * @module
 */

const choice = document.querySelector("[data-camera-choice]");

function follow() {
  const role = document.querySelector("input[data-role]:checked");
  choice?.toggleAttribute("hidden", role instanceof HTMLInputElement && role.value === "admin");
}

for (const radio of document.querySelectorAll("input[data-role]")) radio.addEventListener("change", follow);
follow();
