"""HLS playlists as text (RFC 8216): each piece with its wall time, a break marked only where one is.

`EXT-X-MAP` and `EXT-X-DISCONTINUITY` stand together, at a change of run or init and where footage of a run is missing;
never inside continuous footage, because every break costs a player a new buffer timeline. Gaps take no room: playback
goes on with the next footage, and `EXT-X-PROGRAM-DATE-TIME` on every piece tells its wall time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from playback.stream.pieces import Piece, RecordedFile
from vms.domain.segment import InitRecord
from vms.domain.time import MINUTE_US, SECOND_US, to_datetime

CONTENT_TYPE = "application/vnd.apple.mpegurl"


@dataclass(frozen=True, slots=True)
class PlaylistUrls:
    """How a playlist names what it lists; relative URLs, never paths of files.

    Attributes:
        media: URL of a recorded file. init: URL of an init segment by its row.
    """

    media: Callable[[RecordedFile], str]
    init: Callable[[int], str]


def media_playlist(pieces: Sequence[Piece], urls: PlaylistUrls, *, is_ended: bool) -> str:
    """Return the media playlist of the pieces.

    Args:
        pieces: in the order in which they are played.
        urls: see `PlaylistUrls`.
        is_ended: True for a closed window (VOD). A growing one (EVENT) only ever gets longer at its end, and takes its
            init from the first file of each run, whose URL stays the same when the file's row appears.
    """
    kind = "VOD" if is_ended else "EVENT"
    lines = _head(pieces, kind)
    if pieces and all(piece.is_keyframe for piece in pieces):
        lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    lines += _entries(pieces, urls, by_row=is_ended)
    if is_ended:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def iframe_playlist(pieces: Sequence[Piece], urls: PlaylistUrls) -> str:
    """Return the playlist of keyframes alone, for scrubbing; `pieces` are from `keyframe_pieces`."""
    lines = [
        *_head(pieces, "VOD"),
        "#EXT-X-I-FRAMES-ONLY",
        *_entries(pieces, urls, by_row=True),
        "#EXT-X-ENDLIST",
    ]
    return "\n".join(lines) + "\n"


def multivariant_playlist(
    pieces: Sequence[Piece], inits: Sequence[InitRecord], *, media_url: str, iframes_url: str | None
) -> str:
    """Return the playlist that names codec and size, which players must know before they fetch any media.

    Args:
        pieces: those of the media playlist. inits: of these pieces, in order of first use.
        media_url: of the media playlist. iframes_url: of the I-frame playlist, None for a growing window.
    """
    rates = [piece.size * 8 * SECOND_US // max(1, piece.media_us) for piece in pieces]
    total_us = sum(piece.media_us for piece in pieces)
    average = sum(piece.size for piece in pieces) * 8 * SECOND_US // max(1, total_us)
    codecs = ",".join(dict.fromkeys(init.rfc6381 for init in inits))
    largest = max(inits, key=lambda init: init.width * init.height, default=None)
    attributes = [f"BANDWIDTH={max(rates, default=1)}", f"AVERAGE-BANDWIDTH={max(1, average)}"]
    if largest is not None:
        attributes += [f'CODECS="{codecs}"', f"RESOLUTION={largest.width}x{largest.height}"]
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if any(not piece.is_keyframe for piece in pieces):
        lines.pop()
    lines += [f"#EXT-X-STREAM-INF:{','.join(attributes)}", media_url]
    if iframes_url is not None:
        lines.append(f'#EXT-X-I-FRAME-STREAM-INF:{",".join(attributes)},URI="{iframes_url}"')
    return "\n".join(lines) + "\n"


def _head(pieces: Sequence[Piece], kind: str) -> list[str]:
    longest_us = max((piece.media_us for piece in pieces), default=SECOND_US)
    # RFC 8216 4.3.3.1: every EXTINF, rounded to the nearest second, must be at most this.
    target = max(
        1, -(-longest_us // SECOND_US) if kind == "VOD" else (longest_us + SECOND_US // 2) // SECOND_US
    )
    return [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{target}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        f"#EXT-X-PLAYLIST-TYPE:{kind}",
    ]


def _entries(pieces: Sequence[Piece], urls: PlaylistUrls, *, by_row: bool) -> list[str]:
    lines: list[str] = []
    before: Piece | None = None
    url = ""
    for piece in pieces:
        if before is None or piece.file is not before.file:
            url = urls.media(piece.file)
        if before is None or not piece.continues(before):
            if before is not None:
                lines.append("#EXT-X-DISCONTINUITY")
            lines.append(_map(piece.file, urls, by_row=by_row))
        seconds, us = divmod(piece.media_end_us - piece.media_start_us, SECOND_US)
        lines.append(
            f"#EXT-X-PROGRAM-DATE-TIME:{_date_time(piece.start_us)}\n#EXTINF:{seconds}.{us:06d},\n"
            f"#EXT-X-BYTERANGE:{piece.size}@{piece.offset}\n{url}"
        )
        before = piece
    return lines


def _map(file: RecordedFile, urls: PlaylistUrls, *, by_row: bool) -> str:
    if by_row and file.init_id is not None:
        return f'#EXT-X-MAP:URI="{urls.init(file.init_id)}"'
    return f'#EXT-X-MAP:URI="{urls.media(file)}",BYTERANGE="{file.init_bytes}@0"'


def _date_time(at_us: int) -> str:
    """Return the instant with milliseconds, which is what players read."""
    minute, us = divmod(at_us, MINUTE_US)
    second, us = divmod(us, SECOND_US)
    return f"{_minute_text(minute)}:{second:02d}.{us // 1000:03d}Z"


@lru_cache(maxsize=2048)
def _minute_text(minute: int) -> str:
    """Return a minute since 1970 as text: the costly part of a time, which the pieces of a minute share."""
    return to_datetime(minute * MINUTE_US).strftime("%Y-%m-%dT%H:%M")
