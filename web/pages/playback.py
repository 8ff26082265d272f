"""The playback page, and the one reader of typed times that its scripts ask."""

from datetime import date

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vms.domain.errors import InvalidInput, NotFound
from vms.domain.site_time import parse_typed_time
from vms.domain.time import format_rfc3339
from web.pages.camera_views import camera_views
from web.pages.playback_address import read_address
from web.pages.playback_facts import audited_subject, camera_facts, choose_cameras, playback_facts
from web.pages.rendering import presenter_of, render
from web.pages.review_keys import PLAYBACK_KEYS
from web.permissions import SIGNED_IN
from web.routing import guarded
from web.state import Call, address_of, services_of, user_of

SPEEDS = (0.25, 0.5, 1, 2, 4, 8, 16)
SCRIPT_WORDS = ("player", "cause", "review", "clip")


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
    services.storage.audit.append(
        user.name, "playback.open", audited_subject(chosen.cameras), address=address_of(request)
    )
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
        mode=facts.mode,
        some_unavailable=chosen.some_unavailable,
        speeds=SPEEDS,
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
        services.storage.audit.append(
            user.name, "playback.open", audited_subject(chosen.cameras), address=address_of(request)
        )
    views = camera_views(services, chosen.cameras, presenter_of(request))
    return JSONResponse({"cameras": camera_facts(services, user, chosen.cameras, views)})


def parse_time(request: Call) -> Response:
    """Answer the instant that a person typed, relative to the day that is on screen."""
    services = services_of(request)
    now_us = services.clock.now_us()
    try:
        day = date.fromisoformat(request.query_params.get("day", ""))
    except ValueError:
        raise InvalidInput("day must be given as YYYY-MM-DD", field="day") from None
    text = request.query_params.get("text", "")
    return JSONResponse(
        {"at_us": parse_typed_time(text, zone=services.zone, day=day, now_us=now_us, field="text")}
    )
