"""How a camera does, as a shape, a word and a sentence that says that earlier footage is safe."""

from dataclasses import dataclass

from vms.domain.camera import Camera, StreamState, StreamStatus
from vms.domain.time import SECOND_US
from web.pages.frame.presenters import Presenter

_DELAYED_US = 15 * SECOND_US


@dataclass(frozen=True, slots=True)
class Mark:
    """A status as pages show it: never by colour alone.

    Attributes:
        key: name in the catalogue. shape, tone: names in the sprite and the style sheet.
    """

    key: str
    shape: str
    tone: str
    word: str = ""
    sentence: str = ""


_MARKS: dict[StreamState, tuple[str, str, str]] = {
    StreamState.RECORDING: ("recording", "dot", "live"),
    StreamState.STARTING: ("starting", "half", "warn"),
    StreamState.STALLED: ("stalled", "half", "warn"),
    StreamState.BACKOFF: ("lost", "square", "bad"),
    StreamState.AUTH: ("auth", "square", "bad"),
    StreamState.NO_VOLUME: ("no_volume", "triangle", "bad"),
    StreamState.STOPPED: ("stopped", "ring", "off"),
    StreamState.STOPPING: ("stopped", "ring", "off"),
}


def camera_mark(camera: Camera, status: StreamStatus | None, present: Presenter) -> Mark:
    """Return how a camera's main stream does; a fallen-silent recorder is told as such, not as its last word."""
    key, shape, tone, time = _described(camera, status, present)
    words = present.catalogue
    return Mark(
        key,
        shape,
        tone,
        words.text(f"state.{key}", time=time),
        words.text(f"state.sentence_{key}", time=time),
    )


def _described(camera: Camera, status: StreamStatus | None, present: Presenter) -> tuple[str, str, str, str]:
    why_not = _why_it_may_not_record(camera)
    if why_not is not None:
        return (*why_not, "")
    if status is None:
        return ("unknown", "ring", "off", "")
    if status.is_silent(present.now_us):
        return ("recorder_down", "triangle", "bad", present.since(status.updated_us))
    late_us = present.now_us - (status.last_media_us or present.now_us)
    if status.state is StreamState.RECORDING and late_us > _DELAYED_US:
        return ("delayed", "half", "warn", present.duration(late_us))
    time = (
        present.since(state_since_us(status, present.now_us)) if status.state is StreamState.BACKOFF else ""
    )
    return (*_MARKS[status.state], time)


def state_since_us(status: StreamStatus, now_us: int) -> int:
    """Return when what the mark says began: with silence, when the recorder was last heard; with loss, the last media."""
    if status.is_silent(now_us):
        return status.updated_us
    if status.state is StreamState.BACKOFF:
        return status.last_media_us or status.since_us
    return status.since_us


def _why_it_may_not_record(camera: Camera) -> tuple[str, str, str] | None:
    if camera.removed_us is not None:
        return ("removed", "ring", "off")
    if not camera.is_enabled:
        return ("disabled", "ring", "off")
    return None if camera.may_record else ("incomplete", "triangle", "warn")
