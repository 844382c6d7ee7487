from __future__ import annotations

from unit.lookup.conftest import published, runs_made_once

__all__ = ["published", "runs_made_once"]
