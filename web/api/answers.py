"""Answers of the interface: JSON, and text that is compressed where that pays."""

import gzip
import json

from starlette.responses import Response

from web.http.state import Call

_WORTH_COMPRESSING = 2_000
_LEVEL = 4


def json_answer(request: Call, body: object) -> Response:
    """Return a JSON answer, compressed where it is long and the caller can take that."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text_answer(request, text, "application/json")


def text_answer(request: Call, text: str, media_type: str) -> Response:
    """Return a text that is nobody's secret beside another's choice of words, so that compression tells nothing."""
    data = text.encode()
    headers = {"Vary": "Accept-Encoding"}
    if len(data) > _WORTH_COMPRESSING and "gzip" in request.headers.get("accept-encoding", ""):
        data = gzip.compress(data, _LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(data, media_type=media_type, headers=headers)
