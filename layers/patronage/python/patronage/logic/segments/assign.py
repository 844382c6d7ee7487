"""The segments of one customer: what a run would say of these features, by what it published.

Plain Python, for functions that have neither DuckDB nor NumPy; `logic/sql/rfm_*.sql` and
`patronage.logic.segments.clusters` say the same of all customers at once, and tests hold the two equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.segments.nearest import nearest_cluster

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Features = Mapping[str, float | None]

_AMOUNTS = {"r": ("recency_days", -1), "f": ("frequency", 1), "m": ("net_minor", 1)}


def assign(
    features: Features, assigning: Mapping[str, Any], previous: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Find the segments of a customer.

    Parameters
    ----------
    features : mapping
        ``recency_days`` (None without a purchase), ``frequency`` (None for one without any order line),
        ``net_minor``, and those of the clusters: None where a value is not known, absent where nothing is
        said of it.
    assigning : mapping
        As `patronage.logic.segments.assigning` gives it.
    previous : mapping, optional
        Where the customer stood before: ``segment_id``, ``frequency`` and ``net_minor`` of then.

    Returns
    -------
    dict
        ``r``, ``f``, ``m`` (None without a purchase); ``scored_segment_id``, by these scores alone;
        ``segment_id``, which is the previous one while nothing but the calendar or the other customers
        changed by less than the margin; ``cluster_id``, ``cluster_distances`` to each centre, and
        ``cluster_lacks``: the features without which no cluster is named.
    """
    has_bought = bool(features["frequency"])
    rule = assigning["rfm"]
    scores = _scores(features, rule["cuts"], "least") if has_bought else dict.fromkeys("rfm")
    scored = _scored_segment(scores, features, rule["map"])
    kept = has_bought and previous is not None and _is_kept(features, previous, scored, rule)
    lacks = [name for name in assigning["features"] if name not in features] if has_bought else []
    cluster = nearest_cluster(features, assigning["clusters"]) if has_bought and not lacks else (None, None)
    return {
        **scores,
        "scored_segment_id": scored,
        "segment_id": previous["segment_id"] if kept and previous else scored,
        "cluster_id": cluster[0],
        "cluster_distances": cluster[1],
        "cluster_lacks": lacks,
    }


def _scores(features: Features, cuts: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {
        letter: 1 + _reached(sign * (features[name] or 0), cuts[letter][kind])
        for letter, (name, sign) in _AMOUNTS.items()
    }


def _reached(amount: float, cuts: Sequence[int | None]) -> int:
    return sum(cut is not None and amount >= cut for cut in cuts)


def _scored_segment(
    scores: Mapping[str, Any], features: Features, cells: Sequence[Sequence[str]]
) -> str | None:
    if features["frequency"] is None:
        return None
    if scores["r"] is None:
        return "no_purchase"
    segment_id: str = cells[scores["r"] - 1][_mean(scores["f"], scores["m"]) - 1]
    return segment_id


def _mean(f: int, m: int) -> int:
    """Return FM: the mean of F and M, rounded up at the half."""
    return (f + m + 1) // 2


def _is_kept(
    features: Features, previous: Mapping[str, Any], scored: str | None, rule: Mapping[str, Any]
) -> bool:
    """Say whether the customer did nothing since, and is within the margin of the previous segment."""
    was = previous["segment_id"]
    if was == scored or any(features[name] != previous[name] for name in ("frequency", "net_minor")):
        return False
    least = _scores(features, rule["cuts"], "strict")
    most = _scores(features, rule["cuts"], "lenient")
    fms = range(_mean(least["f"], least["m"]), _mean(most["f"], most["m"]) + 1)
    return any(rule["map"][r - 1][fm - 1] == was for r in range(least["r"], most["r"] + 1) for fm in fms)
