/**
 * The review page: makes its parts, connects their events, and keeps the address up to date.
 * @module
 */

import { commandsOf } from "./commands.js";
import { asksToPlay, keepAddress, returnAfterSignIn } from "./address.js";
import { BookmarkPanel } from "../personal/bookmark_panel.js";
import { CameraChips } from "../cameras/camera_chips.js";
import { CameraPicker } from "../cameras/camera_picker.js";
import { savesData } from "./choices.js";
import { ChosenCameras } from "../cameras/chosen_cameras.js";
import { ClipPanel } from "../clip/clip_panel.js";
import { ClipSheet } from "../clip/clip_sheet.js";
import { ClockForm } from "./clock_form.js";
import { DayCards } from "../days/day_cards.js";
import { DayPicker } from "../days/day_picker.js";
import { Deck } from "../player/deck.js";
import { GapList } from "../timeline/gap_list.js";
import { HelpDialog } from "./help_dialog.js";
import { HoldDialog } from "../evidence/hold_dialog.js";
import { HourSlider } from "../days/hour_slider.js";
import { Keys } from "./keys.js";
import { LayoutSwitch } from "../cameras/layout_switch.js";
import { Notices } from "./notices.js";
import { every } from "../page/every.js";
import { notify } from "../page/notice.js";
import { OtherDays } from "../days/other_days.js";
import { pageData, part, text } from "../page/page_data.js";
import { QuickSearch } from "../search/quick_search.js";
import { RecorderWatch } from "./recorder_watch.js";
import { keepResumePoint } from "./resume_point.js";
import { instantOn, timeOfDayUs } from "../days/same_clock.js";
import { ReviewMode } from "./review_mode.js";
import { StageNotes } from "./stage_notes.js";
import { keepToolbarOnFocus } from "./tile_toolbar.js";
import { TileMessages } from "../player/tile_messages.js";
import { Timeline } from "../timeline/timeline.js";
import { TimelineData } from "../timeline/timeline_data.js";
import { duration, nowUs, SECOND_US } from "../page/site_time.js";
import { offerDataSaver } from "./bandwidth_notice.js";
import { spanOf } from "../timeline/timeline_model.js";
import { TransportRow } from "./transport_row.js";

const ADDRESS_MS = 5_000;

const facts = /** @type {import("../page/page_data.js").PlaybackFacts} */ (pageData().playback);
/** The mode that a link asked for; a choice on the page takes its place. */
let linkedMode = new URLSearchParams(location.search).get("mode");

const cameras = new ChosenCameras(facts.cameras, facts.focused_id);
const mode = new ReviewMode(facts.mode, facts.is_mode_chosen);
const stage = part("[data-stage]", HTMLElement);
const deck = new Deck(
  {
    stage,
    mosaic: part("[data-mosaic]", HTMLElement, stage),
    tilePattern: part("[data-tile-pattern]", HTMLTemplateElement, stage),
  },
  { dataSaver: savesData(facts.data_saver), skipGaps: facts.skip_gaps },
);
const data = new TimelineData(deck.signal);
const timeline = new Timeline(part("[data-timeline]", HTMLElement), data, facts.at_us, deck.signal);
const days = new DayPicker(cameras.focused, facts.at_us, deck.signal);
const dayCards = new DayCards(deck.signal);
const hours = new HourSlider(deck.signal);
const clock = new ClockForm();
const clip = facts.may_export ? new ClipPanel(deck) : null;
const search = new QuickSearch(deck, timeline, () =>
  clip && clip.inUs !== null && clip.outUs !== null ? [clip.inUs, clip.outUs] : null,
);
const otherDays = new OtherDays(deck);
const sheet = clip ? new ClipSheet(clip) : null;
const bookmarks = new BookmarkPanel(deck, data, clip);
const hold = clip && facts.may_hold ? new HoldDialog(deck, clip, data) : null;
const chips = new CameraChips();
const layouts = new LayoutSwitch(deck, mode, facts.layout);
const picker = new CameraPicker(facts.all_cameras, () => layouts.chosen);
const notices = new Notices();
const help = new HelpDialog({ letter_keys: facts.letter_keys, skip_gaps: facts.skip_gaps, data_saver: deck.dataSaver });
new StageNotes(deck);
keepToolbarOnFocus(deck, part("[data-tile-toolbar]", HTMLElement, stage));
new TileMessages(deck, data);
new TransportRow(deck);
const gaps = new GapList(part("[data-gap-list]", HTMLElement), data, deck);

/** @returns {import("./address.js").Shown} */
function shown() {
  return {
    camera_ids: cameras.ids,
    focused_id: cameras.focusedId,
    at_us: deck.wallUs,
    zoom_us: spanOf(timeline.view),
    in_us: clip?.inUs ?? null,
    out_us: clip?.outUs ?? null,
    layout: layouts.chosen,
    mode: linkedMode,
  };
}

const updateAddress = () => keepAddress(shown());
const seek = (/** @type {number} */ us) => deck.seek(us);

/** @param {number} us */
function showTime(us) {
  clock.show(us);
  days.setDay(us);
  dayCards.show(us);
  hours.show(us);
  timeline.setPlayhead(us);
  if (!deck.isPlaying) timeline.setFrame({ at_us: us, length_us: deck.focused.frameSeconds * SECOND_US });
}

