"""Forms as a browser sends them."""

import re

from starlette.testclient import TestClient


def token(page: str) -> str:
    found = re.search(r'name="csrf-token" content="(\w+)"', page)
    assert found is not None
    return found[1]


def post(client: TestClient, url: str, **fields: str) -> tuple[int, str, str]:
    """Send a form as a browser does; return status, where to, and the page."""
    answer = client.post(url, data=fields, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", ""), answer.text
