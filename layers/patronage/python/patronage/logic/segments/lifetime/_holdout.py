"""How far to trust the forecasts: those of a calibration period held against what came later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

from patronage.errors import BadInput
from patronage.logic.segments.lifetime._value import lifetime_value

if TYPE_CHECKING:
    from patronage.logic.segments.lifetime._histories import Histories, Numbers, Spending
    from patronage.logic.segments.lifetime._value import Forecast, LifetimeValue

_LAST_CLASS = 7


@dataclass(frozen=True)
class Comparison:
    """A forecast of the holdout beside what happened.

    Parameters
    ----------
    predicted, low, high : float
        The sum over all customers that was forecast, and its 80 % interval.
    actual : float
        The sum that happened.
    bias : float or None
        Predicted over actual, less 1; None where nothing happened.
    mean_absolute_error : float
        A customer.
    coverage : float
        Share of customers who ended inside their own intervals. Whole numbers of purchases are coarse and
        most customers buy none, so more than the stated share of them do.
    customers : int
        Of whom a forecast was made.
    """

    predicted: float
    low: float
    high: float
    actual: float
    bias: float | None
    mean_absolute_error: float
    coverage: float
    customers: int


@dataclass(frozen=True)
class ChurnComparison:
    """Who was forecast to buy nothing in the holdout beside who bought nothing.

    Parameters
    ----------
    predicted, actual : float
        Mean probability of no purchase, and the share of the customers who made none.
    auc : float or None
        Area under the ROC curve: the chance that of two customers the one who bought nothing had the higher
        probability (Mann and Whitney 1947); 0.5 is a guess. None where all bought or none did.
    customers : int
        Of whom a forecast was made.
    """

    predicted: float
    actual: float
    auc: float | None
    customers: int


@dataclass(frozen=True)
class FrequencyClass:
    """Mean purchases of the customers who had bought again so many times, as the paper's figure has them.

    Parameters
    ----------
    frequency : str
        Repeat purchases in the calibration period, "0" to "6" and "7+".
    customers : int
        How many there are.
    predicted, actual : float
        Purchases in the holdout, a customer.
    """

    frequency: str
    customers: int
    predicted: float
    actual: float


@dataclass(frozen=True)
class HoldoutReport:
    """What came of the forecasts.

    Parameters
    ----------
    days : float
        Length of the holdout, in the unit of the histories.
    model : LifetimeValue
        That of the calibration period.
    purchases : Comparison or None
        None where nothing was forecast.
    value : Comparison or None
        Of the customers of whom a value was forecast.
    churn : ChurnComparison or None
        None where nothing was forecast.
    by_frequency : list of FrequencyClass
        Without the classes that nobody is in.
    """

    days: float
    model: LifetimeValue
    purchases: Comparison | None
    value: Comparison | None
    churn: ChurnComparison | None
    by_frequency: list[FrequencyClass]


def holdout_report(
    histories: Histories,
    spending: Spending,
    *,
    later_purchases: Numbers,
    later_value: Numbers,
    days: float,
    min_repeat_buyers: int = 50,
) -> HoldoutReport:
    """Fit on the calibration period alone, forecast the holdout, and compare.

    Parameters
    ----------
    histories, spending : Histories, Spending
        Of the customers who bought in the calibration period, as of its end.
    later_purchases, later_value : array, shape (n,)
        Purchase occasions and net money of the same customers in the holdout.
    days : float
        Length of the holdout, in the unit of the histories.
    """
    if not len(histories) == len(later_purchases) == len(later_value):
        raise BadInput(
            f"{len(histories)} histories, {len(later_purchases)} numbers of later purchases and "
            f"{len(later_value)} of later money; give all three of each customer"
        )
    model = lifetime_value(histories, spending, horizons=[days], min_repeat_buyers=min_repeat_buyers)
    return HoldoutReport(
        days=days,
        model=model,
        purchases=_comparison(model.purchases, later_purchases),
        value=_comparison(model.value, later_value),
        churn=_churn(model.churn_probability[:, 0], later_purchases),
        by_frequency=_classes(histories.frequency, model.purchases.expected[:, 0], later_purchases),
    )


def _comparison(forecast: Forecast, happened: Numbers) -> Comparison | None:
    known = ~np.isnan(forecast.expected[:, 0])
    if not known.any():
        return None
    expected, low, high = (each[known, 0] for each in (forecast.expected, forecast.low, forecast.high))
    actual = happened[known]
    predicted, least, most = forecast.total(0)
    total = float(actual.sum())
    return Comparison(
        predicted=predicted,
        low=least,
        high=most,
        actual=total,
        bias=predicted / total - 1 if total > 0 else None,
        mean_absolute_error=float(np.abs(expected - actual).mean()),
        coverage=float(((low <= actual) & (actual <= high)).mean()),
        customers=int(known.sum()),
    )


def _churn(probability: Numbers, later_purchases: Numbers) -> ChurnComparison | None:
    known = ~np.isnan(probability)
    if not known.any():
        return None
    predicted, gone = probability[known], later_purchases[known] == 0
    n_gone, n = int(gone.sum()), len(gone)
    pairs = n_gone * (n - n_gone)
    above = rankdata(predicted)[gone].sum() - n_gone * (n_gone + 1) / 2
    return ChurnComparison(
        predicted=float(predicted.mean()),
        actual=n_gone / n,
        auc=float(above / pairs) if pairs else None,
        customers=n,
    )


def _classes(frequency: Numbers, predicted: Numbers, actual: Numbers) -> list[FrequencyClass]:
    classes = np.minimum(frequency, _LAST_CLASS)
    found = []
    for each in range(_LAST_CLASS + 1):
        rows = (classes == each) & ~np.isnan(predicted)
        if rows.any():
            name = f"{each}+" if each == _LAST_CLASS else str(each)
            means = (float(values[rows].mean()) for values in (predicted, actual))
            found.append(FrequencyClass(name, int(rows.sum()), *means))
    return found
