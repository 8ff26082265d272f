"""Playlists, line by line."""

from playback.stream.pieces import RecordedFile, closed_pieces, growing_pieces, keyframe_pieces
from playback.stream.playlist import PlaylistUrls, iframe_playlist, media_playlist, multivariant_playlist
from tests.support.footage import NOON_US, init_record
from tests.support.recorded_files import recorded_file
from vms.domain.time import MINUTE_US, SECOND_US, TimeRange


def media(file: RecordedFile) -> str:
    return f"media/{file.run_id}-{file.seq}.mp4"


URLS = PlaylistUrls(media=media, init=lambda init_id: f"init/{init_id}.mp4")
EVER = TimeRange(0, 10**16)


def playlist(*files: RecordedFile) -> str:
    return media_playlist(closed_pieces(files, EVER), URLS, is_ended=True)


WHOLE = """\
#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="init/1.mp4"
#EXT-X-PROGRAM-DATE-TIME:2024-10-04T12:00:00.000Z
#EXTINF:6.000000,
#EXT-X-BYTERANGE:6000@800
media/1-0.mp4
#EXT-X-PROGRAM-DATE-TIME:2024-10-04T12:00:06.000Z
#EXTINF:6.000000,
#EXT-X-BYTERANGE:6000@6800
media/1-0.mp4
#EXT-X-ENDLIST
"""


def test_closed_window_is_a_whole_playlist() -> None:
    assert playlist(recorded_file(NOON_US, seconds=12)) == WHOLE


def test_files_of_one_run_play_on_without_a_break() -> None:
    text = playlist(*(recorded_file(n * 10 * SECOND_US, seq=n) for n in range(5)))
    assert "#EXT-X-DISCONTINUITY" not in text
    assert text.count("#EXT-X-MAP") == 1


def test_every_piece_carries_its_wall_time() -> None:
    text = playlist(*(recorded_file(n * 10 * SECOND_US, seq=n) for n in range(5)))
    assert text.count("#EXT-X-PROGRAM-DATE-TIME") == text.count("#EXTINF")


def test_new_run_is_a_break_with_its_own_map() -> None:
    lines = playlist(recorded_file(), recorded_file(20 * SECOND_US, run=2)).splitlines()
    at = lines.index("#EXT-X-DISCONTINUITY")
    assert lines[at + 1] == '#EXT-X-MAP:URI="init/1.mp4"'


def test_footage_missing_inside_a_run_is_a_break() -> None:
    text = playlist(recorded_file(seq=0), recorded_file(20 * SECOND_US, seq=2))
    assert text.count("#EXT-X-DISCONTINUITY") == 1


def test_change_of_init_is_a_break() -> None:
    """failure mode 12: the playlist names the new init"""
    text = playlist(recorded_file(), recorded_file(10 * SECOND_US, run=2, init=2))
    assert text.count("#EXT-X-DISCONTINUITY") == 1
    assert 'URI="init/2.mp4"' in text


def test_durations_add_up_without_rounding() -> None:
    files = [recorded_file(n * 10 * SECOND_US, seq=n) for n in range(360)]
    text = playlist(*files)
    total = sum(float(line[8:-1]) for line in text.splitlines() if line.startswith("#EXTINF"))
    assert round(total, 6) == 3600


def test_growing_window_has_no_end_and_keeps_its_map() -> None:
    pieces = growing_pieces([recorded_file(init=None)], TimeRange(0, MINUTE_US))
    text = media_playlist(pieces, URLS, is_ended=False)
    assert "#EXT-X-ENDLIST" not in text
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in text
    assert '#EXT-X-MAP:URI="media/1-0.mp4",BYTERANGE="800@0"' in text
    indexed = growing_pieces([recorded_file(init=7)], TimeRange(0, MINUTE_US))
    assert media_playlist(indexed, URLS, is_ended=False) == text


def test_pieces_that_need_an_earlier_one_are_not_called_independent() -> None:
    pieces = growing_pieces([recorded_file(gop=5)], TimeRange(0, MINUTE_US))
    assert "INDEPENDENT" not in media_playlist(pieces, URLS, is_ended=False)


def test_target_duration_is_never_exceeded() -> None:
    text = playlist(recorded_file(seconds=40, gop=20))
    assert "#EXT-X-TARGETDURATION:20" in text


def test_iframe_playlist_names_only_keyframes() -> None:
    text = iframe_playlist(keyframe_pieces([recorded_file(gop=5)], EVER), URLS)
    assert "#EXT-X-I-FRAMES-ONLY" in text
    assert text.count("#EXT-X-BYTERANGE:300@") == 2


def test_codec_and_size_are_named_before_media_is_fetched() -> None:
    pieces = closed_pieces([recorded_file()], EVER)
    text = multivariant_playlist(
        pieces, [init_record()], media_url="media.m3u8?x", iframes_url="iframes.m3u8?x"
    )
    attributes = 'BANDWIDTH=8000,AVERAGE-BANDWIDTH=8000,CODECS="avc1.64001f",RESOLUTION=1920x1080'
    assert f"#EXT-X-STREAM-INF:{attributes}\nmedia.m3u8?x\n" in text
    assert f'#EXT-X-I-FRAME-STREAM-INF:{attributes},URI="iframes.m3u8?x"' in text
