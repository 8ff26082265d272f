"""How far an export is: never less far than people were told before."""

import pytest

from vms.domain.export import ClipRequest, Export, ExportState
from vms.domain.time import TimeRange


def job(done: int, total: int) -> Export:
    """Return a job that was last told to be so far."""
    request = ClipRequest((1,), TimeRange(0, 1), "", "", None)
    return Export(1, "t", request, ExportState.RUNNING, 0, 0, done_bytes=done, total_bytes=total)


@pytest.mark.parametrize(
    ("before", "told", "noted"),
    [
        ((0, 0), (0, 900), 0),
        ((0, 0), (300, 900), 300),
        ((300, 900), (600, 900), 600),
        ((300, 900), (0, 900), 300),
        ((1, 3), (0, 1000), 334),
        ((300, 900), (0, 90), 30),
        ((900, 900), (0, 1000), 1000),
    ],
)
def test_share_done_only_grows(before: tuple[int, int], told: tuple[int, int], noted: int) -> None:
    assert job(*before).advanced(*told) == noted
