"""Thousands of simulated experiments: how often a difference is seen where there is none or one."""

from __future__ import annotations

import numpy as np
import pytest

from patronage.logic.experiments.statistics import (
    Design,
    Mean,
    Proportion,
    fixed_horizon,
    power_of,
    units_needed,
)
from patronage.logic.experiments.statistics.difference import Difference
from patronage.logic.experiments.statistics.moments import Moments
from patronage.logic.experiments.statistics.sequential import ConfidenceSequence
from statistics_support import ENOUGH_BUYERS, daily

RUNS, DAYS, LEVEL, RATE = 2_000, 28, 0.05, 0.04
SEQUENCE = ConfidenceSequence()


def simulated(*, spread, lift=0.0, visitors=250, runs=RUNS, days=DAYS, seed=7):
    rng = np.random.default_rng(seed)
    control, bought = daily(rng, runs=runs, days=days, visitors=visitors, rate=RATE, spread=spread)
    treated, others = daily(
        rng, runs=runs, days=days, visitors=visitors, rate=RATE * (1 + lift), spread=spread
    )
    return Difference(treated, control), (bought >= ENOUGH_BUYERS) & (others >= ENOUGH_BUYERS)


def share_ever_below(p_values, is_looked_at) -> float:
    """Say in how many experiments someone who looks each day sees a difference at least once."""
    return float((np.where(is_looked_at, p_values, 1.0).min(axis=1) < LEVEL).mean())


@pytest.mark.parametrize("spread", [None, 1.0], ids=["conversion", "revenue"])
class TestNothingDiffers:
    def test_daily_looks_at_the_sequential_test_raise_few_false_alarms(self, spread):
        difference, is_looked_at = simulated(spread=spread)
        assert share_ever_below(SEQUENCE.p_value(difference), is_looked_at) <= LEVEL

    def test_daily_looks_at_the_test_of_one_look_raise_many(self, spread):
        difference, is_looked_at = simulated(spread=spread)
        assert share_ever_below(fixed_horizon.p_value(difference), is_looked_at) > 3 * LEVEL

    def test_one_look_raises_as_many_as_its_level_says(self, spread):
        difference, _ = simulated(spread=spread)
        alarms = (fixed_horizon.p_value(difference)[:, -1] < LEVEL).mean()
        assert alarms == pytest.approx(LEVEL, abs=3.5 * np.sqrt(LEVEL * (1 - LEVEL) / RUNS))


def test_every_interval_of_an_experiment_holds_the_true_lift_at_once():
    difference, is_looked_at = simulated(spread=1.0, lift=0.1)
    low, high = difference.interval(SEQUENCE.multiplier(difference.n))
    truth = RATE * 0.1 * np.exp(0.5)
    has_missed = is_looked_at & ((low > truth) | (truth > high))
    assert has_missed.any(axis=1).mean() <= LEVEL


def test_the_same_holds_of_the_relative_intervals():
    difference, is_looked_at = simulated(spread=1.0, lift=0.1)
    low, high = difference.relative_interval(SEQUENCE.multiplier(difference.n))
    has_missed = is_looked_at & ((low > 0.1) | (high < 0.1))
    assert has_missed.any(axis=1).mean() <= LEVEL


def test_purchases_that_come_long_after_the_exposure_raise_no_more_alarms():
    """The worst case: all visitors come on the first day and then buy, day after day, for three months."""
    rng = np.random.default_rng(8)
    days = np.arange(1, 91)
    z = np.cumsum(rng.standard_normal((5 * RUNS, len(days))), axis=1) / np.sqrt(days)
    n = np.full(z.shape, SEQUENCE.tuning / 2)
    difference = Difference(Moments(n, z, n / 2), Moments(n, np.zeros_like(z), n / 2))
    assert share_ever_below(SEQUENCE.p_value(difference), np.ones(z.shape, dtype=bool)) <= LEVEL


class TestAnHonestLift:
    """A lift of 10 %, and as many visitors as the calculator says for a power of 80 %."""

    def found(self, p_values) -> float:
        return float((p_values < LEVEL).mean())

    @pytest.mark.parametrize("spread", [None, 1.0], ids=["conversion", "revenue"])
    def test_one_look_finds_it_with_the_stated_power(self, spread):
        _, needed = self.planned(spread, Design())
        runs = 2_000 if spread is None else 600
        difference, _ = simulated(spread=spread, lift=0.1, visitors=needed, days=1, runs=runs)
        found = self.found(fixed_horizon.p_value(difference))
        assert found == pytest.approx(0.8, abs=3 * np.sqrt(0.16 / runs))

    def test_daily_looks_find_it_with_the_stated_power_and_more(self):
        _, needed = self.planned(None, Design(sequential_tuning=5_000))
        difference, is_looked_at = simulated(spread=None, lift=0.1, visitors=needed // DAYS + 1)
        p_values = SEQUENCE.p_value(difference)
        assert self.found(p_values[:, -1]) == pytest.approx(0.8, abs=0.03)
        assert share_ever_below(p_values, is_looked_at) >= 0.8

    def test_half_the_visitors_find_it_as_seldom_as_is_said(self):
        outcome, needed = self.planned(None, Design())
        stated = power_of(outcome, 0.1, needed // 2, Design())
        difference, _ = simulated(spread=None, lift=0.1, visitors=needed // 2, days=1)
        assert 0.4 < stated < 0.6
        assert self.found(fixed_horizon.p_value(difference)) == pytest.approx(stated, abs=0.035)

    def planned(self, spread, design):
        if spread is None:
            outcome = Proportion(RATE)
        else:  # moments of a purchase that is lognormal or does not happen
            mean = RATE * np.exp(spread**2 / 2)
            outcome = Mean(mean, float(np.sqrt(RATE * np.exp(2 * spread**2) - mean**2)))
        return outcome, units_needed(outcome, 0.1, design)
