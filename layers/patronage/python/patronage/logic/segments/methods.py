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
    listed, id_name : str
        The name of the list in it, and of the id of its entries.
    reads_events : bool
        Whether what visitors did decides it, beside what customers bought.
    """

    column: str
    file: str
    listed: str
    id_name: str
    reads_events: bool = False


METHODS = {
    "rfm": Method("segment_id", "rfm", "segments", "segment_id"),
    "kmeans": Method("cluster_id", "clusters", "clusters", "cluster_id"),
    "behaviour": Method("behaviour_id", "behaviour", "behaviours", "behaviour_id", reads_events=True),
    "lifecycle": Method("lifecycle_id", "lifecycle", "stages", "id", reads_events=True),
}


def described(method: str, found: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return name, description and rule of each segment by its id, as the JSON of its method says them.

    Beside them stands what they are made of: ``limits``, the numbers of a rule; ``name_parts`` of a cluster.
    """
    if method == "rfm":
        return {
            each.segment_id: {"name": each.name, "description": each.description}
            for each in SEGMENTS.values()
        }
    of = METHODS[method]
    told = ("name", "name_parts", "description", "rule", "limits", "profile")
    return {
        str(each[of.id_name]): {name: each[name] for name in told if name in each}
        for each in found[of.listed] or ()
    }
