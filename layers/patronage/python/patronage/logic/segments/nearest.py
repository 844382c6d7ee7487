"""The cluster nearest to one customer, in plain Python; `clusters` finds those of all with NumPy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def nearest_cluster(
    features: Mapping[str, float | None], clusters: Mapping[str, Any]
) -> tuple[str | None, list[float] | None]:
    """Find the nearest centre, the first one where several are as near.

    Parameters
    ----------
    features : mapping
        Every feature that is scaled; None takes the filler.
    clusters : mapping
        ``scaling``, ``directions`` and ``centres``, as `assigning_of` gives them.

    Returns
    -------
    tuple
        Id of the cluster, and the distances to all centres; None and None where there is no cluster.
    """
    if not clusters["centres"]:
        return None, None
    place = [_scaled(features[scaling["feature"]], scaling) for scaling in clusters["scaling"]]
    if clusters["directions"]:
        place = [_along(place, direction) for direction in clusters["directions"]]
    squares = [_square(place, centre) for centre in clusters["centres"]]
    return str(squares.index(min(squares))), [math.sqrt(square) for square in squares]


def _scaled(value: float | None, scaling: Mapping[str, Any]) -> float:
    known: float = scaling["filler"] if value is None else value
    straight = _yeo_johnson(known / scaling["unit"], scaling["power"])
    bounded = min(max(straight, scaling["low"]), scaling["high"])
    return float((bounded - scaling["mean"]) / scaling["deviation"])


def _yeo_johnson(value: float, power: float) -> float:
    logged = math.log1p(abs(value))
    return _raised(logged, power) if value >= 0 else -_raised(logged, 2 - power)


def _raised(logged: float, power: float) -> float:
    return logged if abs(power) < 1e-12 else math.expm1(power * logged) / power


def _along(place: Sequence[float], direction: Sequence[float]) -> float:
    total = 0.0
    for value, weight in zip(place, direction, strict=True):
        total += value * weight
    return total


def _square(place: Sequence[float], centre: Sequence[float]) -> float:
    total = 0.0
    for value, middle in zip(place, centre, strict=True):
        total += (value - middle) ** 2
    return total
