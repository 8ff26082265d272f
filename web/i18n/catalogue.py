"""A language's words: looked up by key, filled in, singular or plural; a missing key is a programming error."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LANGUAGES = ("id", "en")
"""Languages that have a catalogue; the first is what people get who ask for none of them."""

Words = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every visible word in one language.

    Attributes:
        language: BCP 47 tag. words: by key such as "playback.play"; a mapping where singular and plural differ.
    """

    language: str
    words: Mapping[str, Words]

    def text(self, key: str, /, **values: object) -> str:
        """Return the words for a key with its places filled.

        Raises:
            KeyError: there is no such key, or a place has no value: a mistake in our code, never in input.
        """
        words = self.words[key]
        return (words if isinstance(words, str) else words["other"]).format_map(values)

    def count(self, key: str, number: int, /, **values: object) -> str:
        """Return the words for so many things; `{n}` in them is the number."""
        words = self.words[key]
        if not isinstance(words, str):
            words = words["one" if number == 1 else "other"]
        return words.format_map({"n": number, **values})

    def sections(self, names: Sequence[str]) -> dict[str, Words]:
        """Return the words of whole sections, for scripts in the page."""
        return {key: words for key, words in self.words.items() if key.partition(".")[0] in names}


@cache
def catalogue(language: str) -> Catalogue:
    """Return the catalogue of a language; the default one's where there is none in that language."""
    if language not in LANGUAGES:
        language = LANGUAGES[0]
    parts = sorted(files("web.i18n").joinpath(language).iterdir(), key=lambda part: part.name)
    words: dict[str, Words] = {}
    for part in parts:
        for section, table in tomllib.loads(part.read_text("utf-8")).items():
            words |= {f"{section}.{key}": value for key, value in table.items()}
    return Catalogue(language, words)


def chosen_language(*wishes: str | None, accepted: str, default: str) -> str:
    """Return the first wish that has a catalogue, else what the browser accepts most, else the default.

    Args:
        wishes: such as the account's language, then a cookie's.
        accepted: the Accept-Language header. default: of the site.
    """
    for wish in wishes:
        if wish in LANGUAGES:
            return wish
    ranked: list[tuple[float, str]] = []
    for part in accepted.split(","):
        tag, _, weight = part.partition(";q=")
        language = tag.strip().partition("-")[0].lower()
        # Browsers still send the code that Indonesian had before 1989.
        language = "id" if language == "in" else language
        try:
            ranked.append((-float(weight or 1), language))
        except ValueError:
            continue
    return next(
        (language for _, language in sorted(ranked, key=lambda r: r[0]) if language in LANGUAGES), default
    )
