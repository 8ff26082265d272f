"""The states of a stream's recording, and which may follow which; there is no end state, it tries for ever; pure."""

from dataclasses import dataclass, replace

from vms.domain.camera import OutageCause, StreamState

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
