"""What a simulated camera is: names, sizes, rates and credentials, as frozen values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from vms.domain.errors import InvalidInput

_LEAST_WIDTH = 64
_LEAST_HEIGHT = 36


class Codec(StrEnum):
    """The video codecs a simulated camera can speak."""

    H264 = "h264"
    H265 = "h265"


class Audio(StrEnum):
    """The sound track of a simulated camera."""

    NONE = "none"
    G711 = "g711"
    """PCMU, 8 kHz, a soft steady tone."""


class Scene(StrEnum):
    """The places a simulated camera can look at."""

    SQUARE = "square"
    TOWER = "tower"
    PARK = "park"
    CLINIC = "clinic"
    PROMENADE = "promenade"
    RIVER = "river"


@dataclass(frozen=True, slots=True)
class VideoSpec:
    """One encoded picture stream. Without `bitrate_kbps` the encoder keeps quality instead of rate."""

    width: int = 640
    height: int = 360
    fps: int = 10
    codec: Codec = Codec.H264
    gop_seconds: float = 1.0
    b_frames: int = 0
    bitrate_kbps: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no encoder could make or no band could be drawn in.

        Raises:
            InvalidInput: a size is odd or below 64x36, or a rate is not positive.
        """
        if self.width % 2 or self.height % 2 or self.width < _LEAST_WIDTH or self.height < _LEAST_HEIGHT:
            message = (
                f"{self.width}x{self.height}: both must be even, and at least {_LEAST_WIDTH}x{_LEAST_HEIGHT}"
            )
            raise InvalidInput(message, field="width")
        if self.fps < 1 or self.gop_seconds <= 0 or self.b_frames < 0:
            message = "fps and gop_seconds must be above zero, b_frames not below"
            raise InvalidInput(message, field="fps")

    @property
    def gop_frames(self) -> int:
        """The number of frames from one keyframe to the next, at least 1."""
        return max(1, round(self.gop_seconds * self.fps))


@dataclass(frozen=True, slots=True)
class CameraSpec:
    """One simulated camera.

    `path` is what follows `rtsp://host:port/`; the second stream, where there is one, is at `path` + `/sub`. With
    `port` the camera listens on a port of its own (0 picks a free one), as a real camera does; without, it shares the
    server's. `number` is burned into the pixels and chooses what moves when.
    """

    name: str
    path: str
    number: int
    width: int = 640
    height: int = 360
    fps: int = 10
    codec: Codec = Codec.H264
    gop_seconds: float = 1.0
    b_frames: int = 0
    bitrate_kbps: int | None = None
    audio: Audio = Audio.NONE
    scene: Scene = Scene.SQUARE
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    sub: VideoSpec | None = None
    port: int | None = None

    def __post_init__(self) -> None:
        """Refuse a path that could not stand in a URL, and a video that could not be made.

        Raises:
            InvalidInput: the path, the number, or a field of the video is unusable.
        """
        if not re.fullmatch(r"[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*", self.path) or self.path.endswith("/sub"):
            message = (
                f"camera path {self.path!r}: letters, digits and ._~- between slashes, not ending in /sub"
            )
            raise InvalidInput(message, field="path")
        if not 0 <= self.number < 2**16:
            message = f"camera number {self.number}: must fit 16 bits"
            raise InvalidInput(message, field="number")
        _ = self.video

    @property
    def video(self) -> VideoSpec:
        """The main picture stream."""
        return VideoSpec(
            width=self.width,
            height=self.height,
            fps=self.fps,
            codec=self.codec,
            gop_seconds=self.gop_seconds,
            b_frames=self.b_frames,
            bitrate_kbps=self.bitrate_kbps,
        )

    @property
    def videos(self) -> dict[str, VideoSpec]:
        """Every picture stream of the camera by its path."""
        streams = {self.path: self.video}
        if self.sub is not None:
            streams[f"{self.path}/sub"] = self.sub
        return streams
