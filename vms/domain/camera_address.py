"""Addresses of cameras: what a person may type, the login taken out of it and sealed, and where cameras may be.

Some cheap cameras want their login in path or query: `rtsp://10.0.0.5/user=admin&password=x&channel=1`, or
`…?user=admin&pwd=x`. What is kept and shown has `{user}` and `{password}` in their place; a person may write these two
wherever else their camera wants its login.
"""

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from typing_extensions import override

from vms.domain.errors import InvalidInput, UnclearLogin, UnusableCharacter

USER_PLACE = "{user}"
PASSWORD_PLACE = "{password}"  # noqa: S105  # where a password goes, not a password
_UNCHANGED = "!$()*+,:@-._~"
"""What may stand in a value as it is: many of these cameras do not decode."""
_NO_URL_HOLDS = frozenset("'\"\\<>`|")
_ADDRESS_OF_NUMBERS = re.compile(r"(\d+(\.\d+){3}|\[[\da-fA-F:.]+\])(:\d+)?")
_AFTER_VALUE = re.compile(r"$|[/?&;_][a-z]\w*=|_", re.IGNORECASE)
"""What may follow a password in path or query: nothing, or the next part with its name."""
# A value ends where the next part begins; some cameras divide parts by "_", which a value may hold too.
_PART = r"(?:^|(?<=[/?&;_]))(?P<name>{names})=(?P<value>[^/?&;]*?)(?=$|[/?&;]|_[a-z]+=)"
_USER = re.compile(_PART.format(names=r"[a-z]*user(?:name)?|usr(?:name)?|login|account"), re.IGNORECASE)
_PASSWORD = re.compile(
    _PART.format(names=r"[a-z]*(?:password|passwd|pwd|psw)|(?:user|login|admin)?pass|(?:user|login)pas|pw"),
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that must never be seen: its repr and str hide it."""

    value: str = field(repr=False)

    @override
    def __str__(self) -> str:
        return "***"

    @override
    def __repr__(self) -> str:
        return "Secret(***)"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A camera's user name and password."""

    username: str
    password: Secret


@dataclass(frozen=True, slots=True)
class StreamUrl:
    """The address of a stream, without credentials; its str is safe to log and show.

    Attributes:
        text: an rtsp or rtsps URL as `parse_stream_url` accepted it.
    """

    text: str

    @override
    def __str__(self) -> str:
        if self.is_clear:
            return self.text
        scheme, _, rest = self.text.partition("://")
        return f"{scheme}://***@{rest.rpartition('@')[2]}"

    @property
    def is_clear(self) -> bool:
        """Whether no login can be in it; false for some that earlier versions took, and kept with the password."""
        return "@" not in self.text

    @property
    def host(self) -> str:
        """Host name or address, without brackets."""
        return urlsplit(self.text).hostname or ""

    @property
    def port(self) -> int:
        """TCP port; 554 or 322 (rtsps) where the URL names none."""
        parts = urlsplit(self.text)
        return parts.port or (322 if parts.scheme == "rtsps" else 554)

    def with_credentials(self, credentials: Credentials | None, address: str | None = None) -> Secret:
        """Return the URL that a player needs: credentials inside, host replaced by a checked address if given.

        They stand before the host, or only in the places that the address has for them.
        """
        parts = urlsplit(self.text)
        host = address or self.host
        host = f"[{host}]" if ":" in host else host
        path, query = parts.path, parts.query
        login = ""
        if wants_login(self.text):
            given = credentials or Credentials("", Secret(""))
            path = put_login(path, given.username, given.password.value)
            query = put_login(query, given.username, given.password.value)
        elif credentials is not None:
            login = f"{quote(credentials.username, safe='')}:{quote(credentials.password.value, safe='')}@"
        return Secret(urlunsplit((parts.scheme, f"{login}{host}:{self.port}", path, query, "")))


def parse_stream_url(text: str) -> tuple[StreamUrl, Credentials | None]:
    """Split what a person typed into an address without secrets and the credentials it held.

    A login may stand before the host, or in path or query as some cameras want it.
    The rules keep ffmpeg's protocol and option parsing out of a typist's reach (SEC-15, SEC-16): only rtsp and
    rtsps, a plain host, no control characters, quotes, backslashes or blanks anywhere.

    Raises:
        InvalidInput: says which rule was broken; never repeats a password, nor the address.
    """
    text = text.strip()
    if len(text) > 2000:
        raise InvalidInput("the camera address is longer than 2000 characters", field="url")
    for character in text:
        if character in _NO_URL_HOLDS or character.isspace() or not character.isprintable():
            raise _refused(character, f"holds {_called(character)}, which no URL may hold")
    if not re.match(r"rtsps?://", text, re.IGNORECASE):
        raise InvalidInput("the camera address must begin with rtsp:// or rtsps://", field="url")
    _check_login_ends(text.partition("://")[2])
    try:
        parts = urlsplit(text)
        port = parts.port
        host = parts.hostname or ""
    except ValueError:
        raise InvalidInput(
            "the camera address is not a URL; if it holds a login, leave that out and give it apart",
            field="url",
        ) from None
    if not host or host.startswith("-") or not _is_plain_host(host):
        raise InvalidInput(
            "the camera address names no usable host, such as 10.0.0.12 or kamera1.lan", field="url"
        )
    if port is not None and not 0 < port < 65536:
        raise InvalidInput("the camera address has an impossible port", field="url")
    if parts.fragment:
        raise InvalidInput("the camera address must not hold a '#': write %23 in its place", field="url")
    place, credentials = _without_login(parts)
    if "@" in "".join(place):
        raise _refused("@", "holds an '@' behind its host, where it would be taken for a login's end")
    shown_host = f"[{host}]" if ":" in host else host
    netloc = f"{shown_host}:{port}" if port else shown_host
    return StreamUrl(urlunsplit((parts.scheme, netloc, *place, ""))), credentials


def is_address(text: str) -> bool:
    """Tell whether a text that may be a camera's name is meant for an address, well written or not."""
    return "://" in text or re.match(r"\s*[a-z][a-z\d+.-]*:/", text, re.IGNORECASE) is not None


def _check_login_ends(rest: str) -> None:
    """Refuse an address whose login may go on behind what looks like its end (SEC-20).

    The first '/', '?' or '#' ends login and host, so a password with one of them would be taken for port and path, and
    be kept and shown. An address of numbers is nobody's user name: an '@' behind it is judged with the path.
    """
    end = re.search(r"[/?#]", rest)
    login = re.match(r"[^/?#]*@", rest)
    if login is not None and (bracket := re.search(r"[\[\]]", login[0])) is not None:
        raise _refused(bracket[0], f"holds a {bracket[0]!r} in its login, which only a host may hold")
    if end is None or "@" not in rest[end.start() :]:
        return
    if end[0] == "#" or not _ADDRESS_OF_NUMBERS.fullmatch(rest[: end.start()]):
        raise _refused(
            end[0], f"holds a {end[0]!r} before an '@', so that it is not clear where its login ends"
        )


def _refused(character: str, what: str) -> UnusableCharacter:
    """Return the refusal of an address because of a character; never more of the address than that."""
    text = (
        f"the camera address {what}: leave the login out and give user name and password apart, "
        f"or write {quote(character, safe='')} in place of {_called(character)}"
    )
    return UnusableCharacter(text, character=character, field="url")


def _decoded(text: str) -> str:
    """Return a name or password as it is meant; raises UnusableCharacter where a '%' begins no character."""
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise _refused("%", "holds a '%' in its login that begins no character") from None


def _called(character: str) -> str:
    """Return what people call a character."""
    if character.isspace():
        return "a blank"
    return repr(character) if character.isprintable() else "a character that cannot be seen"


def _without_login(parts: SplitResult) -> tuple[tuple[str, str], Credentials | None]:
    """Return path and query of an address without the login in it, and that login."""
    credentials = None
    if parts.username is not None:
        credentials = Credentials(_decoded(parts.username), Secret(_decoded(parts.password or "")))
    taken = take_login(f"{parts.path}?{parts.query}")
    if taken.password is None:
        return (parts.path, parts.query), credentials
    if credentials is not None:
        raise UnclearLogin("the camera address holds two logins: leave one away", field="url")
    path, _, query = taken.text.partition("?")
    return (path, query), Credentials(taken.username or "", Secret(taken.password))


def _is_plain_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.rstrip(".").split(".")
        return len(host) <= 253 and all(
            0 < len(label) <= 63 and label.isascii() and label.replace("-", "").replace("_", "").isalnum()
            for label in labels
        )
    return True


def is_allowed_address(address: str, networks: tuple[str, ...]) -> bool:
    """Tell whether a resolved address lies in the camera networks that the administrator set (SEC-15).

    Loopback, link-local (which holds the cloud metadata service), multicast and unspecified addresses are refused
    unless a network in the list lies wholly inside such a special range and holds the address: they must be named.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    special = ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip.is_reserved
    for text in networks:
        network = ipaddress.ip_network(text, strict=False)
        if network.version != ip.version or ip not in network:
            continue
        named = network.is_loopback or network.is_link_local or network.is_multicast or network.is_reserved
        if not special or named:
            return True
    return False


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
        UnusableCharacter: it is not clear where the password ends, or what it is.
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
    end = passwords[0].end("value")
    if not _AFTER_VALUE.match(text, end):
        raise _refused(text[end], f"holds a {text[end]!r} in or behind its password")
    username = _decoded(users[0]["value"]) if users else ""
    password = _decoded(passwords[0]["value"])
    places = [(passwords[0], PASSWORD_PLACE), *((found, USER_PLACE) for found in users)]
    for found, place in sorted(places, key=lambda pair: pair[0].start(), reverse=True):
        text = text[: found.start("value")] + place + text[found.end("value") :]
    return TakenLogin(text, username, password)


def wants_login(text: str) -> bool:
    """Tell whether an address has a place for a password."""
    return PASSWORD_PLACE in text


def put_login(text: str, username: str, password: str) -> str:
    """Return path or query of an address with the login in its places."""
    # A brace in a value is encoded, so no value can be taken for the other's place.
    filled = text.replace(USER_PLACE, quote(username, safe=_UNCHANGED))
    return filled.replace(PASSWORD_PLACE, quote(password, safe=_UNCHANGED))
