"""Which recorded files of an export are not what was recorded: each once, by camera and time, for people to read."""

from collections.abc import Sequence

from playback.clips.clip_plan import CameraClip
from playback.clips.clip_planner import clip_stream
from playback.stream.segment_source import SegmentSource
from storage.open import Storage
from vms.domain.camera import Camera
from vms.domain.errors import FootageAltered
from vms.domain.export import Mismatch, SourceProblem
from vms.domain.moments.site_time import SiteZone
from vms.domain.segment import Segment
from vms.domain.time import TimeRange

_MOST_NAMED = 3
_WORDS = {
    SourceProblem.ALTERED: "was altered",
    SourceProblem.SHORTENED: "was cut off",
    SourceProblem.UNREADABLE: "is no video any more",
    SourceProblem.MISSING: "is gone",
}


class SourceCheck:
    """Collects what one export finds out about its sources."""

    def __init__(
        self, storage: Storage, source: SegmentSource, zone: SiteZone, *, takes_altered: bool
    ) -> None:
        """Look up files by these.

        Args:
            storage, source: where rows and files are. zone: of the times told.
            takes_altered: whether the export goes on over what is found.
        """
        self._storage = storage
        self._source = source
        self._zone = zone
        self._takes_altered = takes_altered
        self._found: dict[tuple[int, int], tuple[Camera, Mismatch]] = {}
        self._rows: dict[int, list[Segment]] = {}

    @property
    def found(self) -> Sequence[Mismatch]:
        """What was found, by camera and time."""
        return sorted(
            (mismatch for _, mismatch in self._found.values()),
            key=lambda mismatch: (mismatch.camera_id, mismatch.time.start_us),
        )

    def of(self, camera: Camera) -> list[Mismatch]:
        """Return what was found of one camera, in order of time."""
        return [mismatch for mismatch in self.found if mismatch.camera_id == camera.id]

    def note(self, camera: Camera, time: TimeRange, problem: SourceProblem) -> None:
        """Keep what a recorded file was found to be; of several findings the first, unless it cannot be read at all."""
        key, entry = (camera.id, time.start_us), (camera, Mismatch(camera.id, time, problem))
        if problem is SourceProblem.UNREADABLE:
            self._found[key] = entry
        else:
            self._found.setdefault(key, entry)

    def note_digest(self, camera: Camera, segment: Segment, sha256: bytes | None) -> None:
        """Compare the digest of a file as it was read with the one noted when it was published."""
        if sha256 is not None and sha256 != segment.sha256:
            self.note(camera, segment.time, SourceProblem.ALTERED)

    def inspect(self, camera: Camera, window: TimeRange) -> None:
        """Compare the length of each recorded file with its row, which is quick and finds what a plan leaves out.

        Raises:
            VolumeUnavailable: a file cannot be looked at.
        """
        self._rows[camera.id] = self._storage.segments.covering(clip_stream(camera).id, window)
        for segment in self._rows[camera.id]:
            size = self._source.size_on_disk(segment)
            if size is None:
                if self._is_indexed(segment):
                    self.note(camera, segment.time, SourceProblem.MISSING)
            elif size < segment.size_bytes:
                self.note(camera, segment.time, SourceProblem.SHORTENED)
            elif size > segment.size_bytes:
                self.note(camera, segment.time, SourceProblem.ALTERED)
        self.require_allowed()

    def compare(self, camera: Camera, clip: CameraClip) -> None:
        """Find what the plan leaves out of what was inspected: files that were met and could not be read.

        Raises:
            FootageAltered: as `require_allowed` does.
        """
        planned = {(file.run_id, file.seq) for part in clip.parts for file in part.files}
        for segment in self._rows[camera.id]:
            key = (camera.id, segment.start_us)
            is_left_out = (segment.run_id, segment.seq) not in planned and key not in self._found
            if is_left_out and self._is_indexed(segment):
                self.note(camera, segment.time, SourceProblem.UNREADABLE)
        self.require_allowed()

    def require_allowed(self) -> None:
        """Let the export go on where nothing was found or the person chose so.

        Raises:
            FootageAltered: names cameras and times.
        """
        if not self._found or self._takes_altered:
            return
        named = [self._sentence(*entry) for entry in list(self._found.values())[:_MOST_NAMED]]
        more = len(self._found) - len(named)
        rest = f"; and {more} more" if more > 0 else ""
        raise FootageAltered(f"footage is not what was recorded: {'; '.join(named)}{rest}")

    def _is_indexed(self, segment: Segment) -> bool:
        """Tell whether a file is still meant to be there; retention may have taken it meanwhile."""
        return self._storage.segments.find(segment.stream_id, segment.run_id, segment.seq) is not None

    def _sentence(self, camera: Camera, mismatch: Mismatch) -> str:
        start, end = self._zone.local(mismatch.time.start_us), self._zone.local(mismatch.time.end_us)
        times = f"{start:%Y-%m-%d %H:%M:%S} to {end:%H:%M:%S} {self._zone.label}"
        return f"{camera.name}, {times} {_WORDS[mismatch.problem]}"
