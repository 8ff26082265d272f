"""No form of a known secret, and no login in a URL, passes the redactor (SEC-20, SEC-21)."""

import io
import json
import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vms.ffmpeg.redaction import Redactor
from vms.host.logs import set_up_logging

CANARY = "c4n@ry/pass word"
PRINTABLE = st.characters(exclude_categories=["Cs", "Cc", "Cn"]).filter(
    lambda c: c.isprintable() and c != " "
)


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
        "rtsp://admin:2024/unknown-secret@10.0.0.5/x: 404",
        "rtsp://admin:20?24#unknown-secret@10.0.0.5/x",
        "rtsp://admin:a@b/unknown-secret@10.0.0.5/x",
        "rtsp://10.0.0.5/user=admin&password=20/24?unknown-secret&channel=1",
        "rtsp://10.0.0.5/?user=admin&pw=unknown-secret",
    ],
)
def test_secrets_are_cut_out(text: str) -> None:
    shown = Redactor([CANARY])(text)
    assert "***" in shown
    assert not any(part in shown for part in ("c4n", "pass%20word", "unknown-secret"))


@given(st.text(PRINTABLE, max_size=8), st.text(PRINTABLE, max_size=8))
def test_address_that_is_badly_written_gives_no_password_to_the_log(before: str, after: str) -> None:
    """Trial 16."""
    shown = Redactor()(f"cannot open rtsp://admin:{before}unknown-secret{after}@10.0.0.12/s: refused")
    assert shown.startswith("cannot open rtsp://***@")
    assert shown.endswith("10.0.0.12/s: refused")
    assert "unknown-secret" not in shown


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
