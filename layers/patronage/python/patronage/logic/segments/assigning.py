"""What a run publishes so that a customer's segments can be found again without the lake."""

from __future__ import annotations

import math
import struct
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.logic.segments.rfm_scores import Cuts

_SCALING = ("filler", "unit", "power", "low", "high", "mean", "deviation")


def rfm_rule(cuts: Mapping[str, Cuts], cells: Sequence[tuple[int, int, str]], unit: str) -> dict[str, Any]:
    """Write how a run scores and names: cut points, the map, and what an occasion is.

    Parameters
    ----------
    cuts : mapping
        Of r, f and m; recency counts negated there.
    cells : sequence of tuple
        The segment map as (r, fm, segment id).
    unit : str
        "days" or "orders".
    """
    named = {(r, fm): segment_id for r, fm, segment_id in cells}
    return {
        "frequency_unit": unit,
        "cuts": {letter: asdict(cut) for letter, cut in cuts.items()},
        "map": [[named[r, fm] for fm in range(1, 6)] for r in range(1, 6)],
    }


def assigning_of(rule: Mapping[str, Any], clusters: Mapping[str, Any]) -> dict[str, Any]:
    """Bring the rule of RFM and the clusters of a run together, as `assign` takes them.

    Parameters
    ----------
    rule : mapping
        As `rfm_rule` gives it.
    clusters : mapping
        The run's ``segments/clusters.json``.
    """
    pca = clusters["pca"]
    return {
        "rfm": dict(rule),
        "features": clusters["features"],
        "clusters": {
            # A list, for sums have an order.
            "scaling": [
                {"feature": name, **{each: clusters["scaling"][name][each] for each in _SCALING}}
                for name in clusters["features"]
                if name in clusters["scaling"]
            ],
            "directions": pca["directions"] if pca else None,
            "centres": clusters["centres"],
            "names": [each["name"] for each in clusters["clusters"]],
        },
    }


def pack_features(values: Sequence[float | None]) -> bytes:
    """Pack a customer's features, four bytes each, None for not known."""
    return struct.pack(f"<{len(values)}f", *(math.nan if value is None else value for value in values))


def unpack_features(packed: bytes) -> list[float | None]:
    """Return what `pack_features` packed."""
    values = struct.unpack(f"<{len(packed) // 4}f", packed)
    return [None if math.isnan(value) else value for value in values]


def as_stored(value: float) -> float:
    """Round a feature to the precision in which a run keeps it."""
    (stored,) = struct.unpack("<f", struct.pack("<f", value))
    return float(stored)
