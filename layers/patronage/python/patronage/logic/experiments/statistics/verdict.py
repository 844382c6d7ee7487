"""What a report comes to, in one plain sentence."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from patronage.logic.experiments.statistics.measures import LABELS, SHARES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from patronage.logic.experiments.analysis_options import AnalysisOptions
    from patronage.logic.experiments.statistics.arms import Arms
    from patronage.logic.experiments.statistics.comparison import Comparison
    from patronage.logic.experiments.statistics.enough import Shortage
    from patronage.logic.experiments.statistics.sample_ratio import SampleRatio

STOPPED, NOT_ENOUGH, WINNER, LOSER, NO_DIFFERENCE = (
    "stopped",
    "not_enough_data",
    "winner",
    "loser",
    "no_difference_seen",
)


def stopped(arms: Arms, units: Sequence[int], ratio: SampleRatio) -> dict[str, Any]:
    """Say that the sample ratio forbids a report, and what to do."""
    counts = ", ".join(
        f"{name} {count:,} for {share:.1%} expected"
        for name, count, share in zip(arms.names, units, arms.shares, strict=True)
    )
    sentence = (
        f"Stopped, no effect is shown: the arms do not hold the visitors that their weights say ({counts}; "
        f"p {_p(ratio.p)}). Find out where exposures are lost or counted twice before believing any figure."
    )
    return {"code": STOPPED, "arm": None, "sentence": sentence}


def not_enough(shortages: Iterable[Shortage]) -> dict[str, Any]:
    """Say that there is not enough data, and how many more are needed."""
    listed = list(shortages)
    needs = "; ".join(each.sentence for each in listed)
    days = [each.days_more for each in listed if each.days_more is not None]
    when = (
        f" That takes about {_days(max(days))} more at the present rate." if len(days) == len(listed) else ""
    )
    return {"code": NOT_ENOUGH, "arm": None, "sentence": f"Not enough data yet: {needs}.{when}"}


def decided(comparisons: Sequence[Comparison], arms: Arms, options: AnalysisOptions) -> dict[str, Any]:
    """Name the winner, else the loser, else say that no difference was seen.

    Parameters
    ----------
    comparisons : sequence of Comparison
        Those of the primary metric, at least one.
    """
    level = 1 - options.confidence
    apart = [each for each in comparisons if each.is_significant(level)]
    best = max(apart or comparisons, key=lambda each: each.absolute)
    code = NO_DIFFERENCE if not apart else WINNER if best.absolute > 0 else LOSER
    arm, control = arms.names[best.arm], arms.names[best.control]
    begin = {
        WINNER: f"{arm} wins against {control}",
        LOSER: f"{arm} loses against {control}",
        NO_DIFFERENCE: f"No difference seen between {arm} and {control}",
    }[code]
    sentence = f"{begin}: {LABELS[best.metric]} {_lift(best, options)}"
    if code == NO_DIFFERENCE and isfinite(best.detectable):
        sentence += (
            f"; a lift of {best.detectable:.1%} would have been found with a chance of {options.power:.0%}"
        )
    return {"code": code, "arm": arm, "sentence": f"{sentence}."}


def _lift(each: Comparison, options: AnalysisOptions) -> str:
    test = each.sequential
    if isfinite(each.relative) and isfinite(test.relative_low) and isfinite(test.relative_high):
        value, low, high = (f"{part:+.1%}" for part in (each.relative, test.relative_low, test.relative_high))
    else:
        unit = "" if each.metric in SHARES else " minor units"
        value, low, high = (f"{part:+,.4g}{unit}" for part in (each.absolute, test.low, test.high))
    interval = f"{options.confidence:.0%} interval {low} to {high}"
    return f"{value} ({interval}, corrected p {_p(test.corrected_p)}; safe to look at any time)"


def _days(count: int) -> str:
    return f"{count:,} day{'' if count == 1 else 's'}"


def _p(p: float) -> str:
    return "below 0.0001" if p < 0.0001 else f"{p:.4f}" if p < 0.01 else f"{p:.2f}"
