"""The versioned JSON and media interface under /api/v1."""

from starlette.routing import Route

from web.api import cameras, exports, lanes, media, openapi, pictures, playlists, time, timeline


def routes() -> list[Route]:
    """Return every route under /api/v1, and the description of them."""
    modules = (cameras, lanes, timeline, playlists, media, pictures, exports, time, openapi)
    return [route for module in modules for route in module.routes()]
