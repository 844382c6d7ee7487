"""Write the lists in `docs/features.md` from `patronage.logic.features`: `python docs/write_features.py`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from patronage.logic.features import ENTITIES, features_of

if TYPE_CHECKING:
    from patronage.logic.features import Feature

PAGE = Path(__file__).parent / "features.md"
BEGIN = "<!-- features: written by docs/write_features.py, do not edit -->\n"
END = "<!-- end of features -->\n"


def main() -> None:
    """Write the lists anew."""
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def page_with(page: str) -> str:
    """Return the page with the lists of features between its marks."""
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    return before + BEGIN + "".join(map(_section, ENTITIES)) + "\n" + END + after


def _section(entity: str) -> str:
    lines = [
        f"\n### Of a {entity}\n\n",
        "| feature | type | window | holds hours | owner | query | meaning |\n",
        "|---|---|---|---|---|---|---|\n",
        *map(_line, features_of(entity)),
    ]
    return "".join(lines)


def _line(feature: Feature) -> str:
    none = "; 0 where there is none" if feature.is_zero_if_none else ""
    cells = (feature.kind, feature.window, feature.ttl_hours, feature.owner, f"`{feature.query}`")
    return f"| `{feature.name}` | {' | '.join(map(str, cells))} | {feature.description}{none} |\n"


if __name__ == "__main__":
    main()
