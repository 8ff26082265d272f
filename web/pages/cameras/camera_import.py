"""Many cameras from a table: it is uploaded, shown with a verdict for each row, and imported whole or not at all."""

from collections.abc import Sequence

from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from vms.domain.audit import AuditAction
from vms.domain.camera_table import COLUMNS, CheckedTable, check_table
from vms.domain.errors import Conflict, InvalidInput
from vms.domain.form_fields import FieldProblem
from vms.domain.spreadsheet import LARGEST_TABLE_BYTES
from web.access.permissions import MANAGE
from web.http.audit import record_action
from web.http.routing import guarded
from web.http.state import Call, form_of, held_uploads_of, services_of, session_digest_of
from web.i18n.catalogue import Catalogue
from web.pages.cameras.camera_form import audit_detail
from web.pages.frame.forms import sentence_of, text_field
from web.pages.frame.rendering import render, words_of


def routes() -> list[Route]:
    """Return the routes of this module."""
    path = "/cameras/import"
    return [
        guarded(path, show, MANAGE, name="import_page"),
        guarded(path, preview, MANAGE, methods=("POST",), name="preview_import", takes_file=True),
        guarded(f"{path}/finish", finish, MANAGE, methods=("POST",), name="finish_import"),
    ]


def show(request: Call) -> Response:
    """Ask for a file."""
    return _page(request)


def preview(request: Call) -> Response:
    """Show what would come of a file; nothing is stored."""
    upload = form_of(request).get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return _page(request, problem="camera_import.no_file", status=422)
    data = upload.file.read(LARGEST_TABLE_BYTES + 1)
    checked = _checked(request, data)
    if not checked.drafts:
        return _page(request, checked, status=422 if checked.problems else 200)
    token = held_uploads_of(request).keep(session_digest_of(request), data)
    return _page(request, checked, token=token)


def finish(request: Call) -> Response:
    """Add the cameras of the file that was shown, all of them or none, and go to the list."""
    token = text_field(form_of(request), "token")
    data = held_uploads_of(request).take(session_digest_of(request), token)
    if data is None:
        return _page(request, problem="camera_import.lapsed", status=422)
    checked = _checked(request, data)
    if not checked.drafts:
        # Somebody added a camera of one of the names meanwhile.
        return _page(request, checked, status=422)
    details = [audit_detail(draft) for draft in checked.drafts]
    # The entries come first: without them there are no cameras (COC-07).
    for detail in details:
        record_action(request, AuditAction.CAMERA_ADD, "camera", detail)
    try:
        added = services_of(request).storage.cameras.add_all(checked.drafts)
    except (Conflict, InvalidInput):
        for detail in details:
            record_action(request, AuditAction.CAMERA_ADD_REFUSED, "camera", detail)
        return _page(request, _checked(request, data), status=422)
    return RedirectResponse(f"/cameras?done=imported&count={len(added)}", 303)


def _checked(request: Call, data: bytes) -> CheckedTable:
    services = services_of(request)
    taken = {camera.name for camera in services.storage.cameras.list()}
    return check_table(data, services.settings.camera_networks, taken)


def _page(
    request: Call,
    checked: CheckedTable | None = None,
    *,
    token: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    words = words_of(request)
    rows = [] if checked is None else checked.rows
    return render(
        request,
        "camera_import.html",
        section="cameras",
        status=status,
        columns=COLUMNS,
        token=token,
        is_shown=checked is not None,
        is_guessed=checked is not None and checked.is_guessed,
        problems=_sentences([] if checked is None else checked.problems, words)
        + ([words.text(problem)] if problem else []),
        wrong=sum(row.draft is None for row in rows),
        rows=[
            {"line": row.line, "name": row.name, "problems": _by_column(row.problems, words)} for row in rows
        ],
    )


def _sentences(problems: Sequence[FieldProblem], words: Catalogue) -> list[str]:
    return list(dict.fromkeys(sentence_of(problem, words) for problem in problems))


def _by_column(problems: tuple[FieldProblem, ...], words: Catalogue) -> list[tuple[str, str]]:
    """Return each problem's column, "" where it is the row's, and its sentence."""
    return [
        ("" if problem.field not in COLUMNS else problem.field, sentence_of(problem, words))
        for problem in problems
    ]
