"""AWS's quotas, and the prices that only a large shop meets, from one dated file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from patronage.logic.cost.prices import prices_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patronage.logic.cost.prices import Price


@dataclass(frozen=True, kw_only=True)
class Quota:
    """How much of something a new account may have.

    Parameters
    ----------
    value : float
        So much.
    unit : str
        What is counted.
    raised : str
        Whether it can be raised.
    source : str
        AWS's page.
    """

    value: float
    unit: str
    raised: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Quotas:
    """All quotas and prices by name, and the day on which they were read."""

    read_on: str
    region: str
    by_name: Mapping[str, Quota]
    prices: Mapping[str, Price]
    api_tiers: Sequence[tuple[float, float]]
    api_tiers_source: str

    def value(self, name: str) -> float:
        """Return a quota."""
        return self.by_name[name].value

    def usd(self, name: str, quantity: float) -> float:
        """Return what a quantity costs."""
        return self.prices[name].usd * quantity

    def api_usd(self, requests: float) -> float:
        """Return what a month's requests of the REST API cost, tier by tier."""
        usd, left = 0.0, requests
        for size, usd_a_million in self.api_tiers:
            taken = min(left, size)
            usd += taken * usd_a_million / 1e6
            left -= taken
        return usd


@cache
def quotas() -> Quotas:
    """Read the file of quotas."""
    import tomllib  # no function that answers visitors asks for quotas

    text = resources.files("patronage.logic").joinpath("scale", "quotas.toml").read_text(encoding="utf-8")
    values = tomllib.loads(text)
    prices = prices_of(values.pop("prices"))
    tiers = [(each["requests"], each["usd_a_million"]) for each in values.pop("api_tiers")]
    return Quotas(
        read_on=values.pop("read_on"),
        region=values.pop("region"),
        api_tiers_source=values.pop("api_tiers_source"),
        by_name={name: Quota(**each) for name, each in values.items()},
        prices=prices,
        api_tiers=tiers,
    )
