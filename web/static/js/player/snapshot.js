/**
 * Snapshots: the frame on screen as a file in full resolution, with a band below it that says where and when it was taken.
 * @module
 */

import { request } from "../page/api.js";
import { pageData } from "../page/page_data.js";
import { clockTenths, dateShort, dayOf, nearestTenth, rfc3339, SECOND_US } from "../page/site_time.js";

/** The server makes pictures up to this wide; where it was recorded smaller, the answer is as large as that. */
const WIDEST = 1920;
const PRODUCT = "Siring";
const BAND_COLOUR = "#0b1118";
const PLACE_COLOUR = "#ffffff";
const TIME_COLOUR = "#e8edf2";
const SMALLEST_LETTER = 12;
/** Letters are as high as this part of the picture's width: 20 pixels of 1280. */
const LETTERS_WIDE = 64;
/** A running video paints within this time, or it does not run. */
const FRAME_PATIENCE_MS = 400;
/** Frames of the slowest cameras last this long. */
const LONGEST_FRAME_US = SECOND_US;

/**
 * @typedef {import("./tile.js").Tile<import("./tile.js").TileCamera>} Tile
 * @typedef {{source: CanvasImageSource, width: number, height: number, at_us: number}} CapturedFrame
 */

/**
 * Save the picture on screen.
 * @param {Tile} tile
 * @returns {Promise<string | null>} the file's name; null in a gap, where there is no picture
 */
export async function saveSnapshot(tile) {
  if (tile.state === "gap") return null;
  if (tile.state === "playing") await nextFrame(tile);
  const frame = videoFrame(tile) ?? (await serverFrame(tile));
  const blob = await picture(frame, tile);
  if (!blob) throw new Error("the browser made no picture");
  const name = fileName(tile, frame.at_us);
  save(blob, name);
  return name;
}

/** A running video is reported just after it is painted: a picture drawn then is the frame whose time is known. @param {Tile} tile */
async function nextFrame(tile) {
  const patience = AbortSignal.timeout(FRAME_PATIENCE_MS);
  await new Promise((resolve) => {
    tile.on("frame", () => resolve(null), patience);
    patience.addEventListener("abort", resolve);
  });
}

/** Whether a still picture or a keyframe lies over the video. @param {Tile} tile */
const isCovered = (tile) => !tile.poster.image.hidden || tile.root.querySelector("video.keyframes.shown") !== null;

/**
 * The frame that the video element shows, where it is the camera's main stream. A picture is evidence: it is taken only
 * where the video is what is seen, and the time of its frame is known.
 * @param {Tile} tile @returns {CapturedFrame | null}
 */
function videoFrame(tile) {
  const { video, pictureUs, positionUs } = tile;
  const isSettled = tile.trouble === null && (tile.state === "paused" || tile.state === "playing");
  if (
    tile.role !== "main" ||
    !isSettled ||
    isCovered(tile) ||
    video.seeking ||
    video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA
  )
    return null;
  if (pictureUs === 0 || positionUs === null || Math.abs(positionUs - pictureUs) > LONGEST_FRAME_US) return null;
  return { source: video, width: video.videoWidth, height: video.videoHeight, at_us: pictureUs };
}

/**
 * What the browser cannot decode, shows small or shows nearly, the server decodes: of the instant of the picture on screen,
 * or of the one that is asked for while only something like it is there. What comes says itself of when it is.
 * @param {Tile} tile @returns {Promise<CapturedFrame>}
 */
async function serverFrame(tile) {
  const at_us = tile.pictureUs > 0 && tile.poster.image.hidden ? tile.pictureUs : tile.targetUs;
  const query = new URLSearchParams({ at: rfc3339(at_us), exact: "1", width: String(WIDEST) });
  const answer = await request(`/api/v1/cameras/${tile.camera.id}/picture?${query}`);
  const taken = answer.headers.get("X-Picture-Time-Us");
  if (taken === null) throw new Error("a picture without its time");
  const image = await createImageBitmap(await answer.blob());
  return { source: image, width: image.width, height: image.height, at_us: Number(taken) };
}

/**
 * @typedef {{words: string, weight: number, colour: string, side: "left" | "right", row: number}} BandText
 */

/**
 * What the band says: two rows where the picture is wide enough, else one text a row.
 * @param {Tile} tile
 * @param {number} at_us
 * @param {(words: string) => number} widthOf
 * @param {number} room
 * @returns {BandText[]}
 */
function bandTexts(tile, at_us, widthOf, room) {
  const shown_us = nearestTenth(at_us);
  const time = `${dateShort(shown_us)} ${clockTenths(shown_us)} ${pageData().zone_label}`;
  const whose = `${pageData().site_name} · ${PRODUCT}`;
  const isWide = widthOf(`${time}   ${whose}`) <= room;
  return [
    { words: tile.camera.title, weight: 600, colour: PLACE_COLOUR, side: "left", row: 0 },
    { words: time, weight: 500, colour: TIME_COLOUR, side: "left", row: 1 },
    { words: whose, weight: 400, colour: TIME_COLOUR, side: isWide ? "right" : "left", row: isWide ? 1 : 2 },
  ];
}

/** @param {CapturedFrame} frame @param {Tile} tile @returns {Promise<Blob | null>} */
async function picture(frame, tile) {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  if (!context) return null;
  const letter = Math.max(SMALLEST_LETTER, Math.round(frame.width / LETTERS_WIDE));
  const row = Math.round(letter * 1.5);
  const { fontFamily } = getComputedStyle(document.body);
  const widthOf = (/** @type {string} */ words) => {
    context.font = `500 ${letter}px ${fontFamily}`;
    return context.measureText(words).width;
  };
  const room = frame.width - 2 * letter;
  const texts = bandTexts(tile, frame.at_us, widthOf, room);
  const rows = 1 + Math.max(...texts.map((one) => one.row));
  canvas.width = frame.width;
  canvas.height = frame.height + rows * row + letter;
  context.drawImage(frame.source, 0, 0, frame.width, frame.height);
  context.fillStyle = BAND_COLOUR;
  context.fillRect(0, frame.height, canvas.width, canvas.height - frame.height);
  context.textBaseline = "middle";
  for (const { words, weight, colour, side, row: at } of texts) {
    context.font = `${weight} ${letter}px ${fontFamily}`;
    context.fillStyle = colour;
    context.textAlign = side;
    // A name that is longer than the picture is wide is drawn narrower rather than cut off.
    context.fillText(
      words,
      side === "left" ? letter : frame.width - letter,
      frame.height + letter / 2 + (at + 0.5) * row,
      room,
    );
  }
  return new Promise((resolve) => {
    canvas.toBlob(resolve, "image/png");
  });
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
}
