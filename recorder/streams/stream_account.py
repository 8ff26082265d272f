"""Keeps one stream's account of why it has no footage: begun when media ends, ended when media comes back; pure."""

from dataclasses import dataclass, replace

from vms.domain.camera import OutageCause, StreamState
from vms.domain.segment import Outage

_OTHER_STORIES = frozenset({OutageCause.RECORDER_DOWN, OutageCause.DISABLED})
"""Causes that end when the recorder takes the stream up again; what fails then is another outage."""
_ANY_END = frozenset({StreamState.BACKOFF, StreamState.AUTH, StreamState.NO_VOLUME, StreamState.STOPPING})
ALLOWED: dict[StreamState, frozenset[StreamState]] = {
    StreamState.STOPPED: frozenset({StreamState.STARTING, StreamState.NO_VOLUME}),
    StreamState.STARTING: _ANY_END | {StreamState.RECORDING, StreamState.STALLED},
    StreamState.RECORDING: _ANY_END | {StreamState.STALLED, StreamState.STARTING},
    StreamState.STALLED: _ANY_END | {StreamState.RECORDING, StreamState.STARTING},
    StreamState.BACKOFF: frozenset({StreamState.STARTING, StreamState.NO_VOLUME, StreamState.STOPPING}),
    StreamState.AUTH: frozenset({StreamState.STARTING, StreamState.NO_VOLUME, StreamState.STOPPING}),
    StreamState.NO_VOLUME: frozenset({StreamState.STARTING, StreamState.BACKOFF, StreamState.STOPPING}),
    StreamState.STOPPING: frozenset({StreamState.STOPPED}),
}
"""What may come after each state."""
OUR_OWN_ENDINGS = frozenset({OutageCause.CLOCK, OutageCause.MEDIA_JUMP, OutageCause.CODEC})
"""Causes for which we ourselves end a run that records well, because the next one will record better."""
_JITTER = 0.2
_MAX_DOUBLINGS = 16


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


@dataclass(frozen=True, slots=True)
class StateNow:
    """The state of a stream, since when, and what to tell a person about it."""

    state: StreamState
    since_us: int
    cause: OutageCause | None = None
    detail: str = ""

    def to(
        self, state: StreamState, now_us: int, cause: OutageCause | None = None, detail: str = ""
    ) -> "StateNow":
        """Return the state after a change; `since_us` moves only when the state itself does.

        Raises:
            ValueError: no stream may go from here to there; this is a fault of the program.
        """
        if state is self.state:
            return replace(self, cause=cause, detail=detail)
        if state not in ALLOWED[self.state]:
            raise ValueError(f"a stream cannot go from {self.state} to {state}")
        return StateNow(state, now_us, cause, detail)


def own_restart_delay(recorded_seconds: float, *, first_seconds: float) -> float:
    """Return the seconds to wait after a run that recorded and that we ended for a cause of our own.

    The camera did nothing that a pause would mend, so there is none, and it never grows, however often this happens.
    Only a camera that is hardly joined before it must be left again is not asked in a circle.

    Args:
        recorded_seconds: from the start of the run to its end.
        first_seconds: see RecorderTimings.
    """
    return 0.0 if recorded_seconds >= first_seconds else first_seconds


def restart_delay(
    failures: int,
    cause: OutageCause | None,
    *,
    first_seconds: float,
    longest_seconds: float,
    refused_seconds: float,
    chance: float,
) -> float:
    """Return the seconds to wait after so many failures in a row.

    Args:
        failures: attempts since the last good run, at least 1. 1, 2, 4 … seconds, up to the longest.
        cause: why the last one failed; a camera that refused us is not asked again before `refused_seconds`.
        first_seconds, longest_seconds, refused_seconds: see RecorderTimings.
        chance: a number from 0 to 1; moves the answer by up to a fifth, so that a power cut to a street does not make
            all its cameras be asked in the same instant.
    """
    delay = min(longest_seconds, first_seconds * 2.0 ** min(max(failures, 1) - 1, _MAX_DOUBLINGS))
    delay *= 1.0 - _JITTER + 2 * _JITTER * chance
    return max(delay, refused_seconds * (1.0 + _JITTER * chance)) if cause is OutageCause.AUTH else delay
