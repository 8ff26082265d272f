"""Puts the latest findings into docs/performance.md, between its two marks; what people wrote around them stays.

A table stays, too, until its benchmark has run again: nobody has two idle hours for all of them at once.

Run as `.venv/bin/python -m tests.bench.findings.performance_page`.
"""

import json
from dataclasses import fields
from typing import Any

from tests.bench.findings.measurement import Finding, markdown_table
from tests.bench.findings.results import RESULTS
from tests.support.source_files import PROJECT

PAGE = PROJECT / "docs" / "performance.md"
_BEGIN = "<!-- findings: written by tests/bench/findings/performance_page.py -->"
_END = "<!-- end of findings -->"
_MISSED = "Goals missed"
_SCALES = ("quick", "full")
_ORDER = (
    *("recorder", "fleet", "index", "timeline", "drawing", "pages", "pictures", "home", "review", "browser"),
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
    kept, _, after = rest.partition(_END)
    PAGE.write_text(f"{before}{_BEGIN}\n\n{_merged(kept, found)}{_END}{after}", encoding="utf-8")


def _merged(page: str, found: list[dict[str, Any]]) -> str:
    """Return the findings of the page with the new ones in place of older ones of the same titles."""
    titles = {body["title"] for body in found}
    sections = dict(part.split("\n", 1) for part in f"\n{page.strip()}\n\n".split("\n## ")[1:])
    still = sections.pop(_MISSED, "").splitlines()
    missed = [line for line in still if line.startswith("- ") and line[2:].partition(": ")[0] not in titles]
    missed = [line for body in found for line in _missed(body)] + missed
    sections |= {body["title"]: _section(body) for body in found}
    lines = "\n".join(missed or ["None."])
    return f"## {_MISSED}\n\n{lines}\n\n" + "".join(
        f"## {title}\n\n{text.strip()}\n\n" for title, text in sections.items()
    )


def findings_of(body: dict[str, Any]) -> list[Finding]:
    """Return the lines of a stored benchmark."""
    names = [each.name for each in fields(Finding)]
    return [Finding(**{name: record[name] for name in names}) for record in body["findings"]]


def _missed(body: dict[str, Any]) -> list[str]:
    return [
        f"- {body['title']}: {finding.what}: {finding.measured}"
        + (f", {finding.ratio:.2f}x" if finding.ratio is not None else "")
        + f" (goal {finding.goal})"
        for finding in findings_of(body)
        if finding.is_met is False
    ]


def _section(body: dict[str, Any]) -> str:
    made = f"`SIRING_BENCH_SCALE={body['scale']} make bench`, {body['made_at']}, load average {body['load_average']:.1f}"
    return f"{body['made_with']}\n\n{markdown_table(findings_of(body))}\n{made}; {body['machine']}."


if __name__ == "__main__":
    main()
