"""Proof that a state-changing request comes from our own page (SEC-07).

The token is a keyed digest of a secret that only this browser's cookie holds: the session's token, or, before signing
in, a random value in a cookie of its own. A page that cannot read the cookie cannot make the token. The browser's own
word (`Sec-Fetch-Site`, `Origin`) is checked as well where it is given.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from vms.domain.errors import CookieLost, ForeignPage, PermissionDenied

FIELD = "csrf_token"
HEADER = "x-csrf-token"
_PURPOSE = b"siring csrf 1"


def new_browser_secret() -> str:
    """Return a random value for the cookie of a browser that is not signed in."""
    return secrets.token_urlsafe(32)


def token_for(browser_secret: str) -> str:
    """Return the token that this browser's pages carry."""
    return hmac.new(browser_secret.encode(), _PURPOSE, hashlib.sha256).hexdigest()


def check(browser_secret: str | None, given: str | None, headers: Mapping[str, str]) -> None:
    """Accept a state-changing request only from our own page.

    Args:
        browser_secret: from the cookie, None where there is none.
        given: token from the form or the header. headers: of the request, names in lower case.

    Raises:
        ForeignPage: the request may have been made by another site.
        CookieLost: the browser keeps no cookie of ours.
        PermissionDenied: the page is of an earlier session.
    """
    host, origin = headers.get("host", "").lower(), headers.get("origin")
    page = urlsplit(origin or "").netloc.lower()
    is_same_site = headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
    if not is_same_site or (origin is not None and page != host):
        raise ForeignPage(f"the page is of {page or 'another site'}, and this server was asked for as {host}")
    if not browser_secret:
        raise CookieLost("no cookie came back: they are switched off, or need TLS and the page came without")
    if not given or not hmac.compare_digest(given.encode(), token_for(browser_secret).encode()):
        raise PermissionDenied("this page is too old: load it again")
