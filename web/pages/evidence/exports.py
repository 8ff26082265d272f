"""The list of exports: how far each is, finding one, stopping it, fetching what it delivered, asking for it again."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from vms.domain.audit import AuditAction
from vms.domain.export import Export, ExportState
from web.access.permissions import EXPORT, OWN_EXPORT
from web.api.evidence.exports import queue_export
from web.http.audit import record_action
from web.http.routing import guarded
from web.http.row_number import row_number
from web.http.state import Call, WebServices, form_of, services_of, user_of
from web.pages.evidence.export_views import camera_names, export_views, exports_of
from web.pages.frame.forms import text_field
from web.pages.frame.rendering import presenter_of, render, render_part

_TABS: dict[str, Callable[[Export], bool]] = {
    "all": lambda _: True,
    "working": lambda export: export.state is ExportState.RUNNING,
    "queued": lambda export: export.state is ExportState.QUEUED,
    "done": lambda export: export.state in {ExportState.DONE, ExportState.EXPIRED},
    "failed": lambda export: export.state in {ExportState.FAILED, ExportState.CANCELLED},
}
_MOST_POLLED = 50
_PER_PAGE = 25
_LONGEST_SEARCH = 120
_LONGEST_PAGE = 4


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        guarded("/exports", show, EXPORT, name="exports_page"),
        guarded("/exports/states", states, EXPORT, name="export_states"),
        guarded(
            "/exports/{export_id:int}/cancel",
            cancel,
            OWN_EXPORT,
            methods=("POST",),
            name="cancel_export_form",
        ),
        guarded(
            "/exports/{export_id:int}/again",
            again,
            OWN_EXPORT,
            methods=("POST",),
            name="again_export_form",
        ),
    ]


def show(request: Call) -> Response:
    """Show the person's exports, newest first: those in a state, and those that a search finds."""
    services = services_of(request)
    present = presenter_of(request)
    search = request.query_params.get("q", "").strip()[:_LONGEST_SEARCH]
    found = _found(services, exports_of(services, user_of(request)), search)
    tab = request.query_params.get("state", "all")
    tab = tab if tab in _TABS else "all"
    chosen = [export for export in found if _TABS[tab](export)]
    page = _page(request.query_params.get("page", ""), len(chosen))
    shown = chosen[page * _PER_PAGE : (page + 1) * _PER_PAGE]
    return render(
        request,
        "exports.html",
        section="exports",
        script_sections=("clip",),
        exports=export_views(services, shown, present),
        tabs=[
            {"id": name, "count": sum(map(belongs, found)), "url": _address(name, search)}
            for name, belongs in _TABS.items()
        ],
        chosen_tab=tab,
        search=search,
        first=page * _PER_PAGE + 1,
        last=page * _PER_PAGE + len(shown),
        total=len(chosen),
        before_url=_address(tab, search, page - 1) if page else "",
        after_url=_address(tab, search, page + 1) if (page + 1) * _PER_PAGE < len(chosen) else "",
        keep_hours=services.settings.export_keep_hours,
    )


def states(request: Call) -> Response:
    """Answer how far exports are, in the page's words: some by number, or with `unfinished=1` all that go on.

    Those that are not the caller's are left out.
    """
    services = services_of(request)
    present = presenter_of(request)
    wanted = {row_number(text) for text in request.query_params.get("ids", "").split(",")[:_MOST_POLLED]}
    takes_unfinished = request.query_params.get("unfinished") == "1"
    user = user_of(request)
    found = [
        export
        for export in exports_of(services, user)
        # An administrator sees everybody's, but is at work on their own.
        if export.id in wanted
        or (takes_unfinished and not export.state.is_final and export.request.requested_by == user.id)
    ]
    return JSONResponse(
        {
            "exports": [
                {**view.as_json(), "state_html": render_part(request, "_status.html", mark=view.state)}
                for view in export_views(services, found, present)
            ]
        }
    )


def cancel(request: Call) -> Response:
    """Ask an export to stop; the list shows what became of it."""
    services, export_id = services_of(request), int(request.path_params["export_id"])
    record_action(request, AuditAction.EXPORT_CANCEL, f"export {export_id}")
    services.storage.exports.request_cancel(export_id)
    return RedirectResponse(f"/exports#export-{export_id}", 303)


def again(request: Call) -> Response:
    """Queue the same clip once more, as a new export of the person who asks; over altered footage where they say so."""
    services, user = services_of(request), user_of(request)
    before = services.storage.exports.get(int(request.path_params["export_id"]))
    takes_altered = text_field(form_of(request), "takes_altered") == "1"
    asked = replace(before.request, requested_by=user.id, takes_altered=takes_altered)
    made = queue_export(request, asked)
    return RedirectResponse(f"/exports#export-{made.id}", 303)


def _found(services: WebServices, exports: list[Export], search: str) -> list[Export]:
    """Return those that a search finds: in their name, reason or person, or in a camera's name."""
    if not search:
        return exports
    names, wanted = camera_names(services), search.casefold()

    def texts(export: Export) -> list[str]:
        asked = export.request
        cameras = [names.get(camera_id, "") for camera_id in asked.camera_ids]
        return [asked.name, asked.reason, export.requester, *cameras]

    return [export for export in exports if any(wanted in text.casefold() for text in texts(export))]


def _page(text: str, count: int) -> int:
    """Return which page is asked for, counted from 0; one that does not exist is the nearest that does."""
    asked = int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_PAGE else 1
    return min(max(asked - 1, 0), max(count - 1, 0) // _PER_PAGE)


def _address(tab: str, search: str, page: int = 0) -> str:
    """Return the address of the list in a state, with a search, from a page on."""
    query = {"state": tab if tab != "all" else "", "q": search, "page": str(page + 1) if page else ""}
    text = urlencode({name: value for name, value in query.items() if value})
    return f"/exports?{text}" if text else "/exports"
