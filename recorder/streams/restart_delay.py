"""How long to wait before the next attempt to record a stream; pure."""

from vms.domain.camera import OutageCause

_JITTER = 0.2
_MAX_DOUBLINGS = 16


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
