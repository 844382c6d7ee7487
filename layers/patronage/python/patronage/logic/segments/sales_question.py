"""What can be asked of the sales of a run, and which of its documents answers it.

A run keeps days and weeks of the whole shop alone, and months of everything else.
"""

from __future__ import annotations

from typing import NamedTuple

from patronage.errors import BadField
from patronage.logic.choices import check_choice
from patronage.logic.spans import Span, check_months, check_order

LISTS = {
    "country": "countries",
    "channel": "channels",
    "product": "products",
    "category": "categories",
    "fee": "fees",
}
"""What sales are laid out by beside periods, and the name of the list of the whole time."""
BY = ("period", *LISTS)
GRAINS = ("day", "week", "month", "quarter", "year")
COLUMNS = {by: "product_id" if by == "product" else by for by in LISTS}
"""The column that holds the value, which is also the parameter that narrows periods to one value."""
BY_COLUMN = {column: by for by, column in COLUMNS.items()}
_MADE_OF_MONTHS = ("month", "quarter", "year")


class Question(NamedTuple):
    """What is asked of the sales.

    Parameters
    ----------
    by : str
        One of `BY`.
    grain : str, optional
        One of `GRAINS`; of periods a month where it is left out.
    span : Span
        The part of the time.
    narrowed : dict
        A column of `COLUMNS`, and the one value that periods are narrowed to; empty for the whole shop.
    """

    by: str
    grain: str | None
    span: Span
    narrowed: dict[str, str]

    @property
    def kept_by(self) -> str | None:
        """What the months that the answer is made of are kept by; None where it takes no such months."""
        if self.narrowed:
            return BY_COLUMN[next(iter(self.narrowed))]
        return self.by if self.by in LISTS and (self.grain is not None or self.span) else None

    @property
    def document(self) -> str | None:
        """The document beside `sales` that the answer needs."""
        if self.kept_by is not None:
            return f"sales-by-{self.kept_by}"
        return "sales-days" if self.by == "period" and self.grain == "day" else None

    @property
    def unsummed(self) -> tuple[str, ...]:
        """What the rows have no sum of, since an order may hold several products."""
        if self.by == "product":
            return ("orders", "aov_minor")
        return ("aov_minor",) if "product_id" in self.narrowed else ()


def check_question(asked: Question) -> None:
    """Refuse what a run keeps no figures of.

    Raises
    ------
    BadField
        It names the field, and what can be asked.
    """
    by, grain, span, narrowed = asked
    check_choice("by", by, BY)
    if grain is not None:
        check_choice("grain", grain, GRAINS)
    check_order(span)
    if narrowed:
        _check_narrowed(by, grain, list(narrowed))
    elif by in LISTS:
        if grain not in {None, "month"}:
            raise BadField(
                f"sales by {by} are kept by month; ask for grain month instead of {grain}, or by period",
                field="grain",
                rule="not-kept",
            )
        check_months(span, f"sales by {by}", instead=", or by period")


def _check_narrowed(by: str, grain: str | None, names: list[str]) -> None:
    if len(names) > 1:
        raise BadField(
            f"{' and '.join(names)} are given, and months are kept of one value at a time; "
            f"leave all but one out",
            field=names[1],
            rule="one-of",
        )
    (name,) = names
    if by != "period":
        raise BadField(
            f"{name} narrows periods, and by is {by!r}; leave {name} out, or ask by period",
            field=name,
            rule="not-kept",
        )
    if grain not in {None, *_MADE_OF_MONTHS}:
        raise BadField(
            f"sales of one {BY_COLUMN[name]} are kept by month; ask for grain month, quarter or year "
            f"instead of {grain}, or leave {name} out",
            field="grain",
            rule="not-kept",
        )
