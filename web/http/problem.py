"""What went wrong with a request, as people and programs are told."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, as it is told.

    Attributes:
        code: short stable word for programs and translations. message: one plain sentence in English.
        reference: what a person can quote and the log holds; "" where nothing was logged.
    """

    status: int
    code: str
    message: str
    field: str = ""
    reference: str = ""
    retry_after_seconds: int | None = None

    def as_json(self) -> dict[str, object]:
        """Return the body of a JSON answer."""
        body: dict[str, object] = {"code": self.code, "message": self.message}
        if self.field:
            body["field"] = self.field
        if self.reference:
            body["reference"] = self.reference
        return {"error": body}
