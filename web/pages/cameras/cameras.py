"""Cameras: the table, one camera's page, its test, and taking it out of use."""

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from vms.domain.audit import AuditAction
from vms.domain.camera import Camera, Stream, StreamRole, StreamStatus
from vms.domain.errors import NotFound
from vms.domain.time import DAY_US, TimeRange
from vms.domain.user import Right
from vms.ffmpeg.camera_probe import Finding, probe_camera
from web.access.permissions import MANAGE_CAMERA, SIGNED_IN, VIEW_CAMERA
from web.http.audit import record_action
from web.http.routing import guarded
from web.http.row_number import row_number
from web.http.state import Call, path_camera, services_of, user_of
from web.i18n.catalogue import Catalogue
from web.pages.cameras.camera_marks import camera_mark
from web.pages.cameras.camera_views import camera_views, picture_url, visible_cameras
from web.pages.frame.presenters import Presenter
from web.pages.frame.rendering import presenter_of, render, render_part, words_of

_GAP_DAYS = 7
_MOST_GAPS = 20
_NOTICES = ("added", "changed", "gone")
FRAGMENT = "text/x-fragment"
"""What our own script accepts: a piece of the page in place of the page."""


def routes() -> list[Route]:
    """Return the routes of this module."""
    one = "/cameras/{camera_id:int}"
    return [
        guarded("/cameras", table, SIGNED_IN, name="cameras_page"),
        guarded("/cameras/states", states, SIGNED_IN, name="camera_states"),
        guarded(one, show, VIEW_CAMERA, name="camera_page"),
        guarded(f"{one}/test", test, MANAGE_CAMERA, methods=("POST",), name="test_camera"),
        guarded(f"{one}/remove", ask_remove, MANAGE_CAMERA, name="ask_remove_camera"),
        guarded(f"{one}/remove", remove, MANAGE_CAMERA, methods=("POST",), name="remove_camera"),
    ]


def table(request: Call) -> Response:
    """Show the cameras that the person may see."""
    services = services_of(request)
    views = camera_views(services, visible_cameras(services, user_of(request)), presenter_of(request))
    return render(
        request,
        "cameras.html",
        section="cameras",
        cameras=views,
        connected=sum(view.state.key == "recording" for view in views),
        notice=notice_of(request),
    )


def states(request: Call) -> Response:
    """Answer how the cameras do, in the page's words and marks, for pages that stay open."""
    services = services_of(request)
    views = camera_views(services, visible_cameras(services, user_of(request)), presenter_of(request))
    return JSONResponse(
        {
            "cameras": [
                {
                    "id": view.id,
                    "state_html": render_part(request, "_status.html", mark=view.state),
                    "tone": view.state.tone,
                    "age": view.age,
                    "picture_url": view.picture_url or None,
                }
                for view in views
            ]
        }
    )


def show(request: Call) -> Response:
    """Show one camera."""
    return _page(request, _camera(request))


def test(request: Call) -> Response:
    """Examine the camera and show the verdict; blocks for at most about ten seconds."""
    services, camera = services_of(request), _camera(request)
    stream = camera.stream(StreamRole.MAIN) or next(iter(camera.streams), None)
    if stream is None:
        raise NotFound("this camera has no stream")
    record_action(request, AuditAction.CAMERA_TEST, f"camera {camera.id}")
    credentials = services.storage.cameras.credentials(camera.id)
    report = probe_camera(stream.url, credentials, services.settings.camera_networks, services.clock)
    verdict = [_finding(finding, words_of(request)) for finding in report.findings]
    if request.headers.get("accept") == FRAGMENT:
        return HTMLResponse(render_part(request, "_verdict.html", verdict=verdict))
    return _page(request, camera, verdict=verdict)


def ask_remove(request: Call) -> Response:
    """Explain what removing means before it is done."""
    camera = _camera(request)
    if camera.removed_us is not None:
        return RedirectResponse(f"/cameras/{camera.id}", 303)
    return render(
        request, "camera_remove.html", section="cameras", camera=camera, stored=_stored(request, camera)
    )


