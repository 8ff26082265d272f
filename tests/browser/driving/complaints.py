"""What a browser complains of while a page is used: script errors, blocked resources, failed requests."""

from playwright.sync_api import ConsoleMessage, Page


class Complaints:
    """Collects errors of a page from now on."""

    def __init__(self, page: Page) -> None:
        """Watch `page`."""
        self._found: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._found.append(f"uncaught: {error}"))

    def all(self) -> list[str]:
        """Return every complaint so far."""
        return list(self._found)

    def serious(self) -> list[str]:
        """Return complaints but those of requests that the server answered with an error, which pages deal with."""
        return [text for text in self._found if "Failed to load resource" not in text]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._found.append(f"{message.text} ({message.location.get('url', '')})")
