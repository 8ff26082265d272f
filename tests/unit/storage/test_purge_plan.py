"""What a purge takes, and what it never takes."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from storage.purge.guards import StreamAmount
from storage.purge.plan import Candidate, PurgePlan, StreamStock, VolumeNeed, plan_purge
from vms.domain.retention import PurgeReason, RetentionRule
from vms.domain.time import DAY_US, MINUTE_US, TimeRange
from vms.domain.volume import FreeSpace

NOW_US = 20_000 * DAY_US
GB = 1_000_000_000
ROOMY = VolumeNeed(FreeSpace(1000 * GB, 500 * GB, 0, 0), 20 * GB)


def short_of(missing_bytes: int, *, total_bytes: int = 1000 * GB, floor_bytes: int = 20 * GB) -> VolumeNeed:
    return VolumeNeed(FreeSpace(total_bytes, floor_bytes - missing_bytes, 0, 0), floor_bytes)


def stock(
    stream_id: int,
    ages_days: list[float],
    *,
    size_bytes: int = GB,
    rule: RetentionRule | None = None,
    pinned: tuple[TimeRange, ...] = (),
    is_complete: bool = True,
) -> StreamStock:
    starts = [NOW_US - int(age * DAY_US) for age in sorted(ages_days, reverse=True)]
    candidates = tuple(Candidate(stream_id, s, s + MINUTE_US, size_bytes) for s in starts)
    return StreamStock(
        stream_id,
        rule or RetentionRule(stream_id, 30 * DAY_US),
        candidates,
        is_complete,
        sum(c.size_bytes for c in candidates),
        pinned,
        StreamAmount(len(candidates) * MINUTE_US, 0),
    )


def plan(*stocks: StreamStock, need: VolumeNeed = ROOMY, limit: int = 500, distrust: str = "") -> PurgePlan:
    return plan_purge(stocks, need, NOW_US, elapsed_us=MINUTE_US, clock_distrust=distrust, limit=limit)


def taken(result: PurgePlan) -> list[tuple[int, float, PurgeReason]]:
    return [(i.candidate.stream_id, (NOW_US - i.candidate.start_us) / DAY_US, i.reason) for i in result.items]


def test_footage_past_its_age_goes_oldest_first() -> None:
    assert taken(plan(stock(1, [32, 29, 31]))) == [(1, 32, PurgeReason.AGE), (1, 31, PurgeReason.AGE)]


def test_footage_goes_only_when_all_of_it_is_past_its_age() -> None:
    half_over = 30 + 0.5 / 24 / 60
    assert taken(plan(stock(1, [half_over]))) == []


def test_quota_takes_the_oldest_beyond_it() -> None:
    rule = RetentionRule(1, 30 * DAY_US, max_bytes=2 * GB)
    assert taken(plan(stock(1, [4, 3, 2, 1], rule=rule))) == [
        (1, 4, PurgeReason.QUOTA),
        (1, 3, PurgeReason.QUOTA),
    ]


def test_what_is_protected_does_not_count_towards_the_quota() -> None:
    rule = RetentionRule(1, 30 * DAY_US, max_bytes=2 * GB)
    pin = TimeRange(NOW_US - 6 * DAY_US, NOW_US - 5 * DAY_US + MINUTE_US)
    held = replace(stock(1, [6, 5, 3, 2, 1], rule=rule, pinned=(pin,)), pinned_bytes=2 * GB)
    assert taken(plan(held)) == [(1, 3, PurgeReason.QUOTA)]


def test_quota_takes_nothing_that_is_newer_than_what_lies_elsewhere() -> None:
    rule = RetentionRule(1, 30 * DAY_US, max_bytes=GB)
    here = replace(stock(1, [4, 3, 2], rule=rule), older_elsewhere_us=NOW_US - int(3.5 * DAY_US))
    assert taken(plan(here)) == [(1, 4, PurgeReason.QUOTA)]


def test_what_age_takes_counts_towards_the_quota() -> None:
    rule = RetentionRule(1, 30 * DAY_US, max_bytes=2 * GB)
    assert taken(plan(stock(1, [31, 3, 2, 1], rule=rule))) == [
        (1, 31, PurgeReason.AGE),
        (1, 3, PurgeReason.QUOTA),
    ]


def test_large_quota_excess_waits_for_a_person() -> None:
    rule = RetentionRule(1, 30 * DAY_US, max_bytes=GB)
    many = stock(1, [float(day) for day in range(1, 21)], rule=rule)
    many = replace(many, amount=StreamAmount(20 * DAY_US, 0))
    result = plan(many)
    assert taken(result) == []
    assert [b.reason for b in result.blocked] == [PurgeReason.QUOTA]
    assert len(plan(replace(many, is_confirmed=True)).items) == 19


def test_pressure_takes_from_the_stream_that_used_most_of_its_age() -> None:
    short = stock(1, [8, 7], rule=RetentionRule(1, 10 * DAY_US))
    long = stock(2, [20, 19], rule=RetentionRule(2, 90 * DAY_US))
    assert taken(plan(short, long, need=short_of(3 * GB))) == [
        (1, 8, PurgeReason.PRESSURE),
        (1, 7, PurgeReason.PRESSURE),
        (2, 20, PurgeReason.PRESSURE),
    ]


def test_pressure_stops_at_the_floor() -> None:
    assert len(plan(stock(1, [5, 4, 3, 2]), need=short_of(GB + 1)).items) == 2


def test_what_age_frees_relieves_pressure() -> None:
    assert taken(plan(stock(1, [31, 5, 4]), need=short_of(GB))) == [(1, 31, PurgeReason.AGE)]


def test_lack_of_inodes_is_pressure_too() -> None:
    need = VolumeNeed(FreeSpace(1000 * GB, 500 * GB, 10_000, 98), 20 * GB, floor_inodes=100)
    assert len(plan(stock(1, [5, 4, 3]), need=need).items) == 2


def test_holds_win_over_age_quota_and_pressure() -> None:
    """failure mode 20"""
    rule = RetentionRule(1, 30 * DAY_US, max_bytes=1)
    everything = TimeRange(0, NOW_US + DAY_US)
    held = stock(1, [40, 20, 1], rule=rule, pinned=(everything,))
    result = plan(held, need=short_of(19 * GB + 999_000_000))
    assert result.items == ()
    assert result.is_stuck
    assert (result.held_back[0].segments, result.held_back[0].size_bytes) == (3, 3 * GB)


def test_a_hold_of_one_instant_keeps_the_whole_segment() -> None:
    pin = TimeRange(NOW_US - 31 * DAY_US + 1, NOW_US - 31 * DAY_US + 2)
    assert taken(plan(stock(1, [32, 31], pinned=(pin,)))) == [(1, 32, PurgeReason.AGE)]


def test_footage_below_its_minimum_age_resists_pressure() -> None:
    rule = RetentionRule(1, 30 * DAY_US, min_age_us=7 * DAY_US)
    result = plan(stock(1, [6, 5], rule=rule), need=short_of(5 * GB))
    assert result.items == ()
    assert result.is_stuck


def test_minimum_age_yields_below_one_percent_with_an_alarm() -> None:
    rule = RetentionRule(1, 30 * DAY_US, min_age_us=7 * DAY_US)
    result = plan(stock(1, [6, 5], rule=rule), need=short_of(GB, total_bytes=5000 * GB))
    assert len(result.items) == 1
    assert result.broke_min_age


def test_footage_past_its_minimum_age_goes_before_younger_of_another_stream() -> None:
    strict = stock(1, [6], rule=RetentionRule(1, 10 * DAY_US, min_age_us=7 * DAY_US))
    free = stock(2, [2], rule=RetentionRule(2, 90 * DAY_US))
    result = plan(strict, free, need=short_of(GB, total_bytes=5000 * GB))
    assert taken(result) == [(2, 2, PurgeReason.PRESSURE)]
    assert not result.broke_min_age


def test_footage_of_the_last_minute_is_never_taken() -> None:
    result = plan(stock(1, [0.5 / 24 / 60]), need=short_of(19 * GB, total_bytes=5000 * GB))
    assert result.items == ()
    assert result.is_stuck


def test_footage_without_a_rule_is_never_taken() -> None:
    unruled = replace(stock(1, [900]), rule=None)
    assert plan(unruled, need=short_of(19 * GB)).is_stuck


def test_distrusted_clock_stops_age_but_not_pressure() -> None:
    """failure mode 15"""
    result = plan(stock(1, [40, 39]), need=short_of(GB), distrust="the clock jumped")
    assert taken(result) == [(1, 40, PurgeReason.PRESSURE)]
    assert result.blocked[0].why == "the clock jumped"


def test_footage_of_a_distrusted_clock_goes_last_and_its_newest_minute_never() -> None:
    """failure mode 15: labels years behind, but recorded after all the rest."""
    archive = stock(1, [2])
    label_us = NOW_US - 9000 * DAY_US
    late = tuple(
        Candidate(
            1, label_us + k * MINUTE_US, label_us + (k + 1) * MINUTE_US, GB, NOW_US - (3 - k) * MINUTE_US
        )
        for k in range(3)
    )
    mixed = replace(archive, candidates=(*archive.candidates, *late))
    other = stock(2, [1])
    result = plan(mixed, other, need=short_of(19 * GB), distrust="the clock jumped")
    assert [i.candidate for i in result.items] == [*archive.candidates, *other.candidates, *late[:2]]


def test_what_seems_of_age_by_a_distrusted_clock_is_refused_by_name() -> None:
    """failure mode 15"""
    stocks = [stock(1, [20])]
    ahead_us = NOW_US + 20 * DAY_US
    result = plan_purge(
        stocks, ROOMY, NOW_US, elapsed_us=0, clock_distrust="the clock jumped", claimed_us=ahead_us
    )
    assert [b.why for b in result.blocked] == ["the clock jumped"]
    assert result.items == ()


def test_unexpectedly_large_purge_waits_for_a_person() -> None:
    large = replace(stock(1, [40, 39]), amount=StreamAmount(30 * DAY_US, 2 * DAY_US))
    result = plan(large)
    assert result.items == ()
    assert "a person must confirm" in result.blocked[0].why
    assert len(plan(replace(large, is_confirmed=True)).items) == 2


def test_a_batch_is_bounded_and_says_that_there_is_more() -> None:
    result = plan(stock(1, [40, 39, 38, 37]), limit=3)
    assert len(result.items) == 3
    assert result.needs_more


def test_a_cut_off_read_is_followed_by_another_plan() -> None:
    result = plan(stock(1, [40, 39], is_complete=False))
    assert result.needs_more


@given(
    ages=st.lists(st.lists(st.integers(0, 60 * 24), unique=True, max_size=12), min_size=1, max_size=4),
    pins=st.lists(st.tuples(st.floats(0, 60), st.floats(0, 5)), max_size=4),
    missing=st.integers(0, 19 * GB),
    min_days=st.integers(0, 20),
    quota=st.none() | st.integers(1, 20 * GB),
)
def test_every_plan_keeps_its_promises(
    ages: list[list[int]],
    pins: list[tuple[float, float]],
    missing: int,
    min_days: int,
    quota: int | None,
) -> None:
    """failure mode 20: never held, never the last minute, oldest first per stream, and no more than is needed."""
    pinned = tuple(
        TimeRange(NOW_US - int(age * DAY_US), NOW_US - int(age * DAY_US) + int(length * DAY_US))
        for age, length in pins
    )
    stocks = [
        stock(
            number,
            [hours / 24 for hours in of_stream],
            rule=RetentionRule(number, 30 * DAY_US, min_days * DAY_US, quota),
            pinned=pinned,
        )
        for number, of_stream in enumerate(ages, 1)
    ]
    result = plan(*stocks, need=short_of(missing))
    gone = [item.candidate for item in result.items]
    assert len(set(gone)) == len(gone)
    for candidate in gone:
        assert not any(candidate.time.overlaps(pin) for pin in pinned)
        assert candidate.end_us <= NOW_US - MINUTE_US
    for of_stream in stocks:
        starts = [c.start_us for c in gone if c.stream_id == of_stream.stream_id]
        assert starts == sorted(starts)
        left = [c for c in of_stream.candidates if c not in gone]
        free = [c for c in left if not any(c.time.overlaps(pin) for pin in pinned)]
        assert all(c.start_us >= max(starts, default=0) for c in free)
    for_room = [i.candidate.size_bytes for i in result.items if i.reason is PurgeReason.PRESSURE]
    assert not for_room or sum(for_room) - for_room[-1] < missing
    if missing and not result.unmet_bytes:
        assert sum(c.size_bytes for c in gone) >= missing
