"""`vms user`: people who may sign in."""

import sys
from typing import Annotated

import typer

from vms.cli.environment import EXIT_FAILED, Environment, opened, out, print_json, print_table, refuse_fields
from vms.domain.account_text import AccountText, password_problems
from vms.domain.audit import AuditAction
from vms.domain.errors import InvalidInput
from vms.domain.user import Role
from web.access.auth import Authority

app = typer.Typer(no_args_is_help=True, help="Add people and set what they may see.")

Name = Annotated[str, typer.Argument(help="The name they sign in with.")]
Cameras = Annotated[
    list[str] | None,
    typer.Option("--camera", help="A camera they may see: name, number ('#7') or UUID; repeat for more."),
]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


@app.command()
def add(
    name: Name,
    full_name: Annotated[str, typer.Option(help="What people call them.")] = "",
    role: Annotated[Role, typer.Option(help="What kind of work they do.")] = Role.VIEWER,
    camera: Cameras = None,
    password_stdin: PasswordStdin = False,
) -> None:
    """Add a person; the password is asked for, never given as an argument."""
    with opened() as env:
        camera_ids = frozenset(_camera_ids(env, camera))
        typed = _typed_password(password_stdin=password_stdin)
        account = AccountText(full_name, role, name, typed).read()
        refuse_fields(
            account.problems, kept="nobody was added", names={"name": "NAME", "password": "password"}
        )
        user = env.storage.users.add(
            name=account.name,
            full_name=account.full_name,
            role=role,
            camera_ids=frozenset() if role is Role.ADMIN else camera_ids,
            password_hash=Authority(env.storage, env.clock).hash_password(typed),
        )
        env.record(AuditAction.USER_ADD, f"user {user.id}", f"{name} as {role}")
        out.print(f"User {user.id} “{user.name}” added as {user.role}.")


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False) -> None:
    """List people and their roles."""
    with opened() as env:
        users = env.storage.users.list()
        if as_json:
            print_json(
                [{"id": u.id, "name": u.name, "role": u.role, "is_enabled": u.is_enabled} for u in users]
            )
            return
        rows = [
            [
                str(user.id),
                user.name,
                user.full_name,
                user.role.value,
                "all" if user.role is Role.ADMIN else str(len(user.camera_ids)),
                "" if user.is_enabled else "disabled",
            ]
            for user in users
        ]
        print_table(["No.", "Name", "Full name", "Role", "Cameras", ""], rows, empty="Nobody yet.")


@app.command()
def password(name: Name, password_stdin: PasswordStdin = False) -> None:
    """Set a new password and end the person's sessions."""
    with opened() as env:
        user = env.storage.users.by_name(name)
        if user is None:
            raise InvalidInput(f"there is no user {name!r}")
        typed = _typed_password(password_stdin=password_stdin)
        problems = password_problems(typed, user.name)
        refuse_fields(problems, kept="the password stays as it was", names={"password": "password"})
        env.storage.users.set_password(user.id, Authority(env.storage, env.clock).hash_password(typed))
        env.storage.sessions.end_all(user.id)
        env.record(AuditAction.USER_PASSWORD, f"user {user.id}", name)
        out.print("Password set.")


@app.command("setup-code")
def setup_code() -> None:
    """Print a fresh one-time code for making the first administrator at /setup."""
    with opened() as env:
        if env.storage.users.has_administrator():
            out.print("There is an administrator already; use  vms user add --role admin")
            raise typer.Exit(EXIT_FAILED)
        out.print(env.storage.meta.issue_setup_code())


def _typed_password(*, password_stdin: bool) -> str:
    """Return a password that is typed twice or piped in."""
    if password_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _camera_ids(env: Environment, names: list[str] | None) -> list[int]:
    return [env.storage.cameras.find(name).id for name in names or []]
