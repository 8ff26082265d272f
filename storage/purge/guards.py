"""The guards: when a clock, a volume or an amount cannot be right, nothing is purged; pure.

A wrong clock is the one fault that could delete a whole archive at once (storage design, failure mode 15). So the
purge remembers the last moment at which it trusted the clock, as wall and monotonic time of one boot. A wall clock
that moved more than an hour against the monotonic one since then is not trusted again until it comes back, or until
a person confirms that it is right now.

While the clock is distrusted, time is what surely has passed, and footage recorded since then counts as the newest,
whatever its label says.
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
    """The clocks, read at one moment.

    Attributes:
        boot: names the boot that `monotonic_us` belongs to.
        is_synced: whether the kernel says that the clock is synchronised; None where nothing tells.
        last_run: number of the newest run, read before the clocks were.
    """

    wall_us: int
    monotonic_us: int
    boot: str
    is_synced: bool | None = None
    last_run: int = 0


@dataclass(frozen=True, slots=True)
class TrustedReading:
    """The last clock reading that a purge trusted; stored between passes.

    Attributes:
        last_run: the newest run that began under it, 0 where that was not noted.
    """

    wall_us: int
    monotonic_us: int
    boot: str
    last_run: int = 0

    def to_text(self) -> str:
        """Return the text that `from_text` reads."""
        return json.dumps([self.wall_us, self.monotonic_us, self.boot, self.last_run])

    @staticmethod
    def from_text(text: str | None) -> "TrustedReading | None":
        """Return what `to_text` wrote, or None if it cannot be read."""
        try:
            wall_us, monotonic_us, boot, *more = json.loads(text or "null")
            return TrustedReading(int(wall_us), int(monotonic_us), str(boot), *map(int, more[:1]))
        except (ValueError, TypeError):
            return None


@dataclass(frozen=True, slots=True)
class Undated:
    """Footage whose labels are not believed, because the clock that made them is not trusted.

    Attributes:
        after_run: runs with a larger number began since the clock was last trusted.
        since_us, until_us: none of them was recorded before, or after.
        shift_us: where their labels lie if the clock has been as wrong as it is now.
    """

    after_run: int
    since_us: int
    until_us: int
    shift_us: int = 0

    def recorded_us(self, label_us: int) -> int:
        """Return when footage of this label was recorded, as far as that is known."""
        return min(max(label_us + self.shift_us, self.since_us), self.until_us)


@dataclass(frozen=True, slots=True)
class ClockVerdict:
    """Whether ages may be judged by this clock, and what time it surely is.

    Attributes:
        elapsed_us: time since the last trusted pass by which footage may have come of age, 0 where unknown.
        now_us: the time as well as it is known: of the clock, or counted on from when it was last trusted.
        sure_us: it surely is no earlier: what lapses at that time has lapsed. None where nothing is sure.
        wall_us: what the clock says.
        distrust: one sentence where nothing may be purged by age; "" where it may.
        undated: footage that goes last, in order of recording; None where every label is believed.
    """

    elapsed_us: int
    now_us: int
    sure_us: int | None
    wall_us: int
    distrust: str = ""
    undated: Undated | None = None


def judge_clock(now: ClockReading, last: TrustedReading | None) -> ClockVerdict:
    """Judge a reading by the last trusted one: whether ages count by it, and what is known of the time if not."""
    distrust = _distrust(now, last)
    if not distrust:
        elapsed_us = 0 if last is None else max(now.wall_us - last.wall_us, 0)
        return ClockVerdict(elapsed_us, now.wall_us, now.wall_us, now.wall_us)
    if last is None:
        undated = Undated(0, 0, now.wall_us)
        return ClockVerdict(0, now.wall_us, None, now.wall_us, distrust, undated)
    # Of another boot only this is sure: it began after the last trusted pass.
    passed_us = max(0, now.monotonic_us - (last.monotonic_us if now.boot == last.boot else 0))
    sure_us = last.wall_us + passed_us
    now_us = sure_us if now.boot == last.boot else max(now.wall_us, sure_us)
    since_us = last.wall_us if last.last_run else 0
    undated = Undated(last.last_run, since_us, now_us, now_us - now.wall_us)
    return ClockVerdict(0, now_us, sure_us, now.wall_us, distrust, undated)


def _distrust(now: ClockReading, last: TrustedReading | None) -> str:
    if now.is_synced is False:
        return "the host's clock is not synchronised"
    if last is None:
        return ""
    elapsed_us = now.wall_us - last.wall_us
    if now.boot == last.boot:
        jump_us = elapsed_us - (now.monotonic_us - last.monotonic_us)
        if abs(jump_us) > LONGEST_JUMP_US:
            return f"the host's clock jumped by {jump_us // 1_000_000} s"
    elif now.is_synced is None and elapsed_us > LONGEST_UNSEEN_US:
        days = elapsed_us // DAY_US
        return f"the clock moved {days} days over a restart and nothing says it is right"
    elif now.is_synced is None and elapsed_us < -LONGEST_JUMP_US:
        return (
            f"the clock went back {-elapsed_us // HOUR_US} hours over a restart and nothing says it is right"
        )
    return ""


def volume_distrust(state: VolumeState, free: FreeSpace | None) -> str:
    """Return why nothing may be deleted on a volume, or "".

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
    """Return why the amount that a rule would delete is suspicious, or "" if it is as expected.

    Expected is what came of age since the last pass. Two hours more, and 5 % of the stream, are let through.
    """
    allowance_us = elapsed_us + 2 * HOUR_US + amount.covered_us // 20
    if amount.due_us <= allowance_us:
        return ""
    hours, of_hours = amount.due_us / HOUR_US, amount.covered_us / HOUR_US
    return f"the {reason.value} rule would delete {hours:.1f} of {of_hours:.1f} hours at once: a person must confirm"
