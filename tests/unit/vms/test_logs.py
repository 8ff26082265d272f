"""Lines of the log: one an event, with its ids and without what is meant for a terminal."""

import logging
from collections.abc import Iterator

import pytest

from vms.host.logs import set_up_logging


@pytest.fixture
def _handlers_put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.usefixtures("_handlers_put_back")
@pytest.mark.parametrize("format_name", ["text", "json"])
def test_line_holds_ids_and_no_colour(capsys: pytest.CaptureFixture[str], format_name: str) -> None:
    set_up_logging(level="INFO", format_name=format_name, service="web", redact=str)
    coloured = "Started server process [\x1b[36m%d\x1b[0m]"
    # As uvicorn logs.
    logging.getLogger("uvicorn.error").info(
        "Started server process [%d]", 7, extra={"color_message": coloured, "camera": 3}
    )
    line = capsys.readouterr().err
    assert "Started server process [7]" in line
    assert "camera" in line
    assert "\x1b" not in line
    assert "u001b" not in line
    assert "color_message" not in line
