/**
 * Watches the frames that a page's video puts on the screen and reads the time burned into each.
 *
 * Layout of the band: vms/simulator/frame_truth.py. Loaded by tests/bench/test_browser.py; leaves `window.frameProbe`.
 */
(() => {
  const COLUMNS = 64;
  const ROWS = 2;
  const BAND_HEIGHTS = 18;
  /** A label further from the frame's own time than this is another frame's. */
  const NEAR_US = 2_000_000;
  const PATIENCE_MS = 3_000;

  /** @param {Uint8Array} bytes @returns {number} CRC-16/CCITT-FALSE */
  function crc(bytes) {
    let value = 0xffff;
    for (const byte of bytes) {
      value ^= byte << 8;
      for (let bit = 0; bit < 8; bit += 1) value = (value & 0x8000 ? (value << 1) ^ 0x1021 : value << 1) & 0xffff;
    }
    return value;
  }

  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });

  /** @param {HTMLVideoElement} video @returns {number | null} UTC microseconds of the frame shown, null where no band is read */
  function truth(video) {
    const { videoWidth: width, videoHeight: height } = video;
    const rows = Math.ceil(height / BAND_HEIGHTS);
    if (width === 0) return null;
    canvas.width = width;
    canvas.height = rows;
    context.drawImage(video, 0, 0, width, rows, 0, 0, width, rows);
    const pixels = context.getImageData(0, 0, width, rows).data;
    const means = [];
    for (let row = 0; row < ROWS; row += 1) {
      const y = Math.floor(((2 * row + 1) * height) / (4 * BAND_HEIGHTS));
      for (let column = 0; column < COLUMNS; column += 1) {
        const first = Math.floor(((4 * column + 1) * width) / (4 * COLUMNS));
        const end = Math.max(first + 1, Math.floor(((4 * column + 3) * width) / (4 * COLUMNS)));
        let sum = 0;
        for (let x = first; x < end; x += 1) sum += pixels[4 * (y * width + x) + 1];
        means.push(sum / (end - first));
      }
    }
    const low = Math.min(...means);
    const high = Math.max(...means);
    if (high - low < 40) return null;
    const bytes = new Uint8Array(16);
    means.forEach((mean, bit) => { if (mean > (low + high) / 2) bytes[bit >> 3] |= 0x80 >> (bit & 7); });
    if (crc(bytes.subarray(0, 14)) !== ((bytes[14] << 8) | bytes[15])) return null;
    const view = new DataView(bytes.buffer);
    return view.getUint32(4) * 2 ** 32 + view.getUint32(8);
  }

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
