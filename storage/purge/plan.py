"""Decides which segments of one volume retention takes next: a pure function of rules, footage, holds and room.

Order: footage past its age, then footage beyond a stream's quota, then, while room is short, the oldest footage of
the stream that has used most of its allowed age. Holds and leases are never touched, whatever the need.
"""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from storage.purge.guards import StreamAmount, excess_distrust
from vms.domain.retention import PurgeReason, PurgeRemedy, RetentionRule
from vms.domain.time import MINUTE_US, TimeRange
from vms.domain.volume import FreeSpace

YOUNGEST_US: Final = MINUTE_US
"""Footage younger than this is never taken: a full disk must stop recording, not churn."""
LAST_RESORT_SHARE: Final = 100
"""A stream's minimum age yields to pressure only when less than 1/100 of the volume is free."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A segment as the plan sees it; the key is (`stream_id`, `start_us`).

    Attributes:
        recorded_us: None where its label is believed; else when it was recorded, as far as that is known.
    """

    stream_id: int
    start_us: int
    end_us: int
    size_bytes: int
    recorded_us: int | None = None

    @property
    def time(self) -> TimeRange:
        """The wall time that it covers."""
        return TimeRange(self.start_us, self.end_us)

    @property
    def since_us(self) -> int:
        """When it was recorded, as far as that is known."""
        return self.start_us if self.recorded_us is None else self.recorded_us

    @property
    def until_us(self) -> int:
        """When it ended, as far as that is known."""
        return self.since_us + self.end_us - self.start_us


@dataclass(frozen=True, slots=True)
class StreamStock:
    """One stream's footage on the volume, as far as it was read.

    Attributes:
        rule: None where nobody said how long to keep it: then nothing of it is taken.
        candidates: its oldest segments on this volume, oldest first; those without a believed label are last.
        is_complete: whether `candidates` are all there are on this volume.
        total_bytes: of the stream on all volumes, for the quota. pinned_bytes: of them, what does not count.
        older_elsewhere_us: the stream's oldest footage on other volumes that nothing protects; None where there is
            none. The quota takes only what is older.
        pinned: what holds and leases protect, in any order.
        amount: footage in all, and what the age rule would take.
        is_confirmed: a person has agreed to an unusually large purge of this stream.
    """

    stream_id: int
    rule: RetentionRule | None
    candidates: Sequence[Candidate]
    is_complete: bool
    total_bytes: int
    pinned: Sequence[TimeRange]
    amount: StreamAmount
    is_confirmed: bool = False
    pinned_bytes: int = 0
    older_elsewhere_us: int | None = None


@dataclass(frozen=True, slots=True)
class VolumeNeed:
    """Room on the volume: what there is, and the floor to keep.

    Attributes:
        floor_bytes: free bytes to reach. floor_inodes: free inodes to reach, 0 where they are not counted.
    """

    free: FreeSpace
    floor_bytes: int
    floor_inodes: int = 0

    @property
    def missing_bytes(self) -> int:
        """Bytes to free, 0 where there is room."""
        return max(0, self.floor_bytes - self.free.free_bytes)

    @property
    def missing_inodes(self) -> int:
        """Inodes to free, 0 where there are enough or they are not counted."""
        return max(0, self.floor_inodes - self.free.free_inodes) if self.free.total_inodes > 0 else 0

    @property
    def is_last_resort(self) -> bool:
        """Whether so little is free that minimum ages yield."""
        return self.free.free_bytes < self.free.total_bytes // LAST_RESORT_SHARE or (
            self.free.total_inodes > 0 and self.free.free_inodes < self.free.total_inodes // LAST_RESORT_SHARE
        )


@dataclass(frozen=True, slots=True)
class PurgeItem:
    """One segment to delete, and the rule that takes it."""

    candidate: Candidate
    reason: PurgeReason


@dataclass(frozen=True, slots=True)
class Blocked:
    """What a guard keeps a rule from taking; `stream_id` None if that is the whole volume."""

    stream_id: int | None
    reason: PurgeReason
    why: str
    remedy: PurgeRemedy


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Footage of a stream that a rule would take if it were not held, leased or too young."""

    stream_id: int
    segments: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class PurgePlan:
    """What to delete now, oldest first per stream, and what may not be deleted.

    Attributes:
        needs_more: a batch ended before the rules were satisfied: plan again after executing this.
        unmet_bytes, unmet_inodes: room that no footage may be deleted for.
        broke_min_age: footage below its minimum age goes, because less than 1 % was free.
    """

    items: tuple[PurgeItem, ...] = ()
    held_back: tuple[HeldBack, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    needs_more: bool = False
    unmet_bytes: int = 0
    unmet_inodes: int = 0
    broke_min_age: bool = False

    @property
    def is_stuck(self) -> bool:
        """Whether room is short and nothing more may be deleted: recording on the volume must stop."""
        return not self.needs_more and not self.items and (self.unmet_bytes > 0 or self.unmet_inodes > 0)


@dataclass(slots=True)
class _Shelf:
    """What is left of a stream's candidates while the plan is made."""

    stock: StreamStock
    left: list[Candidate]
    pinned_segments: int = 0
    pinned_bytes: int = 0
    taken: list[PurgeItem] = field(default_factory=list)

    def take(self, candidate: Candidate, reason: PurgeReason) -> None:
        self.left.remove(candidate)
        self.taken.append(PurgeItem(candidate, reason))

    @property
    def taken_bytes(self) -> int:
        return sum(item.candidate.size_bytes for item in self.taken)


