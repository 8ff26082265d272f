"""The session description of one stream (RFC 4566), with the parameter sets a recorder needs before the first frame."""

from __future__ import annotations

import base64

from vms.simulator.camera_spec import Codec, VideoSpec
from vms.simulator.rtsp.tone import PCMU_PAYLOAD_TYPE, SAMPLE_RATE
from vms.simulator.rtsp.viewer import VIDEO_PAYLOAD_TYPE

VIDEO_TRACK = "trackID=0"
AUDIO_TRACK = "trackID=1"


def describe(*, name: str, video: VideoSpec, headers: tuple[bytes, ...], has_sound: bool) -> str:
    """Return the SDP text of a stream whose encoder makes the parameter sets `headers`."""
    sets = [base64.b64encode(unit).decode() for unit in headers]
    if video.codec is Codec.H264:
        # RFC 6184 8.1: profile-level-id is the three bytes behind the SPS's NAL header.
        encoding = "H264"
        details = f"packetization-mode=1;profile-level-id={headers[0][1:4].hex()};sprop-parameter-sets={','.join(sets)}"
    else:
        encoding = "H265"
        details = ";".join(
            f"sprop-{kind}={text}" for kind, text in zip(("vps", "sps", "pps"), sets, strict=True)
        )
    lines = [
        "v=0",
        "o=- 0 1 IN IP4 127.0.0.1",
        f"s={name}",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        f"m=video 0 RTP/AVP {VIDEO_PAYLOAD_TYPE}",
        f"a=rtpmap:{VIDEO_PAYLOAD_TYPE} {encoding}/90000",
        f"a=fmtp:{VIDEO_PAYLOAD_TYPE} {details}",
        f"a=framerate:{video.fps}",
        f"a=control:{VIDEO_TRACK}",
    ]
    if has_sound:
        lines += [
            f"m=audio 0 RTP/AVP {PCMU_PAYLOAD_TYPE}",
            f"a=rtpmap:{PCMU_PAYLOAD_TYPE} PCMU/{SAMPLE_RATE}",
            f"a=control:{AUDIO_TRACK}",
        ]
    return "\r\n".join([*lines, ""])
