"""A simulated month of a shop, and whether the same seed makes the same days."""

from __future__ import annotations

import shutil

import pytest

from soak._digest import digest_of
from soak._plan import MONTH, THREE_DAYS
from soak.simulation import simulated

pytestmark = pytest.mark.slow


def test_a_month_holds_each_evening(tmp_path):
    with simulated(tmp_path, MONTH, seed=1) as month:
        fates = month.fates()
        assert all(fates[fate] > 0 for fate in ("kept", "refused", "repeated", "superseded")), fates
        states = [report["state"] for report in month.reports()]
        assert states.count("unreadable") == 2
        assert fates["erased_customers_again"] > 0
        assert month.count_of("erasure") == 2
        assert "recommendations" in month.holds_after_rollback()
        assert month.retrained_for("drift")
        assert month.retrained_for("new_data")
        assert all(units > 10 for units in month.units_by_arm().values())


def test_the_same_seed_makes_the_same_days(tmp_path):
    digests = []
    for _ in range(2):
        folder = tmp_path / "stack"  # documents of monitoring may name where a file lies
        with simulated(folder, THREE_DAYS, seed=2) as three_days:
            digests.append(digest_of(three_days.figures))
        shutil.rmtree(folder)
    assert digests[0] == digests[1]
