from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from lifetime_support import purchases_lived
from patronage.errors import BadInput
from patronage.logic.segments.lifetime import (
    BgNbd,
    BgNbdParameters,
    GammaGamma,
    GammaGammaParameters,
    Histories,
    Reason,
    Spending,
    _bg_nbd,
    _fitting,
    _gamma_gamma,
    independence,
    lifetime_value,
    purchase_quantile,
    value_quantile,
)
from tests_support import examples

BUYING = BgNbdParameters(r=0.6, alpha=60.0, a=0.8, b=2.5)  # days
SPENDING = GammaGammaParameters(p=6.0, q=4.0, gamma=15.0)

SHAPES = st.floats(0.05, 20)
PARAMETERS = st.builds(BgNbdParameters, r=SHAPES, alpha=st.floats(0.5, 500), a=SHAPES, b=SHAPES)


@st.composite
def histories(draw) -> Histories:
    """One customer in days."""
    age = draw(st.floats(1, 1500))
    frequency = draw(st.integers(0, 200))
    recency = draw(st.floats(0.001, 1)) * age if frequency else 0
    return Histories([frequency], [recency], [age])


def simulated(n: int, seed: int = 7, buying: BgNbdParameters = BUYING) -> tuple[Histories, Spending]:
    """Customers who live by the two models, purchase by purchase; times in days."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(30, 700, n)
    rate, leaving = rng.gamma(buying.r, 1 / buying.alpha, n), rng.beta(buying.a, buying.b, n)
    frequency, recency, _ = purchases_lived(rng, rate, leaving, age, 0)
    money = rng.gamma(SPENDING.p * np.maximum(frequency, 1)) / rng.gamma(SPENDING.q, 1 / SPENDING.gamma, n)
    return Histories(frequency, recency, age), Spending(frequency, money / np.maximum(frequency, 1))


@given(PARAMETERS, histories())
def test_probability_alive_is_one_and_falls_with_silence(parameters, history):
    alive = parameters.probability_alive(history)[0]
    assert 0 <= alive <= 1
    later = Histories(history.frequency, history.recency, history.age + 30)
    assert parameters.probability_alive(later)[0] <= alive
    if history.frequency[0] == 0:
        assert alive == 1


@given(PARAMETERS, histories(), st.floats(1, 2000))
def test_expected_purchases_are_the_sum_of_their_probabilities(parameters, history, horizon):
    """Two formulas that share nothing but P(alive): 2F1 here, the incomplete beta function there."""
    alive = parameters.probability_alive(history)[0]
    above = parameters.above_if_alive(history.frequency, history.age, horizon, np.arange(1 << 14))
    assume(above[-1] < 1e-12)  # else the sum ends too early
    assert parameters.expected_purchases(history, horizon)[0] == pytest.approx(alive * above.sum(), rel=1e-6)


@given(PARAMETERS, histories(), st.floats(1, 1000))
def test_more_time_ahead_brings_more_purchases(parameters, history, horizon):
    near, far = (parameters.expected_purchases(history, time)[0] for time in (horizon, 2 * horizon))
    assert 0 <= near <= far * (1 + 1e-9)


@given(PARAMETERS, histories(), st.floats(1, 1000), st.sampled_from([1 / 7, 24.0]))
def test_the_unit_of_time_does_not_matter(parameters, history, horizon, unit):
    scaled = BgNbdParameters(parameters.r, parameters.alpha * unit, parameters.a, parameters.b)
    other = Histories(history.frequency, history.recency * unit, history.age * unit)
    assert scaled.probability_alive(other) == pytest.approx(parameters.probability_alive(history), rel=1e-9)
    assert scaled.expected_purchases(other, horizon * unit) == pytest.approx(
        parameters.expected_purchases(history, horizon), rel=1e-7, abs=1e-12
    )


@pytest.mark.parametrize("a", [1.0, 1.00001, 0.99999, 1.0002, 0.5, 900.0])
@pytest.mark.parametrize("frequency", [0, 3, 700])
def test_expected_purchases_near_a_of_one_and_after_hundreds_of_purchases(a, frequency):
    parameters = BgNbdParameters(r=0.5, alpha=20, a=a, b=3)
    history = Histories([frequency], [300 if frequency else 0], [310])
    above = parameters.probability_above(history, 365, np.arange(100_000))
    assert parameters.expected_purchases(history, 365)[0] == pytest.approx(above.sum(), rel=1e-5)


def test_expected_purchases_where_the_series_has_a_pole():
    parameters = BgNbdParameters(r=1.0, alpha=1.0, a=0.5, b=0.5)  # a + b - 1 = 0
    beside = BgNbdParameters(r=1.0, alpha=1.0, a=0.5, b=0.5001)
    assert parameters.expected_purchases_of_new(5) == pytest.approx(
        beside.expected_purchases_of_new(5), rel=1e-3
    )


@given(PARAMETERS, histories(), st.floats(1, 1000), st.floats(0.01, 0.99))
def test_a_purchase_quantile_is_the_least_that_is_enough(parameters, history, horizon, level):
    found = purchase_quantile(parameters, history, horizon, level)
    assert parameters.probability_above(history, horizon, found)[0] <= 1 - level
    if found[0] > 0:
        assert parameters.probability_above(history, horizon, found - 1)[0] > 1 - level


@given(PARAMETERS, histories(), st.floats(1, 1000))
def test_no_purchase_ahead_by_the_formula(parameters, history, horizon):
    """A gamma-Poisson customer of r + x and alpha + T who is alive, or one who is not."""
    none = parameters.probability_of_none(history, horizon)[0]
    alive = parameters.probability_alive(history)[0]
    age, shape = parameters.alpha + history.age[0], parameters.r + history.frequency[0]
    assert none == pytest.approx(1 - alive + alive * (age / (age + horizon)) ** shape, abs=1e-9)
    assert 1 - alive <= none + 1e-12
    assert parameters.probability_of_none(history, horizon * 2)[0] <= none + 1e-12


@settings(max_examples=examples(25))
@given(histories(), st.sampled_from([91.3125, 365.25]), st.sampled_from([0.1, 0.5, 0.9]), st.floats(0.3, 30))
def test_a_value_quantile_is_that_of_draws(history, horizon, level, p):
    """The share of drawn futures below the quantile is its level."""
    frequency, age, n = history.frequency[0], history.age[0], 40_000
    shape = np.array([4.0 + p * frequency])
    found = value_quantile(BUYING, history, horizon, level, p=p, shape=shape)[0]
    rng = np.random.default_rng(3)
    alive = rng.random(n) < BUYING.probability_alive(history)[0]
    occasions = rng.poisson(rng.gamma(BUYING.r + frequency, horizon / (BUYING.alpha + age), n))
    leaving = np.maximum(rng.beta(BUYING.a, BUYING.b + frequency, n), 1e-12)
    purchases = alive * np.minimum(occasions, rng.geometric(leaving))
    money = np.where(purchases > 0, rng.gamma(p * np.maximum(purchases, 1)) / rng.gamma(shape, size=n), 0)
    if found == 0:
        assert (money == 0).mean() >= level - 0.015
    else:
        assert (money <= found).mean() == pytest.approx(level, abs=0.015)


def test_gradients_are_those_of_the_likelihoods():
    history, spending = simulated(300)
    usable = spending.usable
    for likelihood, at in (
        (_bg_nbd._Likelihood(history, 100.0), np.array([0.3, 0.2, 0.9, 2.0])),
        (
            _gamma_gamma._Likelihood(spending.occasions[usable], spending.mean_value[usable] / 30),
            np.array([3.0, 2.0, 0.9]),
        ),
    ):
        by_steps = approx_fprime(at, lambda x, fit=likelihood: fit.value_and_gradient(x)[0], 1e-7)
        assert likelihood.value_and_gradient(at)[1] == pytest.approx(by_steps, rel=1e-4, abs=1e-2)


def test_the_fits_find_what_customers_live_by():
    history, spending = simulated(20_000)
    buying, money = BgNbd().fit(history).parameters_, GammaGamma().fit(spending).parameters_
    assert [buying.r, buying.alpha, buying.a, buying.b] == pytest.approx([0.6, 60, 0.8, 2.5], rel=0.12)
    assert [money.p, money.q, money.gamma] == pytest.approx([6, 4, 15], rel=0.12)


def test_four_fifths_of_simulated_customers_end_inside_their_intervals():
    """Customers of one year, forecast for a second that is lived on from the same rates."""
    rng = np.random.default_rng(11)
    n, age, horizon = 20_000, 365.0, 365.25
    rate, leaving = rng.gamma(1.2, 1 / 30, n), rng.beta(0.5, 6, n)
    frequency, recency, later = purchases_lived(rng, rate, leaving, np.full(n, age), horizon)
    personal = rng.gamma(4, 1 / 15, n)
    before = rng.gamma(6 * np.maximum(frequency, 1)) / personal
    after = np.where(later > 0, rng.gamma(6 * np.maximum(later, 1)) / personal, 0)
    answer = lifetime_value(
        Histories(frequency, recency, np.full(n, age)),
        Spending(frequency, before / np.maximum(frequency, 1)),
        horizons=[horizon],
    )
    for forecast, happened in ((answer.purchases, later), (answer.value, after)):
        low, high = forecast.low[:, 0], forecast.high[:, 0]
        certain = low > 0  # elsewhere the interval begins at 0, which is far from rare
        assert certain.sum() > 1000
        assert ((low <= happened) & (happened <= high))[certain].mean() == pytest.approx(0.8, abs=0.04)
        assert forecast.expected[:, 0].mean() == pytest.approx(happened.mean(), rel=0.05)


@pytest.mark.parametrize("unit", [1 / 7, 86_400.0])
def test_a_fit_in_another_unit_says_the_same(unit):
    history, spending = simulated(3_000)
    other = Histories(history.frequency, history.recency * unit, history.age * unit)
    days = lifetime_value(history, spending, horizons=[90.0])
    found = lifetime_value(
        other, Spending(spending.occasions, spending.mean_value * 100), horizons=[90.0 * unit]
    )
    assert found.buying.parameters_.alpha == pytest.approx(days.buying.parameters_.alpha * unit, rel=1e-3)
    np.testing.assert_allclose(found.purchases.expected, days.purchases.expected, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(found.value.expected, days.value.expected * 100, rtol=2e-3, atol=1e-4)
    np.testing.assert_allclose(found.value.high, days.value.high * 100, rtol=5e-2, atol=1)


def test_equal_customers_get_equal_answers_in_any_order_and_every_time():
    history, spending = simulated(500)
    order = np.random.default_rng(1).permutation(500)
    once = lifetime_value(history, spending)
    again = lifetime_value(history, spending)
    np.testing.assert_array_equal(once.value.high, again.value.high)
    moved = lifetime_value(
        Histories(history.frequency[order], history.recency[order], history.age[order]),
        Spending(spending.occasions[order], spending.mean_value[order]),
    )
    np.testing.assert_allclose(moved.value.expected, once.value.expected[order], rtol=1e-5)


def test_fitting_twice_equals_fitting_once():
    history, spending = simulated(2_000)
    other, other_spending = simulated(500, seed=8)
    assert BgNbd().fit(other).fit(history).parameters_ == BgNbd().fit(history).parameters_
    once = GammaGamma().fit(spending)
    assert GammaGamma().fit(other_spending).fit(spending).parameters_ == once.parameters_


def test_without_repeat_buyers_the_answer_is_sensible_and_marked():
    history = Histories(np.zeros(40), np.zeros(40), np.linspace(10, 300, 40))
    answer = lifetime_value(history, Spending(np.ones(40), np.linspace(5, 50, 40)))
    assert answer.low_data
    assert answer.buying.outcome_.reason is Reason.TOO_FEW
    assert answer.buying.outcome_.detail == "0 customers bought again, at least 50 are needed"
    assert answer.spending.outcome_.detail.startswith("0 customers spent money on two or more occasions")
    assert (answer.purchases.expected[:, 1] < 1).all()  # nobody came back in months: few will
    assert (answer.purchases.expected > 0).all()
    assert np.isfinite(answer.value.expected).all()
    assert (answer.value.low <= answer.value.high).all()


def test_customers_who_never_leave_run_to_the_bounds_and_get_an_answer():
    rng = np.random.default_rng(2)
    frequency = rng.poisson(10, 2_000) + 1.0
    history = Histories(frequency, np.full(2_000, 364.0), np.full(2_000, 365.0))
    model = BgNbd().fit(history)
    assert model.outcome_.reason is Reason.AT_BOUNDS
    assert "ran to the bounds" in model.outcome_.detail
    assert model.parameters_.probability_alive(history).min() > 0.95
    assert model.parameters_.expected_purchases(history, 365).mean() == pytest.approx(11, rel=0.1)


def test_a_fit_that_does_not_arrive_says_so(monkeypatch):
    monkeypatch.setattr(_fitting, "_MAX_ITERATIONS", 1)
    model = BgNbd().fit(simulated(500)[0])
    assert model.outcome_.reason is Reason.NOT_CONVERGED
    assert model.outcome_.detail.startswith("no maximum after 1 iterations: the steepest slope is")


def test_customers_without_money_are_left_out_and_counted():
    history, spending = simulated(1_000)
    value = spending.mean_value.copy()
    owing = np.flatnonzero(spending.occasions)[:3]
    value[owing] = [-5.0, 0.0, -0.01]
    answer = lifetime_value(history, Spending(spending.occasions, value))
    assert answer.customers_without_value == 3
    assert np.isnan(answer.value.expected[owing]).all()
    assert np.isnan(answer.value.high[owing]).all()
    assert np.isfinite(np.delete(answer.value.high, owing, axis=0)).all()
    assert np.isfinite(answer.purchases.expected).all()


def test_a_shop_without_any_money_still_learns_who_is_alive():
    history, _ = simulated(500)
    answer = lifetime_value(history, Spending(np.zeros(500), np.zeros(500)))
    assert answer.low_data
    assert (answer.spending, answer.customers_without_value) == (None, 500)
    assert np.isnan(answer.value.expected).all()
    assert ((answer.probability_alive > 0) & (answer.probability_alive <= 1)).all()


def test_independence_sees_those_who_buy_often_and_dear():
    occasions = np.tile([1.0, 2, 3, 4], 25)
    steady = independence(Spending(occasions, np.repeat([10.0, 20, 30, 40, 50], 20)))
    assert steady.holds
    assert steady.spearman == pytest.approx(0, abs=0.05)
    rising = independence(Spending(occasions, occasions * 10))
    assert not rising.holds
    assert (rising.pearson, rising.spearman) == pytest.approx((1, 1))
    alike = independence(Spending([1, 1], [5, 6]))
    assert (alike.customers, alike.pearson, alike.holds) == (2, None, None)


def test_two_orders_on_one_day_are_one_occasion():
    history = Histories([0], [0], [360])  # 2012-01-06 to 2012-12-31
    assert BUYING.probability_alive(history)[0] == 1


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([1, 2], [1], [3, 4]), "differ in length"),
        (([1], [5], [3]), "recency=5 of customer number 0 must not exceed"),
        (([0, 0], [0, 1], [3, 3]), "recency=1 of customer number 1 must be 0"),
        (([1], [0], [3]), "must be above 0 for a customer who bought again"),
        (([0.5], [1], [3]), "frequency=0.5 of customer number 0 must be whole"),
        (([-1], [1], [3]), "frequency=-1 of customer number 0 must not be negative"),
        (([1], [1], [np.nan]), "age=nan of customer number 0 must be a finite number"),
        (([[1]], [1], [3]), r"frequency has shape \(1, 1\)"),
    ],
)
def test_a_history_that_cannot_be_is_refused(columns, message):
    with pytest.raises(BadInput, match=message):
        Histories(*columns)


def test_what_cannot_be_asked_is_refused():
    history, spending = simulated(10)
    with pytest.raises(BadInput, match="0 customers first bought"):
        BgNbd().fit(Histories([], [], []))
    with pytest.raises(BadInput, match="there is no value to learn from"):
        GammaGamma().fit(Spending([1], [-3]))
    with pytest.raises(BadInput, match="min_repeat_buyers=0"):
        BgNbd(min_repeat_buyers=0).fit(history)
    with pytest.raises(BadInput, match="confidence=80"):
        lifetime_value(history, spending, confidence=80)
    with pytest.raises(BadInput, match="horizon=0"):
        lifetime_value(history, spending, horizons=[0])
    with pytest.raises(BadInput, match="10 histories and 1 records of spending"):
        lifetime_value(history, Spending([1], [1]))
    with pytest.raises(BadInput, match=r"q=1\.0 must be a finite number above 1"):
        GammaGammaParameters(p=1.0, q=1.0, gamma=1.0)
    with pytest.raises(BadInput, match="alpha=-1"):
        BgNbdParameters(r=1.0, alpha=-1, a=1.0, b=1.0)
