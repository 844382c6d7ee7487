"""The map of RFM: how many customers stand where, by their scores of recency and of frequency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.segments.rfm import SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_SCORES = range(1, 6)


def rfm_grid(rows: Iterable[Mapping[str, Any]], segments: Sequence[tuple[int, int, str]]) -> dict[str, Any]:
    """Lay out the 25 cells of recency by frequency.

    Parameters
    ----------
    rows : iterable of mapping
        ``r``, ``f`` (None without a purchase), ``segment_id``, ``customers`` and ``net_minor``, the segments
        of a cell from the largest on.
    segments : sequence of tuple
        The map of the segments: r, fm and segment id.

    Returns
    -------
    dict
        ``cells``, those without a customer too: ``r``, ``f``, ``customers``, ``net_minor``,
        ``mean_monetary_minor`` (None without a customer), the ``segment_id`` of most of its customers, and
        all its ``segments``: money parts the customers of a cell into up to three. ``unscored``: who never
        bought, so that all add up to the shop's customers. ``map``: the segment of each ``r`` and ``fm``.
        ``names``: of the segments.
    """
    found: dict[tuple[int | None, int | None], list[dict[str, Any]]] = {}
    for row in rows:
        part = {name: row[name] for name in ("segment_id", "customers", "net_minor")}
        found.setdefault((row["r"], row["f"]), []).append(part)
    unscored = found.get((None, None), [])
    return {
        "cells": [_cell(r, f, found.get((r, f), [])) for r in _SCORES for f in _SCORES],
        "unscored": {name: _sum(unscored, name) for name in ("customers", "net_minor")},
        "map": [{"r": r, "fm": fm, "segment_id": segment_id} for r, fm, segment_id in segments],
        "names": {each.segment_id: each.name for each in SEGMENTS.values()},
    }


def _cell(r: int, f: int, parts: list[dict[str, Any]]) -> dict[str, Any]:
    customers, net = _sum(parts, "customers"), _sum(parts, "net_minor")
    return {
        "r": r,
        "f": f,
        "customers": customers,
        "net_minor": net,
        "mean_monetary_minor": net / customers if customers else None,
        "segment_id": parts[0]["segment_id"] if parts else None,
        "segments": parts,
    }


def _sum(parts: list[dict[str, Any]], name: str) -> int:
    return sum(part[name] for part in parts)
