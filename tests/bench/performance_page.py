"""Puts the latest findings into docs/performance.md, between its two marks; what people wrote around them stays.

Run as `.venv/bin/python -m tests.bench.performance_page`.
"""

import json
from dataclasses import fields
from typing import Any

from tests.bench.measurement import Finding, markdown_table
from tests.bench.results import RESULTS
from tests.support.source_files import PROJECT

PAGE = PROJECT / "docs" / "performance.md"
_BEGIN = "<!-- findings: written by tests/bench/performance_page.py -->"
_END = "<!-- end of findings -->"
_SCALES = ("quick", "full")
_ORDER = (
    *("recorder", "index", "timeline", "drawing", "pages", "pictures", "home", "review", "browser"),
    *("export", "rebuild", "purge"),
)


def main() -> None:
    """Replace the findings on the page with those of each benchmark's latest full run, or quick one where there is none.

    Raises:
        FileNotFoundError: there are none.
    """
    bodies = [json.loads(file.read_text(encoding="utf-8")) for file in RESULTS.glob("*.json")]
    if not bodies:
        message = f"no findings in {RESULTS}: run `make bench` first"
        raise FileNotFoundError(message)
    by_name: dict[str, dict[str, Any]] = {}
    for body in sorted(bodies, key=lambda body: _SCALES.index(body["scale"])):
        by_name[body["name"]] = body
    found = sorted(
        by_name.values(), key=lambda body: (_ORDER.index(body["name"].partition("-")[0]), body["name"])
    )
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    sections = [_missed(found), *(_section(body) for body in found)]
    PAGE.write_text(f"{before}{_BEGIN}\n\n{''.join(sections)}{_END}{after}", encoding="utf-8")


def findings_of(body: dict[str, Any]) -> list[Finding]:
    """Return the lines of a stored benchmark."""
    names = [each.name for each in fields(Finding)]
    return [Finding(**{name: record[name] for name in names}) for record in body["findings"]]


def _missed(found: list[dict[str, Any]]) -> str:
    lines = [
        f"- {body['title']}: {finding.what}: {finding.measured}"
        + (f", {finding.ratio:.2f}x" if finding.ratio is not None else "")
        + f" (goal {finding.goal})"
        for body in found
        for finding in findings_of(body)
        if finding.is_met is False
    ]
    return "## Goals missed\n\n" + "\n".join(lines or ["None."]) + "\n\n"


def _section(body: dict[str, Any]) -> str:
    made = f"`SIRING_BENCH_SCALE={body['scale']} make bench`, {body['made_at']}, load average {body['load_average']:.1f}"
    return (
        f"## {body['title']}\n\n{body['made_with']}\n\n{markdown_table(findings_of(body))}\n"
        f"{made}; {body['machine']}.\n\n"
    )


if __name__ == "__main__":
    main()
