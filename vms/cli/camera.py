"""`vms camera`: add, list, test, edit, remove and import cameras."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from vms.cli.camera_options import CameraOptions, takes_camera_options
from vms.cli.environment import (
    EXIT_FAILED,
    CameraName,
    Environment,
    opened,
    out,
    print_json,
    print_table,
    refuse_fields,
)
from vms.domain.audit import AuditAction
from vms.domain.camera import Camera, CameraDraft, StreamRole
from vms.domain.camera_address import is_address, parse_stream_url
from vms.domain.camera_table import CheckedTable, check_table
from vms.domain.camera_text import CameraText
from vms.domain.errors import InvalidInput
from vms.domain.form_fields import FieldProblem
from vms.domain.spreadsheet import LARGEST_TABLE_BYTES
from vms.ffmpeg.camera_probe import CameraReport, Grade, probe_camera

app = typer.Typer(no_args_is_help=True, help="Add, test and edit cameras.")

Url = Annotated[str | None, typer.Option(help="rtsp:// address; a login inside it is taken out and sealed.")]
Username = Annotated[str | None, typer.Option(help="User name at the camera; the password is asked for.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]
Enabled = Annotated[bool | None, typer.Option("--enable/--disable", help="Whether it records.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer for programs.")]


@app.command()
@takes_camera_options
def add(
    name: Annotated[str, typer.Argument(help="What people will call it.")],
    url: Annotated[str, typer.Argument(help="rtsp:// address; a login inside it is taken out and sealed.")],
    options: CameraOptions,
    username: Username = None,
    password_stdin: PasswordStdin = False,
) -> None:
    """Add a camera; it records within two seconds if purpose and retention are given."""
    with opened() as env:
        written = options.applied_to(CameraText(name=name, main_url=url))
        written = _with_login(written, username, password_stdin=password_stdin)
        names = {"name": "NAME", "main_url": "URL"}
        camera = env.storage.cameras.add(_checked(env, written, names, kept="nothing was added"))
        env.record(AuditAction.CAMERA_ADD, f"camera {camera.id}", camera.name)
        out.print(f"Camera {camera.id} “{camera.name}” added.")
        _warn_if_incomplete(camera)


@app.command("list")
def list_(
    as_json: AsJson = False, removed: Annotated[bool, typer.Option(help="Also removed ones.")] = False
) -> None:
    """List cameras with what the recorder says about them."""
    with opened() as env:
        cameras = env.storage.cameras.list(include_removed=removed)
        statuses = env.storage.cameras.statuses()
        if as_json:
            print_json([_as_dict(env, camera) for camera in cameras])
            return
        rows = []
        for camera in cameras:
            states = [
                f"{s.role}: {statuses[s.id].state if s.id in statuses else '-'}" for s in camera.streams
            ]
            kept = f"{camera.retention_days} d" if camera.retention_days else "not set"
            rows.append([str(camera.id), camera.name, camera.place, camera.agency, ", ".join(states), kept])
        print_table(
            ["No.", "Name", "Place", "Agency", "State", "Kept"],
            rows,
            empty="No cameras yet. Add one:  vms camera add NAME rtsp://…",
        )


@app.command("test")
def probe(
    camera: Annotated[
        str, typer.Argument(help="A camera's name, number ('#7') or UUID, or an rtsp:// address.")
    ],
    as_json: AsJson = False,
) -> None:
    """Say within ten seconds what a camera sends, or why not and what to do."""
    with opened() as env:
        if is_address(camera):
            url, credentials = parse_stream_url(camera)
        else:
            known = env.storage.cameras.find(camera)
            stream = known.stream(StreamRole.MAIN)
            if stream is None:
                raise InvalidInput(f"camera “{known.name}” has no stream")
            url, credentials = stream.url, env.storage.cameras.credentials(known.id)
        report = probe_camera(url, credentials, env.settings.camera_networks, env.clock)
    if as_json:
        print_json(
            [{"code": f.code, "verdict": f.grade, "text": f.text, "fix": f.fix} for f in report.findings]
        )
    else:
        _print_report(report)
    if not report.is_usable:
        raise typer.Exit(EXIT_FAILED)


@app.command()
@takes_camera_options
def edit(
    camera: CameraName,
    options: CameraOptions,
    name: Annotated[str | None, typer.Option(help="New name.")] = None,
    url: Url = None,
    username: Username = None,
    password_stdin: PasswordStdin = False,
    enabled: Enabled = None,
) -> None:
    """Change what is given, keep the rest; footage stays where it is."""
    with opened() as env:
        known = env.storage.cameras.find(camera)
        written = CameraText.of(known)
        written = replace(
            written,
            name=written.name if name is None else name,
            main_url=written.main_url if url is None else url,
            is_enabled=written.is_enabled if enabled is None else enabled,
        )
        written = _with_login(options.applied_to(written), username, password_stdin=password_stdin)
        draft = _checked(
            env,
            written,
            {"main_url": "--url"},
            kept=f"camera {known.id} “{known.name}” stays as it was",
            known=known,
        )
        changed = env.storage.cameras.edit(known.id, draft)
        env.record(AuditAction.CAMERA_EDIT, f"camera {changed.id}", changed.name)
        out.print(f"Camera {changed.id} “{changed.name}” changed.")
        _warn_if_incomplete(changed)


@app.command()
def remove(
    camera: CameraName, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False
) -> None:
    """Take a camera out of use; its footage stays until its retention ends."""
    with opened() as env:
        known = env.storage.cameras.find(camera)
        out.print(
            f"Camera {known.id} “{known.name}” stops recording. Its footage stays until its retention ends."
        )
        if not yes and not typer.confirm("Remove it?"):
            raise typer.Exit(EXIT_FAILED)
        env.storage.cameras.remove(known.id)
        env.record(AuditAction.CAMERA_REMOVE, f"camera {known.id}", known.name)
        out.print("Removed.")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV with a heading row; see docs/operations.md.")],
    dry_run: Annotated[bool, typer.Option(help="Only check the file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add many cameras from a CSV file: all of them, or none if a row is wrong."""
    with opened() as env:
        taken = {camera.name for camera in env.storage.cameras.list()}
        checked = check_table(_file_content(file), env.settings.camera_networks, taken)
        _print_verdicts(checked, as_json=as_json)
        if not checked.drafts:
            wrong = sum(row.draft is None for row in checked.rows)
            what = (
                f"{wrong} of {len(checked.rows)} rows are wrong" if checked.rows else f"{file} cannot be used"
            )
            raise InvalidInput(f"nothing was imported: {what}; correct the file and run the command again")
        added = env.storage.cameras.add_all(checked.drafts, is_rehearsal=dry_run)
        if not dry_run:
            for camera in added:
                env.record(AuditAction.CAMERA_ADD, f"camera {camera.id}", camera.name)
        if not as_json:
            out.print(f"{len(added)} cameras {'would be added' if dry_run else 'added'}.")


