"""What value reaches which score of recency, frequency and money: quintiles, or the shop's own thresholds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MEASURES = {"r": "recency", "f": "frequency", "m": "monetary"}
_COLUMNS = {"r": "-recency_days", "f": "frequency", "m": "net_minor"}
_FURTHEST = 2**62


@dataclass(frozen=True)
class Cuts:
    """The least values that reach the scores 2 to 5 of one measure; None where nobody reaches a score.

    Recency counts negated, so that the greater value is always the better one. `lenient` and `strict` are
    the same a margin earlier and later: by as much as a customer's place among all may wobble.
    """

    least: Sequence[int | None]
    lenient: Sequence[int | None]
    strict: Sequence[int | None]


def quintile_cuts(rows: Iterable[Mapping[str, Any]]) -> dict[str, Cuts]:
    """Read the rows of `rfm_quintiles` (measure, score, least, lenient, strict) as cuts of r, f and m."""
    found = sorted(rows, key=lambda row: int(row["score"]))
    return {
        letter: Cuts(
            *([row[kind] for row in found if row["measure"] == measure] for kind in Cuts.__match_args__)
        )
        for letter, measure in MEASURES.items()
    }


def threshold_cuts(thresholds: Mapping[str, Sequence[float]], *, minor_digits: int) -> dict[str, Cuts]:
    """Write a shop's thresholds as cuts; a value that equals a threshold gets the better score.

    They have no margin: only what a customer does, or the calendar once, carries anybody across them.

    Parameters
    ----------
    thresholds : mapping
        As in `SegmentOptions`: days, occasions, and units of the shop's currency, ascending.
    minor_digits : int
        Digits of the currency's minor unit.
    """
    cuts = {}
    for letter, measure in MEASURES.items():
        if measure in thresholds:
            exact = [Decimal(str(value)) for value in thresholds[measure]]
            if letter == "r":
                whole = [-math.floor(days) for days in reversed(exact)]
            else:
                unit = 10**minor_digits if letter == "m" else 1
                whole = [math.ceil(value * unit) for value in exact]
            bounded = [max(-_FURTHEST, min(_FURTHEST, value)) for value in whole]
            cuts[letter] = Cuts(bounded, bounded, bounded)
    return cuts


def scored_sql(cuts: Mapping[str, Cuts]) -> str:
    """Write the query that scores `rfm_customers`: r, f and m from 1 to 5, null without a purchase."""
    scores = ", ".join(
        f"CASE WHEN frequency > 0 THEN {_score(letter, cuts[letter].least)} END AS {letter}"
        for letter in MEASURES
    )
    return f"SELECT *, {scores} FROM rfm_customers"


def margins_sql(cuts: Mapping[str, Cuts]) -> str:
    """Write the query of the least and the most that each buyer's scores are within the margin."""
    scores = ", ".join(
        f"{_score(letter, values)} AS {letter}_{end}"
        for letter in MEASURES
        for end, values in (("least", cuts[letter].strict), ("most", cuts[letter].lenient))
    )
    return f"SELECT customer_id, {scores} FROM rfm_customers WHERE frequency > 0"


def stated(cuts: Mapping[str, Cuts]) -> dict[str, list[int | None]]:
    """State what the scores 2 to 5 take: at most so many days, at least so many occasions and minor units."""
    sign = {"r": -1, "f": 1, "m": 1}
    return {
        letter: [None if value is None else sign[letter] * value for value in cuts[letter].least]
        for letter in MEASURES
    }


def _score(letter: str, reached: Sequence[int | None]) -> str:
    steps = [
        f"CASE WHEN {_COLUMNS[letter]} >= {value} THEN 1 ELSE 0 END" for value in reached if value is not None
    ]
    return " + ".join(["1", *steps])
