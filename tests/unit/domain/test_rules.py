"""Rules of accounts, holds and clips that pages, interface and commands share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vms.domain.account_text import AccountText
from vms.domain.export import ClipRequest
from vms.domain.form_fields import Rule
from vms.domain.retention import OPEN_END_US, hold_problems
from vms.domain.time import DAY_US, TimeRange

PASSWORD = "jembatan merdeka 1953"


@given(st.text(), st.text(), st.text(), st.none() | st.text(), st.none() | st.text())
def test_every_account_has_a_verdict(
    known: str, full_name: str, role: str, name: str | None, password: str | None
) -> None:
    AccountText(full_name, role, name, password).read(known)


@pytest.mark.parametrize(
    ("account", "broken"),
    [
        (AccountText("", "viewer", " Siti.R ", PASSWORD), {}),
        (AccountText("", "king", "siti", PASSWORD), {"role": Rule.REQUIRED}),
        (AccountText("x" * 121, "viewer", "siti", PASSWORD), {"full_name": Rule.TOO_LONG}),
        (AccountText("", "viewer", "", PASSWORD), {"name": Rule.REQUIRED}),
        (AccountText("", "viewer", "siti rahmah", PASSWORD), {"name": Rule.UNUSABLE_NAME}),
        (AccountText("", "viewer", "siti", "short"), {"password": Rule.WEAK_PASSWORD}),
        (AccountText("", "viewer", "siti", "abcabcabcabc"), {"password": Rule.WEAK_PASSWORD}),
        (AccountText("", "viewer", "siti", "Siti 123456789"), {"password": Rule.WEAK_PASSWORD}),
        (AccountText("", "viewer", "siti", "x" * 257), {"password": Rule.WEAK_PASSWORD}),
        (AccountText("", "viewer", "siti", PASSWORD + "\0"), {"password": Rule.NOT_PLAIN}),
    ],
)
def test_what_breaks_a_rule_of_an_account_is_named(account: AccountText, broken: dict[str, Rule]) -> None:
    assert {problem.field: problem.rule for problem in account.read().problems} == broken


def test_account_that_has_a_name_keeps_it() -> None:
    read = AccountText("Siti", "operator").read("Nama Lama")
    assert (read.name, read.problems) == ("Nama Lama", ())


@pytest.mark.parametrize(
    ("days", "reason", "expires_us", "fields"),
    [
        (400, "x" * 500, None, []),
        (0, "x", None, ["to"]),
        (401, "x", None, ["to"]),
        (1, "\n", None, ["reason"]),
        (1, "x" * 501, None, ["reason"]),
        (1, "x", 5, ["expires"]),
        (1, "x", 6, []),
        (1, "x", OPEN_END_US + 1, ["expires"]),
    ],
)
def test_what_keeps_a_hold_from_being_placed_is_named(
    days: int, reason: str, expires_us: int | None, fields: list[str]
) -> None:
    time = TimeRange(0, days * DAY_US)
    assert [problem.field for problem in hold_problems(time, reason, expires_us, now_us=5)] == fields


def test_hold_without_an_end_is_as_long_as_it_takes() -> None:
    assert list(hold_problems(TimeRange(0, OPEN_END_US), "x", None, now_us=5)) == []


@pytest.mark.parametrize(
    ("cameras", "hours", "name", "reason", "fields"),
    [
        (range(16), 24, "x" * 120, "x" * 500, []),
        (range(17), 24, "", "x", ["camera_ids"]),
        ((), 1, "", "x", ["camera_ids"]),
        ((1, 1), 1, "", "x", ["camera_ids"]),
        ((1,), 0, "", "x", ["to"]),
        ((1,), 25, "", "x", ["to"]),
        ((1,), 1, "x" * 121, "x" * 501, ["name", "reason"]),
        ((1,), 1, "", " ", ["reason"]),
    ],
)
def test_what_keeps_a_clip_from_being_asked_for_is_named(
    cameras: tuple[int, ...], hours: int, name: str, reason: str, fields: list[str]
) -> None:
    request = ClipRequest(tuple(cameras), TimeRange(0, hours * DAY_US // 24), name, reason, None)
    assert [problem.field for problem in request.problems()] == fields
