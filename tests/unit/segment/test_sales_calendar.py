from __future__ import annotations

from datetime import date, timedelta
from statistics import fmean
from typing import Any

import numpy as np
import pytest

from patronage.logic.segments.sales_calendar import DaySeries, calendar_effects

FIRST = date(2025, 1, 1)


def series(money: list[int]) -> DaySeries:
    by_day = {FIRST + timedelta(n): net for n, net in enumerate(money) if net}
    return DaySeries(first=FIRST, last=FIRST + timedelta(len(money) - 1), net_minor=by_day)


def entry(day: date, name: str, **more: Any) -> dict[str, Any]:
    return {"day": day, "name": name, "kind": "holiday", "value": None, "country": None} | more


def test_expected_is_the_mean_of_eight_weekdays_around_without_other_holidays():
    money = [100 + n for n in range(120)]
    day, other = FIRST + timedelta(60), FIRST + timedelta(67)
    entries = [entry(day, "Easter"), entry(other, "Whitsun")]
    easter, whitsun = calendar_effects(entries, series(money), {})["holidays"]
    around = [100 + 60 + 7 * week for week in (-4, -3, -2, -1, 2, 3, 4)]
    assert (easter["net_minor"], easter["expected_minor"]) == (160, fmean(around))
    assert whitsun["expected_minor"] == fmean(100 + 67 + 7 * week for week in (-4, -3, -2, 1, 2, 3, 4))


def test_a_closed_day_counts_as_nothing_and_days_that_have_not_come_are_left_out():
    money = [100] * 40
    money[21] = 0
    entries = [entry(FIRST + timedelta(21), "Closed"), entry(FIRST + timedelta(50), "To come")]
    closed, to_come = calendar_effects(entries, series(money), {})["holidays"]
    assert (closed["days"], closed["net_minor"], closed["effect_share"]) == (1, 0, -1.0)
    assert (to_come["days"], to_come["effect_minor"]) == (0, None)


def test_a_holiday_of_a_country_is_held_against_that_countrys_money():
    day = FIRST + timedelta(28)
    french = {FIRST + timedelta(n): 10 for n in range(60)} | {day: 50}
    found = calendar_effects(
        [entry(day, "Bastille", country="France")], series([100] * 60), {"France": french}
    )
    (row,) = found["holidays"]
    assert (row["of"], row["net_minor"], row["expected_minor"]) == ("France", 50, 10)
    (row,) = calendar_effects([entry(day, "Bastille", country="FR")], series([100] * 60), {})["holidays"]
    assert (row["country"], row["of"], row["effect_minor"]) == ("FR", None, 0)


def test_a_signal_correlates_with_the_money_beyond_the_expected():
    rng = np.random.default_rng(1)
    rain = rng.normal(size=90)
    money = [int(1000 + 200 * (n % 7) + 50 * rain[n]) for n in range(90)]
    entries = [
        entry(FIRST + timedelta(n), "rain", kind="signal", value=float(rain[n])) for n in range(28, 60)
    ]
    found = calendar_effects(entries, series(money), {})
    beyond = [
        money[n] - fmean(money[n + 7 * week] for week in (-4, -3, -2, -1, 1, 2, 3, 4)) for n in range(28, 60)
    ]
    (row,) = found["signals"]
    assert row["correlation"] == pytest.approx(np.corrcoef(rain[28:60], beyond)[0, 1])
    assert row["correlation"] > 0.8
    assert (row["days"], found["holidays"], found["days"]) == (32, [], [])


def test_a_signal_that_never_moves_has_no_correlation():
    entries = [entry(FIRST + timedelta(n), "rain", kind="signal", value=1) for n in range(20, 30)]
    (row,) = calendar_effects(entries, series([100] * 60), {})["signals"]
    assert row["correlation"] is None
