"""AWS's list prices, from one dated file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Price:
    """The price of one thing.

    Parameters
    ----------
    usd : float
        For one unit.
    unit : str
        What is counted.
    free : float
        How many units a month every account has for nothing, for ever.
    source : str
        AWS's page.
    """

    usd: float
    unit: str
    free: float
    source: str


@dataclass(frozen=True, kw_only=True)
class Prices:
    """All prices by name, and the day on which they were read."""

    read_on: str
    region: str
    by_name: Mapping[str, Price]

    def usd(self, name: str, quantity: float) -> float:
        """Return what a quantity costs, without any of it being free."""
        return self.by_name[name].usd * quantity


@cache
def list_prices() -> Prices:
    """Read the file of prices."""
    import tomllib  # no function that answers visitors asks for prices

    text = resources.files("patronage.logic").joinpath("cost", "prices.toml").read_text(encoding="utf-8")
    values = tomllib.loads(text)
    return Prices(read_on=values["read_on"], region=values["region"], by_name=prices_of(values))


def prices_of(values: Mapping[str, Any]) -> dict[str, Price]:
    """Return the prices among what a file says."""
    return {
        name: Price(
            usd=each["usd"] / each.get("per", 1),
            unit=each["unit"],
            free=each.get("free", 0),
            source=each["source"],
        )
        for name, each in values.items()
        if isinstance(each, dict)
    }
