"""The address of the playback page, read and written, and its coming to rest."""

from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import Page

from tests.browser.sites.city import City
from vms.domain.time import format_rfc3339


def playback_url(city: City, *camera_ids: int, at_us: int | None = None, **more: str) -> str:
    """Return the address of the page for these cameras."""
    query = {"cam": ",".join(str(camera_id) for camera_id in camera_ids)}
    if at_us is not None:
        query["t"] = format_rfc3339(at_us)
    return f"{city.url}/playback?{urlencode(query | more)}"


def asked(page: Page) -> dict[str, str]:
    """Return what the address bar names."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def rests(page: Page) -> None:
    """Wait until the tile that is looked at shows something, or says why not."""
    page.wait_for_function(
        "() => ['paused', 'playing', 'gap', 'unsupported'].includes(document.querySelector('[data-player]')?.dataset.state)"
    )
