"""The report of an experiment on simulated visitors: `python docs/examples/experiment_report.py`."""

import numpy as np

from patronage.logic.experiments.analysis_options import AnalysisOptions
from patronage.logic.experiments.statistics import Units, analyse

experiment = {
    "experiment_id": "home-page",
    "name": "Recommendations on the home page",
    "arms": [
        {"arm": "nothing", "kind": "none", "weight": 0.5},
        {"arm": "recommended", "kind": "model", "weight": 0.5},
    ],
    "coverage": 1.0,
}

# 80,000 visitors, many of them known; recommendations raise what each would have bought by a quarter.
rng = np.random.default_rng(2026)
arm = rng.integers(0, 2, 80_000)
likes = rng.gamma(0.1, 0.5, len(arm))
spent_before = rng.poisson(likes) * rng.lognormal(8, 0.5, len(arm))
orders = rng.poisson(likes * np.where(arm == 1, 1.25, 1.0))
impressions = rng.poisson(6, len(arm)) * (arm == 1)
clicks = rng.binomial(impressions, 0.04)

units = Units.from_arrays(
    {
        "arm": arm,
        "exposed_day": rng.integers(20_454, 20_482, len(arm)),
        "impressions": impressions,
        "clicks": clicks,
        "carts": orders,
        "orders": orders,
        "revenue_minor": (orders * rng.lognormal(8, 0.5, len(arm))).astype(np.int64),
        "prior_revenue_minor": spent_before.astype(np.int64),
        "has_prior": spent_before > 0,
    }
)
report = analyse(experiment, units, options=AnalysisOptions())

for each in report["arms"]:
    print(f"{each['arm']}: {each['units']:,} visitors, {each['buyers']:,} buyers")
print(f"sample ratio: p {report['sample_ratio']['p']:.3f}")
revenue = report["revenue"]
print(f"CUPED took {revenue['cuped_variance_reduction']:.0%} of the variance of revenue per visitor")
print(f"the cap of {revenue['cap_minor'] / 100:,.2f} cut the revenue of {revenue['capped_units']} visitors")
for metric in report["metrics"]:
    print(f"{metric['label']}: {metric['status'].replace('_', ' ')}")
    for each in metric["arms"]:
        print(f"  {each['arm']} {each['value']:,.4f} ({each['low']:,.4f} to {each['high']:,.4f})")
    for lift in metric["lifts"]:
        for test in ("fixed", "sequential"):
            found = lift[test]
            print(
                f"  lift {lift['relative']:+.1%}, {test}: {found['relative_low']:+.1%} to "
                f"{found['relative_high']:+.1%}, p {found['p']:.2g}, corrected {found['corrected_p']:.2g}"
            )
for earned in report["incremental_revenue"]:
    low, high = (earned["sequential"][name] / 100 for name in ("low_minor", "high_minor"))
    print(f"earned by {earned['of']}: {earned['value_minor'] / 100:,.2f} ({low:,.2f} to {high:,.2f})")
print(report["verdict"]["sentence"])
