"""The playback page, and the one reader of typed times that its scripts ask."""

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vms.domain.audit import AuditAction
from vms.domain.errors import InvalidInput, NotFound, UnreadableTime
from vms.domain.moments.typed_time import parse_typed_time
from vms.domain.time import format_rfc3339
from web.access.permissions import SIGNED_IN
from web.api.values import day_from, instant_from
from web.http.audit import record_action
from web.http.errors import Problem
from web.http.routing import guarded
from web.http.state import Call, services_of, user_of
from web.pages.cameras.camera_views import camera_views
from web.pages.frame.rendering import presenter_of, render
from web.pages.review.playback_address import read_address
from web.pages.review.playback_facts import audited_subject, camera_facts, choose_cameras, playback_facts
from web.pages.review.review_keys import PLAYBACK_KEYS

SCRIPT_WORDS = ("player", "cause", "review", "find", "clip", "bookmark", "hold", "tile", "timeline")


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        guarded("/playback", show, SIGNED_IN, name="playback"),
        guarded("/playback/cameras", cameras, SIGNED_IN, name="playback_cameras"),
        guarded("/playback/parse-time", parse_time, SIGNED_IN),
    ]


def show(request: Call) -> Response:
    """Show footage of up to 16 cameras: at the moment that the address names, else the newest.

    Raises:
        NotFound: the person may see none of the cameras that the address names, or none of them exists.
    """
    services, user = services_of(request), user_of(request)
    present = presenter_of(request)
    address = read_address(request.query_params)
    chosen = choose_cameras(services, user, address)
    if not chosen.cameras:
        if address.camera_ids is not None:
            raise NotFound("there is no such camera")
        return render(request, "playback.html", section="playback", camera=None, cameras=[])
    record_action(request, AuditAction.PLAYBACK_OPEN, audited_subject(chosen.cameras))
    facts = playback_facts(services, user, chosen, address, present)
    return render(
        request,
        "playback.html",
        section="playback",
        script_sections=SCRIPT_WORDS,
        script_data={"playback": facts.script},
        camera=facts.focused,
        cameras=facts.views,
        at_us=facts.at_us,
        first_picture=facts.first_picture,
        mode=facts.mode,
        notices=[
            *(["review.some_unavailable"] if chosen.some_unavailable else []),
            *(["review.moment_unreadable"] if address.lacks_moment else []),
        ],
        may_export=facts.script["may_export"],
        key_lines=PLAYBACK_KEYS,
        offered=facts.script["all_cameras"],
        rfc3339=format_rfc3339,
    )


def cameras(request: Call) -> Response:
    """Answer the facts of cameras that are put on the page while it is open; others are left out silently."""
    services, user = services_of(request), user_of(request)
    address = read_address(request.query_params)
    if address.camera_ids is None:
        raise InvalidInput("cam must list the numbers of cameras, such as 3,7", field="cam")
    chosen = choose_cameras(services, user, address)
    if chosen.cameras:
        record_action(request, AuditAction.PLAYBACK_OPEN, audited_subject(chosen.cameras))
    views = camera_views(services, chosen.cameras, presenter_of(request))
    return JSONResponse({"cameras": camera_facts(services, user, chosen.cameras, views)})


def parse_time(request: Call) -> Response:
    """Answer the instant that a person typed, and the present beside it.

    The query's `day` is the local day on screen, for times without date; `at`, if given, is where the playhead stands,
    for steps from it. A text that is no time is answered by a code that says why ("time-no-such-day").
    """
    services, query = services_of(request), request.query_params
    now_us = services.clock.now_us()
    day = day_from(query.get("day", ""))
    playhead_us = instant_from(query["at"], "at") if "at" in query else None
    try:
        at_us = parse_typed_time(
            query.get("text", ""), zone=services.zone, day=day, now_us=now_us, at_us=playhead_us, field="text"
        )
    except UnreadableTime as error:
        problem = Problem(422, f"time-{error.reason}", str(error), field=error.field)
        return problem.answer()
    return JSONResponse({"at_us": at_us, "now_us": now_us})
