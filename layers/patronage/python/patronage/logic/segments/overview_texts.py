"""The sentences of the overview: what changed, in English, each made of the figures that stand beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.logic.said import Said, said
from patronage.settings import format_money

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


class Words(NamedTuple):
    """What sentences are about.

    Parameters
    ----------
    currency : str
        ISO 4217 code of the amounts.
    days : int
        Days of the period, and of the one before.
    """

    currency: str
    days: int

    @property
    def before(self) -> str:
        """The period before, as a sentence calls it."""
        return "the day before" if self.days == 1 else f"the {self.days} days before"

    def money(self, minor: float) -> str:
        """Write an amount in units of the currency: ``GBP 1,234.50``."""
        return format_money(round(minor), self.currency)


def percent(share: float) -> str:
    """Write how much something grew or fell, without its sign.

    Examples
    --------
    >>> percent(-0.1234), percent(12.5)
    ('12.3%', '1,250.0%')
    """
    return f"{abs(share):,.1%}"


def net_text(words: Words, value: int, previous: int, change: float | None) -> str:
    """Say how net revenue changed."""
    if value == previous:
        return f"Net revenue is {words.money(value)}, as in {words.before}."
    more = "more" if value > previous else "less"
    by = f" {_rose(value, previous)} by {percent(change)} to" if change is not None else " is"
    apart = words.money(abs(value - previous))
    return f"Net revenue{by} {words.money(value)}: {apart} {more} than in {words.before}."


def orders_text(words: Words, orders: tuple[int, int], aov: tuple[float | None, float | None]) -> str:
    """Say how many orders there were, and what one brought, now and before."""
    (value, previous), (worth, earlier) = orders, aov
    counted = f"{_many(value, 'order')}, {_against(value, previous)} in {words.before}"
    if worth is None or earlier is None:
        return f"{counted}."
    apart = round(worth) - round(earlier)
    told = "as much" if apart == 0 else f"{words.money(abs(apart))} {'more' if apart > 0 else 'less'}"
    return f"{counted}; an order brings {words.money(worth)}, {told}."


def customers_text(words: Words, kind: str, value: int, previous: int) -> str:
    """Say how many new or returning customers bought."""
    verb = "bought for the first time" if kind == "new_customers" else "came back"
    return f"{_many(value, 'customer')} {verb}, {_against(value, previous)} in {words.before}."


def brought_text(words: Words, name: str, value: int, previous: int, change: float | None) -> str:
    """Say what a country, category or product brought."""
    more = "more" if value > previous else "less"
    share = f" ({'+' if value > previous else '-'}{percent(change)})" if change is not None else ""
    return (
        f"{name} brought {words.money(value)}: {words.money(abs(value - previous))} {more} than in "
        f"{words.before}{share}."
    )


def segment_text(name: str, value: int, previous: int, since: str) -> str:
    """Say how a segment grew or shrank since the run before."""
    verb = "grew" if value > previous else "shrank"
    return f"{name} {verb} by {abs(value - previous):,} to {_many(value, 'customer')} since {since}."


def why_alone(kept: Mapping[str, Any], before: date) -> Said:
    """Say why there is no period before, which would begin on a day, by what a run keeps."""
    start = before.isoformat()
    if kept["begun"] == kept["first"]:
        return said("before_the_shop", begun=kept["begun"], before=start)
    return said("before_the_kept", first=kept["first"], before=start)


def _many(value: int, noun: str) -> str:
    return f"{value:,} {noun if value == 1 else noun + 's'}"


def _rose(value: float, previous: float) -> str:
    return "rose" if value > previous else "fell"


def _against(value: int, previous: int) -> str:
    if value == previous:
        return "as many as"
    return f"{abs(value - previous):,} {'more' if value > previous else 'fewer'} than"