def plan_purge(
    stocks: Iterable[StreamStock],
    need: VolumeNeed,
    now_us: int,
    *,
    elapsed_us: int,
    clock_distrust: str = "",
    claimed_us: int | None = None,
    limit: int = 500,
) -> PurgePlan:
    """Return the next segments to delete on one healthy volume.

    Args:
        stocks: every stream with footage on the volume.
        need: its room and its floor.
        now_us: the time as well as it is known (see `storage.purge.guards.judge_clock`).
        elapsed_us: time since the last trusted pass.
        clock_distrust: why ages cannot be judged now; then only pressure takes anything, in order of recording.
        claimed_us: what a distrusted clock says; what comes of age by it is refused, not passed over in silence.
        limit: most segments in one plan.
    """
    latest_us = now_us if claimed_us is None else max(now_us, claimed_us)
    shelves = [_shelf(stock, now_us) for stock in stocks]
    blocked: list[Blocked] = []
    is_cut_off = False
    for shelf in shelves:
        is_cut_off |= _take_due(shelf, now_us, latest_us, elapsed_us, clock_distrust, blocked)
    taken = [item for shelf in shelves for item in shelf.taken]
    bytes_left = need.missing_bytes - sum(item.candidate.size_bytes for item in taken)
    inodes_left = need.missing_inodes - len(taken)
    pressure, unmet_bytes, unmet_inodes, broke_min_age = _take_for_room(
        shelves, now_us, bytes_left, inodes_left, is_last_resort=need.is_last_resort
    )
    # A batch that ran out may hide older footage behind it: only a later plan can tell that nothing is left.
    is_short = unmet_bytes > 0 or unmet_inodes > 0
    is_cut_off |= is_short and any(not shelf.stock.is_complete for shelf in shelves if shelf.stock.rule)
    items = _oldest_first(taken + pressure)
    return PurgePlan(
        items=tuple(items[:limit]),
        held_back=tuple(
            HeldBack(shelf.stock.stream_id, shelf.pinned_segments, shelf.pinned_bytes)
            for shelf in shelves
            if shelf.pinned_segments
        ),
        blocked=tuple(blocked),
        needs_more=len(items) > limit or (is_cut_off and bool(items)),
        unmet_bytes=max(unmet_bytes, 0),
        unmet_inodes=max(unmet_inodes, 0),
        broke_min_age=broke_min_age,
    )


def _shelf(stock: StreamStock, now_us: int) -> _Shelf:
    """Return the stream's candidates that rules may take, apart from those that nothing may."""
    shelf = _Shelf(stock, [])
    newest_us = _newest_undated(stock)
    for candidate in stock.candidates:
        if any(candidate.time.overlaps(pin) for pin in stock.pinned):
            shelf.pinned_segments += 1
            shelf.pinned_bytes += candidate.size_bytes
        elif stock.rule is not None and not _is_youngest(candidate, now_us, newest_us):
            shelf.left.append(candidate)
    return shelf


def _newest_undated(stock: StreamStock) -> int | None:
    """Return the end of the newest segment on the volume if its label is not believed, else None."""
    if not stock.is_complete or not stock.candidates or stock.candidates[-1].recorded_us is None:
        return None
    return stock.candidates[-1].end_us


def _is_youngest(candidate: Candidate, now_us: int, newest_us: int | None) -> bool:
    """Tell whether the segment is of the last minute, by the clock or by what was recorded last."""
    if candidate.recorded_us is None:
        return candidate.end_us > now_us - YOUNGEST_US
    return newest_us is not None and newest_us - YOUNGEST_US < candidate.end_us <= newest_us


