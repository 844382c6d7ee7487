"""Write `docs/openapi.json` from `patronage.logic.api`: `python docs/write_openapi.py`."""

from __future__ import annotations

import json
from pathlib import Path

from patronage.logic.api.openapi import openapi

FILE = Path(__file__).parent / "openapi.json"


def main() -> None:
    """Write the document anew."""
    FILE.write_text(json.dumps(openapi(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
