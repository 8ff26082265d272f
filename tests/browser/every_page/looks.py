"""The ways in which pages look: language, theme, width; and browser contexts that look so."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from playwright.sync_api import Browser, BrowserContext

from tests.browser.sites.city import City
from web.pages.frame.rendering import LANGUAGE_COOKIE, THEME_COOKIE

WIDTHS = {1440: 900, 390: 844}
"""Heights by width: the desk and the phone."""


@dataclass(frozen=True, slots=True)
class Look:
    """One combination."""

    language: str
    theme: str
    width: int

    @property
    def name(self) -> str:
        """Return it as part of a file name."""
        return f"{self.language}-{self.theme}-{self.width}"


LOOKS = [
    Look(language, theme, width)
    for language in ("id", "en")
    for theme in ("light", "dark")
    for width in WIDTHS
]

CROSSED_LOOKS = [
    Look("id", "light", 1440),
    Look("id", "dark", 390),
    Look("en", "light", 390),
    Look("en", "dark", 1440),
]
"""Half of all looks, in which every two of language, theme and width meet: what tests look at."""


@contextmanager
def looking(chromium: Browser, city: City, look: Look, *, signed_in: bool) -> Iterator[BrowserContext]:
    """Open a context with this look; signed in, it is the administrator's, who has it for as long as the block lasts."""
    with chromium.new_context(
        locale="id-ID",
        timezone_id="Asia/Makassar",
        viewport={"width": look.width, "height": WIDTHS[look.width]},
        reduced_motion="reduce",
    ) as context:
        if signed_in:
            usual = _given_to_admin(city, look.language, look.theme)
            city.sign_in(context, "admin")
        else:
            usual = None
            context.add_cookies(
                [
                    {"name": name, "value": value, "url": city.url}
                    for name, value in ((LANGUAGE_COOKIE, look.language), (THEME_COOKIE, look.theme))
                ]
            )
        try:
            yield context
        finally:
            if usual is not None:
                _given_to_admin(city, *usual)


def _given_to_admin(city: City, language: str | None, theme: str | None) -> tuple[str | None, str | None]:
    """Store the administrator's language and theme, and return what they were."""
    with city.opened() as services:
        person = services.storage.users.by_name("admin")
        assert person is not None
        services.storage.users.edit(replace(person, language=language, theme=theme))
        return person.language, person.theme
