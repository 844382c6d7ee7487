"""Where the public data sets lie that are not ours to ship."""

from __future__ import annotations

import os
from pathlib import Path

SHARED = Path(os.environ.get("PATRONAGE_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
