"""Each fault that a simulated camera can have, seen by a bare RTSP client."""

import asyncio
import itertools
import struct
from dataclasses import replace
from pathlib import Path

import av
import pytest

from tests.support.cameras.rtsp_client import RtspClient
from tests.support.cameras.simulated_cameras import (
    FFMPEGS,
    PLAIN,
    basic,
    play_out,
    record,
    truths_in,
)
from vms.domain.errors import InvalidInput
from vms.simulator.camera_spec import Codec
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
from vms.simulator.rtsp.server import SimulatorServer

NTP_EPOCH = 2_208_988_800


@pytest.mark.parametrize("status", [401, 404])
def test_a_refusing_camera_refuses_even_the_right_password(status: int) -> None:
    """failure mode 3"""

    async def scenario(server: SimulatorServer) -> None:
        await server.apply_fault("cam0", Refuse(401 if status == 401 else 404))
        async with RtspClient(server.url("cam0"), basic("u:right")) as client:
            assert (await client.ask("DESCRIBE"))[0] == status
            await server.apply_fault("cam0", Resume())
            assert (await client.ask("DESCRIBE"))[0] == 200

    play_out([replace(PLAIN, username="u", password="right")], scenario)


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
        wall, media = between_reports(client)
        assert wall - media == pytest.approx(-100, abs=0.001)

    play_out([PLAIN], scenario)


def test_a_lying_camera_claims_25_frames_while_20_come() -> None:
    """failure mode 10"""

    async def scenario(server: SimulatorServer) -> None:
        await server.apply_fault("cam0", LieFps(20))
        async with RtspClient(server.url("cam0")) as client:
            await client.play()
            first, *_, last = await client.frame_times(41)
            assert (last - first) % 2**32 == 40 * 3600
            # Frames say when they were made: a step makes the camera report at once where its media clock stood then.
            await server.apply_fault("cam0", SrClockStep(100))
            while len(client.reports) < 2:
                await client.frame_times(1)
        wall, media = between_reports(client)
        assert media >= 40 / 25
        assert media == pytest.approx((wall - 100) * 20 / 25, abs=0.001)

    play_out([replace(PLAIN, fps=25)], scenario)


def between_reports(client: RtspClient) -> tuple[float, float]:
    """Return how many seconds of the camera's wall clock and of its media clock lie between its first two reports."""
    first, second = ((struct.unpack(">II", report[8:16]), report[16:20]) for report in client.reports[:2])
    wall = [seconds - NTP_EPOCH + fraction / 2**32 for (seconds, fraction), _ in (first, second)]
    media = (int.from_bytes(second[1], "big") - int.from_bytes(first[1], "big")) % 2**32 / 90_000
    return wall[1] - wall[0], media


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
