"""Variances, how unsure the parameters are, and the totals of groups."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma

from cdnow_support import summary
from lifetime_support import purchases_lived
from patronage.logic.queries import query
from patronage.logic.segments.lifetime import (
    BgNbd,
    BgNbdParameters,
    Forecast,
    GammaGamma,
    GammaGammaParameters,
    Histories,
    Spending,
    _value,
    lifetime_value,
)
from patronage.logic.segments.lifetime_totals import INTERVAL_Z, SHIFTS, interval

BUYING = BgNbdParameters(r=0.6, alpha=60.0, a=0.8, b=2.5)  # days
SPENDING = GammaGammaParameters(p=6.0, q=4.0, gamma=15.0)
YEAR = 365.0


@dataclass(frozen=True)
class Forecasts:
    purchases: Forecast
    value: Forecast


def forecast_with(
    buying: BgNbdParameters, money: GammaGammaParameters, history: Histories, spending: Spending
) -> Forecasts:
    """Forecast a year by given parameters, taken as known."""
    model, model_of_money = BgNbd(), GammaGamma()
    model.parameters_, model.neighbours_ = buying, [(buying, buying)]
    model_of_money.parameters_, model_of_money.neighbours_ = money, [(money, money)]
    *_, purchases, value = _value._forecasts(history, spending, model, model_of_money, [YEAR], 0.1)
    return Forecasts(purchases, value)


def lived(rng: np.random.Generator, ages: np.ndarray) -> tuple[Histories, Spending, np.ndarray, np.ndarray]:
    """Customers who live by the models to their ages, and what they buy and spend in the year after."""
    n = len(ages)
    rate, leaving = rng.gamma(BUYING.r, 1 / BUYING.alpha, n), rng.beta(BUYING.a, BUYING.b, n)
    frequency, recency, later = purchases_lived(rng, rate, leaving, ages, YEAR)
    own = rng.gamma(SPENDING.q, 1 / SPENDING.gamma, n)
    occasions = frequency + 1
    before = rng.gamma(SPENDING.p * occasions) / own
    money = np.where(later > 0, rng.gamma(SPENDING.p * np.maximum(later, 1)) / own, 0)
    return Histories(frequency, recency, ages), Spending(occasions, before / occasions), later, money


@pytest.mark.parametrize("mean", [1.0, 250_000.0])
@pytest.mark.parametrize("shape", [0.5, 1, 3, 10, 1_000, 1e6])
def test_the_interval_is_that_of_the_gamma_distribution(mean, shape):
    low, high = interval(mean, mean**2 / shape)
    exact = gamma.ppf([0.1, 0.9], shape, scale=mean / shape)
    assert [low, high] == pytest.approx(list(exact), rel=0.01, abs=(0.08 if shape < 1 else 0.025) * mean)


def test_the_interval_holds_the_expectation_and_never_falls_below_nothing():
    assert interval(0.0, 0.0) == (0.0, 0.0)
    assert interval(5.0, 0.0) == (5.0, 5.0)
    for variance in (1e-9, 1.0, 1e3, 1e9):
        low, high = interval(5.0, variance)
        assert 0 <= low <= 5 <= high


def test_variances_are_those_of_drawn_futures():
    """Many drawn years of four customers whose parameters are known."""
    history = Histories([0.0, 2, 9, 40], [0.0, 100, 300, 350], [90.0, 200, 320, 365])
    spending = Spending([1.0, 3, 10, 41], [20.0, 4, 9, 5])
    rng = np.random.default_rng(3)
    answer = forecast_with(BUYING, SPENDING, history, spending)
    draws = 400_000
    for row in range(4):
        x, age = history.frequency[row], history.age[row]
        alive = rng.random(draws) < BUYING.probability_alive(history)[row]
        occasions = rng.poisson(rng.gamma(BUYING.r + x, YEAR / (BUYING.alpha + age), draws))
        leaving = np.maximum(rng.beta(BUYING.a, BUYING.b + x, draws), 1e-12)
        purchases = alive * np.minimum(occasions, rng.geometric(leaving))
        shape, rate = (each[row] for each in SPENDING.posterior(spending))
        money = rng.gamma(SPENDING.p * np.maximum(purchases, 1)) / rng.gamma(shape, 1 / rate, draws)
        money = np.where(purchases > 0, money, 0)
        assert answer.purchases.variance[row, 0] == pytest.approx(purchases.var(), rel=0.03)
        assert answer.value.variance[row, 0] == pytest.approx(money.var(), rel=0.06)


def test_money_without_a_finite_variance_still_adds_up():
    rough = GammaGammaParameters(p=0.3, q=1.2, gamma=4.0)
    history, spending = Histories([0.0], [0.0], [50.0]), Spending([1.0], [30.0])
    answer = forecast_with(BUYING, rough, history, spending)
    assert np.isfinite(answer.value.variance).all()
    low, high = interval(answer.value.expected[0, 0], answer.value.variance[0, 0])
    assert low < answer.value.expected[0, 0] < high


def test_standard_errors_and_forecasts_are_those_of_lifetimes():
    """Standard errors by its Hessian by automatic differentiation, ours by differences of our gradient."""
    published = summary(with_transactions=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lifetimes = pytest.importorskip("lifetimes", reason="the peer comes with the test group")
        peer = lifetimes.BetaGeoFitter().fit(published.frequency, published.recency, published.age)
        again = published[published.frequency > 0]
        peer_money = lifetimes.GammaGammaFitter().fit(again.frequency, again.value)
        alive = peer.conditional_probability_alive(published.frequency, published.recency, published.age)
        expected = peer.conditional_expected_number_of_purchases_up_to_time(
            39, published.frequency, published.recency, published.age
        )
        profit = peer_money.conditional_expected_average_profit(published.frequency, published.value)
    histories = Histories(published.frequency, published.recency, published.age)
    spending = Spending(published.frequency, published.value)
    answer = lifetime_value(histories, spending, horizons=[39])
    for model, names, errors in (
        (answer.buying, ("r", "alpha", "a", "b"), peer.standard_errors_.to_numpy()),
        (answer.spending, ("p", "q", "gamma"), peer_money.standard_errors_.to_numpy()),
    ):
        moves = [[getattr(up, n) - getattr(down, n) for n in names] for up, down in model.neighbours_]
        ours = np.sqrt((np.array(moves) ** 2).sum(axis=0)) / 2
        assert ours == pytest.approx(errors, rel=0.1)
    np.testing.assert_allclose(answer.probability_alive, alive, rtol=1e-4)
    np.testing.assert_allclose(answer.purchases.expected[:, 0], expected, rtol=1e-3)
    np.testing.assert_allclose(answer.value.expected[:, 0], expected * profit, rtol=5e-3)


def test_groups_add_up_in_sql_as_they_do_in_python():
    rng = np.random.default_rng(4)
    histories, spending, _, _ = lived(rng, rng.uniform(30, 700, 600))
    value = spending.mean_value.copy()
    value[::50] = -1  # twelve customers of whom no value is said
    forecast = lifetime_value(histories, Spending(spending.occasions, value))
    label = np.where(np.arange(600) % 3 == 0, "often", "rare")
    frame = pd.DataFrame({"group_id": label, "probability_alive": forecast.probability_alive})
    frame["value_12m"] = forecast.value.expected[:, 1]
    frame["value_12m_variance"] = forecast.value.variance[:, 1]
    for direction in range(SHIFTS):
        frame[f"value_12m_shift_{direction + 1}"] = forecast.value.shifts[:, 1, direction]
    frame = frame.astype(object).where(frame.notna(), None).infer_objects()
    with duckdb.connect() as connection:
        connection.register("lifetime_members", frame)
        found = connection.execute(query("lifetime_totals"), {"z": INTERVAL_Z}).df().set_index("group_id")
    for group in ("often", "rare"):
        rows = (label == group) & ~np.isnan(forecast.value.expected[:, 1])
        expected = forecast.value.expected[rows, 1].sum()
        shared = forecast.value.shifts[rows, 1].sum(axis=0, dtype=float)
        bounds = interval(expected, forecast.value.variance[rows, 1].sum() + shared @ shared)
        assert found.loc[group, "value_12m"] == pytest.approx(expected)
        assert (found.loc[group, "value_12m_low"], found.loc[group, "value_12m_high"]) == pytest.approx(
            bounds
        )
        assert found.loc[group, "customers"] == (label == group).sum()
        assert found.loc[group, "customers_without_value"] == ((label == group) & ~rows).sum()
        assert found.loc[group, "probability_alive"] == pytest.approx(
            forecast.probability_alive[label == group].mean()
        )
    assert found.customers_without_value.sum() == 12


@pytest.mark.slow
def test_four_fifths_of_simulated_shops_and_groups_end_inside_their_intervals():
    """Each shop is fitted anew, so the intervals must know that the parameters are estimates."""
    shops, customers = 100, 500
    inside = {"purchases": [], "value": [], "group": []}
    for seed in range(shops):
        rng = np.random.default_rng(seed)
        histories, spending, later, money = lived(rng, rng.integers(60, 700, customers).astype(float))
        answer = lifetime_value(histories, spending, horizons=[YEAR])
        for name, forecast, happened in (
            ("purchases", answer.purchases, later),
            ("value", answer.value, money),
        ):
            _, low, high = forecast.total(0)
            inside[name].append(low <= happened.sum() <= high)
        rows = histories.frequency > 3
        shared = answer.value.shifts[rows, 0].sum(axis=0, dtype=float)
        variance = answer.value.variance[rows, 0].sum() + shared @ shared
        low, high = interval(answer.value.expected[rows, 0].sum(), variance)
        inside["group"].append(low <= money[rows].sum() <= high)
    for name, found in inside.items():
        assert np.mean(found) == pytest.approx(0.8, abs=0.12), name  # three standard errors
