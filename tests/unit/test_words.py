"""One word for one thing: a name or a page's word that the glossary rules out is found, and told which one to use."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.support.source_files import PACKAGES, PROJECT, python_files, shown
from web.i18n.catalogue import catalogue

GLOSSARY = (PROJECT / "docs" / "glossary.md").read_text(encoding="utf-8")
_DECLARED = re.compile(r"\b(?:class|function|const|let|get|set|async)\s+(?:\*\s*)?(#?[A-Za-z_]\w*)")
"""What a script names: its classes, functions and variables."""


@cache
def ruled_out() -> dict[str, str]:
    """The words that must not be in a name, each with the one to use."""
    table = GLOSSARY.split("## Words that we do not use", 1)[1]
    rows = re.findall(r"^\| ([a-z, ]+) \| (.+?) \|$", table, re.MULTILINE)
    return {word: better for words, better in rows if words != "not" for word in words.split(", ")}


def words_of(name: str) -> set[str]:
    """The words of a name, whatever its case: `looked_us`, `RunWatch`, `_FLAGS_COLUMN`."""
    return {part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def names_of_python(tree: ast.Module) -> Iterator[str]:
    """What a module names: classes, functions, arguments, attributes and variables."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def names_of_script(text: str) -> Iterator[str]:
    """What a script declares."""
    yield from _DECLARED.findall(text)


def wrong_names(where: str, names: Iterator[str]) -> list[str]:
    """The names that hold a word which is ruled out, with the better one."""
    return [
        f"{where}: {name} ({word}: say {ruled_out()[word]})"
        for name in dict.fromkeys(names)
        for word in sorted(words_of(name) & ruled_out().keys())
    ]


def test_no_name_holds_a_word_that_is_ruled_out() -> None:
    wrong = []
    for file in python_files():
        if shown(file).split("/")[0] in PACKAGES:
            wrong += wrong_names(shown(file), iter([file.stem]))
            wrong += wrong_names(shown(file), names_of_python(ast.parse(file.read_text(encoding="utf-8"))))
    for file in sorted((PROJECT / "web" / "static" / "js").rglob("*.js")):
        wrong += wrong_names(shown(file), iter([file.stem]))
        wrong += wrong_names(shown(file), names_of_script(file.read_text(encoding="utf-8")))
    assert wrong == []


def test_no_page_says_a_word_that_is_ruled_out() -> None:
    english = catalogue("en").words
    texts = {
        key: text
        for key, value in english.items()
        for text in ([value] if isinstance(value, str) else value.values())
    }
    unfit = ruled_out().keys() - {"look", "looked", "looks", "say", "said", "told", "heard", "spare"}
    wrong = [
        f"{key}: {text}" for key, text in texts.items() if set(re.findall(r"[a-z]+", text.lower())) & unfit
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("def looked(self): ...", "looked"),
        ("class HeardLines: ...", "heard"),
        ("_told = 1", "told"),
        ("self.condemned_us = 2", "condemned"),
    ],
)
def test_a_planted_word_is_found(source: str, word: str) -> None:
    [found] = wrong_names("planted.py", names_of_python(ast.parse(source)))
    assert f"({word}: say " in found


def test_a_planted_word_of_a_script_is_found() -> None:
    [found] = wrong_names("planted.js", names_of_script("export class Holdup {}"))
    assert "(holdup: say " in found


def test_no_word_of_the_glossary_is_ruled_out() -> None:
    defined = {
        word.lower()
        for words in re.findall(r"^\| (\*\*.+?) \|", GLOSSARY, re.MULTILINE)
        for word in re.findall(r"[\w-]+", words)
    }
    assert defined & ruled_out().keys() == set()


def test_no_word_is_defined_twice() -> None:
    defined = [
        word
        for words in re.findall(r"^\| (\*\*.+?\*\*) \|", GLOSSARY, re.MULTILINE)
        for word in re.findall(r"\*\*(.+?)\*\*", words)
    ]
    assert sorted(defined) == sorted(set(defined))
