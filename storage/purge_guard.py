"""When the clock or a volume cannot be trusted, nothing is purged: the guards, pure.

A wrong clock is the one fault that could delete a whole archive at once (storage design, failure mode 15). So the
purge remembers the last moment at which it trusted the clock, as wall and monotonic time of one boot. A wall clock
that moved more than an hour against the monotonic one since then is not trusted again until it comes back, or until
a person confirms that it is right now.
"""

import json
from dataclasses import dataclass
from typing import Final

from vms.domain.retention import PurgeReason
from vms.domain.time import DAY_US, HOUR_US
from vms.domain.volume import FreeSpace, VolumeState

LONGEST_JUMP_US: Final = HOUR_US
LONGEST_UNSEEN_US: Final = DAY_US
"""How much time may be taken on trust over a restart of the host when nothing says that its clock is synchronised."""


@dataclass(frozen=True, slots=True)
class ClockReading:
    """One look at the clocks.

    Attributes:
        boot: names the boot that `monotonic_us` belongs to.
        is_synced: whether the kernel says that the clock is synchronised; None where nothing tells.
    """

    wall_us: int
    monotonic_us: int
    boot: str
    is_synced: bool | None = None


@dataclass(frozen=True, slots=True)
class ClockTrust:
    """The last reading that a purge trusted; kept in the database between passes."""

    wall_us: int
    monotonic_us: int
    boot: str

    def to_text(self) -> str:
        """Return the text that `from_text` reads."""
        return json.dumps([self.wall_us, self.monotonic_us, self.boot])

    @staticmethod
    def from_text(text: str | None) -> "ClockTrust | None":
        """Return what `to_text` wrote, or None where there is nothing that can be read."""
        try:
            wall_us, monotonic_us, boot = json.loads(text or "null")
            return ClockTrust(int(wall_us), int(monotonic_us), str(boot))
        except (ValueError, TypeError):
            return None


@dataclass(frozen=True, slots=True)
class ClockVerdict:
    """Whether age may be judged by this clock now.

    Attributes:
        elapsed_us: time since the last trusted pass by which footage may have come of age, 0 where unknown.
        distrust: one sentence where nothing may be purged by age; "" where it may.
    """

    elapsed_us: int
    distrust: str = ""


def judge_clock(now: ClockReading, last: ClockTrust | None) -> ClockVerdict:
    """Return whether this reading can be trusted, given the last one that was."""
    if now.is_synced is False:
        return ClockVerdict(0, "the host's clock is not synchronised")
    if last is None:
        return ClockVerdict(0)
    elapsed_us = now.wall_us - last.wall_us
    if now.boot == last.boot:
        jump_us = elapsed_us - (now.monotonic_us - last.monotonic_us)
        if abs(jump_us) > LONGEST_JUMP_US:
            return ClockVerdict(0, f"the host's clock jumped by {jump_us // 1_000_000} s")
    elif now.is_synced is None and elapsed_us > LONGEST_UNSEEN_US:
        days = elapsed_us // DAY_US
        return ClockVerdict(0, f"the clock moved {days} days over a restart and nothing says it is right")
    return ClockVerdict(max(elapsed_us, 0))


def volume_distrust(state: VolumeState, free: FreeSpace | None) -> str:
    """Return why nothing may be deleted on a volume, or "" where deleting is in order.

    Args:
        state: of the last check. Full and disabled volumes are purged; a suspect one is frozen.
        free: its room; None where the filesystem did not say.
    """
    if state not in {VolumeState.HEALTHY, VolumeState.FULL, VolumeState.DISABLED}:
        return f"the volume is {state.value}"
    if free is None:
        return "the volume's free space is unknown"
    return ""


@dataclass(frozen=True, slots=True)
class StreamAmount:
    """How much of a stream there is, and how much of it a rule would take.

    Attributes:
        covered_us: footage in all. due_us: of that, what the rule would delete, held footage left out.
    """

    covered_us: int
    due_us: int


def excess_distrust(amount: StreamAmount, reason: PurgeReason, elapsed_us: int) -> str:
    """Return why a rule would delete suspiciously much of a stream, or "" where the amount is as expected.

    Expected is what came of age since the last pass. Two hours more, and 5 % of the stream, are let through.
    """
    allowance_us = elapsed_us + 2 * HOUR_US + amount.covered_us // 20
    if amount.due_us <= allowance_us:
        return ""
    hours, of_hours = amount.due_us / HOUR_US, amount.covered_us / HOUR_US
    return f"the {reason.value} rule would delete {hours:.1f} of {of_hours:.1f} hours at once: a person must confirm"
