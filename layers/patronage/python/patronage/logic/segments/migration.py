"""The migration matrix: who moved from which segment to which between two runs, and the money they carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_KINDS = ("stayed", "moved", "new", "gone")
_COUNTED = ("stayed", "came", "left", "new", "gone")


def totals_of(moves: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Sum a matrix by what happened to its customers.

    Parameters
    ----------
    moves : sequence of dict
        The cells: ``from_segment_id`` (None: new), ``to_segment_id`` (None: gone), ``customers``,
        ``net_minor`` and ``net_minor_change``.

    Returns
    -------
    dict
        Of each of "stayed", "moved", "new" and "gone" the ``…_customers``, ``…_net_minor`` (their net to the
        day of the later run, in minor units; 0 of those who are gone) and ``…_net_minor_change``.
    """
    totals = {
        f"{kind}_{figure}": 0 for kind in _KINDS for figure in ("customers", "net_minor", "net_minor_change")
    }
    for move in moves:
        for figure in ("customers", "net_minor", "net_minor_change"):
            totals[f"{_kind(move)}_{figure}"] += move[figure]
    return totals


def _kind(move: dict[str, Any]) -> str:
    if move["from_segment_id"] is None:
        return "new"
    if move["to_segment_id"] is None:
        return "gone"
    return "stayed" if move["from_segment_id"] == move["to_segment_id"] else "moved"


def moved_by_segment(moves: Sequence[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Count the customers of a matrix by segment.

    Returns
    -------
    dict
        By segment id: ``stayed``, ``came`` and ``left`` from and to another one, ``new`` to the shop, and
        ``gone`` from it.
    """
    found: dict[str, dict[str, int]] = {}
    for move in moves:
        kind, customers = _kind(move), move["customers"]
        came, left = {"moved": ("came", "left")}.get(kind, (kind, kind))
        for segment_id, name in {(move["to_segment_id"], came), (move["from_segment_id"], left)}:
            if segment_id is not None:
                counts = found.setdefault(segment_id, dict.fromkeys(_COUNTED, 0))
                counts[name] += customers
    return found