def remove(request: Call) -> Response:
    """Take the camera out of use; its footage stays until its retention ends."""
    services, camera = services_of(request), _camera(request)
    record_action(request, AuditAction.CAMERA_REMOVE, f"camera {camera.id}", camera.name)
    services.storage.cameras.remove(camera.id)
    return RedirectResponse(f"/cameras?done=gone&camera={camera.id}", 303)


def notice_of(request: Call) -> str:
    """Return what the page before has just done, in words; "" for nothing."""
    if request.query_params.get("done") == "imported" and user_of(request).may(Right.MANAGE):
        count = row_number(request.query_params.get("count", ""))
        return "" if count is None else words_of(request).count("camera_import.done", count)
    done, camera_id = request.query_params.get("done", ""), row_number(request.query_params.get("camera", ""))
    if done not in _NOTICES or camera_id is None or not user_of(request).may(Right.VIEW, camera_id):
        return ""
    try:
        name = services_of(request).storage.cameras.get(camera_id).name
    except NotFound:
        return ""
    return words_of(request).text(f"camera.{done}", name=name)


def _page(request: Call, camera: Camera, *, verdict: list[dict[str, str]] | None = None) -> Response:
    services = services_of(request)
    present = presenter_of(request)
    view = camera_views(services, [camera], present)[0]
    main = camera.stream(StreamRole.MAIN)
    statuses = services.storage.cameras.statuses()
    shows_urls = user_of(request).may(Right.MANAGE, camera.id)
    return render(
        request,
        "camera.html",
        section="cameras",
        script_sections=("player",),
        camera=camera,
        view=view,
        picture=picture_url(camera.id, view.newest_us, width=640),
        streams=[
            _stream(camera, stream, statuses.get(stream.id), present, shows_url=shows_urls)
            for stream in camera.streams
        ],
        gaps=[] if main is None else _gaps(request, camera, main, present),
        stored=_stored(request, camera),
        records_audio=main is not None and main.record_audio,
        verdict=verdict,
        notice=notice_of(request),
    )


def _stream(
    camera: Camera, stream: Stream, status: StreamStatus | None, present: Presenter, *, shows_url: bool
) -> dict[str, object]:
    mark = camera_mark(camera, status, present)
    return {
        "role": stream.role.value,
        "mark": mark,
        "url": str(stream.url) if shows_url else "",
        "detail": mark.sentence if mark.key != "recording" else "",
        "bitrate": present.rate(status.bitrate_bps) if status is not None else "",
    }


def _gaps(request: Call, camera: Camera, stream: Stream, present: Presenter) -> list[dict[str, str]]:
    services = services_of(request)
    since_us = services.footage.known_since_us(camera, stream.id)
    window = TimeRange(max(since_us, present.now_us - _GAP_DAYS * DAY_US), present.now_us)
    (lane,) = services.lanes.read([(camera, stream.id)], window)
    return [
        {
            "range": present.clock_span(gap.time),
            "day": present.day_word(gap.time.start_us),
            "cause": present.catalogue.text(f"cause.{gap.cause}"),
            "length": present.duration(gap.time.duration_us),
        }
        for gap in reversed(lane.gaps[-_MOST_GAPS:])
    ]


def _finding(finding: Finding, words: Catalogue) -> dict[str, str]:
    """Return a finding in the page's language; one that has no words yet keeps its own."""
    key = f"probe.{finding.code}"
    known = key in words.words
    fix = f"{key}_fix"
    return {
        "level": finding.grade.value,
        "title": words.text(key, **finding.values) if known else finding.text,
        "fix": words.text(fix, **finding.values) if fix in words.words else "" if known else finding.fix,
    }


def _camera(request: Call) -> Camera:
    return path_camera(request)


def _stored(request: Call, camera: Camera) -> str:
    segments = services_of(request).storage.segments
    return presenter_of(request).size(sum(segments.stream_bytes(stream.id) for stream in camera.streams))
