"""The demonstration, running, with a browser that has signed in."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext

from tests.support.processes import running

_READY_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class RunningDemo:
    """Where the demonstration's portal is and who may sign in."""

    url: str
    user: str
    password: str = field(repr=False)

    def sign_in(self, context: BrowserContext) -> None:
        """Sign the context in; every page of it is then somebody's."""
        page = context.new_page()
        page.goto(f"{self.url}/sign-in")
        page.locator('input[name="name"]').fill(self.user)
        page.locator('input[name="password"]').fill(self.password)
        page.locator(".login-form button.primary").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        page.close()


@contextmanager
def running_demo(folder: Path) -> Iterator[RunningDemo]:
    """Run `vms demo` while the block lasts; six cameras, over an hour of past."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VMS_")}
    environment["VMS_DATA"] = str(folder / "demo")
    command = [sys.executable, "-m", "vms", "demo", "--port", "0"]
    with running(command, folder / "demo.log", env=environment) as child:
        said = child.wait_for_output("Ready  ", seconds=_READY_SECONDS)
        found = re.search(r"Ready  (\S+)  user: (\S+)  password: (\S+)", said)
        assert found is not None, said
        yield RunningDemo(found[1], found[2], found[3])
