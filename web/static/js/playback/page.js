/**
 * The playback page: puts player, timeline, day picker, clock, clip and keys together, and keeps the address in step.
 * @module
 */

import { keepAddress, queryOf } from "./address.js";
import { ArchiveStrip } from "./archive_strip.js";
import { CameraChips } from "./camera_chips.js";
import { ClipPanel } from "./clip_panel.js";
import { ClockForm } from "./clock_form.js";
import { DayPicker } from "./day_picker.js";
import { GapList } from "./gap_list.js";
import { HoverPicture } from "./hover_picture.js";
import { watchKeys } from "./keys.js";
import { notify } from "../notice.js";
import { pageData, part, text } from "../page_data.js";
import { Player } from "./player.js";
import { PlayerMessages } from "./player_messages.js";
import { saveSnapshot } from "./snapshot.js";
import { Timeline } from "./timeline.js";
import { TimelineData } from "./timeline_data.js";
import { clockTenths, dateShort, dayOf, dayStartUs, duration, nowUs, SECOND_US } from "../site_time.js";
import { clamp, spanOf } from "./timeline_model.js";

const facts = /** @type {import("../page_data.js").PlaybackFacts} */ (pageData.playback);
const camera = /** @type {import("../page_data.js").CameraFacts} */ (facts.cameras.find((one) => one.id === facts.focused_id));

const player = new Player(part("[data-player]", HTMLElement), camera.id);
const data = new TimelineData(camera);
const timeline = new Timeline(part("[data-plot]", HTMLElement), data, facts.at_us);
const archive = new ArchiveStrip(part("[data-archive]", HTMLElement), document.querySelector("[data-archive-days]"), camera);
const chips = new CameraChips();
const days = new DayPicker(camera.id, facts.at_us);
const clock = new ClockForm();
const clip = facts.may_export ? new ClipPanel(camera) : null;
new PlayerMessages(player, data);
new GapList(part("[data-gap-list]", HTMLElement), data, (us) => player.seek(us));
new HoverPicture(timeline, data, camera.id);

const frameClock = part("[data-frame-clock]", HTMLElement);
const liveMark = part("[data-live-mark]", HTMLElement);
const gutterDate = part("[data-gutter-date]", HTMLElement);
const zoomLabel = part("[data-zoom-label]", HTMLElement);
const playWord = part("[data-play-word]", HTMLElement);

/** @param {number} us */
function showTime(us) {
  clock.show(us);
  days.setDay(us);
  timeline.setPlayhead(us);
}

function showState() {
  const { isPlaying } = player;
  part("[data-icon-play]", HTMLElement).hidden = isPlaying;
  part("[data-icon-pause]", HTMLElement).hidden = !isPlaying;
  playWord.textContent = text(isPlaying ? "player.pause" : "player.play");
  liveMark.hidden = !player.isLive;
  part('[data-act="live"]', HTMLElement).setAttribute("aria-pressed", String(player.isLive));
  if (!isPlaying) tellAddress();
}

/** @param {number[]} camera_ids @param {number} focused_id */
function shownWith(camera_ids, focused_id) {
  return {
    camera_ids, focused_id, at_us: player.wallUs, zoom_us: spanOf(timeline.view),
    in_us: clip?.inUs ?? null, out_us: clip?.outUs ?? null, layout: facts.layout, mode: null,
  };
}

function tellAddress() {
  keepAddress(shownWith(facts.cameras.map((one) => one.id), camera.id));
}

/** @param {string} action @returns {void} */
function act(action) {
  const at = player.wallUs;
  const actions = /** @type {Record<string, () => void>} */ ({
    play: () => (player.isPlaying ? player.pause() : player.play()),
    back: () => player.seek(at - 10 * SECOND_US),
    forward: () => player.seek(at + 10 * SECOND_US),
    "frame-before": () => player.step(-1),
    "frame-after": () => player.step(1),
    "edge-before": () => goToEdge(-1),
    "edge-after": () => goToEdge(1),
    live: () => player.goLive(),
    in: () => clip?.mark("in", at),
    out: () => clip?.mark("out", at),
    "zoom-in": () => timeline.zoom(-1),
    "zoom-out": () => timeline.zoom(1),
    "zoom-day": () => timeline.showDay(dayOf(at)),
    snapshot: () => void saveSnapshot(player, camera),
    full: () => void (document.fullscreenElement ? document.exitFullscreen() : player.root.requestFullscreen?.()),
    time: () => clock.open(),
    calendar: () => days.open(),
    export: () => document.querySelector("[data-clip-reason]")?.closest("form")?.querySelector("input")?.focus(),
    "day-start": () => player.seek(dayStartUs(dayOf(at))),
    now: () => player.goLive(),
  });
  actions[action]?.();
}

