"""The calculator against statsmodels; that its power is met, test_statistics_false_alarms shows."""

from __future__ import annotations

from math import ceil, sqrt

import pytest
from statsmodels.stats.power import NormalIndPower, TTestIndPower, normal_power_het
from statsmodels.stats.proportion import samplesize_proportions_2indep_onetail

from patronage.errors import BadInput
from patronage.logic.experiments.statistics import (
    Design,
    Mean,
    Proportion,
    detectable_lift,
    power_of,
    run_days,
    units_needed,
)

REVENUE = Mean(2.5, 18.0)


@pytest.mark.parametrize("ratio", [1.0, 3.0])
@pytest.mark.parametrize("power", [0.8, 0.9])
def test_a_mean_needs_as_many_as_statsmodels_says(power, ratio):
    theirs = NormalIndPower().solve_power(0.1 * 2.5 / 18, alpha=0.05, power=power, ratio=ratio)
    assert units_needed(REVENUE, 0.1, Design(power=power, ratio=ratio)) == ceil(theirs)


def test_students_t_asks_for_hardly_more():
    theirs = TTestIndPower().solve_power(0.1 * 2.5 / 18, alpha=0.05, power=0.8)
    assert units_needed(REVENUE, 0.1, Design()) == pytest.approx(theirs, abs=2)


def test_a_share_needs_as_many_as_statsmodels_says():
    theirs = samplesize_proportions_2indep_onetail(0.004, 0.04, 0.8, alpha=0.05)
    assert units_needed(Proportion(0.04), 0.1, Design()) == pytest.approx(theirs, rel=1e-3)


@pytest.mark.parametrize("units", [500, 20_000, 60_000])
def test_the_power_of_a_share_is_that_of_statsmodels(units):
    deviation = sqrt(0.04 * 0.96 + 0.044 * 0.956)
    theirs = normal_power_het(
        0.004, units, 0.05, std_null=deviation, std_alternative=deviation, alternative="two-sided"
    )
    assert power_of(Proportion(0.04), 0.1, units, Design()) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize(
    "design", [Design(), Design(sequential_tuning=5_000), Design(ratio=19, comparisons=3)]
)
@pytest.mark.parametrize("outcome", [Proportion(0.04), REVENUE])
def test_the_detectable_lift_needs_just_so_many(outcome, design):
    lift = detectable_lift(outcome, 30_000, design)
    assert power_of(outcome, lift, 30_000, design) == pytest.approx(design.power)
    assert units_needed(outcome, lift, design) == pytest.approx(30_000, abs=1)


def test_looking_at_will_and_more_arms_cost_visitors():
    once, often = (units_needed(REVENUE, 0.1, Design(sequential_tuning=tuning)) for tuning in (None, 5_000))
    assert 1.5 < often / once < 3
    assert units_needed(REVENUE, 0.1, Design(comparisons=2)) > once


def test_a_loss_can_be_planned_for():
    assert units_needed(REVENUE, -0.1, Design()) == units_needed(REVENUE, 0.1, Design())


def test_days_are_counted_up():
    assert run_days(39_472, 3_000) == 27
    assert run_days(1_000, 1_000, control_share=0.05, coverage=0.5) == 40


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: units_needed(REVENUE, 0, Design()), "a lift of 0"),
        (lambda: units_needed(REVENUE, 1e-7, Design()), "million million"),
        (lambda: units_needed(Proportion(0.9), 0.2, Design()), "must lie between 0 and 1"),
        (lambda: Proportion(1.2), "must lie between 0 and 1"),
        (lambda: Mean(2.0, 0.0), "above 0"),
        (lambda: Design(power=1.0), "between 0 and 1"),
        (lambda: Design(ratio=0), "above 0"),
        (lambda: detectable_lift(REVENUE, 1, Design()), "at least 2"),
        (lambda: detectable_lift(Proportion(0.9), 20, Design()), "plan with more"),
        (lambda: run_days(10, 0), "above 0"),
    ],
)
def test_what_cannot_be_planned_is_told(ask, said):
    with pytest.raises(BadInput, match=said):
        ask()
