"""A shop's funnel: how many sessions, or visitors, look at a product, put it into the cart, and buy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.said import said
from patronage.logic.segments.journeys_slices import chosen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

STEPS = ("product_view", "cart_add", "purchase")
"""The steps after the first, as `journey_states.sql` names them."""

_NEEDS = {
    "product_view": said("no_product_views"),
    "cart_add": said("no_cart_adds"),
    "purchase": said("no_purchase_events"),
}


def sliced_funnel(
    document: Mapping[str, Any], unit: str, *, segment_id: str | None = None, channel: str | None = None
) -> dict[str, Any]:
    """Build the funnel of a segment and a channel, None of all of them, as `funnel` gives it.

    Parameters
    ----------
    document : mapping
        The counts of ``sessions`` and ``visitors`` by segment and channel, the ``channels``, and what is
        ``recorded``.
    unit : str
        "session" or "visitor".
    """
    rows = chosen(document[f"{unit}s"], segment_id=segment_id, channel=channel)
    return funnel(rows, document["recorded"], document["channels"], unit=unit)


def funnel(
    rows: Iterable[Mapping[str, Any]],
    recorded: Mapping[str, bool],
    channels: Iterable[Mapping[str, Any]],
    *,
    unit: str,
) -> dict[str, Any]:
    """Build a funnel, and one a channel, of the counts of `funnel_counts.sql`.

    Parameters
    ----------
    rows : iterable of mapping
        The counts by segment and ``channel_id``: of the whole shop, or of a part of it.
    recorded : mapping
        Whether the shop records each of `STEPS` anywhere.
    channels : iterable of mapping
        What the channels are called, as `journeys_slices.named` lists them.
    unit : str
        What is counted, and the name of the first step: "session" or "visitor".

    Returns
    -------
    dict
        ``steps`` and ``by_channel``, the largest first, and last the funnel that the small channels share
        (``is_folded``). A step's ``reached`` did it at all; ``in_order`` did each recorded step up to it in
        order, so that it falls from step to step; ``step_conversion`` is the share of the recorded step
        before, ``conversion`` of all. A step that is recorded nowhere is null, with a reason.
    """
    counts = list(rows)
    by_channel: dict[str, list[Mapping[str, Any]]] = {}
    for row in counts:
        by_channel.setdefault(row["channel_id"], []).append(row)
    return {
        "steps": _steps(counts, recorded, unit),
        "by_channel": [
            {**channel, "steps": _steps(by_channel[channel["channel_id"]], recorded, unit)}
            for channel in sorted(channels, key=lambda each: _size(each, by_channel))
            if channel["channel_id"] in by_channel
        ],
    }


def _size(
    channel: Mapping[str, Any], by_channel: Mapping[str, Sequence[Mapping[str, Any]]]
) -> tuple[bool, int, bool, str]:
    units = sum(row["units"] for row in by_channel.get(channel["channel_id"], ()))
    return channel["is_folded"], -units, channel["channel"] is None, channel["channel_id"]


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
    return {"step": name, **dict.fromkeys(measured), **_NEEDS[name].fields()}
