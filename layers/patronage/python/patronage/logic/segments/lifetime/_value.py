"""Lifetime value of every customer: purchases and money ahead, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from patronage.errors import BadInput
from patronage.logic.segments.lifetime._bg_nbd import BgNbd
from patronage.logic.segments.lifetime._gamma_gamma import GammaGamma
from patronage.logic.segments.lifetime._histories import Histories, distinct_rows
from patronage.logic.segments.lifetime._independence import Independence, independence
from patronage.logic.segments.lifetime._intervals import purchase_quantile, value_quantile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from patronage.logic.segments.lifetime._fitting import Outcome
    from patronage.logic.segments.lifetime._gamma_gamma import GammaGammaParameters
    from patronage.logic.segments.lifetime._histories import Numbers, Spending
    from patronage.logic.segments.lifetime._purchases import BgNbdParameters

THREE_MONTHS_DAYS = 365.25 / 4
TWELVE_MONTHS_DAYS = 365.25


@dataclass(frozen=True)
class Forecast:
    """What to expect within each horizon and the interval around it, three arrays of shape (n, horizons).

    The interval is of what will happen, not of the expectation, so the expectation of a customer who
    mostly buys nothing more may lie above an interval that is 0 to 0.
    """

    expected: Numbers
    low: Numbers
    high: Numbers


@dataclass(frozen=True)
class LifetimeValue:
    """The answer for n customers, in their order.

    Parameters
    ----------
    probability_alive : array, shape (n,)
        The probability of churn is its complement.
    purchases : Forecast
        Purchase occasions within each horizon.
    value : Forecast
        Their money, in the unit of the spending; nan where a customer's occasions brought no money, all
        nan where no customer's did.
    customers_without_value : int
        For how many it is nan.
    buying, spending : BgNbdParameters, GammaGammaParameters or None
        The parameters behind it; spending is None where nobody's occasions brought money.
    buying_outcome, spending_outcome : Outcome or None
        How the fits ended.
    independence : Independence
        Whether frequency and value are independent, as the model has it.
    """

    probability_alive: Numbers
    purchases: Forecast
    value: Forecast
    customers_without_value: int
    buying: BgNbdParameters
    spending: GammaGammaParameters | None
    buying_outcome: Outcome
    spending_outcome: Outcome | None
    independence: Independence

    @property
    def low_data(self) -> bool:
        """One of the two models had no estimates of its own: mark every figure."""
        outcomes = (self.buying_outcome, self.spending_outcome)
        return any(outcome is None or not outcome.fitted for outcome in outcomes)


def lifetime_value(
    histories: Histories,
    spending: Spending,
    *,
    horizons: Sequence[float] = (THREE_MONTHS_DAYS, TWELVE_MONTHS_DAYS),
    confidence: float = 0.8,
    min_repeat_buyers: int = 50,
) -> LifetimeValue:
    """Fit both models and forecast every customer's purchases and money.

    Parameters
    ----------
    histories : Histories
        When each of n customers bought; in days, unless `horizons` are in another unit too.
    spending : Spending
        What the same customers spent, in the same order.
    horizons : sequence of float
        How far to look ahead, in the unit of the histories; 3 and 12 months in days unless told.
    confidence : float
        Probability inside the intervals, half of what it lacks to 1 on either side.
    min_repeat_buyers : int
        With fewer, a weak prior helps out and the answer is marked `low_data`.

    Examples
    --------
    >>> from patronage.logic.segments.lifetime import Histories, Spending, lifetime_value
    >>> histories = Histories([2, 0, 5], [210, 0, 120], [270, 200, 265])
    >>> answer = lifetime_value(histories, Spending([2, 0, 5], [22.5, 0, 70.0]))
    >>> answer.low_data, answer.value.expected.shape
    (True, (3, 2))
    """
    if len(histories) != len(spending):
        raise BadInput(
            f"{len(histories)} histories and {len(spending)} records of spending; give both of each customer"
        )
    if not 0 < confidence < 1:
        raise BadInput(f"confidence={confidence} must lie between 0 and 1, such as 0.8")
    buying = BgNbd(min_repeat_buyers=min_repeat_buyers).fit(histories)
    model = GammaGamma(min_repeat_buyers=min_repeat_buyers)
    money = model.fit(spending) if spending.usable.any() else None
    value = None if money is None else money.parameters_
    kinds = _Kinds.of(histories, spending, buying.parameters_)
    tail = (1 - confidence) / 2
    purchases = kinds.purchases(horizons, tail)
    return LifetimeValue(
        probability_alive=kinds.buying.probability_alive(kinds.histories)[kinds.index],
        purchases=purchases,
        value=_nothing_known(purchases)
        if value is None
        else kinds.money(horizons, tail, value, spending, purchases.expected),
        customers_without_value=len(spending) if money is None else int(spending.left_out.sum()),
        buying=buying.parameters_,
        spending=value,
        buying_outcome=buying.outcome_,
        spending_outcome=None if money is None else money.outcome_,
        independence=independence(spending),
    )


@dataclass(frozen=True)
class _Kinds:
    """The different customers, each computed once; a customer's own money is a factor alone."""

    buying: BgNbdParameters
    histories: Histories
    occasions: Numbers
    index: NDArray[np.int64]

    @classmethod
    def of(cls, histories: Histories, spending: Spending, buying: BgNbdParameters) -> _Kinds:
        columns = (histories.frequency, histories.recency, histories.age, spending.occasions)
        (*history, occasions), index, _ = distinct_rows(*columns)
        return cls(buying, Histories.unchecked(*history), occasions, index)

    def purchases(self, horizons: Sequence[float], tail: float) -> Forecast:
        return Forecast(
            self._each(horizons, lambda t: self.buying.expected_purchases(self.histories, t)),
            self._each(horizons, lambda t: purchase_quantile(self.buying, self.histories, t, tail)),
            self._each(horizons, lambda t: purchase_quantile(self.buying, self.histories, t, 1 - tail)),
        )

    def money(
        self,
        horizons: Sequence[float],
        tail: float,
        value: GammaGammaParameters,
        spending: Spending,
        purchases: Numbers,
    ) -> Forecast:
        shape = value.q + value.p * self.occasions

        def quantile(horizon: float, level: float) -> Numbers:
            return value_quantile(self.buying, self.histories, horizon, level, p=value.p, shape=shape)

        rate = value.posterior(spending)[1][:, None]
        return Forecast(
            purchases * value.expected_value(spending)[:, None],
            self._each(horizons, lambda t: quantile(t, tail)) * rate,
            self._each(horizons, lambda t: quantile(t, 1 - tail)) * rate,
        )

    def _each(self, horizons: Sequence[float], compute: Callable[[float], Numbers]) -> Numbers:
        """Return one column a horizon and one row a customer."""
        columns: Numbers = np.stack([compute(horizon) for horizon in horizons], axis=1)[self.index]
        return columns


def _nothing_known(like: Forecast) -> Forecast:
    nothing = np.full_like(like.expected, np.nan)
    return Forecast(nothing, nothing, nothing)
