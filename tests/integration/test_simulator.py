"""The simulated cameras, as real ffmpeg and a bare RTSP client see them."""

import asyncio
import base64
import hashlib
import itertools
import re
import shutil
import signal
import struct
import sys
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
import pytest

from tests.support.rtsp_client import RtspClient
from vms.domain.errors import InvalidInput, NotFound
from vms.simulator.camera_spec import Audio, CameraSpec, Codec, VideoSpec
from vms.simulator.control import ControlChannel, ask_simulator
from vms.simulator.faults import (
    ChangeEncoding,
    Close,
    Drop,
    Fault,
    Freeze,
    LieFps,
    Refuse,
    Reset,
    Resume,
    RtpBackward,
    RtpJump,
    Silent,
    SrClockStep,
)
from vms.simulator.frame_truth import FrameTruth, read_truth
from vms.simulator.history import write_history
from vms.simulator.server import SimulatorServer

FFMPEGS = sorted({imageio_ffmpeg.get_ffmpeg_exe(), shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe()})
PLAIN = CameraSpec("Balai Kota", "cam0", 7, fps=10)
NTP_EPOCH = 2_208_988_800
DEADLINE_SECONDS = 20.0

Scenario = Callable[[SimulatorServer], Awaitable[None]]


def play_out(specs: list[CameraSpec], scenario: Scenario) -> None:
    """Run a scenario against running cameras, and see that no thread outlives them."""

    async def run() -> None:
        async with SimulatorServer() as server:
            await server.start(specs)
            await scenario(server)

    before = set(threading.enumerate())
    asyncio.run(asyncio.wait_for(run(), 3 * DEADLINE_SECONDS))
    assert set(threading.enumerate()) <= before


