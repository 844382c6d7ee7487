"""Where the data sets lie: the bundled real orders, and public ones that are not ours to ship."""

from __future__ import annotations

import os
from pathlib import Path

ORDERS = Path(__file__).parents[1] / "data" / "online-retail-ii-2009-2010.parquet"
SHARED = Path(os.environ.get("PATRONAGE_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
