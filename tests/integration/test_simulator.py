"""The simulated cameras, as real ffmpeg and a bare RTSP client see them."""

import asyncio
import itertools
import re
import signal
import struct
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.cameras.rtsp_client import RtspClient
from tests.support.cameras.simulated_cameras import (
    DEADLINE_SECONDS,
    FFMPEGS,
    PLAIN,
    basic,
    play_out,
    record,
    truths_in,
)
from vms.domain.errors import InvalidInput, NotFound
from vms.simulator.camera_spec import Audio, CameraSpec, Codec, VideoSpec
from vms.simulator.control import ControlChannel, ask_simulator
from vms.simulator.faults import (
    Freeze,
)
from vms.simulator.rtsp.server import SimulatorServer


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
            # Two encoders would have made as many frames as were sent to both.
            sent = [client.frames_sent for client in stream.clients]
            assert (len(sent), min(sent) >= 5) == (2, True)
            assert stream.frames_made < sum(sent)

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


@pytest.mark.parametrize(("login", "status"), [("u:right", 200), ("u:wrong", 401), ("", 401)])
def test_a_password_is_asked_for(login: str, status: int) -> None:
    async def scenario(server: SimulatorServer) -> None:
        async with RtspClient(server.url("cam0"), basic(login) if login else "") as client:
            answer, text = await client.ask("DESCRIBE")
            assert answer == status
            assert ("Digest realm" in text) is (status == 401)

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
