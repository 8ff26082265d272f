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
import { Deck } from "./deck.js";
import { GapList } from "./gap_list.js";
import { HoverPicture } from "./hover_picture.js";
import { watchKeys } from "./keys.js";
import { notify } from "../notice.js";
import { pageData, part, text } from "../page_data.js";
import { saveSnapshot } from "./snapshot.js";
import { TileMessages } from "./tile_messages.js";
import { Timeline } from "./timeline.js";
import { TimelineData } from "./timeline_data.js";
import { dateShort, dayOf, dayStartUs, duration, nowUs, SECOND_US } from "../site_time.js";
import { clamp, spanOf } from "./timeline_model.js";

const facts = /** @type {import("../page_data.js").PlaybackFacts} */ (pageData.playback);
const camera = /** @type {import("../page_data.js").CameraFacts} */ (facts.cameras.find((one) => one.id === facts.focused_id));

const deck = new Deck(part("[data-stage]", HTMLElement), { dataSaver: facts.data_saver, skipGaps: facts.skip_gaps });
const data = new TimelineData(camera);
const timeline = new Timeline(part("[data-plot]", HTMLElement), data, facts.at_us);
const archive = new ArchiveStrip(part("[data-archive]", HTMLElement), document.querySelector("[data-archive-days]"), camera);
const chips = new CameraChips();
const days = new DayPicker(camera.id, facts.at_us);
const clock = new ClockForm();
const clip = facts.may_export ? new ClipPanel(deck) : null;
const gaps = Object.assign(new EventTarget(), {
  gapAt: (/** @type {number} */ id, /** @type {number} */ us) => (id === camera.id ? data.gapAt(us) : null),
});
data.addEventListener("change", () => gaps.dispatchEvent(new Event("change")));
new TileMessages(deck, gaps);
new GapList(part("[data-gap-list]", HTMLElement), data, (us) => deck.seek(us));
new HoverPicture(timeline, data, camera.id);

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
  const { isPlaying } = deck;
  part("[data-icon-play]", HTMLElement).hidden = isPlaying;
  part("[data-icon-pause]", HTMLElement).hidden = !isPlaying;
  playWord.textContent = text(isPlaying ? "player.pause" : "player.play");
  part('[data-act="live"]', HTMLElement).setAttribute("aria-pressed", String(deck.isLive));
  if (!isPlaying) tellAddress();
}

/** @param {number[]} camera_ids @param {number} focused_id */
function shownWith(camera_ids, focused_id) {
  return {
    camera_ids, focused_id, at_us: deck.wallUs, zoom_us: spanOf(timeline.view),
    in_us: clip?.inUs ?? null, out_us: clip?.outUs ?? null, layout: facts.layout, mode: null,
  };
}

function tellAddress() {
  keepAddress(shownWith(facts.cameras.map((one) => one.id), camera.id));
}

/** @param {string} action @returns {void} */
function act(action) {
  const at = deck.wallUs;
  const actions = /** @type {Record<string, () => void>} */ ({
    play: () => (deck.isPlaying ? deck.pause() : deck.play()),
    back: () => deck.seek(at - 10 * SECOND_US),
    forward: () => deck.seek(at + 10 * SECOND_US),
    "frame-before": () => deck.step(-1),
    "frame-after": () => deck.step(1),
    "edge-before": () => goToEdge(-1),
    "edge-after": () => goToEdge(1),
    live: () => deck.goLive(),
    in: () => clip?.mark("in", at),
    out: () => clip?.mark("out", at),
    "zoom-in": () => timeline.zoom(-1),
    "zoom-out": () => timeline.zoom(1),
    "zoom-day": () => timeline.showDay(dayOf(at)),
    snapshot: () => void saveSnapshot(deck.focused),
    full: () => deck.toggleFullscreen(),
    time: () => clock.open(),
    calendar: () => days.open(),
    export: () => clip?.focusForm(),
    "day-start": () => deck.seek(dayStartUs(dayOf(at))),
    now: () => deck.goLive(),
  });
  actions[action]?.();
}

/** @param {1 | -1} direction */
function goToEdge(direction) {
  const to = data.edge(deck.wallUs, direction);
  if (to !== null) deck.seek(to);
  else notify(text(direction > 0 ? "player.no_edge_after" : "player.no_edge_before"));
}

deck.addEventListener("time", () => showTime(deck.wallUs));
deck.addEventListener("seek", () => {
  showTime(deck.wallUs);
  tellAddress();
});
deck.addEventListener("state", showState);
deck.addEventListener("skip", (event) => {
  const { from_us, to_us } = /** @type {CustomEvent<{from_us: number, to_us: number}>} */ (event).detail;
  const gap = data.gapAt((from_us + to_us) / 2);
  notify(text("player.skipped", { length: duration(to_us - from_us), cause: text(`cause.${gap?.cause ?? "unknown"}`) }));
});
timeline.addEventListener("seek", (event) => deck.seek(/** @type {CustomEvent<number>} */ (event).detail));
timeline.addEventListener("scrub", (event) => {
  const at = /** @type {CustomEvent<number>} */ (event).detail;
  deck.scrub(at);
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
  deck.seek(at);
});
clock.addEventListener("seek", (event) => deck.seek(/** @type {CustomEvent<number>} */ (event).detail));
days.addEventListener("day", (event) => {
  const day = /** @type {CustomEvent<string>} */ (event).detail;
  // The same clock time on the chosen day.
  const at = dayStartUs(day) + (deck.wallUs - dayStartUs(dayOf(deck.wallUs)));
  timeline.showDay(day);
  deck.seek(Math.min(at, nowUs() - SECOND_US));
});
clip?.addEventListener("marks", (event) => {
  const { in_us, out_us } = /** @type {CustomEvent<{in_us: number | null, out_us: number | null}>} */ (event).detail;
  timeline.setMarks(in_us, out_us);
  tellAddress();
});
clip?.addEventListener("seek", (event) => deck.seek(/** @type {CustomEvent<number>} */ (event).detail, { play: false }));

for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-act]"))) {
  button.addEventListener("click", () => act(button.dataset["act"] ?? ""));
  if (!clip && (button.dataset["act"] === "in" || button.dataset["act"] === "out")) button.hidden = true;
}
const speed = part("[data-speed]", HTMLSelectElement);
speed.addEventListener("change", () => deck.setSpeed(Number(speed.value)));
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
watchKeys(act, (by) => deck.seek(deck.wallUs + by), speed);

if (facts.asked_clip) clip?.set(...facts.asked_clip);
archive.setSeen(timeline.view);
showTime(facts.at_us);
zoomLabel.textContent = duration(spanOf(timeline.view));
deck.setLayout(facts.layout);
deck.setCameras(facts.cameras, facts.focused_id);
clip?.setCameras(facts.cameras);
if (facts.is_live) deck.goLive();
else deck.seek(facts.at_us, { play: false });
