"""Every waiting time and limit of the recorder in one value, so that tests can shorten them."""

from dataclasses import dataclass, field

from vms.ffmpeg.process import StopSteps


@dataclass(frozen=True, slots=True)
class RecorderTimings:
    """How long the recorder waits for what, in seconds on the monotonic clock, and how much it keeps.

    Attributes:
        socket_timeout_seconds: ffmpeg's own limit for a silent camera; it needs about twice that in practice.
        no_media_seconds: from the spawn to the first fragment on disk.
        stall_seconds: without a byte on disk before ffmpeg is ended.
        sample_seconds: between two looks at the growing files; early_sample_seconds: during the first
            early_seconds of a run, when its wall time is being found.
        first_delay_seconds, longest_delay_seconds: bounds of the pause between attempts; it doubles.
        refused_delay_seconds: least pause after a refused password or path: cameras lock accounts.
        good_run_seconds: a run that recorded so long resets the pause.
        rewrite_seconds: ffmpeg may rewrite backward timestamps for so long before it is restarted.
        revision_seconds: between two looks at the configuration's revision.
        status_seconds: between two looks at the streams' states; one that changed is written at once.
        heartbeat_seconds: between two writes of all of them, which say that the recorder lives.
        volume_watch_seconds: between two checks of each volume.
        early_commit_seconds: least pause between the small commits that announce a new run.
        waiting_rows: segments kept in memory for a database that does not answer, five hours of 66 cameras in about
            50 MB; those before them are read back from their files (recorder.publish.dropped_rows).
        claim_seconds: between two looks at whether this is still the one recorder of its database.
        answer_seconds: for a volume to answer before a run begins on it, and at the recorder's start.
        long_answer_seconds: for a volume to let a few files be read whole, or a run's rows be moved.
        end_seconds: for all streams that are to end; those on a volume that hangs are left behind then. Less than
            `vms up` gives the recorder, so that what the others recorded gets its rows.
        handover_seconds: how long a recorder that left without a word may take to come back (storage.installation.service_claim).
    """

    socket_timeout_seconds: float = 10.0
    no_media_seconds: float = 30.0
    stall_seconds: float = 30.0
    sample_seconds: float = 1.0
    early_sample_seconds: float = 0.25
    early_seconds: float = 5.0
    first_delay_seconds: float = 1.0
    longest_delay_seconds: float = 60.0
    refused_delay_seconds: float = 60.0
    good_run_seconds: float = 60.0
    rewrite_seconds: float = 3.0
    revision_seconds: float = 1.0
    status_seconds: float = 2.0
    heartbeat_seconds: float = 4.0
    volume_watch_seconds: float = 10.0
    commit_seconds: float = 5.0
    early_commit_seconds: float = 0.5
    waiting_rows: int = 20_000
    claim_seconds: float = 2.0
    handover_seconds: float = 15.0
    answer_seconds: float = 30.0
    long_answer_seconds: float = 300.0
    end_seconds: float = 15.0
    connects_at_once: int = 4
    stop_steps: StopSteps = field(default_factory=StopSteps)
