"""`vms key`: the key that camera passwords are sealed with."""

import typer

from storage.cameras.key_rotation import rotate_key
from storage.recovery.config_backup import back_up_config
from vms.cli.environment import opened, out
from vms.domain.audit import AuditAction
from vms.host.secret_key import KeyFiles
from vms.processes.app import BACKUPS

app = typer.Typer(no_args_is_help=True, help="Replace the key that camera passwords are encrypted with.")


@app.callback()
def _commands() -> None:
    """Make Typer keep the name of the only command."""


@app.command()
def rotate() -> None:
    """Encrypt every camera password with a new key, while everything runs; run it again if it was interrupted."""
    with opened() as env:
        files = KeyFiles(env.settings.data_dir)
        count = rotate_key(env.storage.database, files)
        env.record(AuditAction.KEY_ROTATE, "", f"{count} passwords")
        # The newest copy of the configuration is the one that a lost database is replaced by.
        back_up_config(env.storage.database, env.settings.data_dir / BACKUPS, env.clock.now_us())
        out.print(f"{count} camera passwords are encrypted with a new key.")
        out.print(
            f"Keep a copy of {env.settings.data_dir / 'secret.key'} elsewhere, and back the database up."
        )
