"""Debian's or Ubuntu's Chromium for browser tests, the one without a window first; Playwright's own plays no H.264."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

# Nothing but the pages under test: no look-ups at start, no updates, no first-run pages.
_QUIET = (
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
)


def chromium_path() -> str:
    """Return the system's Chromium.

    Raises:
        FileNotFoundError: there is none; `make test` installs one.
    """
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    message = "no Chromium on PATH: run `make setup`"
    raise FileNotFoundError(message)


def chromium_arguments() -> list[str]:
    """Return Chromium's command line; root has no user namespace to build its sandbox in."""
    return [*_QUIET, "--no-sandbox"] if os.geteuid() == 0 else list(_QUIET)


@contextmanager
def headless_chromium() -> Iterator[Browser]:
    """Run a headless Chromium while the block lasts; each test opens a context of its own in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=chromium_arguments())
        try:
            yield browser
        finally:
            browser.close()
