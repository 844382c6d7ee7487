"""Every customer of CDNOW (1997 and 1998), staged anew with pandas and SciPy from the file itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cdnow_support import all_purchases
from patronage.engines.duckdb import DuckEngine
from patronage.settings import Shop
from patronage.steps.segment.lifecycle import stage_customers

if TYPE_CHECKING:
    from patronage.logic.segments.lifecycle import Rhythm

TODAY = pd.Timestamp("1998-06-30")


@pytest.fixture(scope="module")
def days() -> pd.DataFrame:
    """The days on which each customer bought for money."""
    lines = all_purchases().rename(columns={"customer": "id"}).astype({"value": float})
    lines["day"] = pd.to_datetime(lines.day, format="%Y%m%d")
    return lines[lines.value > 0].drop_duplicates(["id", "day"]).sort_values(["id", "day"])


def staged(lines: pd.DataFrame, today: pd.Timestamp = TODAY) -> tuple[pd.DataFrame, Rhythm]:
    with DuckEngine(Shop(timezone="UTC"), threads=2) as engine:
        engine.connection.register("given", lines)
        engine.run(
            "CREATE TABLE orders AS SELECT id AS customer_id, CAST(day AS TIMESTAMPTZ) AS ordered_at, "
            "'sale' AS kind, CAST(value * 100 AS BIGINT) AS net_minor FROM given"
        )
        for name in ("customers", "events"):
            engine.run(f"CREATE TABLE {name}(customer_id VARCHAR)")
        rhythm = stage_customers(engine, today.date().isoformat())
        return engine.connection.sql("FROM lifecycle").df().set_index("customer_id"), rhythm


@pytest.fixture(scope="module")
def found(days) -> tuple[pd.DataFrame, Rhythm]:
    return staged(days)


def test_the_rhythm_is_that_of_the_gaps(days, found):
    logs = np.log(days.groupby("id").day.diff().dt.days.dropna())
    per = logs.groupby(days.id).agg(["count", "mean"])
    squares = ((logs - days.id[logs.index].map(per["mean"])) ** 2).sum()
    within = squares / (len(logs) - len(per))
    between = per["mean"].var() - within * (1 / per["count"]).mean()
    weights = 1 / (between + within / per["count"])
    _, rhythm = found
    assert rhythm.within == pytest.approx(within, rel=1e-3)
    assert rhythm.between == pytest.approx(between, rel=2e-3)
    assert rhythm.log_gap == pytest.approx(np.average(per["mean"], weights=weights), rel=1e-4)
    assert (rhythm.gaps, rhythm.customers) == (len(logs), len(per))


def test_every_stage_is_recomputed_with_the_distribution_itself(days, found):
    table, rhythm = found
    gaps = days.groupby("id").day.diff().dt.days
    logs = np.log(gaps)
    frame = days.assign(gap=gaps, log=logs.fillna(0))
    group = frame.groupby("id")
    frame["before"] = (group.cumcount() - 1).clip(lower=0)
    frame["sum_before"] = group.log.cumsum() - frame.log

    def share_shorter(silence, count, total):
        """Return how many of the gaps to be expected are shorter than a silence: posterior predictive."""
        precision = 1 / rhythm.between + count / rhythm.within
        mean = (rhythm.log_gap / rhythm.between + total / rhythm.within) / precision
        with np.errstate(divide="ignore"):
            return stats.norm.cdf((np.log(silence) - mean) / np.sqrt(rhythm.within + 1 / precision))

    away = frame[frame.gap.notna()]
    away = away[share_shorter(away.gap, away.before, away.sum_before) > 0.95]
    per = pd.DataFrame(
        {
            "count": group.size() - 1,
            "total": group.log.sum(),
            "silence": (TODAY - group.day.max()).dt.days,
            "returned": (TODAY - away.groupby("id").day.max()).dt.days,
        }
    )
    share = pd.Series(share_shorter(per.silence, per["count"], per.total), per.index)
    back = pd.Series(share_shorter(per.returned, per["count"], per.total), per.index) <= 0.8
    expected = np.select(
        [share > 0.99, share > 0.95, share > 0.8, per["count"] == 0, back],
        ["lost", "dormant", "at_risk", "new", "won_back"],
        "active",
    )
    stages = table.lifecycle_id.reindex(per.index)
    edge = np.min([abs(share - limit) for limit in (0.8, 0.95, 0.99)], axis=0) < 1e-3
    assert (stages == expected)[~edge].mean() > 0.9995  # the log gaps are rounded to 1/10,000
    # all of them bought first in early 1997, so that nobody is new
    assert set(stages) == {"active", "won_back", "at_risk", "dormant", "lost"}


def test_the_order_of_the_rows_and_the_threads_change_nothing(days, found):
    table, rhythm = found
    again, same = staged(days.sample(frac=1, random_state=4))
    assert rhythm == same
    pd.testing.assert_frame_equal(table, again)


def test_who_is_livelier_buys_more_in_the_months_that_follow(days):
    """Stage at the middle of 1997, and hold against the year after: the order of the stages is borne out."""
    middle = pd.Timestamp("1997-09-30")
    table, _ = staged(days[days.day <= middle], middle)
    later = set(days[days.day > middle].id)
    share = table.groupby("lifecycle_id").apply(
        lambda each: each.index.isin(later).mean(), include_groups=False
    )
    assert share["active"] > share["at_risk"] > share["dormant"]
    assert share["won_back"] > share["at_risk"]
    assert share["active"] > 2 * share["dormant"]
