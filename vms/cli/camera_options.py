"""What can be said about a camera on the command line, once for `vms camera add` and `vms camera edit`."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import wraps
from typing import Annotated, get_type_hints

import typer

from vms.domain.camera_text import CameraText


@dataclass(frozen=True, slots=True)
class CameraOptions:
    """The options that add and edit share; None means: not given."""

    sub_url: Annotated[str | None, typer.Option(help="Address of the small stream; '' to drop it.")] = None
    place: Annotated[str | None, typer.Option(help="Where it hangs.")] = None
    agency: Annotated[str | None, typer.Option(help="The office that owns it.")] = None
    group: Annotated[str | None, typer.Option(help="Free grouping for lists.")] = None
    purpose: Annotated[str | None, typer.Option(help="Why it records; without it, it does not.")] = None
    retention_days: Annotated[
        str | None,
        typer.Option(metavar="DAYS", help="Days that footage is kept; without it, it does not record."),
    ] = None
    min_days: Annotated[
        str | None,
        typer.Option(
            metavar="DAYS", help="Days that a full disk may not take from it, short of an emergency."
        ),
    ] = None
    position: Annotated[
        str | None, typer.Option(metavar="LATITUDE,LONGITUDE", help="In degrees, such as -3.3194,114.5908.")
    ] = None
    quota_gb: Annotated[str | None, typer.Option(metavar="GB", help="Most that one stream may fill.")] = None
    audio: Annotated[
        bool | None, typer.Option("--audio/--no-audio", help="Whether sound is recorded; think twice.")
    ] = None

    def applied_to(self, written: CameraText) -> CameraText:
        """Return what is written of a camera with every given option put in its place."""
        texts = {
            "sub_url": self.sub_url,
            "place": self.place,
            "agency": self.agency,
            "group": self.group,
            "purpose": self.purpose,
            "retention_days": self.retention_days,
            "min_days": self.min_days,
            "quota_gb": self.quota_gb,
        }
        if self.position is not None:
            texts["latitude"], texts["longitude"] = halves(self.position)
        given = {name: text for name, text in texts.items() if text is not None}
        audio = written.record_audio if self.audio is None else self.audio
        return replace(written.with_texts(given), record_audio=audio)


def halves(position: str) -> tuple[str, str]:
    """Return latitude and longitude of "lat,lon"; two texts that are no numbers where it is something else."""
    parts = position.split(",")
    if len(parts) == 1:
        return position, ""
    return (parts[0], parts[1]) if len(parts) == 2 else (position, position)


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
