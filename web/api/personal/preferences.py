"""What a person set for the review page, on whatever device."""

from starlette.responses import Response
from starlette.routing import Route

from vms.domain.errors import InvalidInput
from vms.domain.preferences import Preferences, ReviewMode
from web.access.permissions import SIGNED_IN
from web.api.answers import json_answer
from web.api.bodies import flag_from, object_from
from web.http.routing import guarded
from web.http.state import Call, json_of, services_of, user_of


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        guarded("/api/v1/preferences", preferences, SIGNED_IN, name="review_preferences"),
        guarded(
            "/api/v1/preferences", change, SIGNED_IN, methods=("PATCH",), name="change_review_preferences"
        ),
    ]


def preferences(request: Call) -> Response:
    """Answer the caller's preferences."""
    known = services_of(request).storage.preferences.get(user_of(request).id)
    return json_answer(request, _described(known))


def change(request: Call) -> Response:
    """Change what the body names, and answer all of them."""
    store, user = services_of(request).storage.preferences, user_of(request)
    body, old = object_from(json_of(request)), store.get(user_of(request).id)
    new = Preferences(
        review_mode=_review_mode(body.get("review_mode")) if "review_mode" in body else old.review_mode,
        letter_keys=flag_from(body, "letter_keys", default=old.letter_keys),
        data_saver=flag_from(body, "data_saver", default=old.data_saver),
        skip_gaps=flag_from(body, "skip_gaps", default=old.skip_gaps),
    )
    store.set(user.id, new)
    return json_answer(request, _described(new))


def _review_mode(value: object) -> ReviewMode | None:
    if value is None:
        return None
    if not isinstance(value, str) or value not in set(ReviewMode):
        raise InvalidInput("review_mode must be simple, full or null", field="review_mode")
    return ReviewMode(value)


def _described(known: Preferences) -> dict[str, object]:
    return {
        "review_mode": None if known.review_mode is None else known.review_mode.value,
        "letter_keys": known.letter_keys,
        "data_saver": known.data_saver,
        "skip_gaps": known.skip_gaps,
    }
