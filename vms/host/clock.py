"""The host's clocks, behind the `Clock` protocol so that rules about time can be tested; their boot, and their sync."""

import ctypes
import time
from pathlib import Path

from vms.domain.segment import ClockTrust

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_STA_UNSYNC = 0x0040
_TIME_ERROR = 5
_TIMEX_LONGS = 64
"""More than any struct timex holds; the kernel fills what it knows."""
_STATUS_AT = 5 * ctypes.sizeof(ctypes.c_long)
"""Before `status` stand modes (an int, padded), offset, freq, maxerror and esterror (adjtimex(2))."""


def boot_id() -> str:
    """Return what tells this boot of the host from every other, "" where the kernel does not say."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


class SystemClock:
    """Wall and monotonic time of this host."""

    def now_us(self) -> int:
        """Return the wall time in UTC microseconds; it may step."""
        return time.time_ns() // 1000

    def monotonic_us(self) -> int:
        """Return microseconds since an arbitrary moment of this boot; never steps."""
        return time.monotonic_ns() // 1000


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
