"""Decides from looks and from ffmpeg's words whether a run is well or must end; pure but for its own memory."""

from dataclasses import dataclass

from recorder.clock.timings import RecorderTimings
from recorder.run.file_sampler import Sample
from recorder.run.segmenter_output import is_rewriting
from vms.domain.camera import OutageCause
from vms.domain.segment import RunEnd
from vms.domain.time import SECOND_US

_QUIET_US = 5 * SECOND_US
"""Fragments come each second; without any for so long a stream is shown as stalled."""
_REWRITE_PAUSE_US = SECOND_US
_STOPPED_US = 10 * SECOND_US
"""Two looks so far apart mean that this process itself was stopped."""


@dataclass(frozen=True, slots=True)
class RunEnding:
    """Why a run ended: for its row, for the outage that follows, and for a person.

    Attributes:
        is_h265: set where the run taught us that the camera sends H.265.
    """

    end: RunEnd
    cause: OutageCause
    detail: str
    is_h265: bool | None = None


class RunWatch:
    """What was seen of a run so far; all times are monotonic microseconds.

    Args:
        longest_file_us: a file that is written to for so long can no longer be cut.
    """

    def __init__(self, timings: RecorderTimings, *, started_us: int, longest_file_us: int) -> None:
        self._longest_file_us = longest_file_us
        self._timings = timings
        self.started_us = started_us
        self.sampled_us = started_us
        self.grown_us: int | None = None
        self.bitrate_bps = 0
        self._media_us: int | None = None
        self._size_bytes = 0
        self._seq = -1
        self._seq_since_us = started_us
        self._rewriting_since_us: int | None = None
        self._rewritten_us = 0
        self._dates: bool | None = None

    @property
    def is_young(self) -> bool:
        """Whether the run has no media yet, or has had some only for a short time."""
        early_us = self._timings.early_seconds * SECOND_US
        return self._media_us is None or self.sampled_us - self._media_us < early_us

    @property
    def has_honest_dates(self) -> bool:
        """Whether the filesystem's times of change have been seen to agree with our own clock."""
        return self._dates is True

    @property
    def has_media(self) -> bool:
        """Whether a whole fragment is on disk."""
        return self._media_us is not None

    @property
    def is_quiet(self) -> bool:
        """Whether media came and has now stopped, though not yet for so long that the run must end."""
        return self.grown_us is not None and self.sampled_us - self.grown_us > _QUIET_US

    def on_sample(self, sample: Sample, *, has_stepped: bool) -> RunEnding | None:
        """Take in a look at a file; return why the run must end, or None."""
        if sample.at_us - self.sampled_us > _STOPPED_US:
            self._reset_deadlines(sample.at_us)
        if sample.arrival is not None:
            self._dates = sample.is_dated_well and self._dates is not False
        if sample.seq != self._seq:
            self._seq, self._seq_since_us = sample.seq, sample.at_us
            self._size_bytes = 0
        if sample.size_bytes > self._size_bytes:
            self._measure(sample)
            self._size_bytes = sample.size_bytes
            self.grown_us = sample.at_us
        self.sampled_us = sample.at_us
        if sample.has_media and self._media_us is None:
            self._media_us = sample.at_us
        return self._verdict(sample.at_us, has_stepped=has_stepped)

    def on_stderr_line(self, line: str, now_us: int) -> RunEnding | None:
        """Take in a line that ffmpeg wrote; return why the run must end, or None."""
        if not is_rewriting(line):
            return None
        if self._rewriting_since_us is None or now_us - self._rewritten_us > _REWRITE_PAUSE_US:
            self._rewriting_since_us = now_us
        self._rewritten_us = now_us
        if now_us - self._rewriting_since_us >= self._timings.rewrite_seconds * SECOND_US:
            return RunEnding(RunEnd.JUMP, OutageCause.MEDIA_JUMP, "the camera's clock went backwards")
        return None

    def _verdict(self, now_us: int, *, has_stepped: bool) -> RunEnding | None:
        timings = self._timings
        if has_stepped:
            return RunEnding(RunEnd.CLOCK, OutageCause.CLOCK, "the clock of this server was set")
        if self._media_us is None:
            if now_us - self.started_us > timings.no_media_seconds * SECOND_US:
                return RunEnding(
                    RunEnd.TIMEOUT, OutageCause.NO_MEDIA, "the camera answers, but sends no pictures"
                )
        elif self.grown_us is not None and now_us - self.grown_us > timings.stall_seconds * SECOND_US:
            return RunEnding(RunEnd.TIMEOUT, OutageCause.TIMEOUT, "the camera stopped sending")
        if self._media_us is not None and now_us - self._seq_since_us > self._longest_file_us:
            return RunEnding(RunEnd.FFMPEG, OutageCause.FFMPEG, "the camera sends no key frame to cut at")
        return None

    def _reset_deadlines(self, now_us: int) -> None:
        """Start every wait anew: that we saw nothing while we were stopped proves nothing."""
        self.started_us = self._seq_since_us = now_us
        self.grown_us = self.grown_us and now_us

    def _measure(self, sample: Sample) -> None:
        """Average the bit rate over about ten seconds."""
        if self.grown_us is not None and sample.at_us > self.grown_us and self._size_bytes:
            seconds = (sample.at_us - self.grown_us) / SECOND_US
            weight = min(1.0, seconds / 10)
            bps = (sample.size_bytes - self._size_bytes) * 8 / seconds
            self.bitrate_bps = (
                round(self.bitrate_bps * (1 - weight) + bps * weight) if self.bitrate_bps else round(bps)
            )
