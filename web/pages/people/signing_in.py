"""Signing in and out, the first administrator, and the choice of language and theme."""

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from vms.domain.account_text import AccountText
from vms.domain.errors import Conflict, NotSignedIn, PermissionDenied, TooManyAttempts
from vms.domain.time import SECOND_US
from vms.domain.user import Role
from web.access.auth import clear_session_cookie, set_session_cookie
from web.access.permissions import PUBLIC
from web.http.errors import safe_next
from web.http.routing import guarded
from web.http.state import Call, address_of, authority_of, caller_of, form_of, services_of
from web.i18n.catalogue import LANGUAGES
from web.pages.frame.forms import Form, required_text, secret_field, text_field
from web.pages.frame.rendering import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, presenter_of, render, words_of

_YEAR_SECONDS = 365 * 24 * 3600


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        guarded("/sign-in", show_sign_in, PUBLIC, name="sign_in"),
        guarded("/sign-in", sign_in, PUBLIC, methods=("POST",), name="do_sign_in"),
        guarded("/sign-out", sign_out, PUBLIC, methods=("POST",)),
        guarded("/setup", show_setup, PUBLIC, name="setup"),
        guarded("/setup", set_up, PUBLIC, methods=("POST",), name="do_setup"),
        guarded("/preferences", choose, PUBLIC, methods=("POST",), name="preferences"),
    ]


def show_sign_in(request: Call) -> Response:
    """Show the form; to /setup while nobody can sign in, and onwards for those who are signed in."""
    if authority_of(request).needs_setup:
        return RedirectResponse("/setup", 303)
    wanted = safe_next(request.query_params.get("next"))
    if caller_of(request) is not None:
        return RedirectResponse(wanted, 303)
    return _sign_in_page(request, Form(), wanted)


def sign_in(request: Call) -> Response:
    """Begin a session and go where the person wanted to go."""
    data, words = form_of(request), words_of(request)
    wanted = safe_next(text_field(data, "next"))
    form = Form({"name": text_field(data, "name")})
    try:
        session = authority_of(request).sign_in(
            text_field(data, "name"),
            secret_field(data, "password"),
            address=address_of(request),
            user_agent=request.headers.get("user-agent", ""),
        )
    except TooManyAttempts as error:
        wait = presenter_of(request).duration(error.wait_seconds * SECOND_US)
        form.complain("", words.text("sign_in.wait", time=wait))
        answer = _sign_in_page(request, form, wanted, status=429)
        answer.headers["Retry-After"] = str(error.wait_seconds)
        return answer
    except NotSignedIn:
        form.complain("", words.text("sign_in.wrong"))
        return _sign_in_page(request, form, wanted, status=401)
    answer = RedirectResponse(wanted, 303)
    set_session_cookie(answer, services_of(request).settings, session)
    return answer


def sign_out(request: Call) -> Response:
    """End the session."""
    caller = caller_of(request)
    if caller is not None:
        authority_of(request).sign_out(
            caller.session_digest, name=caller.user.name, address=address_of(request)
        )
    answer = RedirectResponse("/sign-in", 303)
    clear_session_cookie(answer, services_of(request).settings)
    return answer


def show_setup(request: Call) -> Response:
    """Show the form for the first administrator; once there is one, this page is no more."""
    if not authority_of(request).needs_setup:
        return RedirectResponse("/sign-in", 303)
    return render(request, "setup.html", form=Form())


def set_up(request: Call) -> Response:
    """Make the first administrator and sign them in."""
    if not authority_of(request).needs_setup:
        return RedirectResponse("/sign-in", 303)
    data, words = form_of(request), words_of(request)
    form = Form({name: text_field(data, name) for name in ("code", "name", "full_name")})
    code = required_text(form, data, "code", words, longest=64)
    password = secret_field(data, "password")
    account = AccountText(
        text_field(data, "full_name"), Role.ADMIN, text_field(data, "name"), password
    ).read()
    form.complain_all(account.problems, words)
    if form.problems:
        return render(request, "setup.html", form=form, status=422)
    try:
        session = authority_of(request).set_up(
            code,
            name=account.name,
            full_name=account.full_name,
            password=password,
            address=address_of(request),
            user_agent=request.headers.get("user-agent", ""),
        )
    except TooManyAttempts as error:
        wait = presenter_of(request).duration(error.wait_seconds * SECOND_US)
        form.complain("", words.text("sign_in.wait", time=wait))
    except PermissionDenied:
        form.complain("code", words.text("setup.wrong_code"))
    except Conflict:
        form.complain("name", words.text("user.taken"))
    else:
        answer = RedirectResponse("/", 303)
        set_session_cookie(answer, services_of(request).settings, session)
        return answer
    return render(request, "setup.html", form=form, status=422)


def choose(request: Call) -> Response:
    """Keep a person's choice of language or theme, in the account and in the browser."""
    services, data, caller = services_of(request), form_of(request), caller_of(request)
    answer = RedirectResponse(safe_next(text_field(data, "next")), 303)
    language, theme = text_field(data, "language"), text_field(data, "theme")
    if language in LANGUAGES:
        _keep(request, answer, LANGUAGE_COOKIE, language)
        if caller is not None:
            services.storage.users.set_language(caller.user.id, language)
    if theme in {*THEMES, "device"}:
        _keep(request, answer, THEME_COOKIE, theme)
        if caller is not None:
            services.storage.users.set_theme(caller.user.id, theme if theme in THEMES else None)
    return answer


def _keep(request: Call, answer: Response, name: str, value: str) -> None:
    secure = services_of(request).settings.secure_cookies
    answer.set_cookie(
        name, value, max_age=_YEAR_SECONDS, path="/", secure=secure, httponly=True, samesite="lax"
    )


def _sign_in_page(request: Call, form: Form, wanted: str, *, status: int = 200) -> Response:
    expired = wanted != "/" and not form.problems
    return render(request, "sign_in.html", form=form, next=wanted, expired=expired, status=status)
