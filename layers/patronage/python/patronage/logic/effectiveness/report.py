"""The report of what recommendations led to, from sums by each dimension."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.said import said
from patronage.logic.serve.recommendation_id import RUNGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from patronage.logic.effectiveness.options import AttributionOptions
    from patronage.logic.said import Said

DIMENSIONS = ("model", "rung", "placement", "segment", "position", "day")
"""By what the figures can be asked for."""
MOST = 100
"""So many values of a dimension have a row of their own."""
REST = "(others)"
_SUMS = ("impressions", "clicks", "carts", "purchases", "revenue_minor")
_OFFLINE = ("ndcg_at_10", "recall_at_10", "hit_rate_at_10")
Row = dict[str, Any]


def figures(sums: Mapping[str, Any], options: AttributionOptions) -> Row:
    """Return the sums of a row with their rates.

    Parameters
    ----------
    sums : mapping
        Whole numbers; money in minor units.
    options : AttributionOptions
        Says with how few impressions no rate is given.

    Returns
    -------
    dict
        ``impressions``, ``clicks``, ``carts``, ``purchases``, ``revenue_minor``; ``ctr``, the share of the
        impressions that were clicked, whenever they were; ``cart_rate`` and ``conversion``, carts and
        purchases a click; and ``is_enough``. Without enough impressions, or without any click, a rate is
        None.
    """
    is_enough = sums["impressions"] >= options.least_impressions
    rates = {
        "ctr": _rate(sums["shown_clicks"], sums["impressions"]),
        "cart_rate": _rate(sums["carts"], sums["clicks"]),
        "conversion": _rate(sums["purchases"], sums["clicks"]),
    }
    found = {name: sums[name] for name in _SUMS}
    found |= rates if is_enough else dict.fromkeys(rates)
    if options.view_days:
        found["view_through"] = {
            "purchases": sums["viewed_purchases"],
            "revenue_minor": sums["viewed_revenue_minor"],
        }
    return found | {"is_enough": is_enough}


def reason_of(sums: Mapping[str, Any], options: AttributionOptions, *, is_whole: bool) -> Said | None:
    """Say why there are no rates, None where there are; not `is_whole` is of some days of the report."""
    if not sums["impressions"] and not sums["clicks"]:
        return said("no_answers_named" if is_whole else "none_of_these_days")
    if sums["impressions"] < options.least_impressions:
        return said("few_impressions", impressions=sums["impressions"], least=options.least_impressions)
    return None


def attributed_share(sums: Mapping[str, Any], shop: Mapping[str, Any]) -> float | None:
    """Return which share of the shop's revenue is due to recommendations; None where there is no revenue."""
    return _rate(sums["revenue_minor"], shop["revenue_minor"])


def rows_by(dimension: str, rows: Iterable[Mapping[str, Any]], options: AttributionOptions) -> list[Row]:
    """Return the rows of a dimension, each named by its value; None where the events do not say."""
    return [{dimension: _value(dimension, row), **figures(row, options)} for row in rows]


def versions(
    rows: Iterable[Mapping[str, Any]],
    offline: Mapping[tuple[str, str], Mapping[str, Any] | None],
    options: AttributionOptions,
) -> list[Row]:
    """Return the figures of each version of a model, beside those that it had before it went live.

    Parameters
    ----------
    rows : iterable of mapping
        Sums by version, whose value is ``<model>~<generation>``.
    offline : mapping
        By model and generation the metrics of the holdout; None where the lake has no record.
    options : AttributionOptions
    """
    found = []
    for row in rows:
        model, _, generation = (row["by_value"] or REST).partition("~")
        measured = offline.get((model, generation))
        found.append(
            {
                "model": model or None,
                "generation": generation or None,
                **figures(row, options),
                "offline": None if measured is None else {name: measured.get(name) for name in _OFFLINE},
            }
        )
    return found


def coverage_notes(coverage: Mapping[str, int]) -> list[str]:
    """Say in sentences what the figures leave out, so that nothing is missing in silence."""
    found = {name: coverage.get(name, 0) for name in COVERAGE_NOTES}
    return [COVERAGE_NOTES[name].format(n=f"{count:,}") for name, count in found.items() if count]


COVERAGE_NOTES = {
    "without_id": "{n} events of recommendations name no recommendation_id, so nobody knows what showed "
    "them; send back the id that the answer carries",
    "unreadable_ids": "{n} events have a recommendation_id that no answer had",
    "of_unknown_versions": "{n} impressions are of versions that the lake has no run of",
    "without_product": "{n} clicks name an answer but no product, and count for nothing",
    "without_position": "{n} events name no position, so their rung is not known",
    "without_visitor": "{n} events name neither customer nor session, and count for nothing",
    "orders_of_nobody": "{n} orders have no customer, and no purchase event names them: no click can be "
    "found for them",
    "without_impression": "{n} clicks have no impression of the same answer, so no rate counts them",
}
"""What a report leaves out, by the name of its count."""


def _value(dimension: str, row: Mapping[str, Any]) -> Any:
    if row["is_rest"]:
        return REST
    value = row["by_value"]
    if value is None:
        return None
    if dimension == "rung":
        return RUNGS.get(value, value)
    return int(value) if dimension == "position" else value


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def rule_of(options: AttributionOptions) -> str:
    """Say the rule of the attribution in a sentence."""
    told = (
        "A purchase counts once, for the last click of the same visitor on the same product, at most "
        f"{_days(options.click_days)} before the order; revenue is the orders' own, less what came back."
    )
    if options.view_days:
        told += (
            f" Without such a click it is told apart as seen where the product was shown at most "
            f"{_days(options.view_days)} before."
        )
    return told


def _days(count: int) -> str:
    return "24 hours" if count == 1 else f"{count} times 24 hours"
