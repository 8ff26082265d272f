"""What a run is given: the tools that all runs share, and what this one is to record."""

from collections.abc import Callable
from dataclasses import dataclass

from recorder.clock.timings import RecorderTimings
from recorder.publish.commit import GroupCommitter
from recorder.run.file_watch import FileWatch
from recorder.run.strays import ChildNotes
from storage.volumes.open_volume import OpenVolume
from storage.volumes.volume_pool import VolumePool
from vms.domain.camera import Camera, Stream
from vms.domain.camera_address import Secret
from vms.domain.segment import ClockTrust, Run
from vms.domain.time import Clock
from vms.ffmpeg.binary import FfmpegBinary


@dataclass(frozen=True, slots=True)
class RunParts:
    """What every run needs and none owns.

    Attributes:
        begins_anew: this ffmpeg lets decode times begin at zero in every file (see ffmpeg_self_test).
        redact: cuts known secrets out of what ffmpeg says.
        trust: returns how far the host's clock can be trusted now.
        ended: told each run that has ended.
        step: called with the name of each step taken; tests end the process there.
    """

    ffmpeg: FfmpegBinary
    begins_anew: bool
    clock: Clock
    timings: RecorderTimings
    segment_seconds: int
    pool: VolumePool
    watch: FileWatch
    committer: GroupCommitter
    notes: ChildNotes
    redact: Callable[[str], str]
    trust: Callable[[], ClockTrust]
    ended: Callable[[Run], None]
    step: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RunOrder:
    """What one run is to record.

    Attributes:
        url: with credentials, and a checked address for its host.
        is_h265: whether the camera was seen to send H.265.
    """

    camera: Camera
    stream: Stream
    volume: OpenVolume
    url: Secret
    is_h265: bool = False
