"""An account as people write it down, on a page or in a command: its name, its role, and a password that can stand (SEC-09)."""

import re
from dataclasses import dataclass, field
from typing import Final

from vms.domain.form_fields import FieldProblem, FieldReader, Rule, length_problems, required
from vms.domain.user import Role

SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 256
LONGEST_FULL_NAME: Final = 120
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
_COMMON: Final = frozenset({"password1234", "123456789012", "1234567890123", "administrator", "qwertyuiop12"})


@dataclass(frozen=True, slots=True)
class CheckedAccount:
    """What came of reading; usable where there are no problems."""

    name: str
    full_name: str
    role: Role
    problems: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountText:
    """What a person wrote about an account.

    Attributes:
        name: None for an account that has one. password: None where it stays; as typed, with the blanks at its ends.
    """

    full_name: str
    role: str
    name: str | None = None
    password: str | None = field(default=None, repr=False)

    def read(self, known_name: str = "") -> CheckedAccount:
        """Return the account with everything that is wrong; `known_name` is the name of one that has it."""
        reader = FieldReader()
        name = known_name if self.name is None else reader.text("name", self.name).lower()
        if not name:
            reader.complain(required("name"))
        elif self.name is not None and not _NAME.fullmatch(name):
            text = "must be 2 to 64 letters a to z, digits, dots, dashes and underscores, and begin with a letter or digit"
            reader.complain(FieldProblem("name", Rule.UNUSABLE_NAME, text))
        if self.role not in set(Role):
            reader.complain(required("role"))
        full_name = reader.text("full_name", self.full_name)
        for problem in length_problems("full_name", full_name, LONGEST_FULL_NAME):
            reader.complain(problem)
        if self.password is not None:
            reader.text("password", self.password)
            for problem in password_problems(self.password, name):
                reader.complain(problem)
        role = Role(self.role) if self.role in set(Role) else Role.VIEWER
        return CheckedAccount(name, full_name, role, reader.problems)


def password_problems(password: str, name: str = "") -> list[FieldProblem]:
    """Return why a password that a person chose cannot stand: too short or long, or one that everybody tries first."""
    if len(password) < SHORTEST_PASSWORD:
        text = f"must have at least {SHORTEST_PASSWORD} characters"
    elif len(password) > LONGEST_PASSWORD:
        text = f"must have at most {LONGEST_PASSWORD} characters"
    elif _is_easy(password.casefold(), name.casefold()):
        text = "is too easy to guess"
    else:
        return []
    return [FieldProblem("password", Rule.WEAK_PASSWORD, text)]


def _is_easy(password: str, name: str) -> bool:
    is_repetition = any(password == (password[:n] * len(password))[: len(password)] for n in range(1, 5))
    is_name = bool(name) and not password.replace(name, "").strip("0123456789 ")
    return password in _COMMON or is_repetition or is_name
