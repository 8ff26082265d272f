"""Cameras and their streams: who owns them, what they are for, and how they are reached."""

import enum
import ipaddress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit
from uuid import UUID

from typing_extensions import override

from vms.domain.errors import InvalidInput, UnclearLogin
from vms.domain.time import SECOND_US
from vms.domain.url_login import put_login, take_login, wants_login

MOST_TOGETHER = 16
"""Cameras that are reviewed, bookmarked or saved as a view together."""


class StreamRole(enum.StrEnum):
    """What a stream is for."""

    MAIN = "main"
    """Full quality: what is exported and shown large."""
    SUB = "sub"
    """Small: walls, phones and pictures."""


class StreamState(enum.StrEnum):
    """What the recorder is doing about one stream; there is no end state, it tries for ever."""

    STOPPED = "stopped"
    """Not wanted: the camera is disabled, incomplete (PRV-01) or removed."""
    STARTING = "starting"
    """ffmpeg runs; no media has arrived yet."""
    RECORDING = "recording"
    """Media arrives."""
    STALLED = "stalled"
    """ffmpeg runs but bytes stopped arriving."""
    BACKOFF = "backoff"
    """Waiting before the next attempt."""
    AUTH = "auth"
    """The camera refused the password or the path; retried at most once a minute."""
    NO_VOLUME = "no-volume"
    """No healthy volume with room: nothing can be written."""
    STOPPING = "stopping"
    """Being shut down in order."""


class OutageCause(enum.StrEnum):
    """Why a span of time holds no footage."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    CLOSED = "closed"
    AUTH = "auth"
    NO_MEDIA = "no-media"
    CLOCK = "clock"
    MEDIA_JUMP = "media-jump"
    CODEC = "codec"
    DISK_FULL = "disk-full"
    VOLUME = "volume"
    RECORDER_DOWN = "recorder-down"
    FFMPEG = "ffmpeg"
    DISABLED = "disabled"
    BEFORE_FIRST = "before-first"
    """The camera had not been added yet, and nothing is known to have been recorded; never stored."""
    PURGED = "purged"
    UNKNOWN = "unknown"


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
    """The address of a stream, without credentials; safe to log and show.

    Attributes:
        text: an rtsp or rtsps URL as `parse_stream_url` accepted it.
    """

    text: str

    @override
    def __str__(self) -> str:
        return self.text

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

    A login may stand before the host, or in path or query as some cameras want it (`vms.domain.url_login`).
    The rules keep ffmpeg's protocol and option parsing out of a typist's reach (SEC-15, SEC-16): only rtsp and
    rtsps, a plain host, no control characters, quotes, backslashes or blanks anywhere.

    Raises:
        InvalidInput: says which rule was broken; never repeats a password.
    """
    text = text.strip()
    if len(text) > 2000:
        raise InvalidInput("the camera address is longer than 2000 characters", field="url")
    if any(ord(c) < 33 or ord(c) == 127 or c in "'\"\\<>`|" for c in text):
        raise InvalidInput(
            "the camera address holds a blank, quote or other character that no URL may hold", field="url"
        )
    try:
        parts = urlsplit(text)
        port = parts.port
        host = parts.hostname or ""
    except ValueError:
        raise InvalidInput("the camera address is not a URL", field="url") from None
    if parts.scheme not in {"rtsp", "rtsps"}:
        raise InvalidInput("the camera address must begin with rtsp:// or rtsps://", field="url")
    if not host or host.startswith("-") or not _is_plain_host(host):
        raise InvalidInput(
            "the camera address names no usable host, such as 10.0.0.12 or kamera1.lan", field="url"
        )
    if port is not None and not 0 < port < 65536:
        raise InvalidInput("the camera address has an impossible port", field="url")
    if parts.fragment:
        raise InvalidInput("the camera address must not hold a '#': write %23 in its place", field="url")
    place, credentials = _without_login(parts)
    shown_host = f"[{host}]" if ":" in host else host
    netloc = f"{shown_host}:{port}" if port else shown_host
    return StreamUrl(urlunsplit((parts.scheme, netloc, *place, ""))), credentials


def _without_login(parts: SplitResult) -> tuple[tuple[str, str], Credentials | None]:
    """Return path and query of an address without the login in it, and that login."""
    credentials = None
    if parts.username is not None:
        credentials = Credentials(unquote(parts.username), Secret(unquote(parts.password or "")))
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
class Stream:
    """One recorded view of a camera.

    Attributes:
        id: number in this database; `uuid` is what files carry.
        record_audio: an audited decision per camera (EXP-16); False by default.
        wallclock_timestamps: use arrival times in place of a broken camera clock (docs/design/time.md).
    """

    id: int
    uuid: UUID
    camera_id: int
    role: StreamRole
    url: StreamUrl
    record_audio: bool = False
    wallclock_timestamps: bool = False
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class Camera:
    """A device at a place, the agency that owns it, and what it is for.

    Attributes:
        purpose: why it records; empty means it may not record (PRV-01).
        retention_days: how long footage is kept; None means it may not record (PRV-01).
        min_days: footage younger than this yields to disk pressure only below 1 % free.
        quota_bytes: most that one stream's footage may fill; None for no limit.
        removed_us: when the camera was removed; its footage stays until retention takes it.
    """

    id: int
    uuid: UUID
    name: str
    place: str = ""
    agency: str = ""
    group: str = ""
    latitude: float | None = None
    longitude: float | None = None
    purpose: str = ""
    retention_days: int | None = None
    min_days: int = 0
    quota_bytes: int | None = None
    is_enabled: bool = True
    has_credentials: bool = False
    created_us: int = 0
    removed_us: int | None = None
    streams: tuple[Stream, ...] = ()

    @property
    def may_record(self) -> bool:
        """Whether purpose and retention are set and nobody switched the camera off (PRV-01)."""
        return (
            self.is_enabled
            and self.removed_us is None
            and bool(self.purpose)
            and self.retention_days is not None
        )

    def stream(self, role: StreamRole) -> Stream | None:
        """Return the camera's stream of that role, or None."""
        return next((s for s in self.streams if s.role is role), None)


@dataclass(frozen=True, slots=True)
class CameraDraft:
    """What a person says about a camera when adding or editing it; `None` credentials leave the stored ones."""

    name: str
    main_url: StreamUrl
    sub_url: StreamUrl | None = None
    credentials: Credentials | None = None
    place: str = ""
    agency: str = ""
    group: str = ""
    latitude: float | None = None
    longitude: float | None = None
    purpose: str = ""
    retention_days: int | None = None
    min_days: int = 0
    quota_bytes: int | None = None
    is_enabled: bool = True
    record_audio: bool = False


RECORDER_SILENT_US = 10 * SECOND_US
"""A recorder that has not said anything for this long is not running; it speaks each four seconds."""


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """What the recorder last said about a stream.

    Attributes:
        state: see `StreamState`.
        since_us: when the state began.
        updated_us: when the recorder last said anything.
        last_media_us: wall time of the newest media on disk, or None.
        detail: one plain sentence for a person, without secrets.
    """

    stream_id: int
    state: StreamState
    since_us: int
    updated_us: int
    last_media_us: int | None = None
    bitrate_bps: int = 0
    cause: OutageCause | None = None
    detail: str = ""
    attempts: int = 0

    def is_silent(self, now_us: int) -> bool:
        """Whether the recorder has said nothing for so long that it is not running."""
        return now_us - self.updated_us > RECORDER_SILENT_US
