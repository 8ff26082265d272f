"""Favourite cameras: chosen and dropped one at a time."""

from starlette.responses import Response
from starlette.routing import Route

from web.access.permissions import VIEW_CAMERA
from web.http.routing import guarded
from web.http.state import Call, services_of, user_of


def routes() -> list[Route]:
    """Return the routes of this module."""
    path = "/api/v1/favourites/{camera_id:int}"
    return [
        guarded(path, add, VIEW_CAMERA, methods=("PUT",), name="add_favourite"),
        guarded(path, remove, VIEW_CAMERA, methods=("DELETE",), name="remove_favourite"),
    ]


def add(request: Call) -> Response:
    """Make the camera one of the caller's favourites."""
    services_of(request).storage.favourites.add(user_of(request).id, int(request.path_params["camera_id"]))
    return Response(status_code=204)


def remove(request: Call) -> Response:
    """Make the camera none of the caller's favourites."""
    services_of(request).storage.favourites.remove(user_of(request).id, int(request.path_params["camera_id"]))
    return Response(status_code=204)
