"""The versioned JSON and media interface under /api/v1."""

from starlette.routing import Route

from web.api import (
    bookmarks,
    cameras,
    exports,
    favourites,
    hold_estimate,
    holds,
    lanes,
    media,
    openapi,
    pictures,
    playlists,
    preferences,
    time,
    timeline,
    views,
    watching,
)


def routes() -> list[Route]:
    """Return every route under /api/v1, and the description of them."""
    modules = (
        *(cameras, lanes, timeline, playlists, media, pictures, exports, time),
        *(bookmarks, holds, hold_estimate, views, watching, favourites, preferences, openapi),
    )
    return [route for module in modules for route in module.routes()]
