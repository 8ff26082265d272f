"""Who may play a camera: RTSP Basic and Digest authentication (RFC 2326 with RFC 2617)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re

REALM = "Siring simulator"

_PAIR = re.compile(r'(\w+)=(?:"([^"]*)"|([^",\s]+))')


def challenges(nonce: str) -> tuple[tuple[str, str], ...]:
    """Return the headers of a 401: both schemes, the better one first."""
    return (
        ("WWW-Authenticate", f'Digest realm="{REALM}", nonce="{nonce}"'),
        ("WWW-Authenticate", f'Basic realm="{REALM}"'),
    )


def is_authorized(*, header: str | None, method: str, nonce: str, username: str, password: str) -> bool:
    """Return whether an Authorization header proves the user name and password, by either scheme."""
    scheme, _, rest = (header or "").partition(" ")
    if scheme.lower() == "basic":
        return _is_basic(rest, username, password)
    if scheme.lower() == "digest":
        values = {name: quoted or bare for name, quoted, bare in _PAIR.findall(rest)}
        return _is_digest(values, method, nonce, username, password)
    return False


def _is_basic(rest: str, username: str, password: str) -> bool:
    try:
        given = base64.b64decode(rest.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(given, f"{username}:{password}".encode())


def _is_digest(values: dict[str, str], method: str, nonce: str, username: str, password: str) -> bool:
    secret = _md5(f"{username}:{REALM}:{password}")
    request = _md5(f"{method}:{values.get('uri', '')}")
    expected = _md5(f"{secret}:{nonce}:{request}")
    is_ours = values.get("username") == username and values.get("nonce") == nonce
    return is_ours and hmac.compare_digest(values.get("response", "").encode(), expected.encode())


def _md5(text: str) -> str:
    # RFC 2617 digests are MD5; cameras offer nothing better over RTSP.
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
