"""What must be known about a stream to tell whether it records, and why it has no footage."""

from dataclasses import dataclass

from vms.domain.camera import Camera
from vms.domain.retention import days_us
from vms.domain.time import SECOND_US

LIVE_EDGE_US = 5 * SECOND_US
"""While a stream records, its newest few seconds may not be on disk yet."""


@dataclass(frozen=True, slots=True)
class StreamLife:
    """What must be known about a stream to tell why it has no footage.

    Attributes:
        created_us: when its camera was added. purged_until_us: retention took what was before; None: nothing yet.
        is_recording: whether its newest media is only moments old.
    """

    created_us: int = 0
    purged_until_us: int | None = None
    is_recording: bool = False


def is_recording(newest_us: int, now_us: int) -> bool:
    """Tell whether a stream whose newest media ends then is being recorded."""
    return now_us - newest_us <= LIVE_EDGE_US


def known_since_us(camera: Camera, oldest_us: int | None) -> int:
    """Return since when the camera has been recorded or was to be: from then on, missing footage is a gap.

    Footage may be older than the camera's row: a rebuilt index, an imported archive, the demonstration.
    """
    return camera.created_us if oldest_us is None else min(camera.created_us, oldest_us)


def purged_until_us(camera: Camera, oldest: tuple[int, int] | None, now_us: int) -> int | None:
    """Return until when retention has taken everything; None where nothing says that it took any.

    Args:
        camera: whose. oldest: start of its oldest file and that file's number in its run; None where it has none.
        now_us: the present.
    """
    by_age = None if camera.retention_days is None else now_us - days_us(camera.retention_days)
    if oldest is not None and oldest[1] > 0:
        # The oldest file is not the first of its run: what came before it was recorded, and is gone.
        return oldest[0]
    if by_age is None or by_age <= camera.created_us:
        return None
    return by_age if oldest is None else min(oldest[0], by_age)
