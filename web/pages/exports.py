"""The list of exports: how far each is, stopping it, and fetching what it delivered."""

from collections.abc import Callable

from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from vms.domain.export import Export, ExportState
from web.pages.export_views import export_view, exports_of
from web.pages.rendering import presenter_of, render, render_part
from web.permissions import EXPORT, OWN_EXPORT
from web.routing import guarded
from web.state import Call, address_of, services_of, user_of

_TABS: dict[str, Callable[[Export], bool]] = {
    "all": lambda _: True,
    "working": lambda export: not export.state.is_final,
    "done": lambda export: export.state in {ExportState.DONE, ExportState.EXPIRED},
    "failed": lambda export: export.state in {ExportState.FAILED, ExportState.CANCELLED},
}
_MOST_POLLED = 50


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
    ]


def show(request: Call) -> Response:
    """Show the person's exports, newest first."""
    services = services_of(request)
    present = presenter_of(request)
    found = exports_of(services, user_of(request))
    chosen = request.query_params.get("state", "all")
    chosen = chosen if chosen in _TABS else "all"
    return render(
        request,
        "exports.html",
        section="exports",
        script_sections=("player",),
        exports=[export_view(services, export, present) for export in found if _TABS[chosen](export)],
        tabs=[{"id": tab, "count": sum(map(belongs, found))} for tab, belongs in _TABS.items()],
        chosen_tab=chosen,
        keep_hours=services.settings.export_keep_hours,
    )


def states(request: Call) -> Response:
    """Answer how far some exports are, in the page's words; those that are not the caller's are left out."""
    services = services_of(request)
    present = presenter_of(request)
    wanted = {
        int(text) for text in request.query_params.get("ids", "").split(",")[:_MOST_POLLED] if text.isdigit()
    }
    views = [
        export_view(services, e, present) for e in exports_of(services, user_of(request)) if e.id in wanted
    ]
    return JSONResponse(
        {
            "exports": [
                {**view.as_json(), "state_html": render_part(request, "_status.html", mark=view.state)}
                for view in views
            ]
        }
    )


def cancel(request: Call) -> Response:
    """Ask an export to stop; the list shows what became of it."""
    services, export_id = services_of(request), int(request.path_params["export_id"])
    services.storage.exports.request_cancel(export_id)
    services.storage.audit.append(
        user_of(request).name, "export.cancel", f"export {export_id}", address=address_of(request)
    )
    return RedirectResponse(f"/exports#export-{export_id}", 303)
