"""HLS playlists of a window, or of everything from a moment on."""

from starlette.responses import Response
from starlette.routing import Route

from playback.stream.footage import LONGEST_PLAYLIST_US
from playback.stream.pieces import Piece, RecordedFile
from playback.stream.playlist import (
    CONTENT_TYPE,
    PlaylistUrls,
    iframe_playlist,
    media_playlist,
    multivariant_playlist,
)
from vms.domain.camera import Stream
from vms.domain.errors import NothingRecorded
from vms.domain.time import TimeRange
from web.access.permissions import VIEW_CAMERA
from web.api.answers import text_answer
from web.api.parameters import camera_of, checked_window, instant_of, stream_of, window_of
from web.http.routing import guarded
from web.http.state import Call, services_of


def routes() -> list[Route]:
    """Return the routes of this module."""
    base = "/api/v1/cameras/{camera_id:int}"
    return [
        guarded(f"{base}/playlist.m3u8", multivariant, VIEW_CAMERA),
        guarded(f"{base}/media.m3u8", media, VIEW_CAMERA),
        guarded(f"{base}/iframes.m3u8", iframes, VIEW_CAMERA),
    ]


def multivariant(request: Call) -> Response:
    """Answer the playlist that a player begins with."""
    stream, start_us, window = _asked(request)
    pieces, _ = _pieces(request, stream, start_us, window)
    query = f"role={stream.role.value}&from={start_us}" + ("" if window is None else f"&to={window.end_us}")
    text = multivariant_playlist(
        pieces,
        services_of(request).footage.inits(pieces),
        media_url=f"media.m3u8?{query}",
        iframes_url=None if window is None else f"iframes.m3u8?{query}",
    )
    return text_answer(request, text, CONTENT_TYPE)


def media(request: Call) -> Response:
    """Answer the pieces; without `to` the list grows with the recording, for up to 15 minutes."""
    stream, start_us, window = _asked(request)
    pieces, is_ended = _pieces(request, stream, start_us, window)
    urls = PlaylistUrls(media=media_url if window is not None else _following_url, init=init_url)
    return text_answer(request, media_playlist(pieces, urls, is_ended=is_ended), CONTENT_TYPE)


def iframes(request: Call) -> Response:
    """Answer the keyframes of a window, for scrubbing."""
    window = window_of(request, longest_us=LONGEST_PLAYLIST_US)
    stream = stream_of(request, camera_of(request))
    pieces = services_of(request).footage.keyframes(stream.id, window)
    if not pieces:
        raise NothingRecorded("there is no footage in this window")
    urls = PlaylistUrls(media=media_url, init=init_url)
    return text_answer(request, iframe_playlist(pieces, urls), CONTENT_TYPE)


def media_url(file: RecordedFile) -> str:
    """Return the URL of a recorded file, relative to the camera's playlists."""
    return f"media/{file.stream_id}/{file.run_id}-{file.seq}-{file.start_us}.mp4"


def init_url(init_id: int) -> str:
    """Return the URL of an init segment, relative to the camera's playlists."""
    return f"init/{init_id}.mp4"


def _asked(request: Call) -> tuple[Stream, int, TimeRange | None]:
    """Return the stream, the start, and the window; None for one that is still growing."""
    stream = stream_of(request, camera_of(request))
    start_us = instant_of(request, "from")
    if request.query_params.get("to") is None:
        return stream, start_us, None
    window = checked_window(start_us, instant_of(request, "to"), longest_us=LONGEST_PLAYLIST_US)
    return stream, start_us, window


def _pieces(
    request: Call, stream: Stream, start_us: int, window: TimeRange | None
) -> tuple[list[Piece], bool]:
    footage = services_of(request).footage
    if window is None:
        pieces, is_ended = footage.following_pieces(stream.id, start_us)
    else:
        pieces, is_ended = footage.pieces(stream.id, window), True
    if not pieces:
        raise NothingRecorded("there is no footage in this window")
    return pieces, is_ended


def _following_url(file: RecordedFile) -> str:
    """Return a URL that stays the same when the file's provisional start is corrected; only run and number are read."""
    return f"media/{file.stream_id}/{file.run_id}-{file.seq}-0.mp4"
