"""GET /api/v1/timeline: several cameras in one answer."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from storage.footage.index_writer import IndexBatch
from tests.support.footage import NOON_US, Recording
from tests.support.recorded_site import Site, browser, main_stream
from vms.domain.camera import Camera, OutageCause
from vms.domain.segment import Outage
from vms.domain.time import BUCKET_US, DAY_US, HOUR_US, MINUTE_US, SECOND_US, TimeRange
from vms.domain.user import Role, User


def index_run(site: Site, camera: Camera, start_us: int, minutes: int, *, gap_us: int = 0) -> Recording:
    """Index a run of minutes without files; `gap_us` lies before its second minute."""
    recording = Recording(main_stream(camera).id, site.volume.id, start_us)
    first, rest = recording.segment(), recording.segment(gap_us=gap_us)
    segments = (first, rest, *recording.segments(minutes - 2))
    site.storage.index_writer.commit(IndexBatch(runs=(recording.run,), segments=segments))
    return recording


def asked(
    client: TestClient, cameras: Sequence[Camera], start_us: int, end_us: int, **more: int
) -> dict[str, Any]:
    ids = ",".join(str(camera.id) for camera in cameras)
    answer = client.get("/api/v1/timeline", params={"cameras": ids, "from": start_us, "to": end_us, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def admin(site: Site) -> User:
    return site.add_user("admin", Role.ADMIN)


def test_lanes_come_in_the_order_asked_each_with_spans_and_gaps(site: Site, admin: User) -> None:
    first, second = site.add_camera("Balai Kota"), site.add_camera("Puskesmas Kelayan")
    index_run(site, first, NOON_US, 10)
    index_run(site, second, NOON_US, 10, gap_us=5 * SECOND_US)
    site.clock.advance(3600)
    with browser(site, admin) as client:
        found = asked(client, [second, first], NOON_US, NOON_US + 10 * MINUTE_US)
    broken, whole = found["lanes"]
    assert (broken["camera_id"], whole["camera_id"]) == (second.id, first.id)
    assert whole["spans"] == [[NOON_US, NOON_US + 10 * MINUTE_US]]
    assert (whole["gaps"], whole["cells"]) == ([], None)
    gap_us = NOON_US + MINUTE_US
    assert broken["spans"] == [[NOON_US, gap_us], [gap_us + 5 * SECOND_US, NOON_US + 10 * MINUTE_US]]
    assert broken["gaps"] == [
        {"start_us": gap_us, "end_us": gap_us + 5 * SECOND_US, "cause": "unknown", "detail": ""}
    ]


def test_gap_of_five_seconds_is_in_the_answer_for_a_day(site: Site, admin: User) -> None:
    camera = site.add_camera()
    index_run(site, camera, NOON_US - 600 * MINUTE_US, 600, gap_us=5 * SECOND_US)
    gap = TimeRange(NOON_US - 599 * MINUTE_US, NOON_US - 599 * MINUTE_US + 5 * SECOND_US)
    outage = Outage(main_stream(camera).id, gap.start_us, gap.end_us, OutageCause.TIMEOUT, "no answer")
    site.storage.index_writer.commit(IndexBatch(outages=(outage,)))
    with browser(site, admin) as client:
        (lane,) = asked(client, [camera], NOON_US - 12 * HOUR_US, NOON_US + 12 * HOUR_US)["lanes"]
    assert {
        "start_us": gap.start_us,
        "end_us": gap.end_us,
        "cause": "timeout",
        "detail": "no answer",
    } in lane["gaps"]


def test_gap_of_a_minute_is_told_at_ninety_days(site: Site, admin: User) -> None:
    camera = site.add_camera()
    index_run(site, camera, NOON_US - 24 * HOUR_US, 12 * 60)
    index_run(site, camera, NOON_US - 12 * HOUR_US + MINUTE_US, 12 * 60)
    site.clock.advance(60)
    with browser(site, admin) as client:
        found = asked(client, [camera], NOON_US - 90 * DAY_US, NOON_US, columns=800)
    (lane,) = found["lanes"]
    cells = lane["cells"]
    assert (lane["spans"], lane["gaps"]) == ([], [])
    assert cells["width_us"] % BUCKET_US == 0
    assert len(cells["covered"]) == len(cells["longest_gap_s"]) <= 801
    first, broken = (
        (NOON_US - hours * HOUR_US - cells["start_us"]) // cells["width_us"] for hours in (24, 12)
    )
    assert cells["longest_gap_s"][broken] == 60
    assert 950 < cells["covered"][broken] < 1000
    others = [n for n in range(first + 1, len(cells["covered"])) if n != broken]
    assert {(cells["covered"][n], cells["longest_gap_s"][n]) for n in others} == {(1000, 0)}
    assert set(cells["covered"][:first]) == {0}


def test_days_of_a_month_say_how_much_of_each_is_recorded(site: Site, admin: User) -> None:
    camera = site.add_camera()
    index_run(site, camera, NOON_US, 240 + 60)
    with browser(site, admin) as client:
        answer = client.get(f"/api/v1/cameras/{camera.id}/days?month=2024-10").json()
    noon = site.services.zone.day_of(NOON_US)
    assert len(answer) == 31
    recorded = {day["day"]: day["covered_us"] for day in answer if day["covered_us"]}
    next_day = noon.replace(day=noon.day + 1)
    assert recorded == {noon.isoformat(): 4 * HOUR_US, next_day.isoformat(): HOUR_US}
    assert {day["length_us"] for day in answer} == {DAY_US}


def test_cells_end_where_the_future_begins(site: Site, admin: User) -> None:
    camera = site.add_camera()
    index_run(site, camera, NOON_US, 30)
    site.clock.wall_us = NOON_US + 30 * MINUTE_US
    with browser(site, admin) as client:
        found = asked(client, [camera], NOON_US - 15 * DAY_US, NOON_US + 15 * DAY_US)
    (lane,) = found["lanes"]
    cells = lane["cells"]
    assert found["known_until_us"] == site.clock.wall_us
    assert cells["start_us"] + len(cells["covered"]) * cells["width_us"] >= site.clock.wall_us
    assert cells["start_us"] + (len(cells["covered"]) - 1) * cells["width_us"] < site.clock.wall_us
    assert (cells["covered"][-1], cells["longest_gap_s"][-1]) == (1000, 0)


def test_unknown_and_foreign_cameras_are_left_out_in_silence(site: Site) -> None:
    own, foreign = site.add_camera("Balai Kota"), site.add_camera("Puskesmas Kelayan")
    index_run(site, foreign, NOON_US, 10)
    site.storage.holds.place(foreign.id, TimeRange(NOON_US, NOON_US + MINUTE_US), "laporan", "admin")
    user = site.add_user("camat", Role.VIEWER, own)
    with browser(site, user) as client:
        url = f"/api/v1/timeline?cameras=%s&from={NOON_US}&to={NOON_US + HOUR_US}"
        alone = client.get(url % own.id)
        beside = client.get(url % f"{foreign.id},{own.id},4711,999999999999999999999")
        nothing = client.get(url % foreign.id)
    assert beside.json() == alone.json()
    assert [lane["camera_id"] for lane in alone.json()["lanes"]] == [own.id]
    assert (nothing.status_code, nothing.json()["lanes"], nothing.json()["holds"]) == (200, [], [])


def test_right_taken_away_ends_a_lane_at_the_next_request(site: Site) -> None:
    camera = site.add_camera()
    user = site.add_user("camat", Role.VIEWER, camera)
    with browser(site, user) as client:
        before = asked(client, [camera], NOON_US, NOON_US + HOUR_US)["lanes"]
        site.storage.users.edit(User(user.id, user.name, user.full_name, user.role))
        after = asked(client, [camera], NOON_US, NOON_US + HOUR_US)["lanes"]
    assert (len(before), after) == (1, [])


def test_footage_of_a_removed_camera_has_its_lane(site: Site, admin: User) -> None:
    camera = site.add_camera()
    index_run(site, camera, NOON_US, 10)
    site.storage.cameras.remove(camera.id)
    with browser(site, admin) as client:
        (lane,) = asked(client, [camera], NOON_US, NOON_US + HOUR_US)["lanes"]
    assert (lane["oldest_us"], lane["newest_us"]) == (NOON_US, NOON_US + 10 * MINUTE_US)


def test_activity_is_bytes_per_second_and_can_be_left_out(site: Site, admin: User) -> None:
    camera = site.add_camera()
    index_run(site, camera, NOON_US, 120)
    site.clock.advance(86_400)
    with browser(site, admin) as client:
        for end_us in (NOON_US + HOUR_US, NOON_US + 6 * HOUR_US, NOON_US + 20 * DAY_US):
            (lane,) = asked(client, [camera], NOON_US, end_us)["lanes"]
            busy = lane["activity"]
            assert busy["start_us"] == NOON_US
            assert busy["rates"][0] in {15, 16, 17}, busy
            assert len(busy["rates"]) <= 600
            assert all(rate == 0 for rate in busy["rates"][2 * HOUR_US // busy["width_us"] + 1 :])
        (silent,) = asked(client, [camera], NOON_US, NOON_US + HOUR_US, activity=0)["lanes"]
    assert silent["activity"] is None


def test_activity_of_a_few_minutes_shows_each_group_of_pictures(
    site: Site, admin: User, h264_run: Path
) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    site.clock.advance(60)
    with browser(site, admin) as client:
        (lane,) = asked(client, [camera], NOON_US, NOON_US + MINUTE_US)["lanes"]
    busy = lane["activity"]
    assert (busy["width_us"], len(busy["rates"])) == (SECOND_US, 60)
    assert all(rate > 0 for rate in busy["rates"][:24])
    assert set(busy["rates"][26:]) == {0}
    assert len(set(busy["rates"][:24])) > 5


def test_lane_of_countless_gaps_is_told_as_cells(site: Site, admin: User) -> None:
    camera = site.add_camera()
    recording = Recording(main_stream(camera).id, site.volume.id, NOON_US)
    segments = tuple(recording.segment(SECOND_US, gap_us=2 * SECOND_US) for _ in range(200))
    site.storage.index_writer.commit(IndexBatch(runs=(recording.run,), segments=segments))
    site.clock.advance(600)
    with browser(site, admin) as client:
        (drawn,) = asked(client, [camera], NOON_US, NOON_US + 600 * SECOND_US, columns=200)["lanes"]
        (told,) = asked(client, [camera], NOON_US, NOON_US + 600 * SECOND_US, columns=50)["lanes"]
    assert (len(drawn["spans"]), drawn["cells"]) == (200, None)
    assert (told["spans"], told["gaps"]) == ([], [])
    assert told["cells"]["covered"] == [333]
    assert told["cells"]["longest_gap_s"] == [2]


def test_growing_file_is_footage_up_to_its_last_fragment(site: Site, admin: User, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run, files=1, closed=False)
    site.clock.advance(25)
    with browser(site, admin) as client:
        found = asked(client, [camera], NOON_US, NOON_US + MINUTE_US)
    (lane,) = found["lanes"]
    assert len(lane["spans"]) == 1
    assert NOON_US + 24 * SECOND_US < lane["newest_us"] == lane["spans"][0][1]
    assert lane["gaps"] == []


def test_holds_of_the_window_come_with_their_cameras(site: Site, admin: User) -> None:
    camera = site.add_camera()
    held = TimeRange(NOON_US, NOON_US + MINUTE_US)
    placed = site.storage.holds.place(camera.id, held, "laporan 12", "admin").hold
    with browser(site, admin) as client:
        found = asked(client, [camera], NOON_US, NOON_US + HOUR_US)
        elsewhere = asked(client, [camera], NOON_US + HOUR_US, NOON_US + 2 * HOUR_US)
    assert found["holds"] == [
        {
            "id": placed.id,
            "camera_ids": [camera.id],
            "start_us": held.start_us,
            "end_us": held.end_us,
            "reason": "laporan 12",
        }
    ]
    assert elsewhere["holds"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=1&to=2", "cameras"),
        ("cameras=&from=1&to=2", "cameras"),
        ("cameras=1,x&from=1&to=2", "cameras"),
        ("cameras=-1&from=1&to=2", "cameras"),
        (f"cameras={','.join(str(n) for n in range(1, 66))}&from=1&to=2", "cameras"),
        ("cameras=1&from=2&to=2", "to"),
        (f"cameras=1&from=0&to={401 * DAY_US}", "to"),
        ("cameras=1&from=1&to=2&columns=many", "columns"),
    ],
)
def test_senseless_questions_are_refused_with_the_field_named(
    site: Site, admin: User, query: str, field: str
) -> None:
    with browser(site, admin) as client:
        answer = client.get(f"/api/v1/timeline?{query}")
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
