/**
 * Reads what a frame says of itself from the picture that a video element shows: `frameTruth(video)`.
 *
 * Layout of the band: vms/simulator/frame_truth.py. Put into every page before its own scripts.
 */
(() => {
  const COLUMNS = 64;
  const ROWS = 2;
  const BAND_HEIGHTS = 18;
  const LEAST_CONTRAST = 40;

  /** @param {Uint8Array} bytes @returns {number} CRC-16/CCITT-FALSE */
  function crc(bytes) {
    let value = 0xffff;
    for (const byte of bytes) {
      value ^= byte << 8;
      for (let bit = 0; bit < 8; bit += 1) value = (value & 0x8000 ? (value << 1) ^ 0x1021 : value << 1) & 0xffff;
    }
    return value;
  }

  /** The middle half of part `index` of `parts`. @param {number} index @param {number} length @param {number} parts */
  function middle(index, length, parts) {
    const first = Math.floor(((4 * index + 1) * length) / (4 * parts));
    return [first, Math.max(first + 1, Math.floor(((4 * index + 3) * length) / (4 * parts)))];
  }

  /** @param {HTMLVideoElement} video @returns {{frame: number, time_us: number, camera: number} | null} */
  globalThis.frameTruth = (video) => {
    const { videoWidth: width, videoHeight: height } = video;
    if (width < COLUMNS || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
    const rows = Math.ceil(height / BAND_HEIGHTS);
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = rows;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(video, 0, 0, width, rows, 0, 0, width, rows);
    const pixels = context.getImageData(0, 0, width, rows).data;
    const means = [];
    for (let row = 0; row < ROWS; row += 1) {
      const [top, bottom] = middle(row, height, ROWS * BAND_HEIGHTS);
      for (let column = 0; column < COLUMNS; column += 1) {
        const [left, right] = middle(column, width, COLUMNS);
        let sum = 0;
        for (let y = top; y < bottom; y += 1) {
          for (let x = left; x < right; x += 1) {
            const at = 4 * (y * width + x);
            sum += pixels[at] + pixels[at + 1] + pixels[at + 2];
          }
        }
        means.push(sum / (3 * (bottom - top) * (right - left)));
      }
    }
    const low = Math.min(...means);
    const high = Math.max(...means);
    if (high - low < LEAST_CONTRAST) return null;
    const bytes = new Uint8Array(16);
    means.forEach((mean, bit) => {
      if (mean > (low + high) / 2) bytes[bit >> 3] |= 0x80 >> (bit & 7);
    });
    const view = new DataView(bytes.buffer);
    if (crc(bytes.subarray(0, 14)) !== view.getUint16(14)) return null;
    // Microseconds stay below 2 ** 53 until the year 2255.
    return {
      frame: view.getUint32(0),
      time_us: view.getUint32(4) * 2 ** 32 + view.getUint32(8),
      camera: view.getUint16(12),
    };
  };

  /** What every tile that can be seen shows now. @returns {object[]} */
  globalThis.tilesShown = () =>
    [...document.querySelectorAll("[data-tile]")]
      .filter((tile) => tile.checkVisibility())
      .map((tile) => {
        const video = tile.querySelector("video");
        return {
          camera_id: Number(tile.dataset.camera),
          state: tile.dataset.state,
          label_us: Number(tile.dataset.wallUs ?? 0),
          truth: frameTruth(video),
          now_us: Date.now() * 1000,
          width: video.videoWidth,
        };
      });

  /** What the playback page shows now. @returns {object} */
  globalThis.shownNow = () => {
    const root = document.querySelector("[data-player]");
    const video = root?.querySelector("video");
    // Tiles are made by the page's scripts.
    if (!video) return { state: "none", label_us: 0, truth: null, now_us: 0, width: 0 };
    return {
      state: root.dataset.state,
      label_us: Number(root.dataset.wallUs ?? 0),
      truth: frameTruth(video),
      now_us: Date.now() * 1000,
      width: video.videoWidth,
    };
  };
})();
