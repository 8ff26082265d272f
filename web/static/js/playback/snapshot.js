/**
 * The frame on screen as a file in full resolution, with a band below it that says where and when it was taken.
 * @module
 */

import { request } from "../api.js";
import { notify } from "../notice.js";
import { pageData, text } from "../page_data.js";
import { clockTenths, dateShort, dayOf, rfc3339 } from "../site_time.js";

/** The server makes pictures up to this wide; where it was recorded smaller, the answer is as large as that. */
const WIDEST = 1920;
const PRODUCT = "Siring";
const BAND_COLOUR = "#0b1118";
const PLACE_COLOUR = "#ffffff";
const TIME_COLOUR = "#e8edf2";

/**
 * @typedef {import("./tile.js").Tile} Tile
 * @typedef {{source: CanvasImageSource, width: number, height: number, at_us: number}} Still
 */

/** @param {Tile} tile */
export async function saveSnapshot(tile) {
  if (tile.state === "gap") {
    notify(text("clip.snapshot_gap"));
    return;
  }
  let still;
  try {
    still = videoStill(tile) ?? (await serverStill(tile));
  } catch {
    notify(text("clip.snapshot_failed"));
    return;
  }
  const blob = await picture(still, tile);
  if (blob) save(blob, fileName(tile, still.at_us));
  else notify(text("clip.snapshot_failed"));
}

/** The frame that the video element shows, where it is the camera's main stream. @param {Tile} tile @returns {Still | null} */
function videoStill(tile) {
  const { video } = tile;
  if (tile.role !== "main" || tile.state === "unsupported" || tile.state === "loading" || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
  return { source: video, width: video.videoWidth, height: video.videoHeight, at_us: tile.wallUs };
}

/** What the browser cannot decode, or shows small, the server decodes. @param {Tile} tile @returns {Promise<Still>} */
async function serverStill(tile) {
  const query = new URLSearchParams({ at: rfc3339(tile.wallUs), exact: "1", width: String(WIDEST) });
  const answer = await request(`/api/v1/cameras/${tile.camera.id}/picture?${query}`);
  const image = await createImageBitmap(await answer.blob());
  return { source: image, width: image.width, height: image.height, at_us: Number(answer.headers.get("X-Picture-Time-Us") ?? tile.wallUs) };
}

/** @param {Still} still @param {Tile} tile @returns {Promise<Blob | null>} */
async function picture(still, tile) {
  const canvas = document.createElement("canvas");
  const letter = Math.max(12, Math.round(still.width / 64));
  const band = Math.round(letter * 3.4);
  canvas.width = still.width;
  canvas.height = still.height + band;
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.drawImage(still.source, 0, 0, still.width, still.height);
  context.fillStyle = BAND_COLOUR;
  context.fillRect(0, still.height, still.width, band);
  const font = getComputedStyle(document.body).fontFamily;
  const [upper, lower] = [still.height + band * 0.34, still.height + band * 0.72];
  context.textBaseline = "middle";
  const draw = (/** @type {string} */ words, /** @type {number} */ y, /** @type {"left" | "right"} */ side, /** @type {string} */ style) => {
    context.font = style;
    context.textAlign = side;
    context.fillText(words, side === "left" ? letter : still.width - letter, y, still.width * 0.64);
  };
  context.fillStyle = PLACE_COLOUR;
  draw(tile.camera.title, upper, "left", `600 ${letter}px ${font}`);
  context.fillStyle = TIME_COLOUR;
  draw(`${dateShort(still.at_us)} ${clockTenths(still.at_us)} ${pageData.zone_label}`, lower, "left", `500 ${letter}px ${font}`);
  draw(`${pageData.site_name} · ${PRODUCT}`, lower, "right", `400 ${Math.round(letter * 0.85)}px ${font}`);
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
}

/** "Balai Kota, Halaman depan 2025-11-25 14.05.09.2.png". @param {Tile} tile @param {number} at_us @returns {string} */
function fileName(tile, at_us) {
  const time = clockTenths(at_us).replaceAll(":", ".");
  return `${tile.camera.title} ${dayOf(at_us)} ${time}.png`.replace(/[\\/:*?"<>|]+/g, "-");
}

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  notify(text("clip.snapshot_saved", { name }));
}
