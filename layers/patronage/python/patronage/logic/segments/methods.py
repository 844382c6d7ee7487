"""The ways to part customers into segments, and where each says what its segments are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patronage.logic.segments.rfm import SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Method:
    """One way.

    Parameters
    ----------
    column : str
        Of a run's `customers.parquet`: a customer's segment by it.
    file : str
        The JSON of the run that describes the segments.
    listed : str
        The name of the list in it.
    """

    column: str
    file: str
    listed: str


METHODS = {
    "rfm": Method("segment_id", "rfm", "segments"),
    "kmeans": Method("cluster_id", "clusters", "clusters"),
    "behaviour": Method("behaviour_id", "behaviour", "segments"),
    "lifecycle": Method("lifecycle_id", "lifecycle", "stages"),
}


def described(method: str, found: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what is said of each segment in the JSON of its method, by the segment's id."""
    if method == "rfm":
        return {
            each.segment_id: {
                "segment_id": each.segment_id,
                "name": each.name,
                "description": each.description,
            }
            for each in SEGMENTS.values()
        }
    return {}
