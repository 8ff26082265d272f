"""Limits that count and then add hold for what is asked at once, on SQLite and on PostgreSQL."""

import contextlib
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from storage.open import Storage
from tests.support.footage import NOON_US, draft
from tests.support.processes import running
from vms.domain.errors import Conflict, TooManyAttempts, VmsError
from vms.domain.export import MOST_UNFINISHED, ClipRequest
from vms.domain.saved_view import MOST_VIEWS, Layout, ViewContent
from vms.domain.time import SECOND_US, TimeRange
from vms.domain.user import Role

CLIP = TimeRange(NOON_US, NOON_US + SECOND_US)
AT_ONCE = 20
_ASK = """
import sys
from storage.open import open_storage
from vms.domain.errors import TooManyAttempts
from vms.domain.export import MOST_UNFINISHED, ClipRequest
from vms.domain.time import TimeRange
from vms.host.clock import SystemClock

storage = open_storage(sys.argv[1], SystemClock(), secret_key=bytes(range(32)))
for _ in range(5):
    request = ClipRequest((int(sys.argv[2]),), TimeRange(0, 1), "clip", "LP/12", int(sys.argv[3]))
    try:
        storage.exports.create(request, most_unfinished=MOST_UNFINISHED)
    except TooManyAttempts:
        print("refused", flush=True)
    else:
        print("queued", flush=True)
"""


def at_once(calls: Sequence[Callable[[], object]]) -> Counter[type[VmsError] | None]:
    """Make all calls in the same moment, each in a thread, and count what came: None, or the kind of error."""
    gate = threading.Barrier(len(calls))
    came: list[type[VmsError] | None] = []

    def run(call: Callable[[], object]) -> None:
        gate.wait(60)
        try:
            call()
        except VmsError as error:
            came.append(type(error))
        else:
            came.append(None)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return Counter(came)


def test_five_unfinished_exports_are_five_when_twenty_ask_at_once(storage: Storage) -> None:
    camera = storage.cameras.add(draft("Balai Kota"))
    user = storage.users.add(name="siti", full_name="Siti Aminah", role=Role.OPERATOR)
    request = ClipRequest((camera.id,), CLIP, "clip", "LP/12", user.id)
    came = at_once([lambda: storage.exports.create(request, most_unfinished=MOST_UNFINISHED)] * AT_ONCE)
    assert came == {None: MOST_UNFINISHED, TooManyAttempts: AT_ONCE - MOST_UNFINISHED}
    assert len(storage.exports.list(user.id)) == MOST_UNFINISHED


def test_five_are_five_when_several_processes_ask_at_once(
    storage: Storage, database_url: str, tmp_path: Path
) -> None:
    camera = storage.cameras.add(draft("Balai Kota"))
    user = storage.users.add(name="siti", full_name="Siti Aminah", role=Role.OPERATOR)
    asked = [sys.executable, "-c", _ASK, database_url, str(camera.id), str(user.id)]
    with contextlib.ExitStack() as stack:
        children = [stack.enter_context(running(asked, tmp_path / f"{number}.log")) for number in range(4)]
        for child in children:
            assert child.wait_for_end(seconds=60) == 0, child.output()
    said = Counter(word for child in children for word in child.output().split())
    assert said == {"queued": MOST_UNFINISHED, "refused": AT_ONCE - MOST_UNFINISHED}
    assert len(storage.exports.list(user.id)) == MOST_UNFINISHED


def test_limit_is_one_person_s_own(storage: Storage) -> None:
    camera = storage.cameras.add(draft("Balai Kota"))
    for name in ("siti", "budi"):
        user = storage.users.add(name=name, full_name=name, role=Role.OPERATOR)
        for _ in range(MOST_UNFINISHED):
            storage.exports.create(
                ClipRequest((camera.id,), CLIP, "clip", "LP/12", user.id), most_unfinished=MOST_UNFINISHED
            )
    assert len(storage.exports.list()) == 2 * MOST_UNFINISHED


def test_views_at_once_stay_within_their_limit(storage: Storage) -> None:
    camera = storage.cameras.add(draft("Balai Kota"))
    user = storage.users.add(name="siti", full_name="Siti Aminah", role=Role.VIEWER)
    views = [ViewContent(f"Pagi {n}", (camera.id,), Layout.GRID) for n in range(MOST_VIEWS + 5)]
    for view in views[: MOST_VIEWS - 3]:
        storage.saved_views.add(user.id, view)
    came = at_once([partial(storage.saved_views.add, user.id, view) for view in views[MOST_VIEWS - 3 :]])
    assert came == {None: 3, Conflict: 5}


def test_administrators_who_demote_each_other_at_once_leave_one(storage: Storage) -> None:
    first, second = (
        storage.users.add(name=name, full_name=name, role=Role.ADMIN) for name in ("siti", "budi")
    )
    came = at_once([partial(storage.users.edit, replace(one, role=Role.VIEWER)) for one in (first, second)])
    assert came == {None: 1, Conflict: 1}
    assert storage.users.has_administrator()


def test_one_name_is_given_once_when_several_want_it(storage: Storage) -> None:
    came = at_once([lambda: storage.users.add(name="siti", full_name="Siti", role=Role.VIEWER)] * 8)
    assert came == {None: 1, Conflict: 7}
