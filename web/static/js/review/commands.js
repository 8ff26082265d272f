/**
 * The commands of the review page by name, as its buttons and keys call them.
 * @module
 */

import { keepChoices } from "./choices.js";
import { notify, withReference } from "../page/notice.js";
import { text } from "../page/page_data.js";
import { copyLink } from "./address.js";
import { saveSnapshot } from "../player/snapshot.js";
import { dayOf, dayStartUs, MINUTE_US, SECOND_US } from "../page/site_time.js";

/** From fast backwards to fast forwards. */
const SPEEDS = [-16, -8, -4, -2, -1, 0.25, 0.5, 1, 2, 4, 8, 16];

/**
 * @typedef {object} Parts what the commands work on
 * @property {import("../player/deck.js").Deck} deck
 * @property {import("../timeline/timeline.js").Timeline} timeline
 * @property {(direction: 1 | -1) => number | null} edge where footage or a mark begins or ends next
 * @property {import("../clip/clip_panel.js").ClipPanel | null} clip null without the right to export
 * @property {import("../clip/clip_sheet.js").ClipSheet | null} sheet
 * @property {import("../personal/bookmark_panel.js").BookmarkPanel} bookmarks
 * @property {import("../evidence/hold_dialog.js").HoldDialog | null} hold null without the right to lock evidence
 * @property {import("./clock_form.js").ClockForm} clock
 * @property {import("../days/day_picker.js").DayPicker} days
 * @property {import("../search/quick_search.js").QuickSearch} search
 * @property {import("../days/other_days.js").OtherDays} otherDays
 * @property {import("../cameras/chosen_cameras.js").ChosenCameras} cameras
 * @property {import("../cameras/camera_picker.js").CameraPicker} picker
 * @property {import("./review_mode.js").ReviewMode} mode
 * @property {import("./help_dialog.js").HelpDialog} help
 * @property {import("./notices.js").Notices} notices
 * @property {import("../cameras/layout_switch.js").LayoutSwitch} layouts
 * @property {() => void} updateAddress
 */

/**
 * @param {Parts} parts
 * @returns {(name: string) => boolean} runs the command; false where it had nothing to do
 */
export function commandsOf(parts) {
  const { deck, timeline, clip, sheet, clock, days, search, otherDays, cameras, picker, mode, help } = parts;
  const by = (/** @type {number} */ us) => () => deck.seek(deck.wallUs + us);
  const toEdge = (/** @type {1 | -1} */ direction) => () => {
    const to = parts.edge(direction);
    if (to !== null) deck.seek(to);
    else notify(text(direction > 0 ? "player.no_edge_after" : "player.no_edge_before"));
  };
  const setLayout = (/** @type {import("../page/page_data.js").LayoutName} */ layout) => {
    parts.layouts.set(layout);
    parts.updateAddress();
  };
  const changeSpeed = (/** @type {1 | -1} */ step) => () => {
    const next = SPEEDS[SPEEDS.indexOf(deck.speed) + step];
    if (next !== undefined) deck.setSpeed(next);
  };

  /** @type {Record<string, (() => unknown) | null>} */
  const commands = {
    play: () => deck.toggle(),
    back: by(-10 * SECOND_US),
    forward: by(10 * SECOND_US),
    "five-before": by(-5 * SECOND_US),
    "five-after": by(5 * SECOND_US),
    "minute-before": by(-MINUTE_US),
    "minute-after": by(MINUTE_US),
    "ten-minutes-before": by(-10 * MINUTE_US),
    "ten-minutes-after": by(10 * MINUTE_US),
    "day-start": () => deck.seek(dayStartUs(dayOf(deck.wallUs))),
    live: () => deck.goLive(),
    "frame-before": () => deck.step(-1),
    "frame-after": () => deck.step(1),
    "edge-before": toEdge(-1),
    "edge-after": toEdge(1),
    slower: changeSpeed(-1),
    faster: changeSpeed(1),
    time: () => clock.open(),
    calendar: () => days.open(),
    "quick-search": () => search.open(),
    "other-days": () => otherDays.open(),
    "zoom-in": () => timeline.zoom(-1),
    "zoom-out": () => timeline.zoom(1),
    "zoom-day": () => timeline.showDay(dayOf(deck.wallUs)),
    in: clip && (() => clip.mark("in", deck.wallUs)),
    out: clip && (() => clip.mark("out", deck.wallUs)),
    "clip-clear": clip && (() => clip.clear()),
    export: clip && sheet && (() => (mode.isSimple ? sheet.open(deck.wallUs) : clip.focusForm())),
    bookmark: () => parts.bookmarks.add(),
    hold: parts.hold && (() => parts.hold?.open()),
    snapshot: () => void takeSnapshot(deck.focused),
    full: () => deck.toggleFullscreen(),
    maximise: () =>
      cameras.all.length > 1 ? deck.maximise(deck.maximised === null ? cameras.focusedId : null) : false,
    cameras: () => picker.open(cameras.ids, false),
    "change-camera": () => picker.open(cameras.ids, mode.isSimple),
    "layout-one": () => setLayout("one"),
    "layout-focus": () => setLayout("focus"),
    "layout-grid": () => setLayout("grid"),
    "mode-simple": () => mode.set("simple"),
    "mode-full": () => mode.set("full"),
    "copy-link": () => {
      parts.updateAddress();
      void copyLink();
    },
    "data-saver": () => {
      deck.setDataSaver(!deck.dataSaver);
      help.show("data_saver", deck.dataSaver);
      parts.notices.hide("slow");
      void keepChoices({ data_saver: deck.dataSaver });
    },
    help: () => help.open(),
    escape: () => (deck.maximised === null ? false : deck.maximise(null)),
  };
  for (let number = 1; number <= 9; number += 1) {
    commands[`camera-${number}`] = () => {
      const camera = cameras.all[number - 1];
      if (!camera) return false;
      deck.focus(camera.id);
      return true;
    };
  }
  return (name) => {
    const command = commands[name];
    return command ? command() !== false : false;
  };
}

/** Save the picture on screen, and say what came of it. @param {import("../player/tile.js").Tile} tile */
async function takeSnapshot(tile) {
  try {
    const name = await saveSnapshot(tile);
    notify(name === null ? text("clip.snapshot_gap") : text("clip.snapshot_saved", { name }));
  } catch (error) {
    notify(withReference(text("clip.snapshot_failed"), error));
  }
}
