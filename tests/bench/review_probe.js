/**
 * Watches every tile of the review page: when each painted a frame, and which instant was burned into it.
 *
 * Put into every page before its own scripts, behind tests/browser/frame_truth.js; leaves `window.reviewProbe`.
 */
(() => {
  const NEAR_US = 1_500_000;
  const SAME_US = 200_000;
  /** When each video painted last. @type {WeakMap<HTMLVideoElement, number>} */
  const painted = new WeakMap();
  /** When each tile's picture was loaded last. @type {WeakMap<Element, number>} */
  const pictured = new WeakMap();
  const first = { picture_ms: 0, frame_ms: 0, largest_ms: 0 };
  let pressed_ms = 0;

  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) first.largest_ms = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });

  /** @param {HTMLVideoElement} video */
  function watch(video) {
    if (painted.has(video)) return;
    painted.set(video, 0);
    const onFrame = () => {
      painted.set(video, performance.now());
      first.frame_ms ||= performance.now();
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
  }

  function watchAll() {
    for (const video of document.querySelectorAll("[data-tile] video")) watch(/** @type {HTMLVideoElement} */ (video));
  }
  new MutationObserver(watchAll).observe(document, { childList: true, subtree: true });

  document.addEventListener(
    "load",
    (event) => {
      const tile =
        event.target instanceof HTMLImageElement ? event.target.closest("[data-tile], [data-first-tile]") : null;
      if (!tile) return;
      pictured.set(tile, performance.now());
      first.picture_ms ||= performance.now();
    },
    { capture: true },
  );
  let place = "";
  for (const name of ["pointerup", "pointermove"]) {
    document.addEventListener(
      name,
      (event) => {
        // The browser repeats a move where it was when something under the pointer changes.
        const at = `${name} ${event.clientX} ${event.clientY}`;
        if (at !== place) pressed_ms = performance.now();
        place = at;
      },
      { capture: true },
    );
  }

  /** Those that can be seen: the others rest. @returns {Element[]} */
  const tiles = () => [...document.querySelectorAll("[data-tile]")].filter((tile) => tile.checkVisibility());
  /** The video of a tile that can be seen. @param {Element} tile @returns {HTMLVideoElement} */
  const videoOf = (tile) =>
    [...tile.querySelectorAll("video")].find((video) => video.checkVisibility()) ?? tile.querySelector("video");
  const focused = () => document.querySelector("[data-player]");
  const truths = () => tiles().map((tile) => frameTruth(videoOf(tile)));
  const label = () => Number(focused().dataset.wallUs);
  const slider = () => document.querySelector("[data-plot]");

  window.reviewProbe = {
    truths,
    first: () =>
      first.picture_ms && first.frame_ms ? { ...first, largest_ms: first.largest_ms || performance.now() } : null,
    areAllNear(count, at_us) {
      const found = truths();
      return found.length === count && found.every((truth) => truth && Math.abs(truth.time_us - at_us) < NEAR_US);
    },
    /** Instants of all tiles as they stand on the screen now, or null where one shows none. */
    instants() {
      const found = truths();
      return found.every(Boolean) ? found.map((truth) => truth.time_us) : null;
    },
    /** Milliseconds from the last press to the last tile's first frame of the new instant; null while some are to come. */
    settledAll() {
      const at = label();
      const isThere = tiles().every((tile) => {
        const video = videoOf(tile);
        const truth = (painted.get(video) ?? 0) > pressed_ms ? frameTruth(video) : null;
        return truth && Math.abs(truth.time_us - at) < SAME_US && ["paused", "playing"].includes(tile.dataset.state);
      });
      return isThere ? Math.max(...tiles().map((tile) => painted.get(videoOf(tile)))) - pressed_ms : null;
    },
    /** Milliseconds from the pointer's last move to the picture of the last tile; null while some are to come. */
    pictured() {
      const at = tiles().map((tile) => pictured.get(tile) ?? 0);
      return at.every((ms) => ms > pressed_ms) ? Math.max(...at) - pressed_ms : null;
    },
    /** Seconds that the timeline shows, and the pixel of an instant on it, as the page tells them. */
    shown_s: () => Number(slider().dataset.toUs - slider().dataset.fromUs) / 1e6,
    x: (us) =>
      ((us - slider().dataset.fromUs) / (slider().dataset.toUs - slider().dataset.fromUs)) * slider().clientWidth,
    /** The instant at a pixel of the window. */
    at(x) {
      const { left, width } = slider().getBoundingClientRect();
      return Number(slider().dataset.fromUs) + ((x - left) / width) * (slider().dataset.toUs - slider().dataset.fromUs);
    },
    /** An instant as a person types it, in the site's zone. */
    typed(us) {
      const local = new Date(us / 1000 + 8 * 3_600_000).toISOString();
      return `${local.slice(0, 10)} ${local.slice(11, 21)}`;
    },
    /** The instant burned into the focused camera's frame once it is near an instant and at rest. */
    shownNear(us) {
      const truth = frameTruth(videoOf(focused()));
      const isNear = truth && Math.abs(truth.time_us - us) < 3 * SAME_US && Math.abs(label() - truth.time_us) < SAME_US;
      return isNear && focused().dataset.state === "paused" ? truth.time_us : null;
    },
    shown: () => frameTruth(videoOf(focused()))?.time_us ?? null,
    frame: () => frameTruth(videoOf(focused()))?.frame ?? null,
    frameOtherThan(frame) {
      const truth = frameTruth(videoOf(focused()));
      return truth && truth.frame !== frame ? truth.frame : null;
    },
    /** What is shown and since when, for speeds at which frames are skipped. */
    seen() {
      const truth = frameTruth(videoOf(focused()));
      return truth ? { truth_us: truth.time_us, at_ms: performance.now() } : null;
    },
    async bareJump(share) {
      const video = videoOf(focused());
      const { buffered } = video;
      const range = Math.min(buffered.length - 1, Math.floor(share * buffered.length));
      const [start, end] = [buffered.start(range), buffered.end(range)];
      const began = performance.now();
      const shown = new Promise((resolve) => {
        video.requestVideoFrameCallback(() => resolve(performance.now()));
      });
      video.currentTime = start + ((share * 7) % 1) * Math.max(0, end - start - 0.2);
      return (await shown) - began;
    },
    async barePicture(address) {
      const began = performance.now();
      const picture = await createImageBitmap(await (await fetch(address)).blob());
      picture.close();
      return performance.now() - began;
    },
  };
})();
