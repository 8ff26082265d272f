"""What a fault leaves a camera doing, and how faults are named on the control channel."""

import pytest

from vms.domain.errors import InvalidInput
from vms.simulator.camera_spec import Codec, VideoSpec
from vms.simulator.faults import (
    FAULT_NAMES,
    Behaviour,
    ChangeEncoding,
    Close,
    Drop,
    Freeze,
    LieFps,
    Refuse,
    Resume,
    RtpBackward,
    RtpJump,
    Silent,
    SrClockStep,
    parse_fault,
)


def test_resume_ends_every_lasting_fault() -> None:
    behaviour = Behaviour()
    for fault in (Freeze(), Silent(), Drop(), Refuse(404), LieFps(20)):
        behaviour = behaviour.after(fault)
    assert behaviour.after(Resume()) == Behaviour()


def test_resume_leaves_stepped_clocks_stepped() -> None:
    behaviour = Behaviour().after(RtpJump(3600)).after(SrClockStep(-100)).after(Freeze()).after(Resume())
    assert behaviour == Behaviour(rtp_shift_seconds=3600, clock_shift_us=-100_000_000)


def test_jumps_add_up() -> None:
    assert Behaviour().after(RtpJump(10)).after(RtpBackward(4)).rtp_shift_seconds == 6


def test_closing_once_leaves_no_trace() -> None:
    assert Behaviour().after(Close()) == Behaviour()


def test_a_changed_encoding_keeps_what_was_not_named() -> None:
    video = VideoSpec(width=1280, height=720, fps=25, gop_seconds=2, bitrate_kbps=900)
    changed = ChangeEncoding(codec=Codec.H265).applied_to(video)
    assert changed == VideoSpec(
        width=1280, height=720, fps=25, gop_seconds=2, bitrate_kbps=900, codec=Codec.H265
    )


@pytest.mark.parametrize("name", FAULT_NAMES)
def test_every_fault_can_be_named_without_values(name: str) -> None:
    assert type(parse_fault(name, {})).__name__.lower() == name.replace("_", "")


def test_a_named_fault_takes_its_values() -> None:
    assert parse_fault("rtp_jump", {"seconds": 60}) == RtpJump(60)
    assert parse_fault("change_encoding", {"codec": "h265", "is_torn_down": True}) == ChangeEncoding(
        codec=Codec.H265, is_torn_down=True
    )


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("explode", {}),
        ("freeze", {"seconds": 1}),
        ("rtp_jump", {"seconds": "soon"}),
        ("rtp_jump", {"seconds": True}),
        ("refuse", {"status": 200}),
        ("lie_fps", {"real_fps": 0}),
        ("change_encoding", {"codec": "vp9"}),
    ],
)
def test_an_unusable_fault_is_refused(name: str, values: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        parse_fault(name, values)
