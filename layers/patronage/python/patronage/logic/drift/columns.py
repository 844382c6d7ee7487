"""Judge one column: its missing values, and the distribution of those that it has."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from patronage.logic.drift.chi_squared import chi_squared
from patronage.logic.drift.counts import Counted
from patronage.logic.drift.judge import DRIFT, Judgement, graded, too_few, worst
from patronage.logic.drift.ks import kolmogorov_smirnov
from patronage.logic.drift.missing import missing_change
from patronage.logic.drift.psi import (
    Binned,
    bin_categories,
    bin_numbers,
    population_stability,
)
from patronage.logic.said import said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.logic.drift.options import DriftOptions
    from patronage.logic.said import Said

Kind = Literal["number", "category", "presence"]
"""Of "presence" nothing but whether there is a value is looked at: ids."""


_MEASURES = 3
"""Of a column with values: missing share, population stability, and a test of the distribution."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column, counted on both sides.

    Parameters
    ----------
    name : str
        Its name in the report.
    kind : {"number", "category", "presence"}
        What it holds.
    rows, missing : tuple of int
        Of the reference and of now: rows, and those of them without a value.
    units : tuple of int, optional
        How many of them stand for themselves: the orders of lines, the visits of events. The lines of one
        order are no evidence of their own, so tests count orders.
    numbers : Counted, optional
        Of a number: its values.
    categories : tuple of mapping
        Of a category: rows by value, of the reference and of now.
    """

    name: str
    kind: Kind
    rows: tuple[int, int]
    missing: tuple[int, int]
    units: tuple[int, int] | None = None
    numbers: Counted | None = None
    categories: tuple[Mapping[str, int], Mapping[str, int]] = field(default_factory=lambda: ({}, {}))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Column:
        """Read what the step that counts wrote: ``counts`` are lists of value and rows of each side."""
        kind, counts = values["kind"], values["counts"]
        named = counts if kind == "category" else []
        before = {value: n for value, n, _ in named if n}
        now = {value: n for value, _, n in named if n}
        return cls(
            name=values["column"],
            kind=kind,
            rows=tuple(values["rows"]),
            missing=tuple(values["missing"]),
            units=tuple(values["units"]),
            numbers=Counted.of_triples(counts) if kind == "number" else None,
            categories=(before, now),
        )

    @property
    def evidence(self) -> tuple[float, float]:
        """Units a row of each side, at most 1."""
        units = self.units or self.rows
        return units[0] / max(self.rows[0], 1), units[1] / max(self.rows[1], 1)

    @property
    def known(self) -> tuple[int, int]:
        """Rows of each side that have a value."""
        return self.rows[0] - self.missing[0], self.rows[1] - self.missing[1]


def judge_column(column: Column, options: DriftOptions, *, columns: int = 1) -> dict[str, Any]:
    """Judge a column as one of so many of a report.

    The more is looked at, the likelier something moves by chance; so each measure of each column may do so
    only as often as `significance` over their number (Bonferroni).

    Returns
    -------
    dict
        ``column``, ``kind``, ``verdict``, ``severity``; ``reference`` and ``current`` with ``rows`` and
        ``missing_share``, of a number its ``median``; ``measures``, the worst first; and where there are
        enough rows ``bins``, the shares of each side by bin, and ``beyond_share``, what of now the reference
        has nothing like.
    """
    each = options.significance / (_MEASURES * max(columns, 1))
    judged = [_missing(column, options, each)]
    binned = None
    if column.kind != "presence":
        if min(column.known) < options.min_rows:
            judged.append(too_few("distribution", _few("few_values", column.known, options)))
        else:
            binned = _binned(column, options)
            judged += _distribution(column, binned, options, each)
    judged.sort(key=lambda judgement: -judgement.severity)
    return {
        "column": column.name,
        "kind": column.kind,
        "verdict": worst(judgement.verdict for judgement in judged),
        "severity": round(judged[0].severity, 4),
        **{side: _side(column, number) for number, side in enumerate(("reference", "current"))},
        "measures": [judgement.as_dict() for judgement in judged],
        **({} if binned is None else _shares(binned)),
    }


def _missing(column: Column, options: DriftOptions, significance: float) -> Judgement:
    if min(column.rows) < options.min_rows:
        return too_few("missing_share", _few("few_rows", column.rows, options))
    found = missing_change(column.rows, column.missing, evidence=column.evidence)
    judged = graded(
        "missing_share",
        abs(found.change),
        warn=None,
        alarm=options.missing_share_change,
        p=found.p,
        significance=significance,
    )
    if judged.verdict != DRIFT:
        return judged
    says = (
        f"the missing share went from {found.reference:.1%} to {found.current:.1%}, "
        f"which reaches a change of {options.missing_share_change:.3g}"
    )
    return replace(judged, says=says)


def _binned(column: Column, options: DriftOptions) -> Binned:
    if column.numbers is not None:
        return bin_numbers(column.numbers, bins=options.bins)
    return bin_categories(*column.categories)


def _distribution(
    column: Column, binned: Binned, options: DriftOptions, significance: float
) -> list[Judgement]:
    """Judge the population stability, and the test that fits the column's kind."""
    tested = chi_squared(binned.reference, binned.current, evidence=column.evidence)
    stability = graded(
        "psi",
        population_stability(binned.reference, binned.current),
        warn=options.psi_warn,
        alarm=options.psi_alarm,
        p=tested.p,
        significance=significance,
    )
    if column.numbers is not None:
        found = kolmogorov_smirnov(column.numbers, evidence=column.evidence)
        warn, alarm = options.ks_warn, options.ks_alarm
        size, p, measure = found.distance, found.p, "ks"
    else:
        warn, alarm = options.cramers_v_warn, options.cramers_v_alarm
        size, p, measure = tested.cramers_v, tested.p, "chi_squared"
    test = graded(measure, size, warn=warn, alarm=alarm, p=p, significance=significance)
    return [stability, test]


def _side(column: Column, number: int) -> dict[str, Any]:
    rows, missing = column.rows[number], column.missing[number]
    found: dict[str, Any] = {"rows": rows, "missing_share": round(missing / rows, 6) if rows else None}
    if column.numbers is not None:
        counts = (column.numbers.reference, column.numbers.current)[number]
        found["median"] = _median(column.numbers, counts) if counts.sum() else None
    return found


def _median(numbers: Counted, counts: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
    below = np.cumsum(counts)
    # A median is somebody's value, too; three digits are about as much as a fine bin knows.
    return float(f"{numbers.values[np.searchsorted(below, below[-1] / 2)]:.3g}")


def _shares(binned: Binned) -> dict[str, Any]:
    rows, new_rows = binned.reference.sum(), binned.current.sum()
    shares = [
        {"bin": label, "reference": round(float(n / rows), 6), "current": round(float(m / new_rows), 6)}
        for label, n, m in zip(binned.labels, binned.reference, binned.current, strict=True)
        if n or m
    ]
    return {"beyond_share": round(binned.beyond / float(new_rows), 6), "bins": shares}


def _few(code: str, rows: tuple[int, int], options: DriftOptions) -> Said:
    return said(code, before=rows[0], now=rows[1], least=options.min_rows)
