"""Every page a person can meet, by name, with what to wait for before looking at it."""

from playwright.sync_api import Page, expect

from tests.browser.every_page.finding_states import finding_states
from tests.browser.every_page.review_states import review_states
from tests.browser.every_page.site_page import PLAYER_RESTS, SitePage
from tests.browser.sites.city import City
from vms.domain.time import MINUTE_US, format_rfc3339


def site_pages(city: City) -> list[SitePage]:
    """Return every page of the portal but /setup, which is gone once somebody has an account."""
    return [*office_pages(city), *review_pages(city), *finding_states(city)]


def office_pages(city: City) -> list[SitePage]:
    """Return every page but the playback page."""
    park = city.park.id
    return [
        SitePage("sign-in", "/sign-in", signed_in=False),
        SitePage("sign-in-again", "/sign-in?next=/cameras", signed_in=False),
        SitePage("home", "/"),
        SitePage("cameras", "/cameras"),
        SitePage("camera", f"/cameras/{park}"),
        SitePage("camera-new", "/cameras/new"),
        SitePage("camera-import", "/cameras/import"),
        SitePage("camera-import-good", "/cameras/import", prepare=_preview_good),
        SitePage("camera-import-wrong", "/cameras/import", prepare=_preview_wrong),
        SitePage("camera-edit", f"/cameras/{park}/edit"),
        SitePage("camera-remove", f"/cameras/{city.clinic.id}/remove"),
        SitePage("exports", "/exports"),
        SitePage("exports-not-found", "/exports?q=tidak+ada"),
        SitePage("bookmarks", "/bookmarks"),
        SitePage("bookmarks-not-found", "/bookmarks?q=tidak+ada"),
        SitePage("holds", "/holds"),
        SitePage("holds-all", "/holds?state=all"),
        SitePage("users", "/users"),
        SitePage("user-new", "/users/new"),
        SitePage("user-edit", "/users/1"),
        SitePage("help", "/help"),
        SitePage("not-found", "/nowhere", status=404),
    ]


def review_pages(city: City) -> list[SitePage]:
    """Return the playback page in all its states but those of finding a moment."""
    park, past = city.park.id, city.past

    def playback(camera_id: int, at_us: int, more: str = "") -> str:
        return f"/playback?cam={camera_id}&t={format_rfc3339(at_us)}{more}"

    at_us = past.young.start_us + 4 * MINUTE_US
    marks = f"&in={format_rfc3339(at_us - MINUTE_US)}&out={format_rfc3339(at_us + 2 * MINUTE_US)}"
    return [
        SitePage("playback", playback(park, at_us), PLAYER_RESTS),
        SitePage("playback-clip", playback(park, at_us, marks), PLAYER_RESTS),
        SitePage("playback-gap", playback(park, past.gap.start_us + MINUTE_US), PLAYER_RESTS),
        SitePage("playback-h265", f"/playback?cam={city.river.id}", PLAYER_RESTS),
        SitePage(
            "playback-bookmark",
            playback(park, at_us, f"{marks}&mode=full"),
            PLAYER_RESTS,
            prepare=lambda page: page.keyboard.press("b"),
        ),
        SitePage(
            "playback-hold",
            playback(park, at_us, f"{marks}&mode=full"),
            PLAYER_RESTS,
            prepare=lambda page: page.keyboard.press("x"),
        ),
        SitePage(
            "playback-calendar",
            playback(park, at_us),
            PLAYER_RESTS,
            prepare=lambda page: page.locator("[data-day-open]").click(),
        ),
        *review_states(city),
    ]


def _preview(page: Page, *rows: str) -> None:
    table = "\r\n".join(["name;url;username;password;retention_days", *rows]).encode()
    page.locator('input[name="file"]').set_input_files(
        {"name": "kamera.csv", "mimeType": "text/csv", "buffer": table}
    )
    page.locator(".end button").click()
    expect(page.locator("tbody tr")).to_have_count(len(rows))


def _preview_good(page: Page) -> None:
    _preview(page, "Jembatan Dewi;rtsp://127.0.0.1:9/a;siti;x;30", "Pasar Lima;rtsp://127.0.0.1:9/b;;;30")
    expect(page.locator('input[name="token"]')).to_be_attached()


def _preview_wrong(page: Page) -> None:
    _preview(
        page,
        "Jembatan Dewi;rtsp://127.0.0.1:9/a;siti;x;30",
        "7;rtsp://s:2024/x@127.0.0.1:9/a;;;selamanya",
        "Pasar Lima;rtsp://127.0.0.1:9/b",
        "Pasar Baru;rtsp://127.0.0.1:9/c;siti;se;cret;30",
    )
    expect(page.locator('input[name="token"]')).not_to_be_attached()
