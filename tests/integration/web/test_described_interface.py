"""`/openapi.json` is true: what it allows is answered as it says, what it forbids is refused, whoever asks."""

import re
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    negative_data_rejection,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok

from tests.support.footage import NOON_US
from tests.support.recorded_site import Site, browser, main_stream, open_site
from vms.domain.bookmark import BookmarkContent
from vms.domain.camera import MOST_TOGETHER, Camera
from vms.domain.export import ClipRequest
from vms.domain.saved_view import ViewContent
from vms.domain.time import HOUR_US, SECOND_US, TimeRange, format_rfc3339
from vms.domain.user import Role, User
from vms.host.settings import Settings
from web.access.auth import session_cookie_name
from web.api import operations
from web.api.description import description
from web.api.values import AskedCameras, Month

DESCRIPTION = description(operations(), "0.0.0+test", cookie=session_cookie_name(Settings()))
SCHEMA = schemathesis.openapi.from_dict(
    DESCRIPTION,
    config=SchemathesisConfig.from_dict(
        {
            # Constants of the sources would make the cases depend on whatever else the sources say.
            "analysis": {"constants": {"enabled": False}},
            "generation": {"with-security-parameters": False},
            "checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}},
        }
    ),
)
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
CLIP = TimeRange(NOON_US, NOON_US + 12 * SECOND_US)
TIMES = [NOON_US, NOON_US + 12 * SECOND_US, NOON_US + 20 * SECOND_US, NOON_US - HOUR_US, 0]
STRANGER = 99
TEXTS = {
    "cameras": AskedCameras.PATTERN,
    "month": Month.PATTERN,
    **dict.fromkeys(("from", "at", "to", "expires", "Range"), ""),
}
"""Patterns of the texts that are replaced by what is there."""

TAKING = [label for label, found in OPERATIONS.items() if found.body or [*found.iter_parameters()]]
"""Operations to which anything can be sent."""

MANY, FEW = 20, 4
"""Requests of one kind. A few are enough where nothing of the request is read before it is refused."""


@dataclass
class City:
    """An installation with footage, and what of it requests may name."""

    site: Site
    cameras: tuple[Camera, Camera]
    admin: User
    viewer: User
    export_ids: tuple[int, ...]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, h264_run: Path) -> Iterator[City]:
    with open_site(tmp_path_factory.mktemp("city")) as site:
        own, other = site.add_camera("Balai Kota"), site.add_camera("Pasar")
        site.record(own, h264_run)
        site.record(other, h264_run, files=1, closed=False)
        site.clock.advance(60)
        admin = site.add_user("wali", Role.ADMIN)
        request = ClipRequest((own.id,), CLIP, "simpang", "laporan", admin.id)
        done, deleted, queued = (site.storage.exports.create(request) for _ in range(3))
        assert site.worker().run_next()
        assert site.worker().run_next()
        site.services.exports.remove(deleted)
        viewer = site.add_user("camat", Role.VIEWER, own)
        yield City(site, (own, other), admin, viewer, (done.id, deleted.id, queued.id))


def named(city: City) -> dict[str, st.SearchStrategy[object]]:
    """What requests name that is there, and now and then something that is not; made anew for each test."""
    storage, (own, _) = city.site.storage, city.cameras
    content = BookmarkContent((own.id,), CLIP, "Tabrak lari", is_shared=True)
    segment = storage.segments.oldest(main_stream(own).id)
    assert segment is not None
    there: dict[str, list[object]] = {
        "camera_id": [own.id, city.cameras[1].id, STRANGER],
        "stream_id": [segment.stream_id],
        "run_id": [segment.run_id],
        "seq": [0, 1],
        "start_us": [NOON_US],
        "init_id": [segment.init_id],
        "export_id": [*city.export_ids],
        "bookmark_id": [storage.bookmarks.add(city.admin.id, content).id],
        "view_id": [_view(city)],
        "hold_id": [storage.holds.place(own.id, CLIP, "laporan", "wali").hold.id],
        "cameras": [str(own.id), f"{own.id},{city.cameras[1].id},{STRANGER}"],
        "camera_ids": [[own.id], [own.id, city.cameras[1].id], [STRANGER]],
        "month": ["2024-10", "1970-01"],
        "from": [str(TIMES[0]), *map(format_rfc3339, TIMES)],
        "at": [str(TIMES[0]), *map(format_rfc3339, TIMES)],
        "to": [str(TIMES[1]), *map(format_rfc3339, TIMES)],
        "expires": [format_rfc3339(NOON_US + 400 * HOUR_US)],
        "Range": ["bytes=0-99", "bytes=100-", f"bytes={10**12}-"],
    }
    return {name: st.sampled_from(values) for name, values in there.items()}


def _view(city: City) -> int:
    store = city.site.storage.saved_views
    for view in store.list(city.admin):
        store.remove(view.id)
    return store.add(city.admin.id, ViewContent("Pusat kota", (city.cameras[0].id,), is_shared=True)).id


def is_allowed(name: str, value: object) -> bool:
    """Tell whether the description allows a value: only such are replaced by what is there."""
    match value:
        case bool():
            return False
        case int():
            return 0 <= value < 2**63
        case str():
            return name in TEXTS and re.search(TEXTS[name], value) is not None
        case list():
            return 1 <= len(value) <= MOST_TOGETHER and all(
                type(one) is int and is_allowed(name, one) for one in value
            )
        case _:
            return False


def same_each_time(requests: int) -> settings:
    return settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=requests,
        suppress_health_check=list(HealthCheck),
    )


def ask(city: City, label: str, mode: GenerationMode, user: User | None, *, requests: int = MANY) -> set[int]:
    """Send requests that the description allows, or forbids, check each answer against it, return their statuses."""
    statuses: set[int] = set()

    with browser(city.site, user) as client:

        @given(
            case=OPERATIONS[label].as_strategy(generation_mode=mode),
            known=st.fixed_dictionaries(named(city)),
        )
        @same_each_time(requests)
        def send(case: Case[Any], known: dict[str, Any]) -> None:
            for part in (case.path_parameters, case.query, case.headers, case.body):
                if isinstance(part, MutableMapping):
                    part.update({name: known[name] for name in known if is_allowed(name, part.get(name))})
            asked = case.as_transport_kwargs(base_url="http://siring.test")
            asked["content"] = asked.pop("data", None)
            answer = client.request(**{**asked, "cookies": None})
            case.validate_response(answer, checks=CHECKS)
            statuses.add(answer.status_code)

        send()
    return statuses


@pytest.mark.parametrize("label", OPERATIONS)
def test_what_is_described_is_answered_as_it_says(city: City, label: str) -> None:
    statuses = ask(city, label, GenerationMode.POSITIVE, city.admin)
    ask(city, label, GenerationMode.POSITIVE, city.viewer)
    assert int(min(OPERATIONS[label].responses.status_codes)) in statuses


@pytest.mark.parametrize("label", TAKING)
def test_what_is_not_described_is_refused(city: City, label: str) -> None:
    for user in (city.admin, city.viewer):
        ask(city, label, GenerationMode.NEGATIVE, user)


@pytest.mark.parametrize("label", OPERATIONS)
def test_stranger_is_told_nothing(city: City, label: str) -> None:
    assert ask(city, label, GenerationMode.POSITIVE, None, requests=FEW) == {401}


def test_every_operation_is_tried() -> None:
    assert len(OPERATIONS) == len(operations())


def test_description_is_what_programs_fetch(city: City) -> None:
    with browser(city.site, city.viewer) as client:
        assert client.get("/openapi.json").json() == DESCRIPTION
