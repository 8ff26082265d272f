"""Static files under addresses that change with their content, so that browsers may keep them for ever."""

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from typing_extensions import override


@cache
def static_version() -> str:
    """Return a short digest of all static files: modules and style sheets find their neighbours under the same one."""
    root = Path(str(files("web") / "static"))
    digest = hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def static_url(path: str) -> str:
    """Return the address of a static file, for templates."""
    return f"/static/{static_version()}/{path}"


class _VersionedFiles(StaticFiles):
    """Serves files; those asked for by the present version never change."""

    @override
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        is_present = scope["path_params"].get("version") == static_version()
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if is_present else "no-cache"
        )
        return response


def static_mount() -> Mount:
    """Return what serves `static_url`."""
    return Mount("/static/{version}", _VersionedFiles(packages=[("web", "static")]), name="static")
