"""What a simulator counts, so that a test can compare the frames sent with the frames recorded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClientStats:
    """One client's playing of one stream, running or over.

    Frame numbers are those burned into the pixels, the first and the last in the order of sending; None before any.
    """

    client: str
    path: str
    is_connected: bool
    first_frame: int | None
    last_frame: int | None
    frames_sent: int
    frames_dropped: int
    """Frames not sent because the client did not read; sending begins again at a keyframe."""


@dataclass(frozen=True, slots=True)
class StreamStats:
    """One encoded picture stream. Frames are made only while somebody plays it."""

    path: str
    frames_made: int
    frames_skipped: int
    """Frames left out because the machine was more than a second late."""
    clients: tuple[ClientStats, ...]
    """The clients that play it and the last hundred that did, oldest first."""


@dataclass(frozen=True, slots=True)
class CameraStats:
    """One camera: its main stream and, where there is one, its second."""

    camera: str
    connections: int
    streams: tuple[StreamStats, ...]
