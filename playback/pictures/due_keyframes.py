"""Which keyframes of a segment become pictures."""

from collections.abc import Iterator
from dataclasses import dataclass

from vms.domain.segment import Segment
from vms.media.fragment_table import FragmentTable
from vms.media.fragments import Fragment


@dataclass(frozen=True, slots=True)
class DueKeyframe:
    """A keyframe worth a picture: its wall time (UTC microseconds) and the fragment that it begins."""

    time_us: int
    fragment: Fragment


def due_keyframes(
    segment: Segment, table: FragmentTable, *, last_us: int | None, interval_us: int
) -> Iterator[DueKeyframe]:
    """Yield the segment's keyframes that follow the last picture by at least the interval, in order.

    Args:
        segment: where and when. table: its fragments.
        last_us: wall time of the stream's last picture, None where it has none.
        interval_us: wished distance of pictures; a quarter second of slack keeps keyframes that come a little early.
    """
    slack_us = min(250_000, interval_us // 4)
    for fragment in table.fragments:
        if not fragment.is_keyframe:
            continue
        time_us = segment.wall_us(table.start_us(fragment))
        if last_us is None or time_us - last_us >= interval_us - slack_us:
            yield DueKeyframe(time_us, fragment)
            last_us = time_us
