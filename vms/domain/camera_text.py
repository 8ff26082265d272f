"""A camera as people write it down, on a page, in a command or in a table; the same text has the same verdict."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from vms.domain.camera import GIGABYTE, LEAST_QUOTA_GB, MOST_QUOTA_GB, Camera, CameraDraft, StreamRole
from vms.domain.camera_address import Credentials, Secret, StreamUrl, is_allowed_address, parse_stream_url
from vms.domain.errors import InvalidInput, UnclearLogin, UnusableCharacter
from vms.domain.form_fields import FieldProblem, FieldReader, Rule, range_problems, required


@dataclass(frozen=True, slots=True)
class CheckedCamera:
    """What came of reading: the draft, None where there are problems."""

    draft: CameraDraft | None
    problems: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class CameraText:
    """What a person wrote about a camera; empty where they wrote nothing.

    Attributes:
        main_url, sub_url: may hold a login. password: as typed, with the blanks at its ends.
        latitude, longitude: degrees. quota_gb: most that one stream may fill.
        is_enabled, record_audio: ticked, or chosen by an option.
    """

    main_url: str = field(default="", repr=False)
    sub_url: str = field(default="", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    name: str = ""
    place: str = ""
    agency: str = ""
    group: str = ""
    latitude: str = ""
    longitude: str = ""
    purpose: str = ""
    retention_days: str = ""
    min_days: str = ""
    quota_gb: str = ""
    is_enabled: bool = True
    record_audio: bool = False

    @classmethod
    def of(cls, camera: Camera, credentials: Credentials | None = None) -> "CameraText":
        """Return a camera as a person would write it down, without its password or an address that may hold one."""
        streams = {stream.role: stream for stream in camera.streams if stream.is_enabled}
        main, sub = streams.get(StreamRole.MAIN), streams.get(StreamRole.SUB)
        return cls(
            main_url="" if main is None or not main.url.is_clear else main.url.text,
            sub_url="" if sub is None or not sub.url.is_clear else sub.url.text,
            username="" if credentials is None else credentials.username,
            name=camera.name,
            place=camera.place,
            agency=camera.agency,
            group=camera.group,
            latitude=_number_text(camera.latitude),
            longitude=_number_text(camera.longitude),
            purpose=camera.purpose,
            retention_days="" if camera.retention_days is None else str(camera.retention_days),
            min_days=str(camera.min_days),
            quota_gb=_number_text(None if camera.quota_bytes is None else camera.quota_bytes / GIGABYTE),
            is_enabled=camera.is_enabled,
            record_audio=main is not None and main.record_audio,
        )

    def with_texts(self, texts: Mapping[str, str]) -> "CameraText":
        """Return this with what is written in the fields of these names."""
        return replace(self, **texts)  # type: ignore[arg-type]  # forms, tables and options hold texts

    def read(
        self, networks: tuple[str, ...], stored: Credentials | None = None, known_name: str = ""
    ) -> CheckedCamera:
        """Return the draft, or everything that is wrong with the text.

        Args:
            networks: where cameras may be, as the settings say.
            stored: login of the camera that is edited; None for a new one. known_name: its name, likewise.
        """
        reader = FieldReader()
        main, inside = self._address(reader, "main_url", self.main_url, networks)
        sub, inside_sub = self._address(reader, "sub_url", self.sub_url, networks)
        if main is None:
            reader.complain(required("main_url"))
        draft = CameraDraft(
            name=reader.text("name", self.name),
            main_url=main or StreamUrl(""),
            sub_url=sub,
            credentials=self._credentials(reader, inside or inside_sub, stored),
            place=reader.text("place", self.place),
            agency=reader.text("agency", self.agency),
            group=reader.text("group", self.group),
            latitude=reader.number("latitude", self.latitude),
            longitude=reader.number("longitude", self.longitude),
            purpose=reader.text("purpose", self.purpose),
            retention_days=reader.whole("retention_days", self.retention_days),
            min_days=reader.whole("min_days", self.min_days) or 0,
            quota_bytes=self._quota_bytes(reader),
            is_enabled=self.is_enabled,
            record_audio=self.record_audio,
        )
        has_unreadable_half = {"latitude", "longitude"} & {problem.field for problem in reader.problems}
        for problem in draft.problems(known_name):
            if problem.rule is not Rule.BOTH_COORDINATES or not has_unreadable_half:
                reader.complain(problem)
        return CheckedCamera(None if reader.problems else draft, reader.problems)

    def _quota_bytes(self, reader: FieldReader) -> int | None:
        """Return the quota, None where there is none or it cannot be used, which is complained about."""
        quota_gb = reader.number("quota_gb", self.quota_gb)
        problems = range_problems("quota_gb", quota_gb, LEAST_QUOTA_GB, MOST_QUOTA_GB)
        for problem in problems:
            reader.complain(problem)
        return None if quota_gb is None or problems else round(quota_gb * GIGABYTE)

    @staticmethod
    def _address(
        reader: FieldReader, name: str, written: str, networks: tuple[str, ...]
    ) -> tuple[StreamUrl | None, Credentials | None]:
        """Return an address and the login in it; complains where it cannot be used."""
        text = reader.text(name, written)
        if not text:
            return None, None
        try:
            url, credentials = parse_stream_url(text)
        except UnusableCharacter as error:
            what = f"cannot be used: {error}"
            problem = FieldProblem(name, Rule.UNUSABLE_CHARACTER, what, character=error.character)
            reader.complain(problem)
            return None, None
        except InvalidInput as error:
            rule = Rule.UNCLEAR_LOGIN if isinstance(error, UnclearLogin) else Rule.UNUSABLE_ADDRESS
            reader.complain(FieldProblem(name, rule, f"cannot be used: {error}"))
            return None, None
        if not _may_be_reached(url, networks):
            text = "is outside the camera networks that the settings allow"
            reader.complain(FieldProblem(name, Rule.OUTSIDE_NETWORKS, text))
        return url, credentials

    def _credentials(
        self, reader: FieldReader, inside: Credentials | None, stored: Credentials | None
    ) -> Credentials | None:
        """Return what to store: written, or from inside an address, or the stored password under a new name; else None."""
        username = reader.text("username", self.username)
        reader.text("password", self.password)
        password = self.password  # with the blanks at its ends: they may belong to it
        if password and not username and inside is None:
            text = "must be given too, as there is a password"
            reader.complain(FieldProblem("username", Rule.PASSWORD_WITHOUT_NAME, text))
        if password:
            return Credentials(username or (inside.username if inside else ""), Secret(password))
        if inside is not None:
            return Credentials(username or inside.username, inside.password)
        if stored is None:
            return Credentials(username, Secret("")) if username else None
        return Credentials(username, stored.password) if username and username != stored.username else None


def _may_be_reached(url: StreamUrl, networks: tuple[str, ...]) -> bool:
    """Tell whether the recorder will connect to the address; a name is only looked up, and checked, by the recorder."""
    try:
        ipaddress.ip_address(url.host)
    except ValueError:
        return True
    return is_allowed_address(url.host, networks)


def _number_text(value: float | None) -> str:
    """Return a number as exactly as it is kept, and no longer than that needs."""
    return "" if value is None else str(int(value) if value == int(value) else value)
