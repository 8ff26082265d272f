"""The host's clocks, behind the `Clock` protocol so that rules about time can be tested, and the boot they belong to."""

import time
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


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
