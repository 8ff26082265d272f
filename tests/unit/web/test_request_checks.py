"""The pure parts of what every request goes through."""

import pytest
from starlette.responses import Response
from starlette.routing import Route

from tests.support.footage import SteppedClock
from vms.domain import errors
from vms.domain.errors import CookieLost, ForeignPage, PermissionDenied, TooManyAttempts
from web.access.auth import wait_seconds
from web.app import _check_all_guarded
from web.http import csrf
from web.http.client_address import client_address
from web.http.errors import problem_of, safe_next
from web.http.rate_limit import RateLimit


def test_route_without_a_declared_right_is_refused() -> None:
    def open_door(_request: object) -> Response:
        return Response()

    with pytest.raises(TypeError, match="/open"):
        _check_all_guarded([Route("/open", open_door)])


@pytest.mark.parametrize(
    ("peer", "header", "address"),
    [
        ("10.0.0.9", None, "10.0.0.9"),
        ("10.0.0.9", "1.2.3.4", "10.0.0.9"),
        ("127.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("127.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("127.0.0.1", "6.6.6.6, 1.2.3.4, 127.0.0.2", "1.2.3.4"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        (None, None, ""),
    ],
)
def test_only_named_proxies_are_believed(peer: str | None, header: str | None, address: str) -> None:
    assert client_address(peer, header, ["127.0.0.0/8"]) == address


def test_token_of_another_browser_is_refused() -> None:
    own, other = csrf.new_browser_secret(), csrf.new_browser_secret()
    csrf.check(own, csrf.token_for(own), {})
    with pytest.raises(PermissionDenied):
        csrf.check(own, csrf.token_for(other), {})
    with pytest.raises(CookieLost):
        csrf.check(None, csrf.token_for(own), {})


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example", "host": "siring.example"},
        {"origin": "null", "host": "siring.example"},
    ],
)
def test_request_from_another_site_is_refused(headers: dict[str, str]) -> None:
    own = csrf.new_browser_secret()
    with pytest.raises(ForeignPage):
        csrf.check(own, csrf.token_for(own), headers)


def test_waiting_doubles_and_is_bounded() -> None:
    waits = [wait_seconds(n, 0, 0, free=3, longest=30) for n in range(12)]
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 30, 30, 30, 30]
    assert wait_seconds(5, 0, 1_500_000, free=3, longest=30) == 3
    assert wait_seconds(5, 0, 4_000_000, free=3, longest=30) == 0
    assert wait_seconds(5, 10_000_000_000, 0, free=3, longest=30) == 30


def test_rate_limit_fills_again() -> None:
    clock = SteppedClock()
    limit = RateLimit(clock, per_second=2, burst=3)
    for _ in range(3):
        limit.take(1)
    with pytest.raises(TooManyAttempts):
        limit.take(1)
    limit.take(2)
    clock.advance(0.5)
    limit.take(1)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/playback?cam=3", "/playback?cam=3"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("", "/"),
        (None, "/"),
        ("/a\nb", "/"),
    ],
)
def test_sign_in_returns_only_to_this_site(text: str | None, path: str) -> None:
    assert safe_next(text) == path


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.Purged("gone"), 410, "purged"),
        (errors.VolumeUnavailable("away"), 503, "volume-unavailable"),
        (errors.NotSignedIn("who"), 401, "not-signed-in"),
        (errors.TooManyAttempts("slow", wait_seconds=4), 429, "too-many-attempts"),
        (errors.PermissionDenied("no"), 403, "permission-denied"),
        (errors.InvalidInput("bad", field="to"), 422, "invalid-input"),
        (errors.IndexUnavailable("db"), 503, "index-unavailable"),
        (ValueError("secret detail"), 500, "error"),
    ],
)
def test_every_error_has_its_answer(error: Exception, status: int, code: str) -> None:
    problem = problem_of(error)
    assert (problem.status, problem.code) == (status, code)
    assert "secret detail" not in problem.message
    assert bool(problem.reference) == (status >= 500)


@pytest.mark.parametrize(
    "error",
    [
        errors.IndexUnavailable("connection to 10.0.0.3, port 5432 failed: user siring, database footage"),
        errors.VolumeUnavailable("/srv/footage is not mounted"),
        errors.VolumeFull("no room on /srv/footage"),
        errors.ProbeFailed("ffmpeg at /opt failed", cause="timeout", fix="x"),
        errors.StorageError("/srv/footage/rec is a file"),
        errors.MediaError("/srv/footage/rec/a.mp4 is cut"),
        errors.VmsError("/srv"),
    ],
)
def test_errors_on_our_side_tell_no_path_host_or_account(error: Exception) -> None:
    problem = problem_of(error)
    assert problem.status >= 500
    assert not any(word in problem.message for word in ("/srv", "/opt", "10.0.0.3", "siring", "footage:"))
    assert problem.reference
