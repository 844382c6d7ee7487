"""Write the table of faults in docs/reliability.md from what `make chaos` found.

Run as ``python -m docs.write_reliability`` after `make chaos`, which keeps its outcomes in ``build/chaos``.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
OUTCOMES = ROOT / "build" / "chaos" / "outcomes.json"
PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"
HEADER = "| where | fault | calls struck | what came of it |\n|---|---|---|---|\n"
_NUMBER = re.compile(r"write (\d+)$")


def main() -> int:
    """Replace the table between the marks."""
    if not OUTCOMES.is_file():
        sys.exit(f"{OUTCOMES.relative_to(ROOT)} is not there; run `make chaos` first")
    kept = json.loads(OUTCOMES.read_text(encoding="utf-8"))
    outcomes = [each for test in sorted(kept) for each in kept[test]]
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table(outcomes)}{END}{after}", encoding="utf-8")
    return 0


def table(outcomes: list[dict[str, object]]) -> str:
    """Return the table; the same fault at one write after another is one row."""
    rows: dict[tuple[str, str, str], list[dict[str, object]]] = defaultdict(list)
    for each in outcomes:
        where = re.sub(r": \d+ steps$", "", str(each["where"]))
        rows[where, _NUMBER.sub("write", str(each["fault"])), str(each["outcome"])].append(each)
    told = []
    for (where, fault, outcome), found in rows.items():
        numbers = sorted({int(match[1]) for each in found if (match := _NUMBER.search(str(each["fault"])))})
        is_row = len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1
        which = f"{numbers[0]} to {numbers[-1]}" if is_row else " and ".join(map(str, numbers))
        struck = sum(int(str(each["struck"])) for each in found)
        told.append(f"| {where} | {f'{fault} {which}'.rstrip()} | {struck or ''} | {outcome} |\n")
    return HEADER + "".join(told)


if __name__ == "__main__":
    sys.exit(main())
