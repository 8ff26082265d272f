"""What can be said about a camera on the command line, once for `vms camera add` and `vms camera edit`."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import wraps
from typing import Annotated, get_type_hints

import typer

from vms.domain.camera import CameraDraft
from vms.domain.camera_address import parse_stream_url
from vms.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class CameraOptions:
    """The options that add and edit share; None means: not given."""

    sub_url: Annotated[str | None, typer.Option(help="Address of the small stream; '' to drop it.")] = None
    place: Annotated[str | None, typer.Option(help="Where it hangs.")] = None
    agency: Annotated[str | None, typer.Option(help="The office that owns it.")] = None
    group: Annotated[str | None, typer.Option(help="Free grouping for lists.")] = None
    purpose: Annotated[str | None, typer.Option(help="Why it records; without it, it does not.")] = None
    retention_days: Annotated[
        int | None, typer.Option(min=1, help="Days that footage is kept; without it, it does not record.")
    ] = None
    min_days: Annotated[
        int | None,
        typer.Option(min=0, help="Days that a full disk may not take from it, short of an emergency."),
    ] = None
    position: Annotated[str | None, typer.Option(help="latitude,longitude in degrees.")] = None
    quota_gb: Annotated[
        float | None, typer.Option(min=0.001, help="Most that one stream may fill, in GB.")
    ] = None
    audio: Annotated[
        bool | None, typer.Option("--audio/--no-audio", help="Whether sound is recorded; think twice.")
    ] = None

    def applied_to(self, draft: CameraDraft) -> CameraDraft:
        """Return the draft with every given option put in.

        Raises:
            InvalidInput: an address or a position cannot be used.
        """
        texts = {"place": self.place, "agency": self.agency, "group": self.group, "purpose": self.purpose}
        given: dict[str, object] = {key: value.strip() for key, value in texts.items() if value is not None}
        values = {
            "retention_days": self.retention_days,
            "min_days": self.min_days,
            "record_audio": self.audio,
        }
        given |= {key: value for key, value in values.items() if value is not None}
        if self.sub_url is not None:
            given["sub_url"] = parse_stream_url(self.sub_url)[0] if self.sub_url else None
        if self.quota_gb is not None:
            given["quota_bytes"] = int(self.quota_gb * 1e9)
        if self.position is not None:
            given["latitude"], given["longitude"] = parse_position(self.position)
        return replace(draft, **given)  # type: ignore[arg-type]  # each key was paired with its own field's type above


def takes_camera_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return the command with the fields of `CameraOptions` in place of its parameter `options`."""
    own = inspect.signature(command)
    hints = get_type_hints(CameraOptions, include_extras=True)
    shared = [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=hints[field.name]
        )
        for field in fields(CameraOptions)
    ]

    @wraps(command)
    def run(**values: object) -> None:
        options = CameraOptions(**{p.name: values.pop(p.name) for p in shared})  # type: ignore[arg-type]  # by field
        command(**values, options=options)

    kept = [parameter for name, parameter in own.parameters.items() if name != "options"]
    kept = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in kept]
    run.__signature__ = own.replace(parameters=[*kept, *shared])  # type: ignore[attr-defined]  # read by inspect
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in (*kept, *shared)}
    return run


def parse_position(text: str) -> tuple[float, float]:
    """Return latitude and longitude of "lat,lon"; raises InvalidInput."""
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        raise InvalidInput(f"{text!r} is not latitude,longitude such as -3.3194,114.5908") from None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise InvalidInput(f"{text!r} lies nowhere on Earth")
    return latitude, longitude
