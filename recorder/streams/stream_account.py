"""Keeps one stream's account of why it has no footage: begun when media ends, ended when media comes back; pure."""

from dataclasses import dataclass, replace

from vms.domain.camera import OutageCause
from vms.domain.segment import Outage

_OTHER_STORIES = frozenset({OutageCause.RECORDER_DOWN, OutageCause.DISABLED})
"""Causes that end when the recorder takes the stream up again; what fails then is another outage."""


@dataclass(frozen=True, slots=True)
class OutageNote:
    """The open outage of a stream, or none.

    Every method returns the note as it is then, and the outages whose rows changed.
    """

    stream_id: int
    current: Outage | None = None

    def began(
        self, start_us: int, cause: OutageCause, detail: str, now_us: int
    ) -> tuple["OutageNote", tuple[Outage, ...]]:
        """Note that there is no footage, and why.

        An outage that goes on keeps its start and takes the newest cause: what keeps a camera away is more use than
        what first took it.

        Args:
            start_us: wall time of the end of footage, used where no outage is open.
            cause, detail: as for a person.
            now_us: wall time.
        """
        current = self.current
        if current is not None and current.cause not in _OTHER_STORIES:
            if (current.cause, current.detail) == (cause, detail):
                return self, ()
            current = replace(current, cause=cause, detail=detail)
            return replace(self, current=current), (current,)
        ended: tuple[Outage, ...] = ()
        if current is not None:
            ended = (replace(current, end_us=max(now_us, current.start_us)),)
            start_us = max(now_us, current.start_us + 1)
        begun = Outage(self.stream_id, start_us, None, cause, detail)
        return replace(self, current=begun), (*ended, begun)

    def ended(self, media_us: int) -> tuple["OutageNote", tuple[Outage, ...]]:
        """Note that there is footage again from a wall time on."""
        if self.current is None:
            return self, ()
        ended = replace(self.current, end_us=max(media_us, self.current.start_us))
        return replace(self, current=None), (ended,)
