"""Clock corrections of whole runs, written beside the footage, so that an index rebuilt from names applies them too.

`rec/<stream>/corrections.jsonl` holds one line per correction: the run's first 8 digits and the microseconds that its
footage was moved by. Several lines of one run add up.
"""

import json
import os
from collections import defaultdict
from uuid import UUID

from storage.volumes.open_volume import OpenVolume
from storage.volumes.segment_paths import RECORDED

CORRECTIONS = "corrections.jsonl"
_MAX_BYTES = 16 * 1024 * 1024


def corrections_path(stream_uuid: UUID) -> str:
    """Return the path of a stream's corrections below a volume's root."""
    return f"{RECORDED}/{stream_uuid.hex}/{CORRECTIONS}"


def append_correction(
    volume: OpenVolume, stream_uuid: UUID, run_short: str, delta_us: int, token: str
) -> None:
    """Append a correction of a run and sync it; corrections of the same token count once.

    Raises:
        StorageError: the volume failed or is full.
    """
    line = json.dumps({"run": run_short, "delta_us": delta_us, "token": token}) + "\n"
    fd = volume.create_file(corrections_path(stream_uuid), os.O_WRONLY | os.O_APPEND)
    try:
        os.write(fd, line.encode())
        os.fsync(fd)
    except OSError as error:
        volume.raise_meaning(error)
        raise
    finally:
        os.close(fd)


def read_corrections(volume: OpenVolume, stream_uuid: UUID) -> dict[str, int]:
    """Return by how many microseconds each run was moved, by its first 8 digits; a torn last line is ignored.

    Raises:
        StorageError: the volume failed.
    """
    try:
        fd = volume.open_file(corrections_path(stream_uuid))
    except FileNotFoundError:
        return {}
    try:
        data = os.read(fd, _MAX_BYTES)
    except OSError as error:
        volume.raise_meaning(error)
        raise
    finally:
        os.close(fd)
    total: defaultdict[str, int] = defaultdict(int)
    seen: set[str] = set()
    for line in data.splitlines():
        try:
            values = json.loads(line)
            run_short, delta_us, token = str(values["run"]), int(values["delta_us"]), str(values["token"])
        except (ValueError, KeyError, TypeError):
            continue
        if token not in seen:
            seen.add(token)
            total[run_short] += delta_us
    return dict(total)
