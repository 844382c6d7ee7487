"""The cohorts of the live run, as they are or by one measure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import BadField
from patronage.logic.choices import check_choice
from patronage.logic.segments.periods import PERIODS
from patronage.steps.analytics.paging import needed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from patronage.stores.figures_reader import FiguresReader

MEASURES = {
    "retention": "retention",
    "customers": "active",
    "revenue": "net_minor",
    "lifetime_value": "cumulative_ltv_minor",
}
"""What can be asked of a cohort, and the name of it in a cell."""


def cohorts(
    reader: FiguresReader,
    *,
    grain: str = "month",
    measure: str | None = None,
    by_country: bool = False,
    country: str | None = None,
    now: datetime,
) -> dict[str, Any]:
    """Return the cohorts by their first week, month or quarter.

    Parameters
    ----------
    measure : str, optional
        One of `MEASURES`: then each cohort has a list of ``values`` by offset instead of ``periods``.
    by_country : bool
        Lay out each country by itself, in ``slices``.
    country : str, optional
        Only the customers who first bought in this one.

    Raises
    ------
    BadField
        There is no such grain or measure, or the run keeps no cohorts of the country.
    """
    check_choice("grain", grain, PERIODS)
    if measure is not None:
        check_choice("measure", measure, tuple(MEASURES))
    generation = reader.live("segments", now)
    name = f"cohorts-{grain}{'-by-country' if by_country or country is not None else ''}"
    found = needed(reader.document(generation.run_id, name), generation, None)
    if country is not None:
        found = _of_country(found, country)
    if measure is not None:
        found = _measured(found, measure)
    return {**found, "measure": measure, "country": country, **generation.head(now)}


def _of_country(found: Mapping[str, Any], country: str) -> dict[str, Any]:
    tables = {table["value"]: table for table in found["slices"] if table["value"] is not None}
    if country not in tables:
        raise BadField(
            f"cohorts are kept of the countries of most customers alone, which are {', '.join(tables)}; "
            f"{country!r} is none of them",
            field="country",
            rule="not-kept",
        )
    return {"period": found["period"], **tables[country]}


def _measured(found: Mapping[str, Any], measure: str) -> dict[str, Any]:
    if "slices" in found:
        return {**found, "slices": [_measured(table, measure) for table in found["slices"]]}
    cell = MEASURES[measure]
    cohorts = [
        {
            **{name: value for name, value in cohort.items() if name != "periods"},
            "values": [period[cell] for period in cohort["periods"]],
            "is_running": [period["is_running"] for period in cohort["periods"]],
        }
        for cohort in found["cohorts"]
    ]
    average = [{"offset": each["offset"], "value": each[cell]} for each in found["average"]]
    return {**found, "cohorts": cohorts, "average": average}
