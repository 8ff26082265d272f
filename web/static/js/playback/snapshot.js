/**
 * The frame on screen as a file, named by place and time.
 * @module
 */

import { notify } from "../notice.js";
import { text } from "../page_data.js";
import { rfc3339Local } from "../site_time.js";

/**
 * @param {import("./tile.js").Tile} player
 * @param {import("../page_data.js").CameraFacts} camera
 */
export async function saveSnapshot(player, camera) {
  const { video } = player;
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || player.state === "gap") {
    notify(text("player.no_snapshot"));
    return;
  }
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  /** @type {Blob | null} */
  const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
  if (!blob) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${camera.title} ${rfc3339Local(player.wallUs)}.png`.replace(/[\\/:*?"<>|]+/g, "-");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
