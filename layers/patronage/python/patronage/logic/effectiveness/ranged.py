"""The report of some of its days: the same figures, from the sums by day that stand beside it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from patronage.logic.effectiveness.days import (
    Days,
    by_day,
    by_value,
    days_between,
    pack,
    pack_shop,
    shop_total,
    total,
)
from patronage.logic.effectiveness.options import AttributionOptions
from patronage.logic.effectiveness.report import (
    DIMENSIONS,
    attributed_share,
    figures,
    reason_of,
    rows_by,
    versions,
)
from patronage.logic.said import stated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Document = dict[str, Any]

DAYS = "effectiveness-days"
"""The document of all values together and of the shop; a dimension's has its name behind it."""
VALUED = (*(name for name in DIMENSIONS if name != "day"), "version")
"""Of these there are sums by value and day."""


def days_of(dimension: str) -> str:
    """Return the name of the document that has the sums of a dimension by value and day."""
    return f"{DAYS}-{dimension}"


DOCUMENTS = (DAYS, *map(days_of, VALUED))
"""What a run writes beside its report, so that any of its days can be asked for."""


def day_documents(
    rows: Mapping[str, Iterable[Mapping[str, Any]]],
    shop: Iterable[Mapping[str, Any]],
    options: AttributionOptions,
    *,
    whole: Days,
) -> dict[str, Document]:
    """Return the documents of sums by day, by name.

    Parameters
    ----------
    rows : mapping
        Sums by value and day of ``total`` and of each of `VALUED`.
    shop : iterable of mapping
        What the shop sold by day, as `pack_shop` takes it.
    options : AttributionOptions
        The rule.
    whole : Days
        The days of the report.
    """
    since = whole.start
    common = {
        "since": since.isoformat(),
        "until": whole.end.isoformat(),
        "least_impressions": options.least_impressions,
        "view_days": options.view_days,
        "total": pack(rows["total"], since=since),
        "shop": pack_shop(shop, since=since),
    }
    return {DAYS: common, **{days_of(name): pack(rows[name], since=since) for name in VALUED}}


def ranged(
    report: Mapping[str, Any],
    document: Callable[[str], Mapping[str, Any]],
    by: str,
    *,
    start: date | None,
    end: date | None,
) -> Document:
    """Return what the report would say of some of its days, by one dimension.

    The coverage stays that of all days of the report, and says which these are.

    Parameters
    ----------
    report : mapping
        The report of all days.
    document : callable
        Returns one of `DOCUMENTS` by its name.
    by : str
        One of `DIMENSIONS`; by model the versions stand beside.
    start, end : date, optional
        Days of the shop, both included; the report's first and last where they are left out.

    Raises
    ------
    BadField
        The days end before they start, or the report has none of them.
    """
    common = document(DAYS)
    whole = _whole(common)
    span = days_between(whole, start, end)
    days = span.numbers(whole.start)
    options = AttributionOptions(**{name: common[name] for name in ("least_impressions", "view_days")})
    answer = {
        **{name: report[name] for name in ("is_simulated", "rule") if name in report},
        **beside_rows(common, span, options),
        "coverage": {**report["coverage"], **{name: common[name] for name in ("since", "until")}},
        "by": by,
        "rows": rows_by(by, values_of(document, by, days), options),
    }
    if by != "model":
        return answer
    offline = {
        (each["model"] or "", each["generation"] or ""): each["offline"] for each in report["versions"]
    }
    return {**answer, "versions": versions(values_of(document, "version", days), offline, options)}


def beside_rows(common: Mapping[str, Any], span: Days, options: AttributionOptions) -> Document:
    """Return what is said of some days of the report beside the rows: the days, the totals and the shop's.

    Parameters
    ----------
    common : mapping
        The document of all values together.
    span : Days
        The days, all of them of the report.
    options : AttributionOptions
        The rule.
    """
    whole = _whole(common)
    days = span.numbers(whole.start)
    totals, shop = total(common["total"], days), shop_total(common["shop"], days)
    return {
        "since": span.start.isoformat(),
        "until": span.end.isoformat(),
        **stated("reason", reason_of(totals, options, is_whole=span == whole)),
        "totals": figures(totals, options),
        "shop": {**shop, "attributed_share": attributed_share(totals, shop)},
    }


def values_of(document: Callable[[str], Mapping[str, Any]], by: str, days: range) -> list[Document]:
    """Return the sums over some days of each value of a dimension, or of the versions."""
    if by == "day":
        common = document(DAYS)
        return by_day(common["total"], days, since=_whole(common).start)
    return by_value(document(days_of(by)), days)


def _whole(common: Mapping[str, Any]) -> Days:
    """Return the days of the report."""
    return Days(*(date.fromisoformat(common[name]) for name in ("since", "until")))
