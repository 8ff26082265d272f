from recorder.run.segmenter_process import StreamInput
from vms.domain.camera_address import Credentials, Secret, StreamUrl


def test_address_and_options_are_one_script() -> None:
    url = StreamUrl("rtsp://kamera1.lan/ch1?profile=2").with_credentials(
        Credentials("admin", Secret("p@ss 'w'")), "10.0.0.9"
    )
    text = StreamInput(url, 10_000_000).text().value
    assert text.splitlines() == [
        "ffconcat version 1.0",
        "file 'rtsp://admin:p%40ss%20%27w%27@10.0.0.9:554/ch1?profile=2'",
        "option rtsp_transport tcp",
        "option timeout 10000000",
        "option allowed_media_types video",
        "option analyzeduration 500000",
        "option fpsprobesize 0",
    ]


def test_quotes_cannot_end_the_address() -> None:
    text = StreamInput(Secret("rtsp://h/a'b\nfile 'x"), 1).text().value
    assert r"file 'rtsp://h/a'\''b" in text


def test_script_hides_itself() -> None:
    assert "10.0.0.9" not in repr(StreamInput(Secret("rtsp://a:b@10.0.0.9/"), 1).text())


def test_sound_and_arrival_times_are_asked_for_only_on_demand() -> None:
    text = StreamInput(Secret("rtsp://h/"), 1, record_audio=True, wallclock_timestamps=True).text().value
    assert "option allowed_media_types video+audio\n" in text
    assert "option use_wallclock_as_timestamps 1\n" in text
