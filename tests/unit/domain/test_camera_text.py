"""What people write about a camera: every text has a verdict, and what is kept reads back as it was written."""

from dataclasses import asdict, fields, replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vms.domain.camera import Camera, Stream, StreamRole
from vms.domain.camera_address import Credentials, Secret, StreamUrl
from vms.domain.camera_text import CameraText
from vms.domain.form_fields import Rule

NETWORKS = ("10.0.0.0/8",)
GOOD = CameraText(main_url="rtsp://10.0.0.12/a", name="Balai Kota")
TEXT_FIELDS = [field.name for field in fields(CameraText) if field.type == "str" or field.type is str]
STORED = Credentials("siti", Secret("lama"))


def rules(written: CameraText) -> dict[str, Rule]:
    checked = written.read(NETWORKS)
    assert (checked.draft is None) == bool(checked.problems)
    return {problem.field: problem.rule for problem in checked.problems}


@given(st.dictionaries(st.sampled_from(TEXT_FIELDS), st.text() | st.floats().map(str)))
def test_every_text_has_a_verdict(texts: dict[str, str]) -> None:
    rules(GOOD.with_texts(texts))
    rules(CameraText().with_texts(texts))


@pytest.mark.parametrize(
    ("texts", "broken"),
    [
        ({"main_url": ""}, {"main_url": Rule.REQUIRED}),
        ({"main_url": "http://10.0.0.12/"}, {"main_url": Rule.UNUSABLE_ADDRESS}),
        ({"main_url": "rtsp://8.8.8.8/"}, {"main_url": Rule.OUTSIDE_NETWORKS}),
        ({"main_url": "rtsp://a:b@10.0.0.1/?password=c"}, {"main_url": Rule.UNCLEAR_LOGIN}),
        ({"sub_url": "rtsp://a:b@10.0.0.12/a"}, {"sub_url": Rule.SAME_STREAMS}),
        ({"name": " "}, {"name": Rule.REQUIRED}),
        ({"name": "x\0"}, {"name": Rule.NOT_PLAIN}),
        ({"place": "\udc80"}, {"place": Rule.NOT_PLAIN}),
        ({"agency": "x" * 121}, {"agency": Rule.TOO_LONG}),
        ({"purpose": "x" * 401}, {"purpose": Rule.TOO_LONG}),
        ({"retention_days": "30.7"}, {"retention_days": Rule.NOT_A_NUMBER}),
        ({"retention_days": "9" * 20}, {"retention_days": Rule.OUT_OF_RANGE}),
        ({"retention_days": "7", "min_days": "8"}, {"min_days": Rule.MIN_ABOVE_MAX}),
        ({"quota_gb": "0.05"}, {"quota_gb": Rule.OUT_OF_RANGE}),
        ({"quota_gb": "1e308"}, {"quota_gb": Rule.OUT_OF_RANGE}),
        ({"quota_gb": "nan"}, {"quota_gb": Rule.NOT_A_NUMBER}),
        ({"latitude": "-3.3"}, {"latitude": Rule.BOTH_COORDINATES}),
        ({"latitude": "-3.3", "longitude": "east"}, {"longitude": Rule.NOT_A_NUMBER}),
        ({"latitude": "91", "longitude": "0"}, {"latitude": Rule.OUT_OF_RANGE}),
        ({"password": "x"}, {"username": Rule.PASSWORD_WITHOUT_NAME}),
    ],
)
def test_what_breaks_a_rule_is_named_by_field_and_rule(
    texts: dict[str, str], broken: dict[str, Rule]
) -> None:
    assert rules(GOOD.with_texts(texts)) == broken


def test_all_that_is_wrong_is_told_at_once_and_no_secret() -> None:
    written = CameraText(main_url="rtsp://a:k4nari@10.0.0.1/?pwd=k4nari", purpose="x" * 401, min_days="-1")
    checked = written.read(NETWORKS)
    assert [problem.field for problem in checked.problems] == ["main_url", "name", "purpose", "min_days"]
    assert "k4nari" not in f"{checked} {written}"


@pytest.mark.parametrize(
    ("texts", "stored", "kept"),
    [
        ({}, None, None),
        ({}, STORED, None),
        ({"username": "siti"}, STORED, None),
        ({"username": "budi"}, STORED, Credentials("budi", Secret("lama"))),
        ({"username": "budi", "password": " a "}, STORED, Credentials("budi", Secret(" a "))),
        ({"main_url": "rtsp://a:b@10.0.0.12/a"}, STORED, Credentials("a", Secret("b"))),
        ({"main_url": "rtsp://a:b@10.0.0.12/a", "password": "c"}, None, Credentials("a", Secret("c"))),
        ({"sub_url": "rtsp://a:b@10.0.0.12/b"}, None, Credentials("a", Secret("b"))),
        ({"username": "siti"}, None, Credentials("siti", Secret(""))),
    ],
)
def test_login_is_written_or_in_an_address_or_the_stored_one(
    texts: dict[str, str], stored: Credentials | None, kept: Credentials | None
) -> None:
    draft = GOOD.with_texts(texts).read(NETWORKS, stored).draft
    assert draft is not None
    assert draft.credentials == kept


@given(
    place=st.none() | st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    quota_bytes=st.none() | st.integers(10**8, 10**15),
    days=st.none() | st.tuples(st.integers(1, 3650), st.integers(0, 1)),
)
def test_stored_camera_that_is_read_again_stays_the_same(
    place: tuple[float, float] | None, quota_bytes: int | None, days: tuple[int, int] | None
) -> None:
    stream = Stream(1, UUID(int=1), 1, StreamRole.MAIN, StreamUrl("rtsp://10.0.0.12/a"), record_audio=True)
    camera = Camera(
        1,
        UUID(int=2),
        "Balai Kota",
        latitude=place[0] if place else None,
        longitude=place[1] if place else None,
        quota_bytes=quota_bytes,
        retention_days=days[0] if days else None,
        min_days=days[1] if days else 0,
        streams=(stream,),
    )
    draft = CameraText.of(camera).read(NETWORKS).draft
    assert draft is not None
    assert {
        name: value
        for name, value in asdict(replace(draft, credentials=None)).items()
        if hasattr(camera, name)
    } == {name: getattr(camera, name) for name in asdict(draft) if hasattr(camera, name)}
    assert draft.record_audio
