"""What the stores of people's own rows share: locking the person while rows are counted, and lists of cameras."""

from collections import defaultdict
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy import Column, Table
from sqlalchemy.engine import Connection

from storage.schema.cameras import camera
from storage.schema.people import user_account
from vms.domain.errors import NotFound


def lock_person(connection: Connection, user_id: int) -> None:
    """Lock the person against other transactions that add rows of theirs, so that limits hold.

    Raises:
        NotFound: there is no such person.
    """
    # FOR NO KEY UPDATE: rows that only refer to the person need not wait.
    person = sa.select(user_account.c.id).where(user_account.c.id == user_id).with_for_update(key_share=True)
    if connection.execute(person).scalar_one_or_none() is None:
        raise NotFound(f"there is no user {user_id}")


def require_cameras(connection: Connection, camera_ids: Collection[int]) -> None:
    """Raise NotFound unless all of the cameras exist, removed or not."""
    known = set(connection.execute(sa.select(camera.c.id).where(camera.c.id.in_(camera_ids))).scalars())
    for camera_id in camera_ids:
        if camera_id not in known:
            raise NotFound(f"there is no camera {camera_id}")


def store_camera_list(
    connection: Connection, table: Table, owner: Column[int], owner_id: int, camera_ids: Sequence[int]
) -> None:
    """Store these cameras, in order, as the list of one bookmark or view.

    Raises:
        NotFound: a camera does not exist.
    """
    require_cameras(connection, camera_ids)
    connection.execute(sa.delete(table).where(owner == owner_id))
    rows = [
        {owner.name: owner_id, "position": position, "camera_id": camera_id}
        for position, camera_id in enumerate(camera_ids)
    ]
    connection.execute(sa.insert(table), rows)


def camera_lists(
    connection: Connection, table: Table, owner: Column[int], owner_ids: Collection[int]
) -> dict[int, tuple[int, ...]]:
    """Return the cameras of each of these bookmarks or views, in order."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for owner_id, camera_id in connection.execute(
        sa.select(owner, table.c.camera_id).where(owner.in_(owner_ids)).order_by(owner, table.c.position)
    ):
        found[owner_id].append(camera_id)
    return {owner_id: tuple(camera_ids) for owner_id, camera_ids in found.items()}