/** Everything that shows or takes the chosen cameras; in simple mode there is one. */
function showCameras() {
  const seen = mode.isSimple ? [cameras.focused] : cameras.all;
  chips.show(cameras.all, cameras.focusedId);
  timeline.setLanes(seen, cameras.focusedId);
  clip?.setCameras(seen);
  days.setCamera(cameras.focused);
  dayCards.setCamera(cameras.focusedId);
  hours.setCamera(cameras.focusedId);
}

/** The same clock time on another day. @param {string} day */
function goToDay(day) {
  const at = instantOn(day, timeOfDayUs(deck.wallUs));
  timeline.showDay(day);
  deck.seek(Math.min(at, nowUs() - SECOND_US));
}

deck.on("time", () => showTime(deck.wallUs));
deck.on("seek", () => {
  showTime(deck.wallUs);
  updateAddress();
});
deck.on("state", () => {
  if (!deck.isPlaying) updateAddress();
});
deck.on("focus", (id) => cameras.focus(id));
deck.on("skip", ({ from_us, to_us }) => {
  const gap = data.gapAt(cameras.focusedId, (from_us + to_us) / 2);
  notify(
    text("player.skipped", { length: duration(to_us - from_us), cause: text(`cause.${gap?.cause ?? "unknown"}`) }),
  );
});
cameras.on("focus", () => {
  showCameras();
  void recorder.poll();
  updateAddress();
});
cameras.on("change", () => {
  deck.setCameras(cameras.all, cameras.focusedId);
  layouts.show();
  showCameras();
  void recorder.poll();
  updateAddress();
});
mode.on("change", () => {
  linkedMode = null;
  layouts.show();
  showCameras();
  showTime(deck.wallUs);
  updateAddress();
});
timeline.on("seek", seek);
timeline.on("scrub", (us) => deck.scrub(us));
timeline.on("scrub-cancel", () => deck.cancelScrub());
hours.on("seek", seek);
hours.on("scrub", (us) => deck.scrub(us));
hours.on("scrub-cancel", () => deck.cancelScrub());
timeline.on("view", () => {
  bookmarks.plan();
  gaps.plan();
  part("[data-zoom-label]", HTMLElement).textContent = duration(spanOf(timeline.view));
});
timeline.on("marks", ({ in_us, out_us }) => clip?.set(in_us, out_us));
timeline.on("focus", (id) => deck.focus(id));
timeline.on("bookmark", ({ start_us }) => deck.seek(start_us));
clock.on("seek", seek);
search.on("seek", seek);
otherDays.on("seek", seek);
days.on("day", goToDay);
days.on("moment", seek);
dayCards.on("day", goToDay);
if (clip) {
  clip.on("marks", ({ in_us, out_us }) => {
    timeline.setMarks(in_us, out_us);
    updateAddress();
  });
  clip.on("seek", (us) => deck.seek(us, { play: false }));
}
bookmarks.on("seek", seek);
gaps.on("seek", seek);
if (hold) hold.on("seek", (us) => deck.seek(us, { play: false }));
chips.on("focus", (id) => deck.focus(id));
chips.on("remove", (id) => cameras.remove(id));
chips.on("first", (id) => cameras.first(id));
picker.on("choose", (wish) => {
  if (wish.layout) layouts.set(wish.layout);
  cameras.choose(wish.camera_ids).catch(() => notify(text("player.no_answer")));
});

const run = commandsOf({
  deck,
  timeline,
  edge: (direction) => data.edge(cameras.ids, deck.wallUs, direction),
  clip,
  sheet,
  bookmarks,
  hold,
  clock,
  days,
  search,
  otherDays,
  cameras,
  picker,
  mode,
  help,
  notices,
  layouts,
  updateAddress,
});
timeline.on("bookmark-wish", (us) => {
  deck.seek(us, { play: false });
  run("bookmark");
});
const keys = new Keys(facts.keys, run, facts.letter_keys, deck.signal);
const onClick = (/** @type {MouseEvent} */ event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-command]") : null;
  if (button instanceof HTMLElement) run(button.dataset["command"] ?? "");
};
document.addEventListener("click", onClick, { signal: deck.signal });
help.on("choice", ({ name, isOn }) => {
  if (name === "letter_keys") keys.lettersAreOn = isOn;
  else if (name === "skip_gaps") deck.setSkipGaps(isOn);
  else deck.setDataSaver(isOn);
});

returnAfterSignIn(updateAddress);
keepResumePoint(deck, shown);
offerDataSaver(deck, notices, () => deck.dataSaver);
const recorder = new RecorderWatch(notices, () => cameras.focused, deck.signal);
const followPlaying = () => {
  if (deck.isPlaying) updateAddress();
};
every(ADDRESS_MS, followPlaying, deck.signal);
addEventListener("pagehide", updateAddress, { signal: deck.signal });

if (facts.zoom_s !== null) timeline.show(facts.at_us, facts.zoom_s * SECOND_US);
deck.setCameras(cameras.all, cameras.focusedId);
layouts.show();
showCameras();
showTime(facts.at_us);
part("[data-zoom-label]", HTMLElement).textContent = duration(spanOf(timeline.view));
if (facts.asked_clip) clip?.set(...facts.asked_clip);
if (facts.is_live) deck.goLive();
else deck.seek(facts.at_us, { play: asksToPlay() });
