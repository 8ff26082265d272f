"""How every process logs: one line an event, with its ids, as text or JSON, and never a secret."""

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from typing_extensions import override

_STANDARD = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {
    "message",
    "asctime",
    "taskName",
    # What uvicorn adds for terminals: the message once more, with colour codes.
    "color_message",
}


def set_up_logging(*, level: str, format_name: str, service: str, redact: Callable[[str], str]) -> None:
    """Send this process's log to standard error.

    Args:
        level: name such as "INFO". format_name: "text" or "json".
        service: which process speaks, such as "recorder".
        redact: applied to each finished line, so that no secret passes whatever logged it (SEC-20).
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_LineFormatter(service=service, is_json=format_name == "json", redact=redact))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Access lines hold query strings; the web process writes its own, without them (COC-10).
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    # It tells each revision of each new file, such as a copy of the configuration; `vms up` says what it upgrades.
    logging.getLogger("alembic").setLevel(logging.WARNING)


class _LineFormatter(logging.Formatter):
    """Formats a record as one line, ids included, secrets excluded."""

    def __init__(self, *, service: str, is_json: bool, redact: Callable[[str], str]) -> None:
        super().__init__()
        self._service, self._is_json, self._redact = service, is_json, redact

    @override
    def format(self, record: logging.LogRecord) -> str:
        ids = {key: value for key, value in record.__dict__.items() if key not in _STANDARD}
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        message = record.getMessage()
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        if self._is_json:
            fields = {
                "at": moment,
                "level": record.levelname,
                "service": self._service,
                "message": message,
                **ids,
            }
            if trace:
                fields["trace"] = trace
            return self._redact(json.dumps(fields, default=str, ensure_ascii=False))
        extra = "".join(f" {key}={value}" for key, value in ids.items())
        line = f"{moment} {record.levelname:<7} {self._service}: {message}{extra}"
        return self._redact(f"{line}\n{trace}" if trace else line)
