"""Customer segments: how each is defined and computed."""

from patronage.logic.segments.rfm import SEGMENTS, Segment, default_map, map_sql, read_map

__all__ = ["SEGMENTS", "Segment", "default_map", "map_sql", "read_map"]
