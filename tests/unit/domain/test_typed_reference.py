"""A number never means another's name, and what may mean two of them means none (trial 15)."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vms.domain.errors import Conflict, NotFound
from vms.domain.typed_reference import Named, TypedReference, reads_as_number

ONE = Named(1, UUID(int=1), "one")
CALLED_1 = Named(2, UUID(int=2), "1")
CALLED_9 = Named(3, UUID(int=3), "9")
GATE = Named(4, UUID(int=4), "Gerbang")
OLD_GATE = Named(5, UUID(int=5), "gerbang", is_removed=True)
CALLED_UUID = Named(6, UUID(int=6), str(UUID(int=1)))
ALL = [ONE, CALLED_1, CALLED_9, GATE, OLD_GATE, CALLED_UUID]


def choose(text: str, known: list[Named] = ALL) -> int:
    return TypedReference.of(text).choose("camera", known)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("one", 1),
        ("2", 2),
        ("02", 2),
        (" \uff12 ", 2),
        ("#1", 1),
        ("#2", 2),
        (" # 2 ", 2),
        ("GERBANG", 4),
        ("gerbang", 4),
        ("#5", 5),
        (str(UUID(int=4)), 4),
        (UUID(int=4).hex, 4),
    ],
)
def test_text_that_means_one_camera_finds_it(text: str, number: int) -> None:
    """Trial 15."""
    assert choose(text) == number


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1", "'#1' or '#2'"),
        (" 1 ", "'#1' or '#2'"),
        ("9", "say '#3'"),
        (str(UUID(int=1)), "'#1' or '#6'"),
    ],
)
def test_number_that_is_a_name_too_is_ambiguous_and_says_what_to_write(text: str, numbers: str) -> None:
    """Trial 15."""
    with pytest.raises(Conflict, match="ambiguous") as refused:
        choose(text)
    assert numbers in str(refused.value)


def test_two_cameras_of_one_name_are_ambiguous() -> None:
    with pytest.raises(Conflict, match="say '#7' or '#8'"):
        choose("pos", [Named(7, UUID(int=7), "Pos"), Named(8, UUID(int=8), "POS")])


def test_camera_that_is_called_by_its_own_number_is_meant_by_it() -> None:
    """Trial 15."""
    assert choose("7", [Named(7, UUID(int=7), "7")]) == 7


@pytest.mark.parametrize(
    "text", ["", "8", "#8", "#9", "9" * 40, "#" + "9" * 5000, "#", "Ger", str(UUID(int=99))]
)
def test_what_nobody_is_called_is_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        choose(text)


@pytest.mark.parametrize("text", ["rtsp://siti:k4nari@10.0.0.1/", "siti:k4nari@10.0.0.1/s"])
def test_address_in_place_of_a_name_is_not_repeated(text: str) -> None:
    """Trial 16."""
    with pytest.raises(NotFound) as refused:
        choose(text)
    assert "k4nari" not in str(refused.value)


NAMES = st.sampled_from(
    ["1", "2", "3", "01", "#1", "#2", "one", "two", "\uff11", str(UUID(int=2)), UUID(int=3).hex]
)


@given(st.lists(st.tuples(NAMES, st.booleans()), min_size=1, max_size=4), NAMES)
def test_no_text_ever_means_another_camera_than_it_says(cameras: list[tuple[str, bool]], text: str) -> None:
    """Trial 15."""
    known = [Named(n, UUID(int=n), name, is_removed) for n, (name, is_removed) in enumerate(cameras, 1)]
    read = TypedReference.of(text)
    try:
        number = choose(text, known)
    except (Conflict, NotFound):
        return
    (chosen,) = [one for one in known if one.id == number]
    if text.startswith("#"):
        assert number == int(text[1:])
    elif read.number is not None or read.uuid is not None:
        assert chosen.id == read.number or chosen.uuid == read.uuid
        assert all(one is chosen for one in known if one.name == text)
    else:
        assert chosen.name == text


@pytest.mark.parametrize(
    "name",
    [
        "1",
        "007",
        "#7",
        " # 7 ",
        "\uff11\uff12",
        "\u0663",
        "9" * 40,
        str(UUID(int=1)),
        UUID(int=1).hex,
        "{" + str(UUID(int=1)) + "}",
    ],
)
def test_name_that_could_be_a_number_is_one(name: str) -> None:
    """Trial 15."""
    assert reads_as_number(name)


@pytest.mark.parametrize(
    "name", ["Kamera 7", "7a", "#", "# Gerbang 1", "No. 7", "1.5", "-1", "1 2", "1_0", "satu"]
)
def test_name_with_a_word_in_it_is_no_number(name: str) -> None:
    assert not reads_as_number(name)
