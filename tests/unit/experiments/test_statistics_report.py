"""The report as a whole: from the visitors' rows to the verdict."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from patronage.errors import BadInput
from patronage.logic.experiments.analysis_options import METRICS, AnalysisOptions
from patronage.logic.experiments.statistics import Design, Units, analyse, segment_effect
from statistics_support import experiment, units_of

OPTIONS = AnalysisOptions()
PLAIN = AnalysisOptions(cap_quantile=1.0, prior_days=0)
TWO = experiment("none", "model")
THREE = experiment("popular", "model", "rules")


@cache
def sold(*lifts: float, n: int = 20_000) -> Units:
    return units_of(n, lifts=lifts)


def metric_of(report: dict, name: str) -> dict:
    (found,) = (each for each in report["metrics"] if each["metric"] == name)
    return found


def only_lift(report: dict, name: str) -> dict:
    (found,) = metric_of(report, name)["lifts"]
    return found


class TestFigures:
    def test_counts_are_exact_sums_by_arm(self):
        units = sold(0.0, 0.5)
        for place, arm in enumerate(analyse(TWO, units, options=OPTIONS)["arms"]):
            here = units.arm == place
            assert arm["units"] == here.sum()
            assert arm["revenue_minor"] == units.revenue_minor[here].sum()
            assert arm["buyers"] == (units.orders[here] > 0).sum()
            assert arm["expected_share"] == 0.5

    def test_revenue_per_visitor_is_compared_as_scipy_does_where_nothing_is_done_to_it(self):
        units = sold(0.0, 0.5)
        lift = only_lift(analyse(TWO, units, options=PLAIN), "revenue_per_visitor")
        theirs = stats.ttest_ind(
            units.revenue_minor[units.arm == 1], units.revenue_minor[units.arm == 0], equal_var=False
        )
        limits = theirs.confidence_interval()
        assert lift["fixed"]["p"] == pytest.approx(theirs.pvalue, rel=1e-9)
        assert (lift["fixed"]["low"], lift["fixed"]["high"]) == pytest.approx((limits.low, limits.high))

    def test_every_metric_lies_in_its_interval_and_shows_what_was_counted(self):
        report = analyse(THREE, sold(0.0, 0.0, 0.0), options=OPTIONS)
        assert [each["metric"] for each in report["metrics"]] == list(METRICS)
        for metric in report["metrics"]:
            for arm in metric["arms"]:
                assert arm["low"] < arm["value"] < arm["high"]
        counted = report["arms"][1]
        observed = {each["metric"]: each["arms"][1]["observed"] for each in report["metrics"]}
        assert observed == pytest.approx(
            {
                "ctr": counted["clicks"] / counted["impressions"],
                "conversion": counted["buyers"] / counted["units"],
                "revenue_per_visitor": counted["revenue_minor"] / counted["units"],
                "aov": counted["revenue_minor"] / counted["orders"],
            }
        )

    def test_cuped_narrows_the_interval_and_capping_is_stated(self):
        report = analyse(TWO, sold(0.0, 0.5), options=OPTIONS)
        without = analyse(TWO, sold(0.0, 0.5), options=replace(OPTIONS, prior_days=0))
        widths = [
            (lift := only_lift(each, "revenue_per_visitor")["sequential"])["high"] - lift["low"]
            for each in (report, without)
        ]
        reduction = report["revenue"]["cuped_variance_reduction"]
        assert 0.05 < reduction < 0.9
        assert report["revenue"]["signed_in_share"] == sold(0.0, 0.5).has_prior.mean()
        assert widths[0] == pytest.approx(widths[1] * np.sqrt(1 - reduction), rel=0.02)
        assert without["revenue"]["cuped_variance_reduction"] == 0
        revenue = sold(0.0, 0.5).revenue_minor
        assert report["revenue"]["capped_units"] == (revenue > report["revenue"]["cap_minor"]).sum()

    def test_incremental_revenue_is_the_lift_times_the_visitors_of_the_treatment(self):
        report = analyse(TWO, sold(0.0, 0.5), options=OPTIONS)
        (earned,) = report["incremental_revenue"]
        lift = only_lift(report, "revenue_per_visitor")
        assert earned["of"] == "recommendations"
        assert earned["value_minor"] == round(lift["absolute"] * earned["units"])
        assert earned["sequential"]["low_minor"] == round(lift["sequential"]["low"] * earned["units"])
        control, treated = report["arms"]
        assert earned["observed_minor"] == pytest.approx(
            treated["revenue_minor"] - control["revenue_minor"] * treated["units"] / control["units"], abs=1
        )

    def test_no_recommendations_have_no_click_through_rate_to_be_compared_with(self):
        ctr = metric_of(analyse(TWO, sold(0.0, 0.5), options=OPTIONS), "ctr")
        assert (ctr["status"], ctr["lifts"]) == ("not_applicable", [])
        assert [arm["arm"] for arm in ctr["arms"]] == ["model"]

    def test_json_can_hold_it(self):
        for units in (sold(0.0, 0.5), sold(0.0, 0.5, n=30), sold(0.0, 0.5, n=0)):
            report = analyse(TWO, units, options=OPTIONS)
            assert json.loads(json.dumps(report, allow_nan=False)) == report


class TestCorrection:
    def test_the_primary_metric_counts_its_arms_and_the_others_all_tests(self):
        report = analyse(THREE, sold(0.0, 0.1, 0.2), options=OPTIONS)
        lifts = [(each["metric"], lift) for each in report["metrics"] for lift in each["lifts"]]
        raw = [lift["fixed"]["p"] for _, lift in lifts]
        expected = multipletests(raw, method="holm")[1]
        first = [place for place, (name, _) in enumerate(lifts) if name == "revenue_per_visitor"]
        expected[first] = multipletests([raw[place] for place in first], method="holm")[1]
        assert len(lifts) == 8
        assert [lift["fixed"]["corrected_p"] for _, lift in lifts] == pytest.approx(list(expected))

    def test_benjamini_and_hochberg_can_be_chosen(self):
        report = analyse(
            THREE, sold(0.0, 0.1, 0.2), options=replace(OPTIONS, correction="benjamini-hochberg")
        )
        lifts = [lift for each in report["metrics"] for lift in each["lifts"]]
        theirs = multipletests([lift["sequential"]["p"] for lift in lifts], method="fdr_bh")[1]
        assert lifts[0]["sequential"]["corrected_p"] == pytest.approx(theirs[0])


class TestVerdict:
    def test_a_winner(self):
        verdict = analyse(TWO, sold(0.0, 0.5), options=OPTIONS)["verdict"]
        assert (verdict["code"], verdict["arm"]) == ("winner", "model")
        assert verdict["sentence"].startswith("model wins against none: revenue per visitor +")

    def test_a_loser(self):
        verdict = analyse(TWO, sold(0.5, 0.0), options=OPTIONS)["verdict"]
        assert (verdict["code"], verdict["arm"]) == ("loser", "model")

    def test_the_best_of_several(self):
        verdict = analyse(THREE, sold(0.0, 0.5, 0.9), options=OPTIONS)["verdict"]
        assert (verdict["code"], verdict["arm"]) == ("winner", "rules")

    def test_no_difference_and_what_would_have_been_found(self):
        report = analyse(TWO, sold(0.0, 0.0), options=OPTIONS)
        assert report["verdict"]["code"] == "no_difference_seen"
        detectable = only_lift(report, "revenue_per_visitor")["detectable_relative"]
        said = f"a lift of {detectable:.1%} would have been found with a chance of 80%"
        assert said in report["verdict"]["sentence"]

    def test_what_would_have_been_found_is_said_for_the_level_that_several_treatments_leave(self):
        report = analyse(THREE, sold(0.0, 0.0, 0.0), options=OPTIONS)
        control, *treated = report["arms"]
        metric = metric_of(report, "revenue_per_visitor")
        assert len(metric["lifts"]) == 2
        for lift, arm in zip(metric["lifts"], treated, strict=True):
            ratio, units = arm["units"] / control["units"], control["units"]
            alone, both = (
                Design(ratio=ratio, comparisons=count, sequential_tuning=OPTIONS.sequential_tuning)
                for count in (1, 2)
            )
            error = (lift["sequential"]["high"] - lift["absolute"]) / alone.multiplier(units)
            found = (both.multiplier(units) + stats.norm.ppf(0.8)) * error / metric["arms"][0]["value"]
            assert lift["detectable_relative"] == pytest.approx(found)

    def test_not_enough_data_and_how_many_are_needed(self):
        units = sold(0.0, 0.0, n=150)
        report = analyse(TWO, units, options=OPTIONS)
        control, treated = report["arms"]
        needs = [
            f"{arm['arm']} needs {100 - arm['units']} more visitors and {25 - arm['buyers']} more buyers"
            for arm in (control, treated)
        ]
        assert report["verdict"]["code"] == "not_enough_data"
        assert f"Not enough data yet: {'; '.join(needs)}. That takes about" in report["verdict"]["sentence"]
        assert metric_of(report, "conversion")["lifts"] == []
        assert metric_of(report, "conversion")["arms"][0]["low"] is None

    def test_nobody_yet(self):
        report = analyse(TWO, sold(0.0, 0.0, n=0), options=OPTIONS)
        assert report["verdict"]["sentence"] == (
            "Not enough data yet: none needs 100 more visitors and 25 more buyers; model needs 100 more "
            "visitors and 25 more buyers."
        )
        assert report["days"] == {"first": None, "last": None, "count": 0}

    def test_the_experiment_names_its_own_primary_metric(self):
        own = experiment("popular", "model", primary_metric="ctr")
        report = analyse(own, sold(0.0, 0.0), options=OPTIONS)
        assert report["primary_metric"] == "ctr"
        assert "click-through rate" in report["verdict"]["sentence"]

    def test_a_primary_metric_that_the_control_has_not(self):
        own = experiment("none", "model", primary_metric="ctr")
        assert (
            "name another primary metric"
            in analyse(own, sold(0.0, 0.0), options=OPTIONS)["verdict"]["sentence"]
        )


class TestControl:
    @pytest.mark.parametrize(
        ("kinds", "expected"),
        [
            (("model", "none", "popular"), "none"),
            (("model", "rules", "popular"), "popular"),
            (("model", "rules", "hybrid"), "model"),
        ],
    )
    def test_no_recommendations_then_popular_then_the_first(self, kinds, expected):
        assert analyse(experiment(*kinds), sold(0.0, 0.0, 0.0), options=OPTIONS)["control"] == expected

    def test_a_stated_one(self):
        own = experiment("model", "rules", control="rules")
        assert analyse(own, sold(0.0, 0.0), options=OPTIONS)["control"] == "rules"

    def test_one_that_is_no_arm_is_told(self):
        with pytest.raises(BadInput, match="'x' is no arm"):
            analyse(experiment("model", "rules", control="x"), sold(0.0, 0.0), options=OPTIONS)


class TestNotes:
    def test_crossovers_and_strangers_are_told(self):
        report = analyse(TWO, sold(0.0, 0.0), options=OPTIONS, crossovers=400, unexpected=3)
        assert (report["crossovers"], report["unexpected"]) == (400, 3)
        assert len(report["notes"]) == 2
        assert report["note_codes"] == ["many_crossovers", "unexpected_arms"]
        assert analyse(TWO, sold(0.0, 0.0), options=OPTIONS, crossovers=10)["notes"] == []

    def test_less_than_a_week_is_told(self):
        arrays = sold(0.0, 0.0).to_arrays()
        units = Units.from_arrays({**arrays, "exposed_day": arrays["exposed_day"] % 3})
        assert "3 days only" in analyse(TWO, units, options=OPTIONS)["notes"][0]


class TestSegmentEffect:
    def test_what_contacting_earned(self):
        arrays = sold(0.5, 0.0).to_arrays()
        units = Units.from_arrays(arrays)
        report = segment_effect("champions", units, held_out_share=0.5, options=OPTIONS)
        (earned,) = report["incremental_revenue"]
        assert (earned["of"], earned["arm"], earned["against"]) == (
            "acting on the segment",
            "contacted",
            "held_out",
        )
        assert earned["sequential"]["low_minor"] > 0
        assert metric_of(report, "ctr")["arms"] == []

    def test_a_share_that_was_not_held_stops_it(self):
        report = segment_effect("champions", sold(0.5, 0.0), held_out_share=0.12345, options=OPTIONS)
        assert report["stopped"] == "sample_ratio_mismatch"
        assert report["arms"][1]["expected_share"] == 0.12345


class TestUnits:
    def test_arrays_come_back(self):
        units = sold(0.0, 0.0)
        again = Units.from_arrays(units.to_arrays())
        assert all((again.to_arrays()[name] == values).all() for name, values in units.to_arrays().items())

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"arm": None}, "lack arm"),
            ({"orders": np.zeros(3, dtype=int)}, "differ in length"),
            ({"revenue_minor": np.array([0.5, 1.5])}, "whole numbers"),
            ({"arm": np.array([-1, 0])}, "below 0"),
        ],
    )
    def test_what_is_wrong_is_told(self, change, said):
        arrays = {name: values[:2] for name, values in sold(0.0, 0.0).to_arrays().items()}
        given = {name: values for name, values in {**arrays, **change}.items() if values is not None}
        with pytest.raises(BadInput, match=said):
            Units.from_arrays(given)

    def test_an_arm_that_the_experiment_lacks_is_told(self):
        with pytest.raises(BadInput, match="a unit is of arm 2"):
            analyse(TWO, sold(0.0, 0.0, 0.0), options=OPTIONS)


class TestOptions:
    def test_they_are_read(self):
        values = {"confidence": 0.9, "correction": "benjamini-hochberg", "min_visitors": 50}
        assert AnalysisOptions.from_mapping(values, "settings/monitor.toml [experiments]") == AnalysisOptions(
            confidence=0.9, correction="benjamini-hochberg", min_visitors=50
        )

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({"confidense": 0.9}, "confidense is no setting; near it: confidence"),
            ({"confidence": "0.9"}, "must be a number"),
            ({"min_visitors": 0.5}, "must be a whole number"),
            ({"min_visitors": True}, "must be a whole number"),
            ({"confidence": 1.5}, "must lie between 0.5 and 0.999"),
            ({"correction": "bonferroni"}, "must be one of holm, benjamini-hochberg"),
            ({"primary_metric": "likes"}, "must be one of ctr"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_place(self, values, said):
        with pytest.raises(BadInput, match=rf"^here: .*{said}"):
            AnalysisOptions.from_mapping(values, "here")
