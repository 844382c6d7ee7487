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
from patronage.logic.segments.lifetime._outlook import outlook
from patronage.logic.segments.lifetime_totals import interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from patronage.logic.segments.lifetime._histories import Numbers, Spending
    from patronage.logic.segments.lifetime._purchases import BgNbdParameters

THREE_MONTHS_DAYS = 365.25 / 4
TWELVE_MONTHS_DAYS = 365.25


@dataclass(frozen=True)
class Forecast:
    """What to expect within each horizon and the interval around it.

    Parameters
    ----------
    expected : array, shape (n, horizons)
        What to expect of each customer.
    low, high : array, shape (n, horizons)
        The interval is of what will happen, not of the expectation, so the expectation of a customer who
        mostly buys nothing more may lie above an interval that is 0 to 0.
    variance : array, shape (n, horizons)
        Of what will happen, the parameters of the shop taken as known.
    shifts : array of float32, shape (n, horizons, directions)
        How far the expectation moves by one standard deviation of the parameters in each independent
        direction: those of BG/NBD, then for money those of Gamma-Gamma. They move all customers at once.
    """

    expected: Numbers
    low: Numbers
    high: Numbers
    variance: Numbers
    shifts: NDArray[np.float32]

    def total(self, horizon: int) -> tuple[float, float, float]:
        """Return the sum over all customers within a horizon, by its number, and its 80 % interval.

        Customers of whom nothing is known are left out.
        """
        known = ~np.isnan(self.expected[:, horizon])
        expected = float(self.expected[known, horizon].sum())
        shared = self.shifts[known, horizon].sum(axis=0, dtype=np.float64)
        variance = float(self.variance[known, horizon].sum() + shared @ shared)
        return expected, *interval(expected, variance)


@dataclass(frozen=True)
class LifetimeValue:
    """The answer for n customers, in their order.

    Parameters
    ----------
    probability_alive : array, shape (n,)
        That the customer has not left for good; 1 after a single purchase, for nobody leaves before a second.
    churn_probability : array, shape (n, horizons)
        That nothing is bought within each horizon; nan where nothing is known of coming purchases.
    purchases : Forecast
        Purchase occasions within each horizon.
    value : Forecast
        Their money, in the unit of the spending; nan where a customer's occasions brought no money, all
        nan where no customer's did.
    customers_without_value : int
        For how many it is nan.
    buying, spending : BgNbd, GammaGamma or None
        The models behind it; buying is None where nobody has been a customer for any time, and purchases
        are nan then; spending is None where nobody's occasions brought money.
    independence : Independence
        Whether frequency and value are independent, as the model has it.
    """

    probability_alive: Numbers
    churn_probability: Numbers
    purchases: Forecast
    value: Forecast
    customers_without_value: int
    buying: BgNbd | None
    spending: GammaGamma | None
    independence: Independence

    @property
    def low_data(self) -> bool:
        """One of the two models had no estimates of its own: mark every figure."""
        return bool(self.reasons)

    @property
    def reasons(self) -> list[str]:
        """Why the answer is low on data, a sentence a model; empty where it is not."""
        found = []
        if self.buying is None:
            found.append("no customer first bought before the last day: nothing is known of coming purchases")
        elif not self.buying.outcome_.fitted:
            found.append(self.buying.outcome_.detail)
        if self.spending is None:
            found.append("no customer spent money on an occasion that counts: nothing is known of value")
        elif not self.spending.outcome_.fitted:
            found.append(self.spending.outcome_.detail)
        return found


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
    buying = BgNbd(min_repeat_buyers=min_repeat_buyers).fit(histories) if histories.age.any() else None
    model = GammaGamma(min_repeat_buyers=min_repeat_buyers)
    money = model.fit(spending) if spending.usable.any() else None
    return LifetimeValue(
        *_forecasts(histories, spending, buying, money, horizons, (1 - confidence) / 2),
        customers_without_value=len(spending) if money is None else int(spending.left_out.sum()),
        buying=buying,
        spending=money,
        independence=independence(spending),
    )


