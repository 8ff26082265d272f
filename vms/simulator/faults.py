"""The ways in which a simulated camera can fail, as values, and what each leaves a camera doing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Literal

from vms.domain.errors import InvalidInput
from vms.simulator.camera_spec import Codec, VideoSpec


@dataclass(frozen=True, slots=True)
class Freeze:
    """Send nothing more, not even an answer, and leave every connection open."""


@dataclass(frozen=True, slots=True)
class Resume:
    """End freeze, refuse, silent, drop and lie_fps; jumps of clocks and changed encodings stay."""


@dataclass(frozen=True, slots=True)
class Close:
    """End every connection in order (FIN); new ones are welcome."""


@dataclass(frozen=True, slots=True)
class Reset:
    """Tear every connection down (RST); new ones are welcome."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer every new request with this status, whatever the password."""

    status: Literal[401, 404, 503] = 401


@dataclass(frozen=True, slots=True)
class Silent:
    """Answer DESCRIBE, SETUP and PLAY, but never send a packet."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Vanish: tear connections down and, once no camera is left behind the port, refuse connections to it.

    A camera with a port of its own refuses at once; one that shares its port resets whoever asks for it.
    """


@dataclass(frozen=True, slots=True)
class RtpJump:
    """From the next frame on, RTP times are this many seconds later."""

    seconds: float = 3600.0


@dataclass(frozen=True, slots=True)
class RtpBackward:
    """From the next frame on, RTP times are this many seconds earlier."""

    seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class SrClockStep:
    """The camera's wall clock, as its RTCP sender reports tell it, steps by this many seconds (negative: back)."""

    seconds: float = -100.0


@dataclass(frozen=True, slots=True)
class LieFps:
    """Frames come at `real_fps`, while RTP times keep claiming the declared rate."""

    real_fps: int = 20


@dataclass(frozen=True, slots=True)
class ChangeEncoding:
    """Encode the main stream otherwise from now on; what is None stays.

    With `is_torn_down` every connection is closed, so that clients learn it from a new DESCRIBE; without, the new
    parameter sets simply appear in band, as bad firmware does it.
    """

    codec: Codec | None = None
    width: int | None = None
    height: int | None = None
    gop_seconds: float | None = None
    b_frames: int | None = None
    is_torn_down: bool = False

    def applied_to(self, video: VideoSpec) -> VideoSpec:
        """Return `video` with the changes.

        Raises:
            InvalidInput: no encoder could make the result.
        """
        return VideoSpec(
            width=video.width if self.width is None else self.width,
            height=video.height if self.height is None else self.height,
            fps=video.fps,
            codec=video.codec if self.codec is None else self.codec,
            gop_seconds=video.gop_seconds if self.gop_seconds is None else self.gop_seconds,
            b_frames=video.b_frames if self.b_frames is None else self.b_frames,
            bitrate_kbps=video.bitrate_kbps,
        )


Fault = (
    Freeze
    | Resume
    | Close
    | Reset
    | Refuse
    | Silent
    | Drop
    | RtpJump
    | RtpBackward
    | SrClockStep
    | LieFps
    | ChangeEncoding
)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a camera behaves for as long as no other fault is applied."""

    is_frozen: bool = False
    is_silent: bool = False
    is_dropped: bool = False
    refusal: Literal[401, 404, 503] | None = None
    real_fps: int | None = None
    rtp_shift_seconds: float = 0.0
    clock_shift_us: int = 0

    def after(self, fault: Fault) -> Behaviour:  # noqa: C901, PLR0911 -- a table, one line for each fault
        """Return the behaviour once `fault` has happened; what happens only once leaves it as it was."""
        match fault:
            case Freeze():
                return replace(self, is_frozen=True)
            case Resume():
                return Behaviour(rtp_shift_seconds=self.rtp_shift_seconds, clock_shift_us=self.clock_shift_us)
            case Refuse(status):
                return replace(self, refusal=status)
            case Silent():
                return replace(self, is_silent=True)
            case Drop():
                return replace(self, is_dropped=True)
            case RtpJump(seconds):
                return replace(self, rtp_shift_seconds=self.rtp_shift_seconds + seconds)
            case RtpBackward(seconds):
                return replace(self, rtp_shift_seconds=self.rtp_shift_seconds - seconds)
            case SrClockStep(seconds):
                return replace(self, clock_shift_us=self.clock_shift_us + round(seconds * 1e6))
            case LieFps(real_fps):
                return replace(self, real_fps=real_fps)
            case Close() | Reset() | ChangeEncoding():
                return self


_BY_NAME: dict[str, type[Fault]] = {
    "freeze": Freeze,
    "resume": Resume,
    "close": Close,
    "reset": Reset,
    "refuse": Refuse,
    "silent": Silent,
    "drop": Drop,
    "rtp_jump": RtpJump,
    "rtp_backward": RtpBackward,
    "sr_clock_step": SrClockStep,
    "lie_fps": LieFps,
    "change_encoding": ChangeEncoding,
}
FAULT_NAMES = tuple(_BY_NAME)
"""Every name that `parse_fault` knows."""


def parse_fault(name: str, values: Mapping[str, object]) -> Fault:
    """Return the fault called `name` with the given values, e.g. `("rtp_jump", {"seconds": 3600})`.

    Raises:
        InvalidInput: no fault has that name, a value is unknown, or a value has the wrong type or size.
    """
    kind = _BY_NAME.get(name)
    if kind is None:
        message = f"no fault is called {name!r}; there are {', '.join(FAULT_NAMES)}"
        raise InvalidInput(message, field="fault")
    known = {each.name for each in fields(kind)}
    given: dict[str, object] = {}
    for key, value in values.items():
        if key not in known:
            message = f"{name} takes no {key!r}" + (f"; it takes {', '.join(sorted(known))}" if known else "")
            raise InvalidInput(message, field=key)
        given[key] = _checked(key, value)
    return kind(**given)  # type: ignore[arg-type]  # every value was checked by its name just above


def _checked(key: str, value: object) -> object:  # noqa: PLR0911 -- a table, one line for each value
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    match key:
        case "status" if value in (401, 404, 503):
            return value
        case "seconds" if is_whole or isinstance(value, float):
            return value
        case "gop_seconds" if (
            (is_whole or isinstance(value, float)) and isinstance(value, int | float) and value > 0
        ):
            return value
        case "real_fps" | "width" | "height" if is_whole and isinstance(value, int) and value > 0:
            return value
        case "b_frames" if is_whole and isinstance(value, int) and value >= 0:
            return value
        case "is_torn_down" if isinstance(value, bool):
            return value
        case "codec" if value in tuple(Codec):
            return Codec(str(value))
    message = f"{value!r} is not a usable value of {key}"
    raise InvalidInput(message, field=key)