def _take_due(
    shelf: _Shelf,
    now_us: int,
    latest_us: int,
    elapsed_us: int,
    clock_distrust: str,
    blocked: list[Blocked],
) -> bool:
    """Take what age and quota demand. Returns whether the batch ended before they were satisfied."""
    stock, rule = shelf.stock, shelf.stock.rule
    if rule is None:
        return False
    cutoff_us = (latest_us if clock_distrust else now_us) - rule.max_age_us
    aged = [c for c in shelf.left if c.end_us < cutoff_us]
    why = ""
    if aged:
        why = clock_distrust
        if not why and not stock.is_confirmed:
            why = excess_distrust(stock.amount, PurgeReason.AGE, elapsed_us)
    if why:
        remedy = PurgeRemedy.CLOCK if clock_distrust else PurgeRemedy.CAMERA
        blocked.append(Blocked(stock.stream_id, PurgeReason.AGE, why, remedy))
        aged = []
    for candidate in aged:
        shelf.take(candidate, PurgeReason.AGE)
    over_quota = _quota_excess(shelf, rule)
    if over_quota > 0 and not stock.is_confirmed:
        share_us = stock.amount.covered_us * over_quota // max(stock.total_bytes, 1)
        surprise = StreamAmount(stock.amount.covered_us, share_us)
        if doubt := excess_distrust(surprise, PurgeReason.QUOTA, elapsed_us):
            blocked.append(Blocked(stock.stream_id, PurgeReason.QUOTA, doubt, PurgeRemedy.CAMERA))
            over_quota = 0
    while over_quota > 0 and shelf.left and _may_go_for_quota(shelf.left[0], stock, rule, now_us):
        over_quota -= shelf.left[0].size_bytes
        shelf.take(shelf.left[0], PurgeReason.QUOTA)
    last_end_us = stock.candidates[-1].end_us if stock.candidates else now_us
    more_aged = not why and last_end_us < cutoff_us
    return not stock.is_complete and (more_aged or over_quota > 0)


def _quota_excess(shelf: _Shelf, rule: RetentionRule) -> int:
    """Return the bytes still beyond the stream's quota; what is protected or taken does not count."""
    if rule.max_bytes is None:
        return 0
    return shelf.stock.total_bytes - shelf.stock.pinned_bytes - shelf.taken_bytes - rule.max_bytes


def _may_go_for_quota(candidate: Candidate, stock: StreamStock, rule: RetentionRule, now_us: int) -> bool:
    """Tell whether the segment is past its minimum age and older than what lies on other volumes."""
    is_oldest = stock.older_elsewhere_us is None or candidate.since_us < stock.older_elsewhere_us
    return is_oldest and _is_old_enough(candidate, rule, now_us)


def _is_old_enough(candidate: Candidate, rule: RetentionRule, now_us: int) -> bool:
    """Tell whether the segment is past the stream's minimum age."""
    return rule.min_age_us == 0 or candidate.until_us <= now_us - rule.min_age_us


def _take_for_room(
    shelves: Sequence[_Shelf], now_us: int, bytes_left: int, inodes_left: int, *, is_last_resort: bool
) -> tuple[list[PurgeItem], int, int, bool]:
    """Return what pressure takes, the bytes and inodes still missing, and whether a minimum age was broken."""
    items: list[PurgeItem] = []
    broke_min_age = False
    # Minimum ages yield last: first a round that honours them, then, in need, one that does not.
    for honours_min_age in (True, False) if is_last_resort else (True,):
        heap = [
            (_urgency(shelf.left[0], shelf.stock.rule, now_us), number)
            for number, shelf in enumerate(shelves)
            if shelf.left and shelf.stock.rule is not None
        ]
        heapq.heapify(heap)
        while heap and (bytes_left > 0 or inodes_left > 0):
            _, number = heapq.heappop(heap)
            shelf = shelves[number]
            rule = shelf.stock.rule
            candidate = shelf.left[0]
            if rule is None or (honours_min_age and not _is_old_enough(candidate, rule, now_us)):
                continue
            broke_min_age |= not honours_min_age
            shelf.left.pop(0)
            items.append(PurgeItem(candidate, PurgeReason.PRESSURE))
            bytes_left -= candidate.size_bytes
            inodes_left -= 1
            if shelf.left:
                heapq.heappush(heap, (_urgency(shelf.left[0], rule, now_us), number))
    return items, bytes_left, inodes_left, broke_min_age


def _urgency(candidate: Candidate, rule: RetentionRule | None, now_us: int) -> float:
    """Return a sort key that is lowest for the stream that has used most of its allowed age."""
    if rule is None:
        return 0.0
    return -(now_us - candidate.since_us) / max(rule.max_age_us, 1)


def _oldest_first(items: Iterable[PurgeItem]) -> list[PurgeItem]:
    """Return the items by rule (age, quota, pressure), each in the order it was taken."""
    rank = {PurgeReason.AGE: 0, PurgeReason.QUOTA: 1, PurgeReason.PRESSURE: 2, PurgeReason.MANUAL: 3}
    return sorted(items, key=lambda item: rank[item.reason])
