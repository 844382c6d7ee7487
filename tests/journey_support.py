"""What tests of journeys share."""

from __future__ import annotations

STAGE = {
    "search": 1,
    "view": 2,
    "product_view": 2,
    "click": 3,
    "cart_add": 4,
    "cart_remove": 5,
    "purchase": 6,
}
"""How far an event is on the way to a purchase: of what happens at one instant, the first comes first."""


def moves_in(graph):
    """Return the links as {(step, state, next state): weight}."""
    nodes = {node["id"]: node for node in graph["nodes"]}
    return {
        (nodes[link["source"]]["step"], nodes[link["source"]]["state"], nodes[link["target"]]["state"]): link[
            "weight"
        ]
        for link in graph["links"]
    }
