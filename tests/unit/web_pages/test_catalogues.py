"""Both languages hold every word that templates, views and scripts use; the browser's wishes choose between them."""

import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from vms.domain.camera import OutageCause
from vms.domain.export import ExportState, SourceProblem
from vms.domain.form_fields import Rule
from vms.domain.user import Role
from web.i18n.catalogue import LANGUAGES, Words, catalogue, chosen_language
from web.pages.frame.forms import SENTENCES

WEB = Path(__file__).parents[3] / "web"
KEY = re.compile(r"""(?:\bt|\bn|text|count)\(\s*["']([a-z_]+\.[a-z_0-9-]+)["']""")
FAMILIES = {"state": "camera_marks.py", "probe": "camera_probe.py", "error": "problems.py"}
"""Sections whose keys are put together at run time, and where; other tests walk through those."""


def sources() -> Iterator[tuple[str, str]]:
    for pattern in ("templates/**/*.html", "**/*.py", "static/js/**/*.js"):
        found = sorted(WEB.glob(pattern))
        assert len(found) > 20, pattern
        for path in found:
            yield path.name, path.read_text("utf-8")


def places(words: Words) -> set[str]:
    texts = [words] if isinstance(words, str) else list(words.values())
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys() -> None:
    first, second = (set(catalogue(language).words) for language in LANGUAGES)
    assert first ^ second == set()


def test_both_languages_fill_in_the_same_places() -> None:
    first, second = (catalogue(language).words for language in LANGUAGES)
    assert {key for key in first if places(first[key]) != places(second[key])} == set()


def test_no_words_are_empty_or_left_in_the_other_language() -> None:
    first, second = (catalogue(language).words for language in LANGUAGES)
    assert [key for key, words in [*first.items(), *second.items()] if not words] == []
    same = {key for key in first if first[key] == second[key] and len(str(first[key])) > 24}
    assert same == set()


def test_every_key_that_is_used_exists() -> None:
    words = catalogue("id").words
    used = {(name, key) for name, text in sources() for key in KEY.findall(text)}
    assert len(used) > 500
    assert {(name, key) for name, key in used if key not in words and not key.endswith("_")} == set()


def test_every_key_that_exists_is_used() -> None:
    text = "\n".join(text for _, text in sources())
    named = set(re.findall(r"[a-z_]+\.[a-z_0-9-]+", text))
    assembled = (
        "cause.",
        "probe.",
        "error.",
        "role.",
        "state.",
        "units.",
        "nav.",
        "keys.",
        "player.",
        "test.",
        "help.",
    )
    more = {
        "shell.theme_light",
        "shell.theme_dark",
        "shell.theme_device",
        "camera.role_main",
        "camera.role_sub",
    }
    more |= {"camera.added", "camera.changed", "camera.gone", "user.added", "user.changed"}
    more |= {f"export.{state}" for state in ExportState} | {
        f"home.quick_{q}" for q in ("hour", "today", "yesterday")
    }
    more |= {f"export.clock_{trust}" for trust in ("unsynced", "unknown")}
    more |= {f"export.{problem}" for problem in SourceProblem}
    more |= {f"export.tab_{tab}" for tab in ("all", "working", "queued", "done", "failed")}
    more |= {f"bookmark.whose_{whose}" for whose in ("all", "mine", "shared")}
    unused = {
        key for key in catalogue("id").words if key not in named | more and not key.startswith(assembled)
    }
    assert unused == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cause_role_and_export_state_has_words(language: str) -> None:
    words = catalogue(language).words
    wanted = {f"cause.{cause}" for cause in OutageCause}
    wanted |= {f"role.{role}" for role in Role} | {f"role.{role}_may" for role in Role}
    wanted |= {f"export.{state}" for state in ExportState}
    assert wanted - set(words) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_of_a_field_has_a_sentence(language: str) -> None:
    assert set(SENTENCES) == set(Rule)
    assert set(SENTENCES.values()) <= set(catalogue(language).words)


def test_every_finding_of_a_camera_test_has_words() -> None:
    text = (WEB.parent / "vms" / "ffmpeg" / "camera_probe.py").read_text("utf-8")
    address = (WEB.parent / "vms" / "ffmpeg" / "address_lookup.py").read_text("utf-8")
    codes = set(re.findall(r"Finding\(\s*\"([a-z0-9-]+)\"", text))
    codes |= {f"failed-{cause}" for cause in re.findall(r"cause=\"([a-z-]+)\"", text + address)}
    codes |= {f"failed-{cause}" for cause in re.findall(r"Error,\s*\"([a-z-]+)\"", text)}
    assert len(codes) > 15
    assert {f"probe.{code}" for code in codes} - set(catalogue("id").words) == set()


def test_singular_and_plural_differ_where_the_language_does() -> None:
    assert catalogue("en").count("units.days", 1) == "1 day"
    assert catalogue("en").count("units.days", 2) == "2 days"
    assert catalogue("id").count("units.days", 1) == "1 hari"


@pytest.mark.parametrize(
    ("wishes", "accepted", "language"),
    [
        ((None, None), "", "id"),
        ((None, None), "en-GB,en;q=0.9", "en"),
        ((None, None), "fr-FR,fr;q=0.9", "id"),
        ((None, None), "en;q=0.4,id;q=0.9", "id"),
        ((None, None), "in-ID", "id"),
        ((None, None), ";;q=x,,", "id"),
        ((None, "en"), "id", "en"),
        (("id", "en"), "en", "id"),
        (("xx", None), "en", "en"),
    ],
)
def test_account_goes_before_cookie_before_browser(
    wishes: tuple[str | None, ...], accepted: str, language: str
) -> None:
    assert chosen_language(*wishes, accepted=accepted, default="id") == language
