"""People: who may sign in, in what role, and which cameras they may see."""

from dataclasses import replace

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from vms.domain.account_text import AccountText, CheckedAccount
from vms.domain.audit import AuditAction
from vms.domain.errors import Conflict, InvalidInput, NotFound
from vms.domain.user import Role, User
from web.access.permissions import MANAGE
from web.http.audit import record_action
from web.http.routing import guarded
from web.http.row_number import row_number
from web.http.state import Call, authority_of, caller_of, form_of, services_of, user_of
from web.pages.cameras.camera_marks import Mark
from web.pages.frame.forms import Form, secret_field, text_field
from web.pages.frame.rendering import presenter_of, render, words_of


def routes() -> list[Route]:
    """Return the routes of this module."""
    one = "/users/{user_id:int}"
    return [
        guarded("/users", table, MANAGE, name="users_page"),
        guarded("/users/new", show_new, MANAGE, name="new_user"),
        guarded("/users/new", add, MANAGE, methods=("POST",), name="add_user"),
        guarded(one, show_edit, MANAGE, name="edit_user"),
        guarded(one, edit, MANAGE, methods=("POST",), name="save_user"),
    ]


def table(request: Call) -> Response:
    """Show everybody."""
    present = presenter_of(request)
    words = present.catalogue
    return render(
        request,
        "users.html",
        section="users",
        notice=_notice(request),
        people=[
            {
                "id": user.id,
                "name": user.name,
                "full_name": user.full_name or user.name,
                "role": user.role.value,
                "cameras": words.text("user.all_cameras")
                if user.role is Role.ADMIN
                else len(user.camera_ids),
                "mark": Mark("active", "tick", "ok", words.text("user.active"))
                if user.is_enabled
                else Mark("off", "ring", "off", words.text("user.off")),
                "last_seen": words.text("user.never")
                if user.last_seen_us is None
                else present.age(user.last_seen_us),
            }
            for user in services_of(request).storage.users.list()
        ],
    )


def show_new(request: Call) -> Response:
    """Show an empty form."""
    return _page(request, Form({"role": Role.VIEWER.value, "is_enabled": True, "cameras": frozenset()}), None)


def add(request: Call) -> Response:
    """Store a new account and go to the list."""
    services, words, data = services_of(request), words_of(request), form_of(request)
    password = secret_field(data, "password")
    form, account = _read(request, None, password)
    if not form.problems:
        name, camera_ids = account.name, _camera_ids(form)
        is_enabled = bool(form.values["is_enabled"])
        detail = _audit_detail(account.role, camera_ids, is_enabled=is_enabled, changes_password=True)
        # The entry comes first: without it there is no account (COC-07).
        record_action(request, AuditAction.USER_ADD, f"user {name}", detail)
        try:
            user = services.storage.users.add(
                name=name,
                full_name=account.full_name,
                role=account.role,
                camera_ids=camera_ids,
                password_hash=authority_of(request).hash_password(password),
            )
        except Conflict:
            form.complain("name", words.text("user.taken"))
        except InvalidInput as error:
            form.complain(error.field, words.text("form.unusable"))
        else:
            if not is_enabled:
                services.storage.users.edit(replace(user, is_enabled=False))
            return RedirectResponse(f"/users?done=added&user={user.id}", 303)
        record_action(request, AuditAction.USER_ADD_REFUSED, f"user {name}", detail)
    return _page(request, form, None, status=422)


def show_edit(request: Call) -> Response:
    """Show a person in the form."""
    person = _person(request)
    values: dict[str, object] = {
        "full_name": person.full_name,
        "role": person.role.value,
        "is_enabled": person.is_enabled,
        "cameras": person.camera_ids,
    }
    return _page(request, Form(values), person)


def edit(request: Call) -> Response:
    """Store what was changed and go to the list; a new password ends the person's other sessions."""
    services, words, person = services_of(request), words_of(request), _person(request)
    password = secret_field(form_of(request), "password")
    changes_password = password != ""
    form, account = _read(request, person, password if changes_password else None)
    if person.id == user_of(request).id and not form.values["is_enabled"]:
        form.complain("is_enabled", words.text("user.not_yourself"))
    if not form.problems:
        changed = replace(
            person,
            full_name=account.full_name,
            role=account.role,
            is_enabled=bool(form.values["is_enabled"]),
            camera_ids=_camera_ids(form),
        )
        detail = _audit_detail(
            changed.role,
            changed.camera_ids,
            is_enabled=changed.is_enabled,
            changes_password=changes_password,
        )
        record_action(request, AuditAction.USER_EDIT, f"user {person.name}", detail)
        try:
            services.storage.users.edit(changed)
        except Conflict:
            form.complain("role", words.text("user.last_admin"))
        except InvalidInput as error:
            form.complain(error.field, words.text("form.unusable"))
        else:
            caller = caller_of(request)
            if changes_password:
                keep = caller.session_digest if caller is not None and caller.user.id == person.id else None
                authority_of(request).change_password(person.id, password, keep=keep)
            return RedirectResponse(f"/users?done=changed&user={person.id}", 303)
        record_action(request, AuditAction.USER_EDIT_REFUSED, f"user {person.name}", detail)
    return _page(request, form, person, status=422)


def _page(request: Call, form: Form, person: User | None, *, status: int = 200) -> Response:
    return render(
        request,
        "user_form.html",
        section="users",
        status=status,
        form=form,
        person=person,
        roles=[role.value for role in Role],
        cameras=services_of(request).storage.cameras.list(),
    )


def _read(request: Call, known: User | None, password: str | None) -> tuple[Form, CheckedAccount]:
    """Return the form as typed with its problems, and the account that it describes."""
    data = form_of(request)
    named = {row_number(value) for value in data.getlist("camera") if isinstance(value, str)}
    form = Form(
        {
            "name": text_field(data, "name"),
            "full_name": text_field(data, "full_name"),
            "role": text_field(data, "role"),
            "is_enabled": text_field(data, "is_enabled") == "1",
            "cameras": frozenset(number for number in named if number is not None),
        }
    )
    written = AccountText(
        text_field(data, "full_name"),
        text_field(data, "role"),
        name=None if known is not None else text_field(data, "name"),
        password=password,
    )
    account = written.read("" if known is None else known.name)
    form.complain_all(account.problems, words_of(request))
    return form, account


def _camera_ids(form: Form) -> frozenset[int]:
    chosen = form.values["cameras"]
    return chosen if isinstance(chosen, frozenset) and form.values["role"] != Role.ADMIN else frozenset()


def _audit_detail(role: Role, camera_ids: frozenset[int], *, is_enabled: bool, changes_password: bool) -> str:
    """Return what the audit record says of an account."""
    cameras = ",".join(str(camera_id) for camera_id in sorted(camera_ids))
    password = " password=changed" if changes_password else ""
    return f"role={role} enabled={is_enabled} cameras={cameras}{password}"


def _notice(request: Call) -> str:
    done, user_id = request.query_params.get("done", ""), row_number(request.query_params.get("user", ""))
    if done not in {"added", "changed"} or user_id is None:
        return ""
    try:
        user = services_of(request).storage.users.get(user_id)
    except NotFound:
        return ""
    return words_of(request).text(f"user.{done}", name=user.full_name or user.name)


def _person(request: Call) -> User:
    return services_of(request).storage.users.get(int(request.path_params["user_id"]))
