"""Logins that cheap cameras want in the path or query of their address: taken out of it, and put back for ffmpeg.

Such addresses read `rtsp://10.0.0.5/user=admin&password=x&channel=1` or `…?user=admin&pwd=x`. What is kept and shown has
`{user}` and `{password}` in their place; a person may write these two wherever else their camera wants its login.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from vms.domain.errors import UnclearLogin

USER_PLACE = "{user}"
PASSWORD_PLACE = "{password}"  # noqa: S105  # where a password goes, not a password
_UNCHANGED = "!$()*+,:@-._~"
"""What may stand in a value as it is: many of these cameras do not decode."""
# A value ends where the next part begins; some cameras divide parts by "_", which a value may hold too.
_PART = r"(?:^|(?<=[/?&;_]))(?P<name>{names})=(?P<value>[^/?&;]*?)(?=$|[/?&;]|_[a-z]+=)"
_USER = re.compile(_PART.format(names=r"[a-z]*user(?:name)?|usr(?:name)?|login|account"), re.IGNORECASE)
_PASSWORD = re.compile(
    _PART.format(names=r"[a-z]*(?:password|passwd|pwd|psw)|(?:user|login|admin)?pass|(?:user|login)pas|pw"),
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TakenLogin:
    """What is left of an address, and what was in it.

    Attributes:
        text: path and query, with places in place of the login. username, password: None where none was in it.
    """

    text: str
    username: str | None = None
    password: str | None = None


def take_login(text: str) -> TakenLogin:
    """Return path and query of an address without the login that they hold; a user name alone is no login.

    Raises:
        UnclearLogin: it is not clear which is the login; never repeats it.
    """
    passwords, users = list(_PASSWORD.finditer(text)), list(_USER.finditer(text))
    if not passwords or all(found["value"] == PASSWORD_PLACE for found in passwords):
        return TakenLogin(text)
    is_half_replaced = any(found["value"] == USER_PLACE for found in users)
    if len(passwords) > 1 or len(users) > 1 or is_half_replaced:
        raise UnclearLogin(
            "the camera address holds more than one login: write {user} and {password} where it has them, "
            "and give both in their own fields",
            field="url",
        )
    username = unquote(users[0]["value"]) if users else ""
    places = [(passwords[0], PASSWORD_PLACE), *((found, USER_PLACE) for found in users)]
    for found, place in sorted(places, key=lambda pair: pair[0].start(), reverse=True):
        text = text[: found.start("value")] + place + text[found.end("value") :]
    return TakenLogin(text, username, unquote(passwords[0]["value"]))


def wants_login(text: str) -> bool:
    """Tell whether an address has a place for a password."""
    return PASSWORD_PLACE in text


def put_login(text: str, username: str, password: str) -> str:
    """Return path or query of an address with the login in its places."""
    # A brace in a value is encoded, so no value can be taken for the other's place.
    filled = text.replace(USER_PLACE, quote(username, safe=_UNCHANGED))
    return filled.replace(PASSWORD_PLACE, quote(password, safe=_UNCHANGED))
