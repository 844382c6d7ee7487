"""A graph of transitions that a Sankey diagram can draw: states numbered by step, so that nothing goes round.

A diagram of plain states fails at the first visitor who goes back from the cart to a product. Here a
state's node is the state *at a step*, links lead from one step to the next only, paths beyond the depth are
folded into a tail, and each path ends in an end or a tail: what flows into a node flows out of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LABELS = {"end": "exit", "tail": "other", "folded": "other", "unknown": "unknown"}
"""What a node is called that stands for no single state."""


def graph(rows: Iterable[Mapping[str, Any]], *, depth: int, end: str = LABELS["end"]) -> dict[str, Any]:
    """Build the nodes and links of the moves that `transition_links.sql` counts.

    Parameters
    ----------
    rows : iterable of mapping
        Moves by step: ``step``, ``kind``, ``state``, ``next_kind``, ``next_state`` and ``weight``.
    depth : int
        The last step that has states of its own.
    end : str
        What the end of a path is called.

    Returns
    -------
    dict
        ``nodes`` (``id`` from 0, ``step``, ``state``, ``kind``, ``weight``), ``links`` (``source`` and
        ``target``, which are ids of nodes, ``weight``, and its ``share`` of the source), ``depth``,
        ``journeys``, and ``cut``, the journeys that went on beyond the depth; ``is_cut`` if any did.
    """
    moves = list(rows)
    outflow: dict[tuple[int, str, str], int] = {}
    inflow: dict[tuple[int, str, str], int] = {}
    for move in moves:
        source, target = _ends(move, end)
        outflow[source] = outflow.get(source, 0) + move["weight"]
        inflow[target] = inflow.get(target, 0) + move["weight"]
    weights = {node: max(inflow.get(node, 0), outflow.get(node, 0)) for node in {*inflow, *outflow}}
    ordered = sorted(weights, key=lambda node: (node[0], -weights[node], node))
    ids = {node: number for number, node in enumerate(ordered)}
    cut = sum(weight for (_, kind, _), weight in weights.items() if kind == "tail")
    return {
        "nodes": [
            {"id": ids[node], "step": node[0], "kind": node[1], "state": node[2], "weight": weights[node]}
            for node in ordered
        ],
        "links": [_link(move, ids, outflow, end) for move in moves],
        "depth": depth,
        "journeys": sum(weights[node] for node in weights if node not in inflow),
        "cut": cut,
        "is_cut": cut > 0,
    }


def _ends(move: Mapping[str, Any], end: str) -> tuple[tuple[int, str, str], tuple[int, str, str]]:
    source = (move["step"], move["kind"], move["state"] or _label(move["kind"], end))
    target = (move["step"] + 1, move["next_kind"], move["next_state"] or _label(move["next_kind"], end))
    return source, target


def _label(kind: str, end: str) -> str:
    return end if kind == "end" else LABELS[kind]


def _link(
    move: Mapping[str, Any],
    ids: Mapping[tuple[int, str, str], int],
    outflow: Mapping[tuple[int, str, str], int],
    end: str,
) -> dict[str, Any]:
    source, target = _ends(move, end)
    return {
        "source": ids[source],
        "target": ids[target],
        "weight": move["weight"],
        "share": move["weight"] / outflow[source],
    }
