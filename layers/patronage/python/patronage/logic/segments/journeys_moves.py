"""Moves between states by segment and channel, as a document holds them: each move once, then its weights."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from patronage.logic.segments.journeys_graph import graph
from patronage.logic.segments.journeys_months import BEGINS
from patronage.logic.segments.journeys_slices import chosen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MOVE = ("step", "kind", "state", "next_kind", "next_state")
"""What a move is: from a state at a step to a state at the next."""


def moves_document(rows: Iterable[Mapping[str, Any]], *, depth: int, end: str) -> dict[str, Any]:
    """Write the moves that `transition_links.sql` counts.

    Parameters
    ----------
    rows : iterable of mapping
        `MOVE`, ``weight``, ``segment_id`` and ``channel_id``.
    depth, end
        As `graph` takes them.

    Returns
    -------
    dict
        ``moves``, each as `MOVE` names its places, the heaviest first; ``slices``, each with ``segment_id``,
        ``channel_id`` and ``weights``, by turns the place of a move and how many journeys make it.
    """
    by_slice: dict[tuple[str, str], dict[tuple[Any, ...], int]] = {}
    whole: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        move = tuple(row[name] for name in MOVE)
        by_slice.setdefault((row["segment_id"], row["channel_id"]), {})[move] = row["weight"]
        whole[move] += row["weight"]
    ordered = sorted(whole, key=lambda move: (move[0], -whole[move], *map(_nulls_last, move[1:])))
    places = {move: place for place, move in enumerate(ordered)}
    slices = [
        {"segment_id": segment_id, "channel_id": channel_id, "weights": _weights(moves, places)}
        for (segment_id, channel_id), moves in sorted(by_slice.items())
    ]
    return {"depth": depth, "end": end, "moves": [list(move) for move in ordered], "slices": slices}


def month_slices(document: Mapping[str, Any], rows: Iterable[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    """Write the slices of each month by the moves of the whole time.

    Parameters
    ----------
    document : mapping
        As `moves_document` writes it.
    rows : iterable of tuple
        ``begins``, ``segment_id``, ``channel_place``, the weight, and the places of `MOVE`; what is of one
        slice stands together.
    """
    places = {tuple(move): place for place, move in enumerate(document["moves"])}
    for (begins, segment_id, channel_place), found in groupby(rows, key=itemgetter(0, 1, 2)):
        weights = sorted((places[row[4:]], row[3]) for row in found)
        yield {
            BEGINS: begins,
            "segment_id": segment_id,
            "channel_place": channel_place,
            "weights": [number for pair in weights for number in pair],
        }


def graph_of(
    document: Mapping[str, Any], *, segment_id: str | None = None, channel: str | None = None
) -> dict[str, Any]:
    """Build the graph of a segment and a channel, None of all of them, as `graph` gives it."""
    found: Counter[int] = Counter()
    for each in chosen(document["slices"], segment_id=segment_id, channel=channel):
        weights = each["weights"]
        for place, weight in zip(weights[::2], weights[1::2], strict=True):
            found[place] += weight
    rows = [
        {**dict(zip(MOVE, move, strict=True)), "weight": found[place]}
        for place, move in enumerate(document["moves"])
        if place in found
    ]
    rows.sort(key=lambda row: (row["step"], -row["weight"]))  # else in the order of the whole shop's
    return graph(rows, depth=document["depth"], end=document["end"])


def _nulls_last(text: str | None) -> tuple[bool, str]:
    return text is None, text or ""


def _weights(moves: Mapping[tuple[Any, ...], int], places: Mapping[tuple[Any, ...], int]) -> list[int]:
    ordered = sorted((places[move], weight) for move, weight in moves.items())
    return [number for pair in ordered for number in pair]
