import assert from "node:assert/strict";
import { test } from "node:test";

import { parseKeyframes } from "../../../web/static/js/player/keyframe_list.js";

test("an I-frame playlist becomes keyframes in order of time", () => {
  const playlist = `#EXTM3U
#EXT-X-MAP:URI="files/2/init.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-25T04:00:02.000000Z
#EXTINF:2.0,
#EXT-X-BYTERANGE:300@4000
files/2/media.mp4
#EXT-X-MAP:URI="files/1/init.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-25T04:00:00.500000Z
#EXTINF:0.0,
#EXT-X-BYTERANGE:200@1000
files/1/media.mp4
`;
  const t = Date.UTC(2026, 10, 25, 4) * 1000;
  assert.deepEqual(parseKeyframes(playlist, "/c/"), [
    {
      start_us: t + 500_000,
      end_us: t + 540_000,
      url: "/c/files/1/media.mp4",
      offset: 1000,
      size: 200,
      init_url: "/c/files/1/init.mp4",
    },
    {
      start_us: t + 2e6,
      end_us: t + 4e6,
      url: "/c/files/2/media.mp4",
      offset: 4000,
      size: 300,
      init_url: "/c/files/2/init.mp4",
    },
  ]);
});
