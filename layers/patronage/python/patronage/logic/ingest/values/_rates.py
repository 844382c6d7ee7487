"""The rate table that converts amounts to the shop's currency: what the user gives, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from patronage.errors import BadInput
from patronage.logic.queries import literal

if TYPE_CHECKING:
    from collections.abc import Sequence

_TYPE = "DECIMAL(18,8)"
_RATE = re.compile(r"[0-9]{1,10}(\.[0-9]{1,8})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Rates:
    """Units of the shop's currency for one unit of another.

    Parameters
    ----------
    by_currency : mapping
        ISO 4217 code to its rates, each with the day from which it holds, in rising order; `date.min` is
        always.

    Examples
    --------
    >>> rates = Rates.from_mapping({"USD": "0.92", "SEK": {"2025-01-01": "0.088", "2026-01-01": "0.091"}})
    >>> rates.by_currency["USD"][0][1]
    Decimal('0.92')
    """

    by_currency: Mapping[str, tuple[tuple[date, Decimal], ...]] = field(default_factory=dict)

    @classmethod
    def from_mapping(cls, values: Mapping[str, object]) -> Rates:
        """Build the table from plain values: a rate as text, or rates by the day from which they hold.

        Raises
        ------
        BadInput
            A code, day or rate is none. Rates are texts, because 0.1 as a float is not 0.1.
        """
        return cls({code: _dated(code, given) for code, given in values.items()})

    def rate_sql(self, currency: str, day: str, *, shop_currency: str) -> str:
        """Write the expression of the rate, DECIMAL(18,8), or NULL where there is none.

        Parameters
        ----------
        currency : str
            An expression of an ISO code; NULL has no rate.
        day : str
            An expression of type DATE: the day, in the shop's zone, of which the rate is taken.
        shop_currency : str
            The shop's own, whose rate is 1.
        """
        rates = {
            code: _since(day, dated) for code, dated in self.by_currency.items() if code != shop_currency
        }
        cases = " ".join(f"WHEN {literal(code)} THEN {rate}" for code, rate in rates.items())
        own = f"WHEN {literal(shop_currency)} THEN {_number(Decimal(1))}"
        return f"CASE {currency} {own} {cases} END".replace("  ", " ")


def convert_sql(amount: str, currency: str, day: str, *, rates: Rates, shop_currency: str) -> str:
    """Write an amount, DECIMAL(18,4), in the shop's currency: exact, DECIMAL(38,12), rounded by nobody yet.

    It is NULL where the currency has no rate on that day.
    """
    # DuckDB multiplies two DECIMAL(18) as DECIMAL(18), which overflows from 10^6 on: one must be wider.
    return f"(CAST({amount} AS DECIMAL(36,4)) * {rates.rate_sql(currency, day, shop_currency=shop_currency)})"


def _dated(code: str, given: object) -> tuple[tuple[date, Decimal], ...]:
    if not re.fullmatch("[A-Z]{3}", code):
        raise BadInput(f"rates name {code!r}, which is not an ISO 4217 code; write it as in 'USD'")
    if not isinstance(given, Mapping):
        return ((date.min, _rate(code, given)),)
    if not given:
        raise BadInput(f"rates of {code} are empty; give one rate, or one from each day on")
    return tuple(sorted((_day(code, day), _rate(code, rate)) for day, rate in given.items()))


def _day(code: str, given: object) -> date:
    try:
        if isinstance(given, str) and _DAY.fullmatch(given):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise BadInput(f"rates of {code} name the day {given!r}; write it as in '2026-01-31'")


def _rate(code: str, given: object) -> Decimal:
    if not isinstance(given, str) or not _RATE.fullmatch(given) or not Decimal(given):
        raise BadInput(
            f"the rate of {code} is {given!r}; write it as a text with up to 8 decimals, above 0, as in "
            f"'0.92': the units of the shop's currency for one {code}"
        )
    return Decimal(given)


def _since(day: str, dated: Sequence[tuple[date, Decimal]]) -> str:
    """Write the choice of a rate by day, halving the table each time; before the first day there is none."""
    if len(dated) > 1:
        middle = len(dated) // 2
        later = f"DATE '{dated[middle][0]}'"
        return (
            f"CASE WHEN {day} >= {later} THEN {_since_known(day, dated[middle:])} "
            f"ELSE {_since(day, dated[:middle])} END"
        )
    since, rate = dated[0]
    return (
        _number(rate) if since == date.min else f"CASE WHEN {day} >= DATE '{since}' THEN {_number(rate)} END"
    )


def _since_known(day: str, dated: Sequence[tuple[date, Decimal]]) -> str:
    """Write the same for days that are known not to lie before the first of the table."""
    return _since(day, ((date.min, dated[0][1]), *dated[1:]))


def _number(rate: Decimal) -> str:
    return f"CAST('{rate:f}' AS {_TYPE})"


OWN_RATE = _number(Decimal(1))
"""The rate of the shop's own currency, as SQL."""
