"""Asks the kernel whether this host's clock is synchronised."""

import ctypes

from vms.domain.segment import ClockTrust

_STA_UNSYNC = 0x0040
_TIME_ERROR = 5
_TIMEX_LONGS = 64
"""More than any struct timex holds; the kernel fills what it knows."""
_STATUS_AT = 5 * ctypes.sizeof(ctypes.c_long)
"""Before `status` stand modes (an int, padded), offset, freq, maxerror and esterror (adjtimex(2))."""


def read_clock_trust() -> ClockTrust:
    """Return whether the kernel's clock is disciplined by NTP or PTP (adjtimex(2), STA_UNSYNC).

    UNKNOWN where the kernel does not say, as in many containers.
    """
    buffer = (ctypes.c_long * _TIMEX_LONGS)()
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(buffer))
    except (OSError, AttributeError):
        return ClockTrust.UNKNOWN
    if state < 0:
        return ClockTrust.UNKNOWN
    status = ctypes.c_int.from_buffer(buffer, _STATUS_AT).value
    is_unsynced = state == _TIME_ERROR or bool(status & _STA_UNSYNC)
    return ClockTrust.UNSYNCED if is_unsynced else ClockTrust.SYNCED
