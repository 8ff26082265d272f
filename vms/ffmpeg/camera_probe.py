"""Examine a camera before it is trusted: within ten seconds, what it sends, or exactly why not and what to do."""

import enum
import itertools
import struct
import time
from dataclasses import dataclass, field, replace
from typing import Final

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from vms.domain.camera_address import Credentials, StreamUrl
from vms.domain.errors import ProbeFailed
from vms.domain.time import Clock
from vms.ffmpeg.address_lookup import resolve_camera_address

_OPEN_SECONDS: Final = 5.0
_WATCH_SECONDS: Final = 4.5
_LONG_GOP_SECONDS: Final = 4.0
_CLOCK_OFF_US: Final = 2_000_000
_PRODUCER_TIME: Final = struct.Struct("=qi")
"""libavformat's AVProducerReferenceTime: wall time in microseconds, then flags."""
_RECORDABLE: Final = {"h264": "H.264", "hevc": "H.265"}


class Grade(enum.StrEnum):
    """How bad a finding is."""

    PASS = "pass"  # noqa: S105  # a grade, not a password
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the test found.

    Attributes:
        code: stable key for translations, such as "codec" or "gop-long".
        values: what to put into the translated sentence.
        text, fix: the same in English; fix is "" where nothing needs doing.
    """

    code: str
    grade: Grade
    text: str
    fix: str = ""
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CameraReport:
    """All findings of one test, and the facts behind them; facts are None where the test did not get that far."""

    findings: tuple[Finding, ...]
    codec: str | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    gop_seconds: float | None = None
    bitrate_bps: int | None = None
    audio: str | None = None
    clock_offset_us: int | None = None

    @property
    def is_usable(self) -> bool:
        """Whether nothing failed."""
        return all(finding.grade is not Grade.FAIL for finding in self.findings)


@dataclass(slots=True)
class _Watched:
    """What was counted while packets came in."""

    packets: int = 0
    bytes: int = 0
    seconds: float = 0.0
    key_times: list[float] = field(default_factory=list)
    clock_offset_us: int | None = None


def probe_camera(
    url: StreamUrl, credentials: Credentials | None, networks: tuple[str, ...], clock: Clock
) -> CameraReport:
    """Return what the camera at this address sends, or one failed finding that says why it could not be seen.

    Blocks for at most about ten seconds. The password stays in this process: libav is called directly.
    """
    try:
        address = resolve_camera_address(url, networks)
        return _watch(url.with_credentials(credentials, address).value, clock)
    except ProbeFailed as error:
        return CameraReport((_failed(error),))


def _failed(error: ProbeFailed) -> Finding:
    return Finding(f"failed-{error.cause}", Grade.FAIL, str(error), error.fix)


def _watch(secret_url: str, clock: Clock) -> CameraReport:
    options = {"rtsp_transport": "tcp", "timeout": str(int(_OPEN_SECONDS * 1_000_000))}
    try:
        with av.open(secret_url, options=options, timeout=(_OPEN_SECONDS, _OPEN_SECONDS)) as container:
            if not container.streams.video:
                raise ProbeFailed(
                    "the camera answers, but offers no picture",
                    cause="no-video",
                    fix="choose a video profile in the camera's settings, or another path",
                )
            return _report(container, _count(container, clock))
    except av.FFmpegError as error:
        raise _explained(error) from None  # the original error's text holds the URL with its password


def _count(container: InputContainer, clock: Clock) -> _Watched:
    watched = _Watched()
    video = container.streams.video[0]
    started = time.monotonic()
    for packet in container.demux(video):
        if packet.size:
            watched.packets += 1
            watched.bytes += packet.size
            if packet.is_keyframe and packet.pts is not None and packet.time_base is not None:
                watched.key_times.append(float(packet.pts * packet.time_base))
            watched.clock_offset_us = _offset_us(packet, clock) or watched.clock_offset_us
        watched.seconds = time.monotonic() - started
        if watched.seconds > _WATCH_SECONDS:
            break
    return watched


def _offset_us(packet: "Packet[VideoStream]", clock: Clock) -> int | None:
    """Return camera time minus our time, from the sender report that libavformat attached; None without one."""
    if not packet.has_sidedata("prft"):
        return None
    wall_us, _flags = _PRODUCER_TIME.unpack_from(bytes(packet.get_sidedata("prft")))
    return int(wall_us) - clock.now_us()


def _report(container: InputContainer, watched: _Watched) -> CameraReport:
    video = container.streams.video[0]
    if watched.packets == 0:
        raise ProbeFailed(
            "the camera accepted the connection but sent no picture",
            cause="no-media",
            fix="restart the camera; check that the stream is enabled in its settings",
        )
    gops = [later - earlier for earlier, later in itertools.pairwise(watched.key_times)]
    declared = float(video.average_rate or video.guessed_rate or 0)
    audio = container.streams.audio[0].codec_context.name if container.streams.audio else None
    context = video.codec_context
    report = CameraReport(
        findings=(),
        codec=context.name,
        width=context.width,
        height=context.height,
        fps=declared or None,
        gop_seconds=max(gops) if gops else None,
        bitrate_bps=int(watched.bytes * 8 / max(watched.seconds, 0.1)),
        audio=audio,
        clock_offset_us=watched.clock_offset_us,
    )
    return replace(report, findings=_findings(report))


def _findings(report: CameraReport) -> tuple[Finding, ...]:
    return (_codec(report), _picture(report), _gop(report), _audio(report), _clock(report))


def _codec(report: CameraReport) -> Finding:
    name = report.codec or ""
    if name not in _RECORDABLE:
        return Finding(
            "codec-unknown",
            Grade.FAIL,
            f"the camera sends {name or 'an unknown codec'}, which cannot be recorded",
            "set the camera's video codec to H.264",
            {"codec": name},
        )
    if name == "hevc":
        return Finding(
            "codec-h265",
            Grade.WARN,
            "the camera sends H.265, which many browsers cannot show",
            "set the camera to H.264, or add a second stream in H.264",
            {"codec": "H.265"},
        )
    return Finding("codec", Grade.PASS, f"video is {_RECORDABLE[name]}", "", {"codec": _RECORDABLE[name]})


def _picture(report: CameraReport) -> Finding:
    fps, rate = report.fps or 0.0, (report.bitrate_bps or 0) / 1e6
    values = {
        "width": str(report.width),
        "height": str(report.height),
        "fps": f"{fps:g}",
        "mbps": f"{rate:.1f}",
    }
    text = f"{report.width} x {report.height}, {fps:g} pictures a second, {rate:.1f} Mbit/s"
    return Finding("picture", Grade.PASS, text, "", values)


def _gop(report: CameraReport) -> Finding:
    if report.gop_seconds is None:
        return Finding(
            "gop-long",
            Grade.WARN,
            f"fewer than two keyframes in {_WATCH_SECONDS:g} s: searching will be slow, cuts less handy",
            "set the I-frame interval to twice the frame rate, and switch 'smart codec' off",
            {"seconds": f"> {_WATCH_SECONDS:g}"},
        )
    seconds = f"{report.gop_seconds:.1f}"
    if report.gop_seconds > _LONG_GOP_SECONDS:
        fix = "set the I-frame interval to twice the frame rate"
        return Finding(
            "gop-long", Grade.WARN, f"a keyframe every {seconds} s is rare", fix, {"seconds": seconds}
        )
    return Finding("gop", Grade.PASS, f"a keyframe every {seconds} s", "", {"seconds": seconds})


def _audio(report: CameraReport) -> Finding:
    if report.audio is None:
        return Finding("audio-none", Grade.PASS, "no sound is sent")
    text = f"sound is offered ({report.audio}); it is recorded only if you switch it on for this camera"
    return Finding("audio", Grade.PASS, text, "", {"codec": report.audio})


def _clock(report: CameraReport) -> Finding:
    if report.clock_offset_us is None:
        return Finding(
            "clock-unknown", Grade.PASS, "the camera does not tell its clock; recordings use this server's"
        )
    seconds = f"{report.clock_offset_us / 1e6:+.1f}"
    if abs(report.clock_offset_us) > _CLOCK_OFF_US:
        return Finding(
            "clock-off",
            Grade.WARN,
            f"the camera's clock differs by {seconds} s; recordings use this server's clock",
            "set the camera's time server (NTP) so that its own caption agrees",
            {"seconds": seconds},
        )
    return Finding(
        "clock", Grade.PASS, f"the camera's clock differs by {seconds} s", "", {"seconds": seconds}
    )


def _explained(error: av.FFmpegError) -> ProbeFailed:
    """Return the cause in plain words; the error's own text is dropped since it quotes the URL."""
    table: tuple[tuple[type[Exception], str, str, str], ...] = (
        (
            av.HTTPUnauthorizedError,
            "auth",
            "the camera refuses the user name or password",
            "correct the user name and password; wait a minute first, many cameras lock after wrong tries",
        ),
        (
            av.HTTPForbiddenError,
            "auth",
            "the camera forbids this user to see the stream",
            "give the camera's user the right to view, or use another",
        ),
        (
            av.HTTPNotFoundError,
            "not-found",
            "the camera answers, but has no stream at this path",
            "copy the path from the camera's manual, such as /Streaming/Channels/101",
        ),
        (
            av.ConnectionRefusedError,
            "refused",
            "nothing answers at this port",
            "switch RTSP on in the camera, and check the port (usually 554)",
        ),
        (
            av.TimeoutError,
            "timeout",
            "no answer within five seconds",
            "check power, cable and address; try to reach the camera from this server",
        ),
        (
            av.InvalidDataError,
            "not-rtsp",
            "what answers at this address is not an RTSP camera",
            "check the port and the path",
        ),
    )
    for kind, cause, message, fix in table:
        if isinstance(error, kind):
            return ProbeFailed(message, cause=cause, fix=fix)
    if isinstance(error, OSError):
        return ProbeFailed(
            "the camera cannot be reached",
            cause="unreachable",
            fix="check power, cable and address; try to reach the camera from this server",
        )
    return ProbeFailed(
        "the camera's answer is not understood", cause="unknown", fix="restart the camera and try again"
    )
