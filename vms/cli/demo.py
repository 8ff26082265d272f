"""`make demo`: the whole system on six simulated cameras, with a little synthetic past, in one folder."""

import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from storage.open import Storage
from vms.cli.environment import EXIT_FAILED, err
from vms.demo.bookmarks import keep_bookmarks
from vms.demo.history import write_past
from vms.domain.camera import CameraDraft, StreamRole, StreamState
from vms.domain.camera_address import Credentials, Secret, parse_stream_url
from vms.domain.user import Role
from vms.host.clock import SystemClock
from vms.host.logs import set_up_logging
from vms.host.service_lock import service_lock
from vms.host.settings import Settings
from vms.processes.app import open_services
from vms.processes.process_group import ProcessGroup, service_command
from vms.processes.up import prepare, run_all
from vms.simulator.camera_spec import CameraSpec
from vms.simulator.demo_cameras import DEMO_PLACES, demo_cameras
from web.access.auth import Authority

_USER = "admin"
_READY_SECONDS = 300
"""Generous: a small machine that is busy otherwise still gets there."""
_RETENTION_DAYS = 30


@dataclass(frozen=True, slots=True)
class _Logins:
    """Made once per demo folder: the administrator's password, and the cameras'."""

    admin_password: str
    camera_password: str


def run_demo(folder: Path, port: int) -> None:
    """Run until Ctrl-C; prints one line beginning with "Ready" once everything can be used.

    Args:
        folder: everything the demonstration keeps; made if it does not exist.
        port: of the portal, 0 for a free one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        data_dir=folder / "siring",
        port=port or _free_port(),
        camera_networks=("127.0.0.0/8",),
        log_level="WARNING",
        help_contact="Diskominfotik (0511) 555 0142",
    )
    _hand_down(settings)
    prepare(settings)
    logins = _logins(folder)
    with service_lock(folder, "demo"), _simulator(logins) as urls:
        specs = demo_cameras()
        with open_services(settings) as services:
            is_first = _furnish(services.storage, folder, specs, urls, logins)
        set_up_logging(level="WARNING", format_name="text", service="demo", redact=str)

        failures: list[str] = []

        def announce(group: ProcessGroup) -> None:
            arguments = (settings, specs, logins, group, failures)
            watcher = threading.Thread(
                target=_announce, args=arguments, kwargs={"is_first": is_first}, daemon=True
            )
            watcher.start()

        run_all(settings, started=announce)
    err.print("Stopped. Everything is kept in", str(folder))
    if failures:
        raise typer.Exit(EXIT_FAILED)


def _announce(
    settings: Settings,
    specs: list[CameraSpec],
    logins: _Logins,
    group: ProcessGroup,
    failures: list[str],
    *,
    is_first: bool,
) -> None:
    """Wait until the present is recorded, write the past before it, then say that all is ready."""
    try:
        with open_services(settings) as services:
            _wait_until_recording(services.storage)
            if is_first:
                # Only now: a recorder that starts clears away what it finds half-written.
                present_us = write_past(services.storage, specs)
                owner = services.storage.users.by_name(_USER)
                if owner is not None:
                    keep_bookmarks(services.storage, owner.id, present_us)
        url = f"http://{settings.host}:{settings.port}"
        _wait_until_healthy(url)
    except Exception as error:  # noqa: BLE001  # the boundary of this thread: the demonstration ends and says why
        err.print(f"The demonstration did not get ready: {error}")
        failures.append(str(error))
        group.stop()
        return
    sys.stdout.write(f"Ready  {url}  user: {_USER}  password: {logins.admin_password}\n")
    sys.stdout.flush()


def _wait_until_recording(storage: Storage) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        states = [status.state for status in storage.cameras.statuses().values()]
        if states and all(state is StreamState.RECORDING for state in states):
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"the cameras are not all recording: {', '.join(states) or 'no news'}")
        time.sleep(0.2)


def _wait_until_healthy(url: str) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:  # noqa: S310  # our own address
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                raise
        time.sleep(0.2)


def _hand_down(settings: Settings) -> None:
    """Make the child processes use these settings."""
    os.environ |= {
        "VMS_DATA_DIR": str(settings.data_dir),
        "VMS_PORT": str(settings.port),
        "VMS_CAMERA_NETWORKS": ",".join(settings.camera_networks),
        "VMS_LOG_LEVEL": settings.log_level,
        "VMS_HELP_CONTACT": settings.help_contact,
    }


def _logins(folder: Path) -> _Logins:
    path = folder / "logins.json"
    if path.exists():
        return _Logins(**json.loads(path.read_text(encoding="utf-8")))
    logins = _Logins(f"siring-{secrets.token_hex(5)}", secrets.token_urlsafe(12))
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        json.dump({"admin_password": logins.admin_password, "camera_password": logins.camera_password}, file)
    return logins


@contextmanager
def _simulator(logins: _Logins) -> Iterator[dict[str, str]]:
    """Run the simulated cameras in a process of their own; yields the address of each stream by its path."""
    command = service_command("simulate", "--port", "0", "--login-stdin", "--json")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None  # noqa: S101  # asked for just above
        assert process.stdout is not None  # noqa: S101  # likewise
        process.stdin.write(f"kamera\n{logins.camera_password}\n")
        process.stdin.close()
        try:
            urls: dict[str, str] = json.loads(process.stdout.readline())["urls"]
            yield urls
        finally:
            process.terminate()


def _furnish(
    storage: Storage, folder: Path, specs: list[CameraSpec], urls: dict[str, str], logins: _Logins
) -> bool:
    """Make volume, administrator and cameras on the first start; later only tell the cameras' new addresses.

    Returns whether this is the first start.
    """
    is_first = not storage.volumes.list()
    if is_first:
        footage = folder / "footage"
        footage.mkdir(exist_ok=True)
        storage.volumes.add(footage)
    if storage.users.by_name(_USER) is None:
        storage.users.add(
            name=_USER,
            full_name="Nurul Aini",
            role=Role.ADMIN,
            camera_ids=frozenset(),
            password_hash=Authority(storage, SystemClock()).hash_password(logins.admin_password),
        )
    known = {camera.name: camera for camera in storage.cameras.list()}
    for spec, demo in zip(specs, DEMO_PLACES, strict=True):
        draft = CameraDraft(
            name=spec.name,
            main_url=parse_stream_url(urls[spec.path])[0],
            sub_url=parse_stream_url(urls[f"{spec.path}/sub"])[0] if spec.sub is not None else None,
            credentials=Credentials("kamera", Secret(logins.camera_password)),
            place=demo.place,
            agency=demo.agency,
            group=demo.group,
            purpose="Peragaan dengan kamera tiruan",
            retention_days=_RETENTION_DAYS,
        )
        camera = known.get(spec.name)
        if camera is None:
            storage.cameras.add(draft)
        elif (main := camera.stream(StreamRole.MAIN)) is not None and main.url != draft.main_url:
            storage.cameras.edit(camera.id, draft)
    return is_first


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
