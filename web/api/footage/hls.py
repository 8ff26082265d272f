"""What HLS players fetch: playlists of a window or of everything from a moment on, init segments and recorded files."""

import hashlib

from msgspec import UNSET, Struct, UnsetType, field
from starlette.responses import Response

from playback.stream.footage import LONGEST_PLAYLIST_US
from playback.stream.pieces import Piece, RecordedFile
from playback.stream.playlist import (
    PlaylistUrls,
    iframe_playlist,
    media_playlist,
    multivariant_playlist,
)
from storage.volumes.volume_pool import Work
from vms.domain.camera import Stream, StreamRole
from vms.domain.errors import NotFound, NothingRecorded
from vms.domain.time import TimeRange
from web.api.values import Instant, Window, checked_window, stream_of
from web.http.range_response import RangeResponse
from web.http.state import Call, path_camera, services_of

_MP4 = "video/mp4"
_FINISHED = "private, max-age=3600, immutable"
"""Finished files never change; an hour bounds how long a browser outlives retention."""


class PlaylistQuery(Struct, frozen=True):
    """A stream from a moment on; without `to` it is followed while it is recorded."""

    from_: Instant = field(name="from")
    to: Instant | UnsetType = UNSET
    role: StreamRole = StreamRole.MAIN

    def window(self) -> TimeRange | None:
        """Return the window, None for one that is still growing; raises InvalidInput where it is no window."""
        if self.to is UNSET:
            return None
        return checked_window(self.from_.us, self.to.us, longest_us=LONGEST_PLAYLIST_US)


class KeyframesQuery(Window, frozen=True, kw_only=True):
    """A window of a stream."""

    role: StreamRole = StreamRole.MAIN


def multivariant(request: Call, asked: PlaylistQuery) -> str:
    """HLS multivariant playlist: what a player begins with."""
    stream, window = stream_of(path_camera(request), asked.role), asked.window()
    pieces, _ = _pieces(request, stream, asked.from_.us, window)
    query = f"role={stream.role.value}&from={asked.from_.us}" + (
        "" if window is None else f"&to={window.end_us}"
    )
    return multivariant_playlist(
        pieces,
        services_of(request).footage.inits(pieces),
        media_url=f"media.m3u8?{query}",
        iframes_url=None if window is None else f"iframes.m3u8?{query}",
    )


def media(request: Call, asked: PlaylistQuery) -> str:
    """HLS media playlist; without `to` it follows the recording for up to 15 minutes."""
    stream, window = stream_of(path_camera(request), asked.role), asked.window()
    pieces, is_ended = _pieces(request, stream, asked.from_.us, window)
    urls = PlaylistUrls(media=media_url if window is not None else _following_url, init=init_url)
    return media_playlist(pieces, urls, is_ended=is_ended)


def iframes(request: Call, asked: KeyframesQuery) -> str:
    """HLS playlist of keyframes, for scrubbing."""
    window = asked.checked(longest_us=LONGEST_PLAYLIST_US)
    stream = stream_of(path_camera(request), asked.role)
    pieces = services_of(request).footage.keyframes(stream.id, window)
    if not pieces:
        raise NothingRecorded("there is no footage in this window")
    return iframe_playlist(pieces, PlaylistUrls(media=media_url, init=init_url))


def init(request: Call, init_id: int) -> Response:
    """An initialisation segment that footage of the camera uses; others do not exist for it (SEC-01)."""
    segments = services_of(request).storage.segments
    record = segments.init(init_id)
    if not segments.is_init_used_by([stream.id for stream in path_camera(request).streams], init_id):
        raise NotFound(f"there is no initialisation segment {init_id}")
    # Of the bytes that are sent, whatever digest their row carries.
    headers = {"Cache-Control": _FINISHED, "ETag": f'"{hashlib.sha256(record.data).hexdigest()[:32]}"'}
    return Response(record.data, media_type=_MP4, headers=headers)


def file(request: Call, stream_id: int, run_id: int, seq: int) -> Response:
    """A recorded file, whole or a range of it; 410 once it is purged, 503 while its volume is missing."""
    services = services_of(request)
    opened = services.footage.source.open_media(stream_id, run_id, seq)
    return RangeResponse(
        request,
        services.storage.volume_pool.threads(opened.volume_id, Work.SEND),
        opened.fd,
        opened.size,
        media_type=_MP4,
        etag=opened.etag,
        cache_control=_FINISHED if opened.is_as_long_as_recorded and not opened.is_growing else "no-store",
    )


def media_url(file: RecordedFile) -> str:
    """Return the URL of a recorded file, relative to the camera's playlists."""
    return f"media/{file.stream_id}/{file.run_id}-{file.seq}-{file.start_us}.mp4"


def init_url(init_id: int) -> str:
    """Return the URL of an init segment, relative to the camera's playlists."""
    return f"init/{init_id}.mp4"


def _pieces(
    request: Call, stream: Stream, start_us: int, window: TimeRange | None
) -> tuple[list[Piece], bool]:
    """Return what a playlist lists, and whether nothing will come after it."""
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
