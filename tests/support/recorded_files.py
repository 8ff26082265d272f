"""Recorded files as playback sees them, made up for pure tests."""

from playback.stream.pieces import RecordedFile
from vms.domain.time import SECOND_US
from vms.media.fragment_columns import FragmentColumns
from vms.media.fragments import Fragment

TIMESCALE = 90_000


def recorded_file(
    start_us: int = 0,
    *,
    seconds: int = 10,
    gop: int = 1,
    run: int = 1,
    seq: int = 0,
    init: int | None = 1,
    origin: int | None = None,
    stretched_us: int = 0,
) -> RecordedFile:
    """Return a file of one-second fragments of 25 frames and 1000 bytes, of which every `gop`-th is a keyframe.

    Args:
        start_us: wall time of its first frame. seconds: number of fragments. gop: seconds between keyframes.
        run, seq, init: which file it is.
        origin: decode time of its first frame in seconds; by default it continues file after file.
        stretched_us: by how much its wall duration exceeds its media duration.
    """
    first = (seq * seconds if origin is None else origin) * TIMESCALE
    fragments = FragmentColumns.of(
        Fragment(
            offset=800 + n * 1000,
            size=1000,
            decode_time=first + n * TIMESCALE,
            duration=TIMESCALE,
            is_keyframe=n % gop == 0,
            keyframe_size=300 if n % gop == 0 else 0,
            samples=25,
            presentation_time=first + n * TIMESCALE,
        )
        for n in range(seconds)
    )
    return RecordedFile(
        stream_id=1,
        run_id=run,
        seq=seq,
        start_us=start_us,
        duration_us=seconds * SECOND_US + stretched_us,
        init_id=init,
        init_bytes=800,
        timescale=TIMESCALE,
        fragments=fragments,
    )
