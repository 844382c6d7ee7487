"""Experiments on simulated visitors: the time of a report, and how often it is right.

The report is of 1,000,000 visitors in three arms: four metrics, capped and adjusted revenue, intervals of
both kinds, corrected; the peers' p values of one look must agree. Shares are of 2,000 simulated experiments
of 28 daily looks each, on revenue per visitor (4 % buy, lognormal amounts) or conversion, from the first day
with 25 buyers in both arms on.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import stats
from statsmodels.api import OLS, add_constant
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, test_proportions_2indep

from benchmarks.experiments_data import DAYS, RATE, THREE_ARMS, shop_visitors, simulated_days
from benchmarks.figures import Figure, median_seconds
from patronage.logic.experiments.analysis_options import AnalysisOptions
from patronage.logic.experiments.statistics import Design, Proportion, analyse, fixed_horizon, units_needed
from patronage.logic.experiments.statistics.sequential import ConfidenceSequence

_LEVEL = 0.05
_SEQUENCE = ConfidenceSequence()


def report_1m_s() -> Figure:
    """Report on 1,000,000 visitors, against the same eight lifts, one look only, by SciPy and statsmodels."""
    units = shop_visitors(1_000_000)
    options = AnalysisOptions()
    _hold_equal(analyse(THREE_ARMS, units, options=options), _by_peers(units))
    ours = median_seconds(lambda: analyse(THREE_ARMS, units, options=options))
    return Figure(ours, "s", "SciPy and statsmodels, one look", median_seconds(lambda: _by_peers(units)))


def false_alarm_share() -> Figure:
    """Share of experiments without a difference in which daily looks see one, against the level stated."""
    return Figure(_false_alarms(spread=1.0), "share", "stated at most", _LEVEL)


def false_alarm_share_conversion() -> Figure:
    """Count the same of conversion."""
    return Figure(_false_alarms(spread=None), "share", "stated at most", _LEVEL)


def false_alarm_share_t_test() -> Figure:
    """Count the same, against who looks each day at SciPy's t test."""
    difference, is_looked_at = simulated_days(spread=1.0)
    treated, control = difference.treated, difference.control
    theirs = stats.ttest_ind_from_stats(
        treated.value,
        np.sqrt(treated.variance),
        treated.n,
        control.value,
        np.sqrt(control.variance),
        control.n,
        equal_var=False,
    ).pvalue
    found_by_theirs = _ever_below(theirs, is_looked_at)
    return Figure(_false_alarms(spread=1.0), "share", "SciPy's t test, daily", found_by_theirs)


def found_share_one_look() -> Figure:
    """Share of honest lifts of 10 % found by one look at the end with the visitors planned for it."""
    difference, _ = _planned(None)
    return Figure(float((fixed_horizon.p_value(difference)[:, -1] < _LEVEL).mean()), "share", "stated", 0.8)


def found_share() -> Figure:
    """Share of honest lifts of 10 % found by daily looks with the visitors planned for them."""
    return Figure(float(_is_found().any(axis=1).mean()), "share", "stated at least", 0.8)


def found_after_days() -> Figure:
    """Average day on which daily looks may stop: once the lift is found, or at the end."""
    is_found = _is_found()
    days = np.where(is_found.any(axis=1), is_found.argmax(axis=1) + 1, DAYS).mean()
    return Figure(float(days), "days", "planned", DAYS)


FIGURES = {
    "report_1m_s": report_1m_s,
    "false_alarm_share": false_alarm_share,
    "false_alarm_share_conversion": false_alarm_share_conversion,
    "false_alarm_share_t_test": false_alarm_share_t_test,
    "found_share_one_look": found_share_one_look,
    "found_share": found_share,
    "found_after_days": found_after_days,
}


def _false_alarms(*, spread: float | None) -> float:
    difference, is_looked_at = simulated_days(spread=spread)
    return _ever_below(_SEQUENCE.p_value(difference), is_looked_at)


def _is_found():
    difference, is_looked_at = _planned(_SEQUENCE.tuning)
    return (_SEQUENCE.p_value(difference) < _LEVEL) & is_looked_at


@cache
def _planned(tuning: float | None):
    needed = units_needed(Proportion(RATE), 0.1, Design(sequential_tuning=tuning))
    return simulated_days(spread=None, lift=0.1, visitors=needed // DAYS + 1)


def _ever_below(p_values, is_looked_at) -> float:
    return float((np.where(is_looked_at, p_values, 1.0).min(axis=1) < _LEVEL).mean())


def _hold_equal(report, theirs) -> None:
    """Refuse a figure where the peers do not come to the same p values, but for their quantiles."""
    by_arm = zip(*(each["lifts"] for each in report["metrics"]), strict=True)
    ours = [lift["fixed"]["p"] for lifts in by_arm for lift in lifts]
    if not np.allclose(ours, theirs, atol=0.02):
        raise SystemExit(f"ours came to {ours}, the peers to {theirs}")


def _by_peers(units):
    """Compare both treatments with the control, as an analyst would write it."""
    cap = np.quantile(units.revenue_minor[units.revenue_minor > 0], 0.999)
    revenue = np.minimum(units.revenue_minor, cap)
    p_values = []
    for arm in (1, 2):
        both, is_treated = units.arm != 3 - arm, units.arm == arm
        p_values += [
            _ratio_p(units.clicks, units.impressions, is_treated, units.arm == 0),
            _share_p(units.orders > 0, is_treated, units.arm == 0),
            _regressed_p(revenue[both], is_treated[both], units.prior_revenue_minor[both]),
            _ratio_p(revenue, units.orders, is_treated, units.arm == 0),
        ]
    multipletests(p_values, method="holm")
    return p_values


def _ratio_p(tops, bottoms, *arms) -> float:
    linear = []
    for here in arms:
        ratio = tops[here].sum() / bottoms[here].sum()
        linear.append(ratio + (tops[here] - ratio * bottoms[here]) / bottoms[here].mean())
    found = stats.ttest_ind(*linear, equal_var=False)
    found.confidence_interval()
    return found.pvalue


def _share_p(has_bought, treated, control) -> float:
    counts = (has_bought[treated].sum(), treated.sum(), has_bought[control].sum(), control.sum())
    confint_proportions_2indep(*counts, method="wald")
    return test_proportions_2indep(*counts, method="wald").pvalue


def _regressed_p(revenue, is_treated, before) -> float:
    fitted = OLS(revenue, add_constant(np.column_stack([is_treated, before]))).fit(cov_type="HC1")
    fitted.conf_int()
    return fitted.pvalues[1]
