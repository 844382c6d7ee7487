"""What visitors do, as the API takes it: events in three shapes, who writes them, the session they shape."""

from __future__ import annotations
