/**
 * The playback page: puts player, timeline, day picker, clock, clip and keys together, and keeps the address in step.
 * @module
 */

import { ArchiveStrip } from "./archive_strip.js";
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
import { clockTenths, dateShort, dayOf, dayStartUs, duration, nowUs, rfc3339Local, SECOND_US } from "../site_time.js";
import { clamp, spanOf } from "./timeline_model.js";

const facts = /** @type {import("../page_data.js").PlaybackFacts} */ (pageData.playback);
const { camera } = facts;

const player = new Player(part("[data-player]", HTMLElement), camera.id);
const data = new TimelineData(camera);
const timeline = new Timeline(part("[data-plot]", HTMLElement), data, facts.at_us);
const archive = new ArchiveStrip(part("[data-archive]", HTMLElement), document.querySelector("[data-archive-days]"), camera);
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
  if (!isPlaying) keepAddress();
}

/** The address bar names the moment, so that copying it shares the moment. */
function keepAddress() {
  const url = new URL(location.href);
  url.searchParams.set("cam", String(camera.id));
  url.searchParams.set("t", rfc3339Local(player.wallUs));
  for (const [name, us] of /** @type {[string, number | null | undefined][]} */ ([["in", clip?.inUs], ["out", clip?.outUs]])) {
    if (us === null || us === undefined) url.searchParams.delete(name);
    else url.searchParams.set(name, rfc3339Local(us));
  }
  history.replaceState(null, "", url);
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
  keepAddress();
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
  keepAddress();
});
clip?.addEventListener("seek", (event) => player.seek(/** @type {CustomEvent<number>} */ (event).detail, { play: false }));

for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-act]"))) {
  button.addEventListener("click", () => act(button.dataset["act"] ?? ""));
  if (!clip && (button.dataset["act"] === "in" || button.dataset["act"] === "out")) button.hidden = true;
}
const speed = part("[data-speed]", HTMLSelectElement);
speed.addEventListener("change", () => player.setSpeed(Number(speed.value)));
const picker = part("[data-camera-picker]", HTMLSelectElement);
picker.addEventListener("change", () => {
  // The moment stays, the camera changes.
  location.assign(`/playback?${new URLSearchParams({ cam: picker.value, t: rfc3339Local(player.wallUs) })}`);
});
watchKeys(act, (by) => player.seek(player.wallUs + by), speed);

if (facts.asked_clip) clip?.set(...facts.asked_clip);
archive.setSeen(timeline.view);
showTime(facts.at_us);
zoomLabel.textContent = duration(spanOf(timeline.view));
if (facts.is_live) player.goLive();
else player.seek(facts.at_us, { play: false });
