"""The description of what people keep: bookmarks, holds, views, places, favourites, preferences."""

from web.api.description.openapi_parts import (
    CAMERAS,
    FLAG,
    TIME,
    Object,
    body,
    change,
    get,
    post,
    query,
    text,
    time_or_null,
)

_BOOKMARK: Object = {
    "camera_ids": CAMERAS,
    "from": TIME,
    "to": time_or_null("none: a moment; at most 31 days later"),
    "title": text(120),
    "note": text(2000),
    "tag": text(40),
    "is_shared": {"type": "boolean", "description": "others see it who may view one of its cameras"},
}
_HOLD: Object = {
    "camera_ids": CAMERAS,
    "from": TIME,
    "to": time_or_null("none: whatever will be recorded, too"),
    "reason": text(500),
    "expires": time_or_null("none: until somebody releases it"),
}
_VIEW: Object = {
    "name": text(120),
    "camera_ids": CAMERAS,
    "layout": {"enum": ["one", "focus", "grid"]},
    "is_shared": FLAG,
}
_PLACE: Object = {"camera_ids": CAMERAS, "at": TIME, "from": TIME, "to": TIME}
_PREFERENCES: Object = {
    "review_mode": {"enum": ["simple", "full", None]},
    "letter_keys": FLAG,
    "data_saver": FLAG,
    "skip_gaps": FLAG,
}


def kept_paths() -> dict[str, Object]:
    """Return the paths of what people keep."""
    cameras = query("cameras", "1 to 64 numbers of cameras with commas between them")
    before = query("before_id", "only smaller numbers, to go on from an earlier answer")
    base = "/api/v1"
    return {
        f"{base}/bookmarks": {
            **get(
                "The newest 200 bookmarks that are yours, or shared and of a camera that you may view",
                query("from", "only what reaches beyond this time"),
                query("to", "only what begins before this time"),
                cameras,
                query("text", "part of title, note or tag"),
                query("mine", "1 for your own only"),
                before,
            ),
            **post(
                "Bookmark a moment or a range; at most 1000 a person",
                sends=body(_BOOKMARK, required=("camera_ids", "from", "title")),
                status="201",
            ),
        },
        f"{base}/bookmarks/{{bookmark_id}}": {
            **change("patch", "Change what you name of it; its owner or an administrator", body(_BOOKMARK)),
            **change("delete", "Delete it; its owner or an administrator"),
        },
        f"{base}/holds": {
            **get(
                "The newest 200 holds on cameras that you may view",
                cameras,
                query("all", "1 for released and lapsed ones too"),
                before,
            ),
            **post(
                "Protect a range of cameras from every deletion: a hold for each camera, with what of it there is "
                "(covered_us) and what was missing already (gaps)",
                sends=body(_HOLD, required=("camera_ids", "from", "reason")),
                status="201",
            ),
        },
        f"{base}/holds/estimate": post(
            "What a hold would keep of each camera: bytes of all its streams (about), covered_us, missing_us, and the "
            "first 200 gaps",
            sends=body(
                {"camera_ids": CAMERAS, "from": TIME, "to": TIME}, required=("camera_ids", "from", "to")
            ),
        ),
        f"{base}/holds/{{hold_id}}/release": post(
            "End a hold", sends=body({"reason": text(500)}, required=("reason",))
        ),
        f"{base}/views": {
            **get("Your views, then those that others share with you"),
            **post(
                "Save cameras as a view; at most 100 a person",
                sends=body(_VIEW, required=("name", "camera_ids")),
                status="201",
            ),
        },
        f"{base}/views/{{view_id}}": change("delete", "Delete a view; its owner or an administrator"),
        f"{base}/watching": {
            **get("Where you were, at most eight places, the newest first"),
            **change(
                "put",
                "Note where you are; without a range it grows from moment to moment",
                body(_PLACE, required=("camera_ids", "at")),
            ),
        },
        f"{base}/favourites/{{camera_id}}": {
            **change("put", "Make a camera one of your favourites; at most 64"),
            **change("delete", "Make it none of them"),
        },
        f"{base}/preferences": {
            **get("What you set for the review page"),
            **change("patch", "Change what you name", body(_PREFERENCES)),
        },
    }
