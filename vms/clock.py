"""The host's clocks, behind the `Clock` protocol so that rules about time can be tested."""

import time


class SystemClock:
    """Wall and monotonic time of this host."""

    def now_us(self) -> int:
        """Return the wall time in UTC microseconds; it may step."""
        return time.time_ns() // 1000

    def monotonic_us(self) -> int:
        """Return microseconds since an arbitrary moment of this boot; never steps."""
        return time.monotonic_ns() // 1000
