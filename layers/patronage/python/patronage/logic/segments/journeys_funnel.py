"""A shop's funnel: how many sessions, or visitors, look at a product, put it into the cart, and buy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

STEPS = ("product_view", "cart_add", "purchase")
"""The steps after the first, as `journey_states.sql` names them."""

MAX_CHANNELS = 20
"""Channels that have a funnel of their own; smaller ones share one."""

_NEEDS = {
    "product_view": "no event is a view or click that names a product",
    "cart_add": "no event is a cart_add",
    "purchase": "no event is a purchase",
}


def funnel(
    rows: Iterable[Mapping[str, Any]],
    recorded: Mapping[str, bool],
    *,
    unit: str,
    channels: int = MAX_CHANNELS,
) -> dict[str, Any]:
    """Build a funnel, and one a channel, of the counts of `funnel_counts.sql`.

    Parameters
    ----------
    rows : iterable of mapping
        The counts by channel, the largest channel first.
    recorded : mapping
        Whether the shop records each of `STEPS` anywhere.
    unit : str
        What is counted, and the name of the first step: "session" or "visitor".
    channels : int
        Of more channels, the smallest share one funnel, whose ``is_folded`` is true.

    Returns
    -------
    dict
        ``steps`` and ``by_channel``. A step's ``reached`` did it at all; ``in_order`` did each recorded step
        up to it in order, so that it falls from step to step; ``step_conversion`` is the share of the
        recorded step before, ``conversion`` of all. A step that is recorded nowhere is null, with a reason.
    """
    counts = list(rows)
    own, small = counts[:channels], counts[channels:]
    by_channel = [
        {"channel": row["channel"], "is_folded": False, "steps": _steps([row], recorded, unit)} for row in own
    ]
    if small:
        by_channel.append({"channel": None, "is_folded": True, "steps": _steps(small, recorded, unit)})
    return {"steps": _steps(counts, recorded, unit), "by_channel": by_channel}


def _steps(rows: list[Mapping[str, Any]], recorded: Mapping[str, bool], unit: str) -> list[dict[str, Any]]:
    units = sum(row["units"] for row in rows)
    steps = [_step(unit, units, units, before=None, units=units)]
    before = units
    for name in STEPS:
        if not recorded[name]:
            steps.append(_absent(name))
            continue
        in_order = sum(row[f"ordered_{name}"] for row in rows)
        reached = sum(row[f"reached_{name}"] for row in rows)
        steps.append(_step(name, reached, in_order, before=before, units=units))
        before = in_order
    return steps


def _step(name: str, reached: int, in_order: int, *, before: int | None, units: int) -> dict[str, Any]:
    return {
        "step": name,
        "reached": reached,
        "in_order": in_order,
        "step_conversion": in_order / before if before else None,
        "conversion": in_order / units if units else None,
        "reason": None,
    }


def _absent(name: str) -> dict[str, Any]:
    measured = ("reached", "in_order", "step_conversion", "conversion")
    return {"step": name, **dict.fromkeys(measured), "reason": _NEEDS[name]}