def _forecasts(
    histories: Histories,
    spending: Spending,
    buying: BgNbd | None,
    money: GammaGamma | None,
    horizons: Sequence[float],
    tail: float,
) -> tuple[Numbers, Numbers, Forecast, Forecast]:
    """Return P(alive), churn, purchases and value, each different customer computed once."""
    if buying is None:
        nothing = _nothing_known(len(histories), horizons)
        return np.ones(len(histories)), nothing.expected, nothing, nothing
    columns = (histories.frequency, histories.recency, histories.age, spending.occasions)
    (*history, occasions), index, _ = distinct_rows(*columns)
    kinds = Histories.unchecked(*history)
    p = None if money is None else money.parameters_.p
    shape = None if money is None else money.parameters_.shape(occasions)
    ahead = outlook(buying.parameters_, kinds, horizons, (tail, 1 - tail), p=p, shape=shape)
    (frequency, age), of_pair, _ = distinct_rows(kinds.frequency, kinds.age)

    def expectation(parameters: BgNbdParameters) -> Numbers:
        alive = parameters.probability_alive(kinds)
        columns = [
            parameters.expected_if_alive(frequency, age, horizon).take(of_pair) for horizon in horizons
        ]
        return np.stack(columns, axis=1) * alive[:, None]

    expected = expectation(buying.parameters_)
    moved = [(expectation(up) - expectation(down)) / 2 for up, down in buying.neighbours_]
    # `take` gathers rows several times faster than an index in brackets.
    low, high = ahead.purchases.take(index, axis=1)
    squared = ahead.squared.take(index, axis=0)
    purchases = Forecast(
        expected.take(index, axis=0),
        low,
        high,
        np.maximum(ahead.squared - expected**2, 0.0).take(index, axis=0),
        np.stack(moved, axis=2, dtype=np.float32, casting="same_kind").take(index, axis=0),
    )
    alive = buying.parameters_.probability_alive(kinds).take(index)
    none = [buying.parameters_.probability_of_none(kinds, horizon) for horizon in horizons]
    churn = np.stack(none, axis=1).take(index, axis=0)
    if money is None:
        return alive, churn, purchases, _nothing_known(len(histories), horizons)
    rate = money.parameters_.posterior(spending)[1][:, None]
    low, high = ahead.money.take(index, axis=1) * rate
    return alive, churn, purchases, _value(purchases, squared, (low, high), spending, money)


def _value(
    purchases: Forecast,
    squared: Numbers,
    bounds: tuple[Numbers, Numbers],
    spending: Spending,
    money: GammaGamma,
) -> Forecast:
    """Turn purchases into money.

    The variance is that of N gamma variables of shape p with an unknown rate: E[N p + (N p)**2] times the
    expected inverse square of the rate, less the square of the expectation.
    """
    p = money.parameters_.p
    own = money.parameters_.expected_value(spending)[:, None]
    expected = purchases.expected * own
    inverse_square = money.parameters_.inverse_square_rate(spending)[:, None]
    variance = (p * purchases.expected + p**2 * squared) * inverse_square - expected**2
    shifts = np.empty((*expected.shape, purchases.shifts.shape[2] + len(money.neighbours_)), dtype=np.float32)
    shifts[:, :, : purchases.shifts.shape[2]] = purchases.shifts * own[:, :, None]
    for place, (up, down) in enumerate(money.neighbours_, start=purchases.shifts.shape[2]):
        moved = (up.expected_value(spending) - down.expected_value(spending)) / 2
        shifts[:, :, place] = purchases.expected * moved[:, None]
    return Forecast(expected, *bounds, np.maximum(variance, 0.0), shifts)


def _nothing_known(customers: int, horizons: Sequence[float]) -> Forecast:
    nothing = np.full((customers, len(horizons)), np.nan)
    return Forecast(nothing, nothing, nothing, nothing, np.zeros((*nothing.shape, 0), dtype=np.float32))
