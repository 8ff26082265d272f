"""The versioned JSON and media interface under /api/v1."""

from starlette.routing import Route

from web.api.description import openapi
from web.api.evidence import exports, hold_estimate, holds
from web.api.footage import camera_timeline, cameras, city_timeline, media, pictures, playlists, time
from web.api.personal import bookmarks, favourites, preferences, resume_points, views


def routes() -> list[Route]:
    """Return every route under /api/v1, and the description of them."""
    modules = (
        *(cameras, city_timeline, camera_timeline, playlists, media, pictures, exports, time),
        *(bookmarks, holds, hold_estimate, views, resume_points, favourites, preferences, openapi),
    )
    return [route for module in modules for route in module.routes()]
