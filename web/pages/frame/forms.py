"""What a person wrote into a form, what is wrong with it in their language, and readers of common fields."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from starlette.datastructures import FormData

from vms.domain.form_fields import FieldProblem, Rule
from web.i18n.catalogue import Catalogue

SENTENCES: Final[Mapping[Rule, str]] = {
    Rule.REQUIRED: "form.required",
    Rule.TOO_LONG: "form.too_long",
    Rule.NOT_PLAIN: "form.unusable",
    Rule.NOT_A_NUMBER: "form.not_number",
    Rule.OUT_OF_RANGE: "form.out_of_range",
    Rule.UNUSABLE_ADDRESS: "camera_form.bad_url",
    Rule.UNCLEAR_LOGIN: "camera_form.unclear_login",
    Rule.UNUSABLE_CHARACTER: "camera_form.unusable_character",
    Rule.OUTSIDE_NETWORKS: "camera_form.bad_network",
    Rule.SAME_STREAMS: "camera_form.same_streams",
    Rule.MIN_ABOVE_MAX: "camera_form.min_above_max",
    Rule.BOTH_COORDINATES: "camera_form.both_coordinates",
    Rule.PASSWORD_WITHOUT_NAME: "camera_form.password_without_name",
    Rule.NAME_IS_NUMBER: "camera_form.name_is_number",
    Rule.UNUSABLE_NAME: "user.bad_name",
    Rule.WEAK_PASSWORD: "user.bad_password",
    Rule.NAME_TAKEN: "camera_import.name_taken",
    Rule.NAME_TWICE: "camera_import.name_twice",
    Rule.UNUSABLE_TABLE: "camera_import.unusable_table",
    Rule.WORKBOOK: "camera_import.workbook",
    Rule.MISSING_COLUMN: "camera_import.missing_column",
    Rule.UNKNOWN_COLUMN: "camera_import.unknown_column",
    Rule.DOUBLE_COLUMN: "camera_import.double_column",
    Rule.TOO_FEW_CELLS: "camera_import.too_few_cells",
    Rule.STRAY_CELL: "camera_import.stray_cell",
}
"""What a page says of each rule that a field breaks."""


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

    def complain_all(self, problems: Iterable[FieldProblem], words: Catalogue) -> None:
        """Note what is wrong with several fields."""
        for problem in problems:
            self.complain(problem.field, sentence_of(problem, words))


def sentence_of(problem: FieldProblem, words: Catalogue) -> str:
    """Return what a page says of a problem."""
    return words.text(
        SENTENCES[problem.rule],
        low=f"{problem.low:.12g}",
        high=f"{problem.high:.12g}",
        character=problem.character,
        encoded=quote(problem.character, safe=""),
        field=problem.field,
    )


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


def shown(data: FormData, names: Mapping[str, str] | tuple[str, ...]) -> dict[str, object]:
    """Return the fields as typed, to show them again."""
    return {name: text_field(data, name) for name in names}
