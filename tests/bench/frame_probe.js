/**
 * Watches the frames that a page's video puts on the screen and reads the time burned into each.
 *
 * Loaded by tests/bench/test_browser.py after tests/browser/frame_truth.js; leaves `window.frameProbe`.
 */
(() => {
  /** A label further from the frame's own time than this is another frame's. */
  const NEAR_US = 2_000_000;
  const PATIENCE_MS = 3_000;

  /** @param {HTMLVideoElement} video @returns {number | null} UTC microseconds of the frame shown, null where no band is read */
  const truth = (video) => frameTruth(video)?.time_us ?? null;

  const root = document.querySelector("[data-player]");
  const video = root.querySelector("video");
  const plot = document.querySelector("[data-plot]");
  /** @type {{at_ms: number, truth_us: number | null}[]} */
  let frames = [];
  let released_ms = 0;
  const onFrame = () => {
    frames.push({ at_ms: performance.now(), truth_us: truth(video) });
    video.requestVideoFrameCallback(onFrame);
  };
  video.requestVideoFrameCallback(onFrame);
  plot.addEventListener("pointerup", () => {
    released_ms = performance.now();
    frames = [];
  }, { capture: true });

  window.frameProbe = {
    /** The click's answer once the player has come to rest on a frame: how long it took and what is shown. */
    settled() {
      const last = frames.at(-1);
      if (!last || last.truth_us === null || !["paused", "playing"].includes(root.dataset.state)) return null;
      const label_us = Number(root.dataset.wallUs);
      const isLabelled = Math.abs(label_us - last.truth_us) < NEAR_US;
      if (!isLabelled && performance.now() - last.at_ms < PATIENCE_MS) return null;
      return { ms: last.at_ms - released_ms, truth_us: last.truth_us, label_us, isLabelled };
    },
    /** Milliseconds from a jump to a random place in what is buffered until its frame is on screen: decoding alone. */
    async bareSeek(share) {
      const { buffered } = video;
      const range = Math.floor(share * buffered.length);
      const [start, end] = [buffered.start(range), buffered.end(range)];
      const began = performance.now();
      const painted = new Promise((resolve) => { video.requestVideoFrameCallback(() => resolve(performance.now())); });
      video.currentTime = start + ((share * buffered.length) % 1) * (end - start - 0.2);
      return (await painted) - began;
    },
    shown() {
      return { now_us: Date.now() * 1000, truth_us: truth(video), state: root.dataset.state };
    },
  };
})();
