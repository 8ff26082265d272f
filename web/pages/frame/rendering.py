"""Turns a template and its values into an answer: language, theme, navigation, and what scripts need."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from vms.domain.user import Right, User
from web.http.routing import csrf_token
from web.http.state import Call, caller_of, services_of
from web.http.static_files import modules_of, static_url
from web.i18n.catalogue import Catalogue, catalogue, chosen_language
from web.pages.frame.presenters import Presenter

LANGUAGE_COOKIE = "siring_language"
THEME_COOKIE = "siring_theme"
THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the rail and the tab bar.

    Attributes:
        last: stands at the rail's foot, and behind "more" on phones. is_tucked: only the latter.
    """

    id: str
    href: str
    icon: str
    right: Right
    last: bool = False
    is_tucked: bool = False


NAVIGATION = (
    NavItem("home", "/", "house", Right.VIEW),
    NavItem("playback", "/playback", "history", Right.VIEW),
    NavItem("bookmarks", "/bookmarks", "bookmark", Right.VIEW, is_tucked=True),
    NavItem("cameras", "/cameras", "cctv", Right.VIEW),
    NavItem("exports", "/exports", "download", Right.EXPORT),
    NavItem("holds", "/holds", "lock", Right.HOLD, is_tucked=True),
    NavItem("users", "/users", "users", Right.MANAGE, last=True),
)


@cache
def environment() -> Environment:
    """Return the templates; text is escaped, and a name that nobody gave is an error."""
    made = Environment(
        loader=PackageLoader("web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["static"] = static_url
    made.globals["modules_of"] = modules_of
    return made


def language_of(request: Call) -> str:
    """Return the language for this person and browser."""
    caller = caller_of(request)
    return chosen_language(
        caller.user.language if caller else None,
        request.cookies.get(LANGUAGE_COOKIE),
        accepted=request.headers.get("accept-language", ""),
        default=services_of(request).settings.default_language,
    )


def words_of(request: Call) -> Catalogue:
    """Return the catalogue for this person and browser."""
    return catalogue(language_of(request))


def presenter_of(request: Call) -> Presenter:
    """Return what writes values for this person, at this moment."""
    services = services_of(request)
    return Presenter(words_of(request), services.zone, services.clock.now_us())


def render(
    request: Call,
    template: str,
    *,
    section: str = "",
    status: int = 200,
    script_sections: tuple[str, ...] = (),
    script_data: Mapping[str, object] | None = None,
    **values: object,
) -> Response:
    """Return a page.

    Args:
        request: whose language, theme and rights the page follows.
        template: name of the file. section: entry of the navigation that the page belongs to.
        status: HTTP status.
        script_sections: sections of the catalogue that the page's scripts use, besides the shell's.
        script_data: further facts for scripts.
        values: for the template.
    """
    services, caller = services_of(request), caller_of(request)
    user = caller.user if caller else None
    present = presenter_of(request)
    words = present.catalogue
    query = f"?{request.url.query}" if request.url.query else ""
    context: dict[str, object] = {
        "t": words.text,
        "n": words.count,
        "present": present,
        "now_us": present.now_us,
        "language": words.language,
        "theme": _theme_of(request, user),
        "csrf_token": csrf_token(request),
        "user": user,
        "initials": _initials(user),
        "section": section,
        "nav": [item for item in NAVIGATION if user is not None and user.may(item.right)],
        "here": f"{request.url.path}{query}",
        "site_name": services.settings.site_name,
        "help_contact": services.settings.help_contact,
        "may_manage": user is not None and user.may(Right.MANAGE),
        "may_export": user is not None and user.may(Right.EXPORT),
        "page_data": {
            "language": words.language,
            "zone": present.zone.name,
            "zone_label": present.zone.label,
            "now_us": present.now_us,
            "site_name": services.settings.site_name,
            "words": words.sections(("shell", "units", *script_sections)),
            **(script_data or {}),
        },
    }
    return HTMLResponse(environment().get_template(template).render(context | values), status)


def render_part(request: Call, template: str, **values: object) -> str:
    """Return a piece of a page, for scripts that put it in place."""
    words = words_of(request)
    return environment().get_template(template).render(t=words.text, n=words.count, csrf_token="", **values)


def _theme_of(request: Call, user: User | None) -> str:
    for wish in (user.theme if user else None, request.cookies.get(THEME_COOKIE)):
        if wish in THEMES:
            return wish
    return ""


def _initials(user: User | None) -> str:
    names = (user.full_name or user.name).replace(".", " ").split() if user else []
    # Titles in front of Indonesian names end with a dot and are not initials.
    return "".join(name[0] for name in (names[:1] + names[-1:] if len(names) > 1 else names)).upper()
