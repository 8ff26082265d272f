"""Templates and style sheets keep the page's promises: nothing inline, no words outside the catalogue."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typing_extensions import override

WEB = Path(__file__).parents[3] / "web"
TEMPLATES = sorted((WEB / "templates").glob("**/*.html"))
STYLES = sorted((WEB / "static" / "css").glob("*.css"))
SCRIPTS = sorted((WEB / "static" / "js").glob("**/*.js"))
NAMES = {"Siring", "Indonesia", "English"}
"""Words that are the same in every language: the product, and languages in their own."""
SHOWN_ATTRIBUTES = {"title", "alt", "placeholder", "aria-label", "label"}
EXAMPLES = {"14:05:09", "rtsp://10.0.0.12:554/stream1", "-3.3194", "114.5908"}
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


class Words(HTMLParser):
    """Collects what a person would see of a template's own text, and what a strict CSP would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.refused: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        self.refused += [f"{tag} {name}" for name in names if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in names):
            self.refused.append(tag)
        self.refused += [
            f"{tag} {value}"
            for name, value in attrs
            if name in {"href", "src"} and "javascript:" in (value or "")
        ]
        self.words += [value for name, value in attrs if name in SHOWN_ATTRIBUTES and value]

    @override
    def handle_data(self, data: str) -> None:
        self.words.append(data)


def parsed(path: Path) -> Words:
    words = Words()
    words.feed(JINJA.sub("", path.read_text("utf-8")))
    return words


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB / "templates")))
def test_template_has_no_inline_script_or_style(path: Path) -> None:
    assert parsed(path).refused == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB / "templates")))
def test_template_has_no_words_of_its_own(path: Path) -> None:
    found = {
        word
        for text in parsed(path).words
        if text not in EXAMPLES
        for word in re.findall(r"[^\W\d_]{2,}", text)
    }
    assert found - NAMES == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB / "templates")))
def test_every_form_that_changes_something_carries_its_token(path: Path) -> None:
    text = path.read_text("utf-8")
    posts = len(re.findall(r"<form[^>]*method=\"post\"", text))
    assert text.count("csrf()") >= posts


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_style_sheet_uses_only_tokens_that_exist(path: Path) -> None:
    defined = set(re.findall(r"(--[a-z0-9-]+):", "".join(style.read_text("utf-8") for style in STYLES)))
    assert set(re.findall(r"var\((--[a-z0-9-]+)", path.read_text("utf-8"))) - defined == set()


def test_dark_theme_redefines_only_what_the_light_one_defines() -> None:
    light = set(re.findall(r"(--[a-z0-9-]+):", (WEB / "static/css/tokens.css").read_text("utf-8")))
    dark = set(re.findall(r"(--[a-z0-9-]+):", (WEB / "static/css/dark.css").read_text("utf-8")))
    assert len(dark) > 10
    assert dark - light == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_script_is_short_and_writes_no_html(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 600
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text
    )


def test_every_icon_that_is_used_is_in_the_list() -> None:
    wanted = set((WEB / "icons.txt").read_text("utf-8").split())
    text = "".join(path.read_text("utf-8") for path in TEMPLATES)
    used = set(re.findall(r"icon\('([a-z0-9-]+)'", text))
    used |= set(re.findall(r"banner\('[dwo]', '([a-z0-9-]+)'", text))
    rail = (WEB / "pages" / "frame" / "rendering.py").read_text("utf-8")
    used |= set(re.findall(r"NavItem\(\"\w+\", \"[^\"]+\", \"([a-z0-9-]+)\"", rail))
    assert used - wanted == set()
    assert wanted - used - {"circle-check", "info", "x"} == set()


def test_every_shape_that_is_used_is_drawn() -> None:
    drawn = set(re.findall(r"symbol id=\"(\w+)\"", (WEB / "static/art/shapes.svg").read_text("utf-8")))
    text = "".join(path.read_text("utf-8") for path in TEMPLATES)
    code = "".join(
        (WEB / "pages" / name).read_text("utf-8")
        for name in ("cameras/camera_marks.py", "evidence/export_views.py")
    )
    used = set(re.findall(r"shape\('(\w+)'\)", text)) | set(
        re.findall(r"\(\"(\w+)\", \"(?:off|run|ok|bad)\"\)", code)
    )
    assert len(used) > 5
    assert used - drawn == set()
