"""The part of lifetime value that learns: purchase histories in, forecasts a buyer and their report out.

Its function holds NumPy and SciPy but neither DuckDB nor Delta Lake.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.logic.segments.lifetime import (
    THREE_MONTHS_DAYS,
    TWELVE_MONTHS_DAYS,
    Histories,
    Spending,
    holdout_report,
    lifetime_value,
)
from patronage.logic.segments.lifetime_totals import SHIFTS
from patronage.steps.learn_arrays import load_arrays, save_arrays
from patronage.steps.manifest import Manifest
from patronage.stores.objects import write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from patronage.logic.segments.lifetime import BgNbd, Forecast, GammaGamma, HoldoutReport, LifetimeValue
    from patronage.stores.objects import ObjectStore

    Columns = Mapping[str, NDArray[Any]]

HORIZONS = {"3m": THREE_MONTHS_DAYS, "12m": TWELVE_MONTHS_DAYS}
"""Days ahead by the ending of the columns' names."""
CHURNED_WITHIN = "3m"
"""Who buys nothing so long has churned."""


def lifetime(run_id: str, store: ObjectStore) -> dict[str, Any]:
    """Forecast every buyer's purchases and money; write `clv/lifetime.npz` and `clv/lifetime.json`.

    The arrays, rows by the buyers' idx, are probability_alive, churn_probability (of no purchase within 3
    months) and, each ending in ``_3m`` or ``_12m``, purchases and value (minor units) with ``_low`` and
    ``_high`` of the 80 % interval.
    value_12m_variance and value_12m_shift_1 to _7 are what `lifetime_totals.sql` adds up to intervals of
    groups. A value is NaN of a buyer whose refunds took all the money.

    Returns
    -------
    dict
        How many ``customers`` there are, whether they are ``low_data``, and their ``value_12m`` together.
    """
    manifest = Manifest.load(store, run_id)
    columns = load_arrays(store, f"runs/{run_id}/features/lifetime.npz")
    answer = lifetime_value(*_learned_from(columns, ""), horizons=list(HORIZONS.values()))
    save_arrays(store, f"runs/{run_id}/clv/lifetime.npz", _by_customer(answer), compressed=False)
    summary = {
        "as_of": manifest.as_of.isoformat(),
        "currency": manifest.shop.currency,
        **_summary(answer),
        "holdout": _holdout(columns),
    }
    write_json(store, f"runs/{run_id}/clv/lifetime.json", summary)
    total = summary["totals"]["value_12m"]
    return {
        "customers": len(columns["frequency"]),
        "low_data": answer.low_data,
        "value_12m": None if total is None else round(total["expected"]),
    }


def _learned_from(columns: Columns, period: str) -> tuple[Histories, Spending]:
    names = ("frequency", "recency", "age")
    histories = Histories(*(columns[f"{period}{name}"] for name in names))
    return histories, Spending(columns[f"{period}occasions"], columns[f"{period}mean_value"])


def _by_customer(answer: LifetimeValue) -> dict[str, NDArray[Any]]:
    columns: dict[str, NDArray[Any]] = {
        "probability_alive": answer.probability_alive,
        "churn_probability": answer.churn_probability[:, [*HORIZONS].index(CHURNED_WITHIN)],
    }
    for name, forecast in (("purchases", answer.purchases), ("value", answer.value)):
        for place, ending in enumerate(HORIZONS):
            columns[f"{name}_{ending}"] = forecast.expected[:, place]
            columns[f"{name}_{ending}_low"] = forecast.low[:, place]
            columns[f"{name}_{ending}_high"] = forecast.high[:, place]
    columns["value_12m_variance"] = answer.value.variance[:, -1]
    shifts = answer.value.shifts[:, -1]
    nothing = np.zeros(len(shifts), dtype=np.float32)
    for direction in range(SHIFTS):
        moved = shifts[:, direction] if direction < shifts.shape[1] else nothing
        columns[f"value_12m_shift_{direction + 1}"] = moved
    return {name: np.ascontiguousarray(column) for name, column in columns.items()}


def _summary(answer: LifetimeValue) -> dict[str, Any]:
    alive = answer.probability_alive
    totals = {
        f"{name}_{ending}": _total(forecast, place)
        for name, forecast in (("purchases", answer.purchases), ("value", answer.value))
        for place, ending in enumerate(HORIZONS)
    }
    return {
        "customers": len(alive),
        "customers_alive": float(alive.sum()),
        "customers_without_value": answer.customers_without_value,
        "low_data": answer.low_data,
        "reasons": answer.reasons,
        "horizon_days": HORIZONS,
        "buying": _model(answer.buying),
        "spending": _model(answer.spending),
        "independence": asdict(answer.independence),
        "totals": totals,
    }


def _total(forecast: Forecast, place: int) -> dict[str, float] | None:
    if np.isnan(forecast.expected[:, place]).all():
        return None
    return dict(zip(("expected", "low", "high"), forecast.total(place), strict=True))


def _model(model: BgNbd | GammaGamma | None) -> dict[str, Any] | None:
    if model is None:
        return None
    return {
        "parameters": asdict(model.parameters_),
        "log_likelihood": model.log_likelihood_,
        **asdict(model.outcome_),
    }


def _holdout(columns: Columns) -> dict[str, Any]:
    """Report on the forecasts of the calibration period."""
    days = int(columns["holdout_days"][0])
    known = columns["calibration_occasions"] > 0
    if days == 0 or not known.any():
        return {"days": days, "customers": 0, "reason": "the shop has sold for less than two days"}
    of_known = {name: column[known] for name, column in columns.items() if name != "holdout_days"}
    report = holdout_report(
        *_learned_from(of_known, "calibration_"),
        later_purchases=of_known["later_purchases"].astype(np.float64),
        later_value=of_known["later_value"],
        days=float(days),
    )
    return {"days": days, "customers": int(known.sum()), "reason": None, **_reported(report)}


def _reported(report: HoldoutReport) -> dict[str, Any]:
    return {
        "low_data": report.model.low_data,
        "reasons": report.model.reasons,
        "buying": _model(report.model.buying),
        "spending": _model(report.model.spending),
        "purchases": None if report.purchases is None else asdict(report.purchases),
        "value": None if report.value is None else asdict(report.value),
        "churn": None if report.churn is None else asdict(report.churn),
        "by_frequency": [asdict(each) for each in report.by_frequency],
    }