/** @param {1 | -1} direction */
function goToEdge(direction) {
  const to = data.edge(player.wallUs, direction);
  if (to !== null) player.seek(to);
  else notify(text(direction > 0 ? "player.no_edge_after" : "player.no_edge_before"));
}

player.addEventListener("frame", () => {
  showTime(player.wallUs);
  frameClock.textContent = clockTenths(player.wallUs);
  liveMark.hidden = !player.isLive;
});
player.addEventListener("seek", () => {
  showTime(player.wallUs);
  tellAddress();
});
player.addEventListener("state", showState);
player.addEventListener("skip", (event) => {
  const [from, to] = /** @type {CustomEvent<[number, number]>} */ (event).detail;
  const gap = data.gapAt((from + to) / 2);
  notify(text("player.skipped", { length: duration(to - from), cause: text(`cause.${gap?.cause ?? "unknown"}`) }));
});
timeline.addEventListener("seek", (event) => player.seek(/** @type {CustomEvent<number>} */ (event).detail));
timeline.addEventListener("scrub", (event) => {
  const at = /** @type {CustomEvent<number>} */ (event).detail;
  clock.show(at);
  player.preview(at);
});
timeline.addEventListener("view", () => {
  archive.setSeen(timeline.view);
  gutterDate.textContent = dateShort(clamp(timeline.view.from_us, 0, nowUs()));
  zoomLabel.textContent = duration(spanOf(timeline.view));
});
timeline.addEventListener("marks", (event) => {
  const { in_us, out_us } = /** @type {CustomEvent<{in_us: number, out_us: number}>} */ (event).detail;
  clip?.set(in_us, out_us);
});
archive.addEventListener("seek", (event) => {
  const at = /** @type {CustomEvent<number>} */ (event).detail;
  timeline.showDay(dayOf(at));
  player.seek(at);
});
clock.addEventListener("seek", (event) => player.seek(/** @type {CustomEvent<number>} */ (event).detail));
days.addEventListener("day", (event) => {
  const day = /** @type {CustomEvent<string>} */ (event).detail;
  // The same clock time on the chosen day.
  const at = dayStartUs(day) + (player.wallUs - dayStartUs(dayOf(player.wallUs)));
  timeline.showDay(day);
  player.seek(Math.min(at, nowUs() - SECOND_US));
});
clip?.addEventListener("marks", (event) => {
  const { in_us, out_us } = /** @type {CustomEvent<{in_us: number | null, out_us: number | null}>} */ (event).detail;
  timeline.setMarks(in_us, out_us);
  tellAddress();
});
clip?.addEventListener("seek", (event) => player.seek(/** @type {CustomEvent<number>} */ (event).detail, { play: false }));

for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-act]"))) {
  button.addEventListener("click", () => act(button.dataset["act"] ?? ""));
  if (!clip && (button.dataset["act"] === "in" || button.dataset["act"] === "out")) button.hidden = true;
}
const speed = part("[data-speed]", HTMLSelectElement);
speed.addEventListener("change", () => player.setSpeed(Number(speed.value)));
/** The moment stays, the cameras change. @param {number[]} camera_ids @param {number} focused_id */
function reopen(camera_ids, focused_id) {
  location.assign(`/playback?${queryOf(shownWith(camera_ids, focused_id))}`);
}

const ids = facts.cameras.map((one) => one.id);
chips.addEventListener("focus", (event) => reopen(ids, /** @type {CustomEvent<number>} */ (event).detail));
chips.addEventListener("remove", (event) => {
  const left = ids.filter((id) => id !== /** @type {CustomEvent<number>} */ (event).detail);
  reopen(left, left.includes(camera.id) ? camera.id : left[0] ?? camera.id);
});
chips.show(facts.cameras, camera.id);
for (const button of document.querySelectorAll("[data-dismiss]")) button.addEventListener("click", () => button.parentElement?.remove());
watchKeys(act, (by) => player.seek(player.wallUs + by), speed);

if (facts.asked_clip) clip?.set(...facts.asked_clip);
archive.setSeen(timeline.view);
showTime(facts.at_us);
zoomLabel.textContent = duration(spanOf(timeline.view));
if (facts.is_live) player.goLive();
else player.seek(facts.at_us, { play: false });
