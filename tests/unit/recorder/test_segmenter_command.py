from collections import Counter
from uuid import UUID, uuid5

from recorder.run.segmenter_command import SegmenterPlan, rotation_offset, segmenter_command

CAMERA = UUID("11111111-2222-3333-4444-555555555555")

GOLDEN = (
    "ffmpeg -nostdin -hide_banner -nostats -loglevel level+warning"
    " -f concat -protocol_whitelist pipe,fd,rtsp,rtsps,rtp,udp,tcp,tls,crypto -safe 0 -i pipe:0"
    " -map 0:v:0 -f segment -an -avoid_negative_ts make_zero -c:v copy -dn -fflags +bitexact"
    " -map_chapters -1 -map_metadata -1 -metadata comment=11111111-2222-3333-4444-555555555555"
    " -segment_atclocktime 1 -segment_clocktime_offset 12 -segment_format mp4 -segment_format_options"
    " movflags=+frag_keyframe+empty_moov+default_base_moof+skip_trailer+frag_discont"
    ":avoid_negative_ts=disabled:use_editlist=0:flush_packets=1:frag_duration=1000000"
    ":video_track_timescale=90000:movie_timescale=90000"
    " -segment_list pipe:1 -segment_list_size 0 -segment_list_type csv -segment_time 60 -sn %06d.mp4"
)


def test_picture_alone_is_copied_into_fragmented_files() -> None:
    assert " ".join(segmenter_command(SegmenterPlan("ffmpeg", CAMERA, 60, 12))) == GOLDEN


def test_h265_is_tagged_for_every_browser() -> None:
    command = segmenter_command(SegmenterPlan("ffmpeg", CAMERA, 60, 12, is_h265=True))
    assert command[command.index("-tag:v") + 1] == "hvc1"


def test_sound_is_recorded_only_on_demand_and_as_aac() -> None:
    command = segmenter_command(SegmenterPlan("ffmpeg", CAMERA, 60, 12, record_audio=True))
    assert "-an" not in command
    assert [command[i + 1] for i, word in enumerate(command) if word == "-map"] == ["0:v:0", "0:a:0?"]
    assert command[command.index("-c:a") + 1] == "aac"


def test_no_two_rotations_of_many_streams_storm() -> None:
    """failure mode 40: 66 streams close their files spread over the minute."""
    streams = [uuid5(CAMERA, str(number)) for number in range(66)]
    offsets = Counter(rotation_offset(stream, 60) for stream in streams)
    assert all(0 <= offset < 60 for offset in offsets)
    assert max(offsets.values()) <= 6
    assert len(offsets) > 30
    assert rotation_offset(streams[0], 60) == rotation_offset(streams[0], 60)
