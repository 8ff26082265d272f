"""The tables of what belongs to people: bookmarks, saved views, favourites, resume points and preferences.

People and cameras are never deleted, only switched off and removed from use, so these rows stay: a bookmark of a removed
camera still leads to its footage, and what a person shared stays when they leave. The database refuses to delete a
person or a camera that any of these rows names. A bookmark or view takes its list of cameras with it.
"""

from sqlalchemy import CheckConstraint, Table, TypedColumns, UniqueConstraint

from storage.schema.cameras import camera
from storage.schema.people import user_account
from storage.sql.columns import (
    flag,
    line,
    line_or_null,
    metadata,
    ordinal,
    part_of,
    row_id,
    row_of,
    time_us,
)


class _BookmarkColumns(TypedColumns):
    id = row_id()
    user_id = row_of(user_account.c.id, "who made it", index=True)
    start_us = time_us("start, or the moment", index=True)
    end_us = time_us("end; equal to the start for a moment")
    title = line("what it is called")
    note = line("what there is to say about it", optional=True)
    tag = line("one word to find it by", optional=True)
    is_shared = flag("whether others see it who may view one of its cameras", default=False)
    created_us = time_us("when it was made")
    changed_us = time_us("when it was last changed")


bookmark = Table(
    "bookmark",
    metadata,
    _BookmarkColumns,
    CheckConstraint("end_us >= start_us", name="range"),
    comment="moments and ranges that people named",
)


class _BookmarkCameraColumns(TypedColumns):
    bookmark_id = part_of(bookmark.c.id, "the bookmark")
    position = ordinal("order chosen, from 0")
    camera_id = row_of(camera.c.id, "the camera", index=True)


bookmark_camera = Table(
    "bookmark_camera", metadata, _BookmarkCameraColumns, comment="the cameras of a bookmark"
)


class _SavedViewColumns(TypedColumns):
    id = row_id()
    user_id = row_of(user_account.c.id, "who saved it")
    name = line("what its owner calls it")
    layout = line("value of vms.domain.saved_view.Layout")
    is_shared = flag("whether others see it who may view one of its cameras", default=False)
    created_us = time_us("when it was saved")


saved_view = Table(
    "saved_view",
    metadata,
    _SavedViewColumns,
    UniqueConstraint("user_id", "name"),
    comment="cameras that are opened together by name",
)


class _SavedViewCameraColumns(TypedColumns):
    view_id = part_of(saved_view.c.id, "the view")
    position = ordinal("place on the page, from 0")
    camera_id = row_of(camera.c.id, "the camera")


saved_view_camera = Table(
    "saved_view_camera", metadata, _SavedViewCameraColumns, comment="the cameras of a view"
)


class _WatchingColumns(TypedColumns):
    user_id = row_of(user_account.c.id, "who", key=True)
    camera_ids = line("numbers of the cameras in page order, with commas between them", key=True)
    at_us = time_us("where they were")
    start_us = time_us("start of what they looked at around it")
    end_us = time_us("end of what they looked at around it")
    seen_us = time_us("when they were there")


watching = Table(
    "watching",
    metadata,
    _WatchingColumns,
    CheckConstraint("end_us >= start_us", name="range"),
    comment="where people were in footage, to go on from there",
)


class _FavouriteColumns(TypedColumns):
    user_id = row_of(user_account.c.id, "whose", key=True)
    camera_id = row_of(camera.c.id, "the camera", key=True)
    added_us = time_us("when it was chosen")


favourite = Table("favourite", metadata, _FavouriteColumns, comment="cameras that a person wants at hand")


class _PreferenceColumns(TypedColumns):
    user_id = row_of(user_account.c.id, "whose", key=True)
    review_mode = line_or_null("simple or full; null: as their role and device suggest")
    letter_keys = flag("whether single letters are keys", default=True)
    data_saver = flag("whether the small stream is played in place of the large one", default=False)
    skip_gaps = flag("whether playing jumps over time without footage", default=True)


preference = Table("preference", metadata, _PreferenceColumns, comment="what people set for the review page")
