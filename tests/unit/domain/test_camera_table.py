"""Every row of a table of cameras has its verdict, and one wrong row keeps all from being imported (trial 17)."""

import pytest

from vms.domain.camera_address import Credentials, Secret
from vms.domain.camera_table import CheckedTable, check_table
from vms.domain.form_fields import Rule

NETWORKS = ("10.0.0.0/8",)
HEADING = "name;url;username;password;latitude;longitude;retention_days\n"


def check(*rows: str, taken: frozenset[str] = frozenset()) -> CheckedTable:
    return check_table((HEADING + "\n".join(rows)).encode(), NETWORKS, taken)


def test_good_table_gives_a_draft_for_each_row() -> None:
    """Trial 17."""
    checked = check(
        'A;rtsp://10.0.0.1/a;siti;"se;cret";-3,32;114,59;30', ";;;;;;", "B;rtsp://10.0.0.2/a;;;;;"
    )
    assert [(row.line, row.name, row.problems) for row in checked.rows] == [(2, "A", ()), (4, "B", ())]
    first = checked.drafts[0]
    assert first.credentials == Credentials("siti", Secret("se;cret"))
    assert (first.latitude, first.longitude, first.retention_days) == (-3.32, 114.59, 30)
    assert "se;cret" not in repr(checked)


@pytest.mark.parametrize(
    ("row", "problems"),
    [
        ("A;rtsp://10.0.0.1/a;siti;se;cret;;30;", {"row": Rule.STRAY_CELL}),
        ("A;rtsp://10.0.0.1/a;siti;x;;;30;9", {"row": Rule.STRAY_CELL}),
        ("A;rtsp://10.0.0.1/a", {"row": Rule.TOO_FEW_CELLS}),
        ("A;rtsp://10.0.0.1/a;;;inf;nan;30", {"latitude": Rule.NOT_A_NUMBER, "longitude": Rule.NOT_A_NUMBER}),
        ("A;rtsp://10.0.0.1/a;;;;;inf", {"retention_days": Rule.NOT_A_NUMBER}),
        ("A;rtsp://10.0.0.1/a;;;;;1e999", {"retention_days": Rule.NOT_A_NUMBER}),
        ("A;rtsp://10.0.0.1/a;;;;;1_0", {"retention_days": Rule.NOT_A_NUMBER}),
        ("A;rtsp://s:1/x@10.0.0.1/a;;;;;", {"url": Rule.UNUSABLE_CHARACTER}),
        ("7;rtsp://10.0.0.1/a;;;;;", {"name": Rule.NAME_IS_NUMBER}),
        ("Lama;rtsp://10.0.0.1/a;;;;;", {"name": Rule.NAME_TAKEN}),
        ("Baik;rtsp://10.0.0.1/a;;;;;", {"name": Rule.NAME_TWICE}),
        (";rtsp://10.0.0.1/a;;;;;", {"name": Rule.REQUIRED}),
    ],
)
def test_wrong_row_is_named_and_keeps_all_others_out(row: str, problems: dict[str, Rule]) -> None:
    """Trial 17."""
    good = "Baik;rtsp://10.0.0.9/a;;;;;"
    checked = check(good, row, taken=frozenset({"Lama"}))
    assert checked.rows[1].draft is None
    found = {problem.field: problem.rule for problem in checked.rows[1].problems}
    assert found == problems
    assert checked.drafts == []


def test_table_without_cameras_is_no_import() -> None:
    """Trial 17."""
    checked = check()
    assert [problem.rule for problem in checked.problems] == [Rule.UNUSABLE_TABLE]
    assert checked.drafts == []
