"""What a person wrote into a form, what is wrong with it in their language, and readers of common fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import FormData

from web.i18n.catalogue import Catalogue


@dataclass(slots=True)
class Form:
    """A form while it is filled in.

    Attributes:
        values: what to show in the fields; never a password.
        problems: sentences by field name; "" for what concerns the whole form.
    """

    values: dict[str, object] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def complain(self, name: str, sentence: str) -> None:
        """Note what is wrong with a field; the first complaint about it stays."""
        self.problems.setdefault(name, sentence)


def text_field(data: FormData, name: str) -> str:
    """Return a text without blanks at its ends; "" where the form has no such field."""
    value = data.get(name)
    return value.strip() if isinstance(value, str) else ""


def secret_field(data: FormData, name: str) -> str:
    """Return a password exactly as typed; "" where the form has no such field."""
    value = data.get(name)
    return value if isinstance(value, str) else ""


def required_text(form: Form, data: FormData, name: str, words: Catalogue, *, longest: int) -> str:
    """Return a text that must be there; complains where it is missing or too long."""
    value = text_field(data, name)
    if not value:
        form.complain(name, words.text("form.required"))
    elif len(value) > longest:
        form.complain(name, words.text("form.too_long"))
    return value


def number_field(
    form: Form, data: FormData, name: str, words: Catalogue, *, low: float, high: float
) -> float | None:
    """Return a number written with point or comma, None where the field is empty; complains where it is none."""
    text = text_field(data, name)
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        form.complain(name, words.text("form.not_number"))
        return None
    if not low <= value <= high:
        form.complain(name, words.text("form.out_of_range", low=f"{low:g}", high=f"{high:g}"))
        return None
    return value


def whole_field(
    form: Form, data: FormData, name: str, words: Catalogue, *, low: int, high: int
) -> int | None:
    """Return a whole number, None where the field is empty; complains where it is none."""
    value = number_field(form, data, name, words, low=low, high=high)
    if value is None:
        return None
    if value != int(value):
        form.complain(name, words.text("form.not_number"))
        return None
    return int(value)


def shown(data: FormData, names: Mapping[str, str] | tuple[str, ...]) -> dict[str, object]:
    """Return the fields as typed, to show them again."""
    return {name: text_field(data, name) for name in names}
