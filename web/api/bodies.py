"""What JSON bodies hold, checked: texts, yes or no, and lists of cameras."""

from collections.abc import Mapping

from vms.domain.errors import InvalidInput


def text_from(body: Mapping[str, object], name: str, *, longest: int, default: str | None = None) -> str:
    """Return a text of a JSON body.

    Raises:
        InvalidInput: it is missing (unless there is a default), no text, or too long.
    """
    value = body.get(name, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise InvalidInput(f"{name} must be a text", field=name)
    if len(value) > longest:
        raise InvalidInput(f"{name} may have at most {longest} characters", field=name)
    return value.strip()


def object_from(body: object) -> Mapping[str, object]:
    """Return a JSON body that must be an object; raises InvalidInput where it is not."""
    if not isinstance(body, dict):
        raise InvalidInput("the request's body must be a JSON object")
    return body


def flag_from(body: Mapping[str, object], name: str, *, default: bool = False) -> bool:
    """Return a yes or no of a JSON body; raises InvalidInput where it is something else."""
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise InvalidInput(f"{name} must be true or false", field=name)
    return value


def camera_ids_from(body: Mapping[str, object], *, most: int) -> tuple[int, ...]:
    """Return the numbers of cameras that a JSON body lists, each once, in their order.

    Raises:
        InvalidInput: it lists none, too many, or something else.
    """
    value = body.get("camera_ids")
    if not isinstance(value, list) or not value:
        raise InvalidInput("camera_ids must be a list of at least one camera", field="camera_ids")
    ids = [item for item in value if isinstance(item, int) and not isinstance(item, bool)]
    if len(ids) != len(value) or len(ids) > most or not all(0 <= item < 2**63 for item in ids):
        raise InvalidInput(f"camera_ids must be at most {most} whole numbers", field="camera_ids")
    return tuple(dict.fromkeys(ids))
