"""What a measure amounts to: ok, warn, drift, or not enough data, in a sentence with value and threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patronage.logic.said import coded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from patronage.logic.said import Said

OK, WARN, DRIFT, TOO_FEW = "ok", "warn", "drift", "not enough data"
MEASURES = {
    "missing_share": "the change of the missing share by",
    "psi": "the population stability index",
    "ks": "the Kolmogorov-Smirnov distance",
    "chi_squared": "Cramér's V",
    "segment_mix": "the population stability index of the segments by {of}",
    "migration": "the share of customers who changed their segment,",
    "unknown_sales": "the share of the sales that is of products which the live model does not know,",
    "new_products": "the share of products that are new,",
    "gone_products": "the share of products that are gone,",
    "coverage": "the fall of the lists' coverage",
    "gini": "the rise of the lists' Gini index",
    "novelty": "the fall of the lists' novelty",
    "decay": "NDCG@10 of the published lists",
}
"""What is held against thresholds, and what sentences call it."""
_BY_WEIGHT = (TOO_FEW, OK, WARN, DRIFT)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """One measure, judged.

    Parameters
    ----------
    measure : str
        Its name.
    verdict : str
        `OK`, `WARN`, `DRIFT` or `TOO_FEW`.
    says : str
        Why, with value and threshold.
    value, threshold : float, optional
        What was measured, and the threshold that decided: the one that was reached, else the next.
    p : float, optional
        How often chance alone gives as much, where that is known.
    of : str
        What it is of, where a part is measured in several ways.
    why : Said, optional
        Of `TOO_FEW`, what there is not enough of.
    """

    measure: str
    verdict: str
    says: str
    value: float | None = None
    threshold: float | None = None
    p: float | None = None
    of: str = ""
    why: Said | None = None

    @property
    def severity(self) -> float:
        """How bad it is, to sort by: the verdict first, then the value in units of the threshold."""
        times = max(self.value or 0.0, 0.0) / self.threshold if self.threshold else 0.0
        return _BY_WEIGHT.index(self.verdict) + min(times / (1 + times), 0.999)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a report, without what is not known."""
        values = {name: getattr(self, name) for name in ("value", "threshold", "p")}
        known = {name: _rounded(value) for name, value in values.items() if value is not None}
        named = {"of": self.of} if self.of else {}
        why = coded("why", self.why) if self.why else {}
        return {"measure": self.measure, "verdict": self.verdict, **named, **known, "says": self.says, **why}


def graded(
    measure: str,
    value: float,
    *,
    warn: float | None,
    alarm: float | None,
    of: str = "",
    p: float | None = None,
    significance: float = 1.0,
) -> Judgement:
    """Hold a value against its thresholds, which it must reach beyond what chance gives.

    Parameters
    ----------
    measure : str
        The measure's name in reports, one of `MEASURES`.
    value : float
        The size of the change, of which more is worse.
    warn, alarm : float, optional
        From where on it is a warning, and drift; at least one is given.
    of : str
        What it is of, where a part is measured in several ways.
    p, significance : float
        How often chance gives as much, and how often it may.
    """
    verdict, threshold = _grade(value, warn, alarm)
    is_chance = p is not None and p >= significance
    name = MEASURES[measure].format(of=of)
    said = f"{name} {_said(value)} is below {_said(threshold)}"
    if verdict != OK:
        said = f"{name} {_said(value)} reaches {_said(threshold)}"
        if is_chance:
            said += ", which chance alone gives of so few rows"
            verdict = OK
    return Judgement(
        measure=measure, verdict=verdict, says=said, value=value, threshold=threshold, p=p, of=of
    )


def too_few(measure: str, why: Said, *, of: str = "") -> Judgement:
    """Say that nothing can be said, and why; `of` as of `graded`."""
    return Judgement(measure=measure, verdict=TOO_FEW, says=f"not enough data: {why.text}", of=of, why=why)


def worst(verdicts: Iterable[str]) -> str:
    """Return the worst verdict; `TOO_FEW` only where there is no other."""
    return max(verdicts, key=_BY_WEIGHT.index, default=TOO_FEW)


def _grade(value: float, warn: float | None, alarm: float | None) -> tuple[str, float]:
    if alarm is not None and value >= alarm:
        return DRIFT, alarm
    if warn is not None and value >= warn:
        return WARN, warn
    next_one = warn if warn is not None else alarm
    return OK, next_one or 0.0


def _said(value: float) -> str:
    return f"{value:.3g}"


def _rounded(value: float) -> float:
    """Keep six digits: the seventh differs between machines, and says nothing."""
    return float(f"{value:.6g}")