def _file_content(file: Path) -> bytes:
    """Return a file's bytes, at most a few more than a table may have; raises InvalidInput where it cannot be read."""
    try:
        with file.open("rb") as opened_file:
            return opened_file.read(LARGEST_TABLE_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"nothing was imported: {file} cannot be read: {error.strerror}") from error


def _with_login(written: CameraText, username: str | None, *, password_stdin: bool) -> CameraText:
    """Return what is written with the user name and a password that no argument list ever held (SEC-20)."""
    if username is None:
        return written
    password = (
        sys.stdin.readline().rstrip("\n") if password_stdin else typer.prompt("Password", hide_input=True)
    )
    return replace(written, username=username, password=password)


def _checked(
    env: Environment,
    written: CameraText,
    names: dict[str, str],
    *,
    kept: str,
    known: Camera | None = None,
) -> CameraDraft:
    """Return the draft; raises InvalidInput with all that is wrong."""
    stored = None if known is None else env.storage.cameras.credentials(known.id)
    checked = written.read(env.settings.camera_networks, stored, "" if known is None else known.name)
    position = dict.fromkeys(("latitude", "longitude"), "--position")
    refuse_fields(checked.problems, kept=kept, names=position | names)
    assert checked.draft is not None  # noqa: S101  # there is one where there are no problems
    return checked.draft


def _warn_if_incomplete(camera: Camera) -> None:
    missing = [
        word
        for word, is_set in (("--purpose", camera.purpose), ("--retention-days", camera.retention_days))
        if not is_set
    ]
    if missing:
        out.print(f"It does not record yet: set {' and '.join(missing)} with  vms camera edit '#{camera.id}'")


def _as_dict(env: Environment, camera: Camera) -> dict[str, object]:
    statuses = env.storage.cameras.statuses()
    return {
        "id": camera.id,
        "uuid": camera.uuid,
        "name": camera.name,
        "place": camera.place,
        "agency": camera.agency,
        "group": camera.group,
        "purpose": camera.purpose,
        "retention_days": camera.retention_days,
        "is_enabled": camera.is_enabled,
        "is_removed": camera.removed_us is not None,
        "has_credentials": camera.has_credentials,
        "streams": [
            {
                "id": stream.id,
                "role": stream.role,
                "url": str(stream.url),
                "state": statuses[stream.id].state if stream.id in statuses else None,
                "last_media_us": statuses[stream.id].last_media_us if stream.id in statuses else None,
            }
            for stream in camera.streams
        ],
    }


def _print_report(report: CameraReport) -> None:
    marks = {Grade.PASS: "[green]ok  [/]", Grade.WARN: "[yellow]note[/]", Grade.FAIL: "[red]FAIL[/]"}
    for finding in report.findings:
        out.print(f"{marks[finding.grade]}  {finding.text}")
        if finding.fix:
            out.print(f"      → {finding.fix}")


def _print_verdicts(checked: CheckedTable, *, as_json: bool) -> None:
    """Print what is wrong with the file, and a line for each of its rows."""
    if as_json:
        rows = [
            {
                "line": row.line,
                "name": row.name,
                "is_usable": row.draft is not None,
                "problems": [_problem(problem) for problem in row.problems],
            }
            for row in checked.rows
        ]
        is_usable = bool(checked.drafts)
        print_json(
            {"is_usable": is_usable, "problems": [_problem(p) for p in checked.problems], "rows": rows}
        )
        return
    for problem in checked.problems:
        out.print(f"{problem.field} {problem.text}", markup=False)
    if checked.is_guessed:
        out.print("The file is not UTF-8 and was read as Windows-1252: see that accented letters are right.")
    if checked.rows:
        verdicts = [
            [str(row.line), row.name, "\n".join(f"{p.field}  {p.text}" for p in row.problems) or "good"]
            for row in checked.rows
        ]
        print_table(["Line", "Camera", "Verdict"], verdicts, empty="")


def _problem(problem: FieldProblem) -> dict[str, str]:
    return {"field": problem.field, "rule": problem.rule, "text": problem.text}