async def record(ffmpeg: str, url: str, target: Path, seconds: int, *more: str) -> None:
    """Record by stream copy, with the recorder's own muxer flags."""
    process = await asyncio.create_subprocess_exec(
        *(ffmpeg, "-nostdin", "-y", "-v", "error", "-rtsp_transport", "tcp", "-allowed_media_types", "video"),
        *("-i", url, "-t", str(seconds), "-map", "0:v:0", "-c:v", "copy", "-map_metadata", "-1"),
        *("-fflags", "+bitexact", "-metadata", "comment=here", "-avoid_negative_ts", "make_zero"),
        *more,
        *("-f", "segment", "-segment_time", "60", "-segment_format", "mp4", "-segment_format_options"),
        "movflags=+frag_keyframe+empty_moov+default_base_moof+skip_trailer+frag_discont:avoid_negative_ts=disabled"
        ":use_editlist=0:flush_packets=1:frag_duration=1000000",
        str(target),
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()


def truths_in(path: Path) -> list[FrameTruth]:
    """Return what every frame of a file says of itself; a frame that cannot be read fails the test."""
    with av.open(str(path)) as container:
        found = [
            read_truth(np.asarray(frame.to_ndarray(format="gray"), np.uint8))
            for frame in container.decode(video=0)
        ]
    assert None not in found
    return [truth for truth in found if truth is not None]


@pytest.mark.parametrize("ffmpeg", FFMPEGS)
@pytest.mark.parametrize(
    "spec",
    [
        PLAIN,
        replace(PLAIN, codec=Codec.H265),
        replace(PLAIN, width=1280, height=720, fps=25, bitrate_kbps=3000),
        replace(PLAIN, audio=Audio.G711, username="admin", password="p@ss: word"),
    ],
    ids=["h264", "h265", "hd", "audio-and-password"],
)
def test_ffmpeg_records_every_frame_with_its_time(ffmpeg: str, spec: CameraSpec, tmp_path: Path) -> None:
    async def scenario(server: SimulatorServer) -> None:
        login = "admin:p%40ss%3A%20word@" if spec.username else ""
        target = tmp_path / "%d.mp4"
        tag = ("-tag:v", "hvc1") if spec.codec is Codec.H265 else ()
        await record(ffmpeg, server.url("cam0").replace("//", f"//{login}"), target, 3, *tag)
        truths = truths_in(tmp_path / "0.mp4")
        numbers = [truth.frame for truth in truths]
        assert len(numbers) >= 3 * spec.fps
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert {truth.camera for truth in truths} == {7}
        steps = [later.time_us - truth.time_us for truth, later in itertools.pairwise(truths)]
        assert set(steps) == {1_000_000 // spec.fps}
        (client,) = server.stats()[0].streams[0].clients
        assert client.first_frame == numbers[0]
        assert client.last_frame is not None
        assert client.last_frame >= numbers[-1]

    play_out([spec], scenario)


def test_b_frames_are_sent_in_coding_order_and_all_arrive() -> None:
    """failure mode 11"""

    async def scenario(server: SimulatorServer) -> None:
        async with RtspClient(server.url("cam0")) as client:
            await client.play()
            times = await client.frame_times(26)
        order = [(time - times[0]) % 2**32 // 3600 for time in times]
        assert order[:4] == [0, 3, 1, 2]
        assert sorted(order)[:24] == list(range(24))

    play_out([replace(PLAIN, fps=25, b_frames=2)], scenario)


def test_the_second_stream_shows_the_same_instants(tmp_path: Path) -> None:
    async def scenario(server: SimulatorServer) -> None:
        paths = tmp_path / "main%d.mp4", tmp_path / "sub%d.mp4"
        urls = server.url("cam0"), server.url("cam0/sub")
        await asyncio.gather(
            *(record(FFMPEGS[0], url, path, 2) for url, path in zip(urls, paths, strict=True))
        )
        main = {truth.frame: truth.time_us for truth in truths_in(tmp_path / "main0.mp4")}
        sub = {truth.frame: truth.time_us for truth in truths_in(tmp_path / "sub0.mp4")}
        assert len(main.keys() & sub.keys()) >= 10
        assert all(main[frame] == sub[frame] for frame in main.keys() & sub.keys())

    play_out([replace(PLAIN, sub=VideoSpec(320, 180, 10))], scenario)


def test_two_clients_share_one_encoder_and_each_begins_at_a_keyframe() -> None:
    async def scenario(server: SimulatorServer) -> None:
        async with RtspClient(server.url("cam0")) as first, RtspClient(server.url("cam0")) as second:
            await first.play()
            await first.frame_times(4)
            await second.play()
            kinds = [packet[12] & 0x1F for packet in await second.packets(2)]
            assert kinds == [7, 8]
            await asyncio.gather(first.frame_times(5), second.frame_times(5))
            (stream,) = server.stats()[0].streams
            assert len(stream.clients) == 2
            assert stream.frames_made <= stream.clients[0].frames_sent + 2

    play_out([replace(PLAIN, gop_seconds=20)], scenario)


def test_the_sound_can_be_set_up_and_arrives() -> None:
    """failure mode 13"""

    async def scenario(server: SimulatorServer) -> None:
        async with RtspClient(server.url("cam0")) as client:
            assert "PCMU/8000" in (await client.ask("DESCRIBE"))[1]
            transport = "RTP/AVP/TCP;unicast;interleaved=4-5"
            assert (await client.ask("SETUP", "/trackID=1", Transport=transport))[0] == 200
            assert (await client.ask("PLAY"))[0] == 200
            first, second = await client.packets(2)
            assert (first[1] & 0x7F, len(first)) == (0, 12 + 320)
            assert struct.unpack(">I", second[4:8])[0] - struct.unpack(">I", first[4:8])[0] == 320

    play_out([replace(PLAIN, audio=Audio.G711)], scenario)


def _basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(("login", "status"), [("u:right", 200), ("u:wrong", 401), ("", 401)])
def test_a_password_is_asked_for(login: str, status: int) -> None:
    async def scenario(server: SimulatorServer) -> None:
        async with RtspClient(server.url("cam0"), _basic(login) if login else "") as client:
            answer, text = await client.ask("DESCRIBE")
            assert answer == status
            assert ("Digest realm" in text) is (status == 401)

    play_out([replace(PLAIN, username="u", password="right")], scenario)


@pytest.mark.parametrize("status", [401, 404])
def test_a_refusing_camera_refuses_even_the_right_password(status: int) -> None:
    """failure mode 3"""

    async def scenario(server: SimulatorServer) -> None:
        await server.apply_fault("cam0", Refuse(401 if status == 401 else 404))
        async with RtspClient(server.url("cam0"), _basic("u:right")) as client:
            assert (await client.ask("DESCRIBE"))[0] == status
            await server.apply_fault("cam0", Resume())
            assert (await client.ask("DESCRIBE"))[0] == 200

    play_out([replace(PLAIN, username="u", password="right")], scenario)


def test_udp_is_refused_and_unknown_paths_are_not_found() -> None:
    async def scenario(server: SimulatorServer) -> None:
        async with RtspClient(server.url("cam0")) as client:
            udp = "RTP/AVP;unicast;client_port=5000-5001"
            assert (await client.ask("SETUP", "/trackID=0", Transport=udp))[0] == 461
        async with RtspClient(server.url("cam0") + "x") as client:
            assert (await client.ask("DESCRIBE"))[0] == 404
        with pytest.raises(NotFound):
            await server.apply_fault("cam9", Freeze())

    play_out([PLAIN], scenario)


def test_a_frozen_camera_sends_nothing_and_answers_nothing_until_it_resumes() -> None:
    """failure mode 1"""

    async def scenario(server: SimulatorServer) -> None:
        async with RtspClient(server.url("cam0")) as client, RtspClient(server.url("cam0")) as late:
            await client.play()
            await client.frame_times(2)
            await server.apply_fault("cam0", Freeze())
            question = asyncio.create_task(late.ask("DESCRIBE"))
            while not await client.is_quiet(0.5):
                pass
            assert not question.done()
            sent = server.stats()[0].streams[0].clients[0].last_frame
            await server.apply_fault("cam0", Resume())
            assert (await question)[0] == 200
            assert [packet[12] & 0x1F for packet in await client.packets(2)] == [7, 8]
            again = server.stats()[0].streams[0].clients[0].last_frame
            assert sent is not None
            assert again is not None
            assert again > sent + 3

    play_out([replace(PLAIN, gop_seconds=20)], scenario)


@pytest.mark.parametrize(("fault", "ending"), [(Close(), None), (Reset(), ConnectionResetError)])
def test_a_camera_ends_connections_and_takes_new_ones(
    fault: Fault, ending: type[BaseException] | None
) -> None:
    """failure mode 2"""

    async def scenario(server: SimulatorServer) -> None:
        async with RtspClient(server.url("cam0")) as client:
            await client.play()
            await client.frame_times(2)
            await server.apply_fault("cam0", fault)
            assert await client.end() is ending
        async with RtspClient(server.url("cam0")) as client:
            await client.play()
            await client.frame_times(2)

    play_out([PLAIN], scenario)


def test_a_silent_camera_answers_play_and_sends_no_packet() -> None:
    """failure mode 4"""

    async def scenario(server: SimulatorServer) -> None:
        await server.apply_fault("cam0", Silent())
        async with RtspClient(server.url("cam0")) as client:
            await client.play()
            assert await client.is_quiet(0.8)
            assert (await client.ask("GET_PARAMETER"))[0] == 200
            assert not client.rtp

    play_out([PLAIN], scenario)


@pytest.mark.parametrize(("fault", "seconds"), [(RtpJump(3600), 3600), (RtpBackward(10), -10)])
def test_rtp_time_jumps_once_and_goes_on(fault: Fault, seconds: int) -> None:
    """failure modes 6 and 9"""

    async def scenario(server: SimulatorServer) -> None:
        async with RtspClient(server.url("cam0")) as client:
            await client.play()
            before = (await client.frame_times(2))[-1]
            await server.apply_fault("cam0", fault)
            times = [before, *await client.frame_times(4)]
            steps = [(later - time) % 2**32 for time, later in itertools.pairwise(times)]
            ordinary = [step for step in steps if step == 9000]
            assert len(ordinary) >= 3
            assert [step for step in steps if step != 9000] == [(9000 + seconds * 90_000) % 2**32]

    play_out([PLAIN], scenario)


def test_the_camera_clock_steps_in_the_next_sender_report() -> None:
    """failure modes 7 and 8"""

    async def scenario(server: SimulatorServer) -> None:
        async with RtspClient(server.url("cam0")) as client:
            await client.play()
            await client.frame_times(3)
            await server.apply_fault("cam0", SrClockStep(-100))
            while len(client.reports) < 2:
                await client.frame_times(1)
        first, second = ((struct.unpack(">II", report[8:16]), report[16:20]) for report in client.reports[:2])
        wall = [seconds - NTP_EPOCH + fraction / 2**32 for (seconds, fraction), _ in (first, second)]
        media = (int.from_bytes(second[1], "big") - int.from_bytes(first[1], "big")) % 2**32 / 90_000
        assert wall[1] - wall[0] - media == pytest.approx(-100, abs=0.001)

    play_out([PLAIN], scenario)


def test_a_lying_camera_claims_25_frames_while_20_come() -> None:
    """failure mode 10"""

    async def scenario(server: SimulatorServer) -> None:
        await server.apply_fault("cam0", LieFps(20))
        loop = asyncio.get_running_loop()
        async with RtspClient(server.url("cam0")) as client:
            await client.play()
            first = (await client.frame_times(1))[0]
            began = loop.time()
            last = (await client.frame_times(40))[-1]
            assert loop.time() - began == pytest.approx(2.0, abs=0.3)
            assert (last - first) % 2**32 == 40 * 3600

    play_out([replace(PLAIN, fps=25)], scenario)


def test_a_dropped_camera_leaves_a_port_that_refuses_and_comes_back() -> None:
    async def scenario(server: SimulatorServer) -> None:
        own, shared = server.url("cam0"), server.url("cam1")
        async with RtspClient(own) as client:
            await client.play()
            await server.apply_fault("cam0", Drop())
            assert await client.end() is ConnectionResetError
        with pytest.raises(ConnectionRefusedError):
            await RtspClient(own).__aenter__()
        async with RtspClient(shared) as other:
            await other.play()
        await server.apply_fault("cam0", Resume())
        assert server.url("cam0") == own
        async with RtspClient(own) as client:
            await client.play()

    play_out([replace(PLAIN, port=0), replace(PLAIN, path="cam1", number=8)], scenario)


def test_a_size_changes_in_band_without_a_word() -> None:
    """failure mode 12"""

    async def scenario(server: SimulatorServer) -> None:
        async with RtspClient(server.url("cam0")) as client:
            await client.play()
            before = next(p[12:] for p in await client.packets(4) if p[12] & 0x1F == 7)
            await server.apply_fault("cam0", ChangeEncoding(width=1280, height=720))
            while True:
                (packet,) = await client.packets(1)
                if packet[12] & 0x1F == 7 and packet[12:] != before:
                    break
            assert (await client.ask("GET_PARAMETER"))[0] == 200

    play_out([PLAIN], scenario)


@pytest.mark.parametrize("ffmpeg", FFMPEGS)
def test_a_codec_changed_with_teardown_is_in_the_new_description(ffmpeg: str, tmp_path: Path) -> None:
    """failure mode 12"""

    async def scenario(server: SimulatorServer) -> None:
        async with RtspClient(server.url("cam0")) as client:
            await client.play()
            await server.apply_fault("cam0", ChangeEncoding(codec=Codec.H265, is_torn_down=True))
            assert await client.end() is None
        await record(ffmpeg, server.url("cam0"), tmp_path / "%d.mp4", 2)
        with av.open(str(tmp_path / "0.mp4")) as container:
            assert container.streams.video[0].codec.name == "hevc"
        assert len(truths_in(tmp_path / "0.mp4")) >= 20

    play_out([PLAIN], scenario)


def test_an_encoding_that_cannot_be_made_changes_nothing() -> None:
    async def scenario(server: SimulatorServer) -> None:
        with pytest.raises(InvalidInput):
            await server.apply_fault("cam0", ChangeEncoding(width=641))
        async with RtspClient(server.url("cam0")) as client:
            await client.play()
            await client.frame_times(2)

    play_out([PLAIN], scenario)


def test_a_gop_of_twenty_seconds_has_no_keyframe_in_between() -> None:
    """failure mode 14"""

    async def scenario(server: SimulatorServer) -> None:
        await server.apply_fault("cam0", ChangeEncoding(gop_seconds=20))
        async with RtspClient(server.url("cam0")) as client:
            await client.play()
            await client.frame_times(25)
            assert sum(packet[12] & 0x1F == 7 for packet in client.rtp) == 1

    play_out([PLAIN], scenario)


def test_the_control_channel_applies_faults_and_tells_what_was_sent() -> None:
    async def scenario(server: SimulatorServer) -> None:
        async with ControlChannel(server) as control:
            port = await control.start()
            await asyncio.to_thread(ask_simulator, port, {"camera": "cam0", "fault": "refuse", "status": 404})
            async with RtspClient(server.url("cam0")) as client:
                assert (await client.ask("DESCRIBE"))[0] == 404
                await asyncio.to_thread(ask_simulator, port, {"camera": "cam0", "fault": "resume"})
                await client.play()
                await client.frame_times(3)
                answer = await asyncio.to_thread(ask_simulator, port, {"stats": True})
            assert re.search(r"'camera': 'cam0'.*'first_frame': \d+", str(answer["cameras"]))
            for wrong in (
                {"camera": "nowhere", "fault": "freeze"},
                {"camera": "cam0", "fault": "explode"},
                {},
            ):
                with pytest.raises(InvalidInput):
                    await asyncio.to_thread(ask_simulator, port, wrong)

    play_out([PLAIN], scenario)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_simulator_process_stops_cleanly_on_a_signal(number: signal.Signals) -> None:
    program = (
        "from vms.simulator.run import run_simulator; from vms.simulator.demo_cameras import demo_cameras;"
        "run_simulator(demo_cameras(), on_ready=lambda it: print(it.port, it.control_port, flush=True))"
    )

    async def run() -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        port, control = map(int, (await process.stdout.readline()).split())
        async with RtspClient(f"rtsp://127.0.0.1:{port}/menara-pandang") as client:
            await client.play()
            await client.frame_times(2)
            await asyncio.to_thread(ask_simulator, control, {"camera": "menara-pandang", "fault": "freeze"})
            process.send_signal(number)
            _, errors = await process.communicate()
        assert (process.returncode, errors) == (0, b"")

    asyncio.run(asyncio.wait_for(run(), DEADLINE_SECONDS))


def boxes(data: bytes) -> list[tuple[bytes, int, int]]:
    """Return kind, start and end of the outermost boxes of an MP4 file."""
    found = []
    start = 0
    while start < len(data):
        size, kind = struct.unpack(">I4s", data[start : start + 8])
        found.append((kind, start, start + size))
        start += size
    return found


@pytest.mark.parametrize("codec", list(Codec))
@pytest.mark.parametrize("ffmpeg", FFMPEGS[:1])
def test_history_has_the_very_init_that_the_recorder_writes(
    ffmpeg: str, codec: Codec, tmp_path: Path
) -> None:
    spec = replace(PLAIN, codec=codec)

    async def scenario(server: SimulatorServer) -> None:
        tag = ("-tag:v", "hvc1") if codec is Codec.H265 else ()
        await record(imageio_ffmpeg.get_ffmpeg_exe(), server.url("cam0"), tmp_path / "live%d.mp4", 3, *tag)

    play_out([spec], scenario)
    written = write_history(spec, 1_000_000, 6_000_000, tmp_path, 10, comment="here")
    live, past = (tmp_path / "live0.mp4").read_bytes(), written[0].path.read_bytes()
    live_boxes, past_boxes = boxes(live), boxes(past)
    assert [kind for kind, _, _ in past_boxes] == [b"ftyp", b"moov"] + [b"moof", b"mdat"] * 5
    assert (
        hashlib.sha256(live[: live_boxes[1][2]]).digest() == hashlib.sha256(past[: past_boxes[1][2]]).digest()
    )


def test_history_goes_on_from_file_to_file(tmp_path: Path) -> None:
    start_us, end_us = 1_795_459_170_500_000, 1_795_459_330_500_000
    files = write_history(PLAIN, start_us, end_us, tmp_path, 5)
    assert files[0].start_us == start_us
    assert [one.start_us + one.duration_us for one in files] == [*(two.start_us for two in files[1:]), end_us]
    assert all(one.duration_us <= 60_000_000 for one in files)
    contents = [one.path.read_bytes() for one in files]
    assert len({data[: boxes(data)[1][2]] for data in contents}) == 1
    whole = tmp_path / "whole.mp4"
    whole.write_bytes(b"".join(contents))
    assert truths_in(whole) == [FrameTruth(n, start_us + n * 200_000, 7) for n in range(800)]


def test_history_given_up_leaves_only_finished_files(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_history(PLAIN, 0, 5_000_000, tmp_path / "missing", 5)
    with pytest.raises(InvalidInput):
        write_history(PLAIN, 5, 5, tmp_path, 5)
    assert not list(tmp_path.iterdir())
