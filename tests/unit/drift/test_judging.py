"""From counts to verdicts: missing values, few rows, huge samples, chance, and the sections of a report."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import sparse

from patronage.errors import BadInput
from patronage.logic.drift.columns import Column, judge_column
from patronage.logic.drift.counts import Counted
from patronage.logic.drift.decay import Measured, judge_decay
from patronage.logic.drift.judge import DRIFT, OK, TOO_FEW, WARN, graded, worst
from patronage.logic.drift.options import DriftOptions
from patronage.logic.drift.report import put_together, section
from patronage.logic.drift.shares import judge_catalogue, judge_lists, judge_migration, judge_mix, shares_of
from patronage.logic.evaluation import score_users

OPTIONS = DriftOptions()


def numbers(reference, current) -> Column:
    """Return a column of two samples; NaN is missing."""
    sides = [np.asarray(side, dtype=float) for side in (reference, current)]
    rows, missing = zip(*((len(side), int(np.isnan(side).sum())) for side in sides), strict=True)
    return Column(name="x", kind="number", rows=rows, missing=missing, numbers=Counted.of_rows(*sides))


def categories(reference: dict[str, int], current: dict[str, int], missing=(0, 0)) -> Column:
    rows = tuple(sum(side.values()) + none for side, none in zip((reference, current), missing, strict=True))
    return Column(name="x", kind="category", rows=rows, missing=missing, categories=(reference, current))


def measure(judged: dict, name: str) -> dict:
    return next(each for each in judged["measures"] if each["measure"] == name)


def test_a_column_that_empties_is_drift_though_what_is_left_keeps_its_shares():
    rng = np.random.default_rng(0)
    reference, current = rng.lognormal(size=5000), rng.lognormal(size=5000)
    current[rng.random(5000) < 0.9] = np.nan
    judged = judge_column(numbers(reference, current), OPTIONS)
    assert (measure(judged, "psi")["verdict"], measure(judged, "ks")["verdict"]) == (OK, OK)
    assert (judged["verdict"], measure(judged, "missing_share")["verdict"]) == (DRIFT, DRIFT)
    says = judged["measures"][0]["says"]
    assert says.startswith("the missing share went from 0.0% to 89.8%")
    assert says.endswith("which reaches a change of 0.1")
    of_words = judge_column(categories({"web": 600, "shop": 400}, {"web": 60, "shop": 40}, (0, 900)), OPTIONS)
    assert of_words["verdict"] == DRIFT
    assert measure(of_words, "distribution")["verdict"] == TOO_FEW


def test_a_column_that_fills_is_drift_too():
    assert judge_column(categories({"a": 300}, {"a": 1000}, (700, 0)), OPTIONS)["verdict"] == DRIFT


def test_of_an_id_only_the_missing_share_is_looked_at():
    column = Column(name="customer_id", kind="presence", rows=(1000, 1000), missing=(100, 160))
    judged = judge_column(column, OPTIONS)
    assert [each["measure"] for each in judged["measures"]] == ["missing_share"]
    assert (judged["verdict"], "bins" in judged) == (OK, False)


@pytest.mark.parametrize("rows", [(199, 5000), (5000, 199), (0, 0), (0, 5000)])
def test_too_few_rows_say_so(rows):
    rng = np.random.default_rng(0)
    judged = judge_column(numbers(rng.random(rows[0]), 5 + rng.random(rows[1])), OPTIONS)
    assert judged["verdict"] == TOO_FEW
    assert all("and 200 are needed" in each["says"] for each in judged["measures"])
    counts = {"before": rows[0], "now": rows[1], "least": 200}
    told = {each["why_code"]: each["why_values"] for each in judged["measures"]}
    assert told == {"few_rows": counts, "few_values": counts}
    json.dumps(judged, allow_nan=False)


def test_a_shift_is_found_and_named_with_value_and_threshold():
    rng = np.random.default_rng(0)
    judged = judge_column(numbers(rng.normal(size=2000), rng.normal(0.8, size=2000)), OPTIONS)
    assert judged["verdict"] == DRIFT
    assert measure(judged, "ks")["says"] == "the Kolmogorov-Smirnov distance 0.311 reaches 0.2"
    assert measure(judged, "psi")["value"] > measure(judged, "psi")["threshold"] == 0.25
    assert judged["severity"] > 3


def test_what_the_reference_has_nothing_like_is_counted():
    judged = judge_column(categories({"web": 900, "shop": 100}, {"web": 500, "app": 500}), OPTIONS)
    assert (judged["verdict"], judged["beyond_share"]) == (DRIFT, 0.5)
    constant = judge_column(numbers([0.0] * 1000, [0.0] * 600 + [5.0] * 400), OPTIONS)
    assert (constant["verdict"], constant["beyond_share"]) == (DRIFT, 0.4)


def test_huge_samples_do_not_cry_wolf():
    rng = np.random.default_rng(0)
    reference, current = rng.normal(size=200_000), rng.normal(0.05, size=200_000)
    judged = judge_column(numbers(reference, current), OPTIONS)
    assert (judged["verdict"], measure(judged, "ks")["p"] < 1e-6) == (OK, True)
    shares = judge_column(categories({"a": 500_000, "b": 500_000}, {"a": 510_000, "b": 490_000}), OPTIONS)
    assert (shares["verdict"], measure(shares, "chi_squared")["p"] < 1e-6) == (OK, True)


def test_of_few_rows_chance_is_not_called_drift():
    judged = graded("ks", 0.12, warn=0.1, alarm=0.2, p=0.2, significance=0.01)
    assert (judged.verdict, judged.says) == (
        OK,
        "the Kolmogorov-Smirnov distance 0.12 reaches 0.1, which chance alone gives of so few rows",
    )
    assert graded("ks", 0.12, warn=0.1, alarm=0.2, p=0.001, significance=0.01).verdict == WARN


@pytest.mark.parametrize(
    ("rows", "reports"),
    [
        (200, 12),
        (1000, 8),
        pytest.param(200, 500, marks=pytest.mark.slow),
        pytest.param(5000, 100, marks=pytest.mark.slow),
    ],
)
def test_a_stationary_shop_gives_few_false_alarms(rows, reports):
    """Of reports on 40 columns in which nothing moved 1 in 100 may have a warning, twice that by bad luck."""
    rng, found = np.random.default_rng(rows), []
    for _ in range(reports):
        columns = [
            numbers(*(_drawn(kind, rng, rows) for _ in range(2))) for kind in range(8) for _ in range(4)
        ]
        for shares in ([0.5, 0.3, 0.2], [0.9, 0.05, 0.03, 0.02]) * 4:
            drawn = (rng.multinomial(rows, shares).tolist() for _ in range(2))
            columns.append(categories(*(dict(zip("abcd", side, strict=False)) for side in drawn)))
        judged = (judge_column(column, OPTIONS, columns=len(columns)) for column in columns)
        found.append(worst(each["verdict"] for each in judged))
    assert (found.count(WARN) + found.count(DRIFT)) / reports <= 0.02


def _drawn(kind: int, rng: np.random.Generator, rows: int) -> np.ndarray:
    drawn = {
        0: lambda: rng.normal(size=rows),
        1: lambda: rng.lognormal(7, 1.5, rows).round(),
        2: lambda: rng.poisson(0.7, rows),
        3: lambda: rng.geometric(0.3, rows),
        4: lambda: rng.exponential(90, rows).round(),
        5: lambda: rng.random(rows) * (rng.random(rows) < 0.1),
        6: lambda: np.where(rng.random(rows) < 0.3, np.nan, rng.random(rows)),
        7: lambda: rng.pareto(1.1, rows),
    }[kind]
    return drawn()


def test_the_order_of_the_rows_changes_nothing():
    rng = np.random.default_rng(4)
    reference, current = rng.lognormal(size=3000), rng.lognormal(0.3, size=3000)
    first = judge_column(numbers(reference, current), OPTIONS, columns=7)
    again = judge_column(numbers(reference[::-1], rng.permutation(current)), OPTIONS, columns=7)
    assert json.dumps(first) == json.dumps(again)


def test_segments_that_keep_their_shares_are_ok_and_one_that_doubles_is_not():
    before = {"champions": 500, "lost": 500}
    assert judge_mix(before, {"champions": 990, "lost": 1010}, OPTIONS, of="rfm").verdict == OK
    moved = judge_mix(before, {"champions": 200, "lost": 800}, OPTIONS, of="rfm")
    assert (moved.verdict, moved.value) == (DRIFT, pytest.approx(0.3 * np.log(2.5) + 0.3 * np.log(1.6)))
    assert judge_mix({"lost": 50}, {"lost": 500}, OPTIONS, of="rfm").verdict == TOO_FEW
    assert shares_of(before, {"champions": 200, "lost": 600, "new": 200})[0] == {
        "segment_id": "champions",
        "reference": 0.5,
        "current": 0.2,
    }


@pytest.mark.parametrize(("moved", "verdict"), [(290, OK), (300, WARN), (500, DRIFT)])
def test_customers_who_change_their_segment(moved, verdict):
    totals = {"stayed_customers": 1000 - moved, "moved_customers": moved}
    assert judge_migration(totals, OPTIONS).verdict == verdict
    assert judge_migration({"stayed_customers": 100, "moved_customers": 99}, OPTIONS).verdict == TOO_FEW


def test_the_catalogue_is_judged_by_products_and_by_their_sales():
    found = {"known": 100, "now": 110, "new": 10, "gone": 25, "line_count": 500, "net_minor": 1000}
    judged = {each.measure: each for each in judge_catalogue(found | {"unknown_minor": 300}, OPTIONS)}
    assert {name: each.verdict for name, each in judged.items()} == {
        "unknown_sales": DRIFT,
        "new_products": OK,
        "gone_products": WARN,
    }
    assert judged["unknown_sales"].says == (
        "the share of the sales that is of products which the live model does not know, 0.3 reaches 0.25"
    )
    silent = judge_catalogue(found | {"unknown_minor": 0, "gone": None, "line_count": 3}, OPTIONS)
    assert [each.verdict for each in silent] == [TOO_FEW, OK, TOO_FEW]


def test_lists_that_get_less_diverse_are_told_and_those_that_get_more_are_not():
    before = {"coverage": 0.6, "gini": 0.5, "novelty": 0.4, "measured": 1000}
    after = {"coverage": 0.3, "gini": 0.62, "novelty": 0.9, "measured": 1000}
    assert [each.verdict for each in judge_lists(before, after, OPTIONS)] == [DRIFT, WARN, OK]
    assert [each.verdict for each in judge_lists(after, before, OPTIONS)] == [OK, OK, DRIFT]
    assert judge_lists(before | {"measured": 5}, after, OPTIONS)[0].verdict == TOO_FEW


def test_hits_are_scored_as_the_ranking_metrics_score_them():
    rng = np.random.default_rng(0)
    lists = np.stack([rng.permutation(40)[:10] for _ in range(300)])
    relevant = sparse.csr_array(rng.random((300, 40)) < 0.1)
    expected = score_users(lists, relevant)
    bought = relevant.toarray()[expected.users]
    hits = [
        [min(int(row.sum()), 10), int((row[products] << np.arange(10)).sum()), 1]
        for row, products in zip(bought.astype(int), lists[expected.users], strict=True)
    ]
    found = Measured.of_hits(hits)
    assert found.customers == len(expected.users)
    assert found.ndcg_at_10.value == pytest.approx(expected.metric("ndcg").mean())
    assert found.hit_rate_at_10.value == pytest.approx(expected.metric("hit_rate").mean())
    assert Measured.of_hits(hits[::-1]) == found


@pytest.mark.parametrize(
    ("share", "verdict"),
    [(0.5, OK), (0.3, OK), (0.05, DRIFT)],
    ids=["as at the gate", "below, within the interval", "decayed"],
)
def test_decay_is_judged_by_the_upper_end_of_the_interval(share, verdict):
    published = Measured.of_hits([[1, 1, 500], [1, 0, 500]])
    customers = 60
    live = Measured.of_hits([[1, 1, round(customers * share)], [1, 0, customers - round(customers * share)]])
    judged = judge_decay(live, published, OPTIONS)
    assert (judged.verdict, judged.threshold) == (verdict, pytest.approx(0.4))
    assert (live.ndcg_at_10.high < 0.4) == (verdict == DRIFT)
    few = Measured.of_hits([[1, 0, 49]])
    assert judge_decay(few, published, OPTIONS).verdict == TOO_FEW
    assert judge_decay(Measured.of_hits([]), published, OPTIONS).verdict == TOO_FEW


def test_a_report_has_the_worst_verdict_and_the_most_severe_reason_first():
    options = OPTIONS
    moved = judge_column(numbers(np.arange(1000), 2000 + np.arange(1000)), options)
    ok = judge_column(numbers(np.arange(1000), np.arange(1000)), options) | {"column": "y"}
    few = judge_column(numbers([1.0], [1.0]), options) | {"column": "z"}
    parts = {"segments": section([judge_mix({"a": 1}, {"a": 1}, options, of="rfm")])}
    report = put_together({"as_of": "now"}, [few, ok, moved], [], parts)
    assert (report["verdict"], report["as_of"], len(report["reasons"])) == (DRIFT, "now", 1)
    assert report["reasons"][0].startswith("x: the population stability index")
    assert [each["column"] for each in report["features"]] == ["x", "y", "z"]
    assert put_together({}, [few], [], parts)["verdict"] == TOO_FEW
    assert put_together({}, [few, ok], [], parts)["verdict"] == OK


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"psi_wran": 0.2}, "[drift]: psi_wran is no setting; near it: psi_warn"),
        ({"psi_warn": 0.3}, "psi_warn = 0.3 must lie above 0 and not above psi_alarm = 0.25"),
        ({"min_rows": 10.5}, "min_rows = 10.5 must be a whole number"),
        ({"min_rows": True}, "min_rows = True must be a whole number"),
        ({"significance": 1}, "significance = 1 must lie between 0 and 1"),
        ({"raw_days": 0}, "raw_days = 0 must lie between 1 and 366"),
        ({"ks_warn": float("nan")}, "ks_warn = nan must be a number"),
    ],
)
def test_settings_that_are_wrong_are_named(values, says):
    with pytest.raises(BadInput) as refused:
        DriftOptions.from_mapping(values, "[drift]")
    assert says in str(refused.value)


def test_settings_that_are_left_out_are_as_usual():
    assert DriftOptions.from_mapping({"ks_warn": 0.15}) == DriftOptions(ks_warn=0.15)
    assert (OPTIONS.psi_warn, OPTIONS.psi_alarm, OPTIONS.min_rows) == (0.1, 0.25, 200)
