"""No form of a known secret, and no login in a URL, passes the redactor (SEC-20, SEC-21)."""

import io
import json
import logging
import sys

import pytest

from vms.ffmpeg.redaction import Redactor
from vms.host.logs import set_up_logging

CANARY = "c4n@ry/pass word"


@pytest.mark.parametrize(
    "text",
    [
        f"password is {CANARY}",
        "rtsp://admin:c4n%40ry%2Fpass%20word@10.0.0.5/x: 401",
        "Did you mean file:rtsp://admin:c4n%40ry/pass%20word@10.0.0.5/x?",
        "rtsp://admin:unknown-secret@10.0.0.5/x",
        "rtsp://10.0.0.5/user=admin&password=unknown-secret&channel=1: 404",
        "rtsp://10.0.0.5/user=admin_PASSWORD=unknown-secret_channel=1",
        "DESCRIBE rtsp://10.0.0.5/live?user=admin&pwd=unknown-secret",
    ],
)
def test_secrets_are_cut_out(text: str) -> None:
    shown = Redactor([CANARY])(text)
    assert "***" in shown
    assert not any(part in shown for part in ("c4n", "pass%20word", "unknown-secret"))


def test_harmless_text_stays() -> None:
    assert Redactor([CANARY])("frame 12 at rtsp://10.0.0.5/x") == "frame 12 at rtsp://10.0.0.5/x"


@pytest.mark.parametrize("format_name", ["text", "json"])
def test_a_log_line_holds_its_ids_and_no_secret(monkeypatch: pytest.MonkeyPatch, format_name: str) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    try:
        set_up_logging(level="INFO", format_name=format_name, service="recorder", redact=Redactor([CANARY]))
        try:
            int(CANARY)
        except ValueError:
            logging.getLogger("x").exception("said %s", CANARY, extra={"camera": 7})
    finally:
        root.handlers[:], root.level = before
    text = stream.getvalue()
    assert CANARY not in text
    assert "camera" in text
    if format_name == "json":
        assert json.loads(text)["camera"] == 7
