"""The journey from one purchase to the next: who comes back, and after how long."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from patronage.logic.segments.quantiles import quantile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

STAGES = 10
"""Purchases that have a stage of their own."""

WITHIN_DAYS = (30, 60, 90, 180, 365)
"""Windows, in days, in which a return is counted."""

_OF_STAGE = ("customers", "returned", "median_days")
_QUARTERS = {"first_quartile_days": 0.25, "median_days": 0.5, "third_quartile_days": 0.75}


def stages(
    gaps: Iterable[Mapping[str, Any]], within: Mapping[int, Iterable[Mapping[str, Any]]]
) -> list[dict[str, Any]]:
    """Describe each stage of a customer's life by the number of the purchase.

    Parameters
    ----------
    gaps : iterable of mapping
        ``number``, ``days_to_next`` (None: not yet), ``customers`` and ``net_minor``, ordered by number and
        days, those not yet back last.
    within : mapping
        A window in days to ``number``, ``customers`` (whose purchase is at least so long ago) and
        ``returned``.

    Returns
    -------
    list of dict
        ``purchase`` (1 is the first), ``customers``, their ``net_minor`` at it, how many ``returned`` so
        far, ``repeat_rate`` and the quartiles and mean of the days until they did. A rate over all customers
        is low where many have only just bought; ``within`` counts only those who had the whole window.
    """
    by_window = {days: {row["number"]: row for row in rows} for days, rows in within.items()}
    found = []
    for number, group in groupby(gaps, key=itemgetter("number")):
        rows = list(group)
        back = [(row["days_to_next"], row["customers"]) for row in rows if row["days_to_next"] is not None]
        customers, returned = sum(row["customers"] for row in rows), sum(count for _, count in back)
        found.append(
            {
                "purchase": number,
                "customers": customers,
                "net_minor": sum(row["net_minor"] for row in rows),
                "returned": returned,
                "repeat_rate": returned / customers,
                "mean_days": sum(days * count for days, count in back) / returned if returned else None,
                **{name: quantile(back, share) for name, share in _QUARTERS.items()},
                "within": [_window(days, rows_of.get(number)) for days, rows_of in by_window.items()],
            }
        )
    return found


def _window(days: int, row: Mapping[str, Any] | None) -> dict[str, Any]:
    if row is None:
        return {"days": days, "customers": 0, "returned": 0, "repeat_rate": None}
    rate = row["returned"] / row["customers"]
    return {"days": days, "customers": row["customers"], "returned": row["returned"], "repeat_rate": rate}


def stage_slices(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Gather what `journey_stages.sql` counts: a slice each, with the ``stages`` that `stage_graph` takes.

    A slice is of a ``segment_id`` and a ``channel_id``; None is all of them.
    """
    by_slice: dict[tuple[str | None, str | None], list[dict[str, Any]]] = {}
    for row in rows:
        stage = {"purchase": row["number"]} | {name: row[name] for name in _OF_STAGE}
        by_slice.setdefault((row["segment_id"], row["channel_id"]), []).append(stage)
    return [
        {"segment_id": segment_id, "channel_id": channel_id, "stages": found}
        for (segment_id, channel_id), found in by_slice.items()
    ]


def stage_graph(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Build the graph of purchase to purchase: each stage leads to the next or to no further purchase (yet).

    Shaped as `journeys_graph.graph`; a link to the next purchase also has the ``median_days`` between.
    """
    nodes: list[dict[str, Any]] = []
    links: list[dict[str, Any]] = []

    def node(step: int, kind: str, state: str, weight: int) -> int:
        nodes.append({"id": len(nodes), "step": step, "kind": kind, "state": state, "weight": weight})
        return len(nodes) - 1

    def link(source: int, target: int, weight: int, of: int, median_days: float | None) -> None:
        share = weight / of
        links.append(
            {"source": source, "target": target, "weight": weight, "share": share, "median_days": median_days}
        )

    here = node(1, "state", "purchase 1", found[0]["customers"]) if found else 0
    for stage in found:
        number, customers, returned = stage["purchase"], stage["customers"], stage["returned"]
        if returned:
            is_last = number == len(found)
            state = "other" if is_last else f"purchase {number + 1}"
            there = node(number + 1, "tail" if is_last else "state", state, returned)
            link(here, there, returned, customers, stage["median_days"])
        if customers > returned:
            gone = node(number + 1, "end", "no further purchase", customers - returned)
            link(here, gone, customers - returned, customers, None)
        if returned:
            here = there
    cut = found[-1]["returned"] if found else 0
    journeys = found[0]["customers"] if found else 0
    return {
        "nodes": nodes,
        "links": links,
        "depth": len(found),
        "journeys": journeys,
        "cut": cut,
        "is_cut": cut > 0,
    }
