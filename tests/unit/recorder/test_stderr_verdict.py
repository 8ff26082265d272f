import pytest

from recorder.run.segmenter_output import is_rewriting, verdict
from vms.domain.camera import OutageCause
from vms.domain.segment import RunEnd

REFUSED = "[tcp @ 0x55d768e8d4c0] [error] Connection to tcp://127.0.0.1:18555?timeout=10000000 failed: Connection refused"
TIMED_OUT = "[rtsp @ 0x55c1] [warning] Failed reading RTSP data: Connection timed out"


@pytest.mark.parametrize(
    ("line", "status", "cause"),
    [
        (REFUSED, 145, OutageCause.UNREACHABLE),
        ("[rtsp @ 0x5] [error] method DESCRIBE failed: 404 (Not Found)", 8, OutageCause.AUTH),
        ("[error] pipe:0: Server returned 404 Not Found", 1, OutageCause.AUTH),
        ("[rtsp @ 0x5] [error] method DESCRIBE failed: 401 Unauthorized", 1, OutageCause.AUTH),
        ("[error] Server returned 403 Forbidden (access denied)", 1, OutageCause.AUTH),
        (
            "[rtsp @ 0x5] [error] method DESCRIBE failed: 503 (Service Unavailable)",
            1,
            OutageCause.UNREACHABLE,
        ),
        (TIMED_OUT, 0, OutageCause.TIMEOUT),
        ("[rtsp @ 0x5] [warning] Failed reading RTSP data: End of file", 0, OutageCause.CLOSED),
        ("[rtsp @ 0x5] [warning] Failed reading RTSP data: Connection reset by peer", 0, OutageCause.CLOSED),
        ("[error] av_interleaved_write_frame(): No space left on device", 1, OutageCause.DISK_FULL),
        ("[segment @ 0x5] [error] Failed to open segment '000003.mp4'", 1, OutageCause.VOLUME),
        ("[error] Tag hvc1 incompatible with output codec id '27' (avc1)", 1, OutageCause.CODEC),
        ("[error] Stream map '0:v:0' matches no streams.", 1, OutageCause.NO_MEDIA),
        ("", 0, OutageCause.CLOSED),
        ("something new", 1, OutageCause.FFMPEG),
    ],
)
def test_last_words_name_the_cause(line: str, status: int, cause: OutageCause) -> None:
    assert verdict([line], status, had_media=True).cause is cause


def test_camera_that_never_answered_is_unreachable() -> None:
    assert verdict([TIMED_OUT], 1, had_media=False).cause is OutageCause.UNREACHABLE


def test_signal_is_a_crash() -> None:
    assert verdict([], -9, had_media=True).end is RunEnd.CRASH


def test_detail_repeats_nothing_that_was_said() -> None:
    found = verdict(
        ["[error] Impossible to open 'rtsp://adm:s3cr3t@10.0.0.9/': 401 Unauthorized"], 1, had_media=False
    )
    assert "s3cr3t" not in found.detail
    assert "10.0.0.9" not in found.detail


def test_both_ffmpegs_announce_rewritten_times() -> None:
    assert is_rewriting(
        "[vost#0:0/copy @ 0x5] [warning] Non-monotonic DTS; previous: 5, current: 3; changing to 6."
    )
    assert is_rewriting(
        "[segment @ 0x5] [warning] Non-monotonous DTS in output stream 0:0; previous: 5, current: 3"
    )
    assert not is_rewriting(REFUSED)
