"""Secrets are cut out of every text before anybody sees it: known values first, URL shapes second (SEC-20, SEC-21)."""

import re
from collections.abc import Iterable
from urllib.parse import quote

# To the last "@": a password may hold "/", "?", "#" and "@" itself, where a person did not encode them.
_LOGIN_IN_URL = re.compile(r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*://)\S+@")
# To the next part with a name, for the same reason.
_LOGIN_IN_PATH = re.compile(
    r"(?P<name>(?:password|passwd|pass|pwd|psw|pw|(?:user|login)pas)=)(?:[^&;?\s'\"]|[&;?](?![a-z]\w*=))+",
    re.IGNORECASE,
)
_SHORTEST = 3


class Redactor:
    """Cuts known secrets, raw and percent-encoded, and any login inside a URL out of texts, wherever in it."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: tuple[str, ...] = ()
        self.replace_secrets(secrets)

    def replace_secrets(self, secrets: Iterable[str]) -> None:
        """Take these values as the secrets from now on; values under three characters are left to the URL rule."""
        forms = {
            form
            for value in secrets
            if len(value) >= _SHORTEST
            for form in (value, quote(value, safe=""), quote(value), quote(value, safe="").lower())
        }
        self._forms = tuple(sorted(forms, key=len, reverse=True))

    def __call__(self, text: str) -> str:
        """Return the text without any secret."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, "***")
        return _LOGIN_IN_PATH.sub(r"\g<name>***", _LOGIN_IN_URL.sub(r"\g<scheme>***@", text))
