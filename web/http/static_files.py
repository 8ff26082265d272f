"""Static files under addresses that change with their content, so that browsers may keep them for ever."""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vms.domain.errors import NotFound

_ROOT: Final = Path(str(files("web") / "static"))
_IMPORT: Final = re.compile(r"""^(?:import|export)\b[^'";]*?from\s+"(\.[^"]+)";""", re.MULTILINE)
"""A module that is taken in when another one is: as this project writes it, one statement from the line's start."""

_WORTH_PACKING: Final = 0.9


@cache
def static_version() -> str:
    """Return a short digest of all static files: modules and style sheets find their neighbours under the same one."""
    digest = hashlib.sha256()
    for path in sorted(path for path in _ROOT.rglob("*") if path.is_file()):
        digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def static_url(path: str) -> str:
    """Return the address of a static file, for templates."""
    return f"/static/{static_version()}/{path}"


@cache
def modules_of(entry: str) -> tuple[str, ...]:
    """Return the addresses of all modules that a page's script takes in, its own first, for templates.

    A browser finds them level by level; told all at once it fetches them side by side.
    """
    found: dict[Path, None] = {}
    waiting = [_ROOT / entry]
    while waiting:
        path = waiting.pop(0)
        if path not in found:
            found[path] = None
            named = _IMPORT.findall(path.read_text(encoding="utf-8"))
            waiting += [(path.parent / name).resolve() for name in named]
    return tuple(static_url(path.relative_to(_ROOT).as_posix()) for path in found)


@dataclass(frozen=True, slots=True)
class _StaticFile:
    """A file as it is sent; `packed` is its gzip, None where that saves nothing."""

    body: bytes
    packed: bytes | None
    media_type: str
    etag: str


@cache
def _names() -> frozenset[str]:
    return frozenset(path.relative_to(_ROOT).as_posix() for path in _ROOT.rglob("*") if path.is_file())


@cache
def _file(name: str) -> _StaticFile:
    body = (_ROOT / name).read_bytes()
    packed = gzip.compress(body, mtime=0)
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if name.endswith((".js", ".mjs")):
        media_type = "text/javascript"  # whatever the machine's own list says: browsers run nothing else
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return _StaticFile(body, packed if len(packed) < _WORTH_PACKING * len(body) else None, media_type, etag)


def _serve(request: Request) -> Response:
    """Answer one file; those asked for by the present version never change."""
    name = request.path_params["path"]
    if name not in _names():
        raise NotFound("there is no such file")
    found = _file(name)
    is_present = request.path_params["version"] == static_version()
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if is_present else "no-cache",
        "ETag": found.etag,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == found.etag:
        return Response(status_code=304, headers=headers)
    if found.packed is None or "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(found.body, media_type=found.media_type, headers=headers)
    return Response(
        found.packed, media_type=found.media_type, headers={**headers, "Content-Encoding": "gzip"}
    )


async def _serve_from_memory(request: Request) -> Response:
    # Nothing here waits but the first reading of a file; a thread for each of a page's hundred files would.
    return _serve(request)


def static_route() -> Route:
    """Return what serves `static_url`: from memory and packed once, for a page takes in a hundred small modules."""
    return Route("/static/{version}/{path:path}", _serve_from_memory, name="static")
