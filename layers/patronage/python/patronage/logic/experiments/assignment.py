"""Which arm of an experiment a visitor belongs to, the same each time and in every process.

The bucketing is GrowthBook's, so that its SDKs assign alike: FNV-1a of 32 bits (Fowler, Noll and Vo). Arms
use its version 2, over seed and value and once more over the decimal digits of the result, modulo 10,000;
namespaces its version 1, over value and seed, modulo 1,000.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_OFFSET, _PRIME = 0x811C9DC5, 0x01000193
_BUCKETS = 10_000
_PLACES = 1_000


def bucket_of(seed: str, value: str) -> float:
    """Return where a visitor falls, from 0 to under 1, in steps of 1/10,000.

    Parameters
    ----------
    seed : str
        The experiment's id.
    value : str
        The visitor's id.

    Examples
    --------
    >>> bucket_of("seed", "a"), bucket_of("seed", "b")
    (0.0505, 0.2696)
    """
    return _fnv1a(str(_fnv1a(seed + value))) % _BUCKETS / _BUCKETS


def place_in(namespace_id: str, value: str) -> float:
    """Return where a visitor stands in a namespace, from 0 to under 1, in steps of 1/1,000.

    Experiments whose ranges of one namespace do not overlap have no visitor in common.

    Examples
    --------
    >>> place_in("namespace2", "3"), place_in("namespace2", "1")
    (0.335, 0.537)
    """
    return _fnv1a(f"{value}__{namespace_id}") % _PLACES / _PLACES


def arm_at(bucket: float, weights: Sequence[float], *, coverage: float = 1.0) -> int | None:
    """Return the arm whose range holds a bucket; None for a visitor who takes no part.

    Each arm's range begins where the weights before it add up to, and is as long as its weight times the
    coverage, so that a greater coverage moves nobody from one arm to another.

    Examples
    --------
    >>> [arm_at(bucket, [0.5, 0.5], coverage=0.5) for bucket in (0.1, 0.3, 0.6, 0.9)]
    [0, None, 1, None]
    """
    begin = 0.0
    for arm, weight in enumerate(weights):
        if begin <= bucket < begin + weight * coverage:
            return arm
        begin += weight
    return None


def _fnv1a(text: str) -> int:
    found = _OFFSET
    for byte in text.encode():
        found = (found ^ byte) * _PRIME & 0xFFFFFFFF
    return found
