"""The versioned JSON and media interface under /api/v1."""

from starlette.routing import Route


def routes() -> list[Route]:
    """Return every route under /api/v1, and the description of them."""
    return []
