"""Retention takes footage away under a person who watches it."""

import re

import pytest
from playwright.sync_api import Response, expect

from storage.purge.purger import Purger
from tests.browser.driving.playback_page import PlaybackPage
from tests.browser.sites.city import City
from tests.support.installation import ALL_TIME, main_stream
from vms.domain.time import DAY_US, SECOND_US

pytestmark = pytest.mark.browser


def test_the_player_goes_on_behind_footage_that_was_purged_while_it_played(
    city: City, playback: PlaybackPage
) -> None:
    """failure mode 35"""
    stream = main_stream(city.tower)
    watching, office = playback.page, playback.page.context.new_page()
    with city.opened() as services:
        segments = services.storage.segments
        oldest_us = segments.covering(stream.id, ALL_TIME)[0].start_us
        first = playback.open_at(city.tower.id, oldest_us + SECOND_US)
        statuses: list[int] = []

        def note(answer: Response) -> None:
            if "/media/" in answer.url:
                statuses.append(answer.status)

        watching.on("response", note)
        # What is buffered plays on; the file behind it must be fetched after the purge.
        office.goto(f"{city.url}/cameras/{city.tower.id}/edit")
        office.get_by_label(re.compile("Masa simpan")).fill("1")
        office.get_by_role("button", name="Simpan").click()
        expect(office).to_have_url(re.compile(rf"/cameras/{city.tower.id}(\?|$)"))
        # The scheduler's own purger would refuse on a machine whose clock nobody synchronises.
        report = Purger(services.storage, services.clock).run_once()
        purged_until_us = segments.covering(stream.id, ALL_TIME)[0].start_us
    assert report.segments > 0
    watching.locator("[data-speed]").select_option("4")
    playback.act("play")
    shown = playback.shown_after(purged_until_us)
    assert first.truth.time_us < purged_until_us <= shown.truth.time_us
    assert shown.truth.time_us < purged_until_us + DAY_US // 24
    assert 410 in statuses
