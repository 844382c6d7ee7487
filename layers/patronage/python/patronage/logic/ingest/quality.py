"""Judge the quality of an upload: its measurements, against rules and against the uploads before it."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from patronage.logic.distribution import population_stability
from patronage.logic.ingest.quality_measures import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from patronage.logic.ingest.quality_rules import Rule, Rules

_DIGITS = 6
_LEAST_BASELINE = 500
"""Rows of the trailing uploads below which their distribution is too uncertain to compare with."""


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What was measured of one upload; no text of a row and no id is in it.

    Parameters
    ----------
    read, rows : int
        Records of the file, and the rows that were neither refused nor repeated in it.
    refused_share, repeated_share : float, optional
        Of the records; of those that were not refused, how many repeat another.
    newest : str, optional
        The latest time of a row.
    age_days : float, optional
        From then to the ingest.
    null_share : mapping
        By column.
    low, high : mapping
        Least and greatest value by column; of numbers, times and days only.
    sampled_rows : int
        Rows that the figures below are of, spread over the file.
    distinct_share : mapping
        Different values of an id column to rows that have one.
    unknown_product_share : float, optional
        Of the rows that name a product (of orders: that sell one), how many name one that the table of
        products lacks; None where there is no such table.
    returned_rows : int
        Cancellations and refunds among the orders that were kept.
    unmatched_share : float, optional
        How many of those have no sale in the file or the lake.
    bins : mapping
        Column to bin (`bin_sql`) to rows.
    trailing_rows : float, optional
        Median of `rows` of the trailing uploads.
    rows_ratio : float, optional
        `rows` to that median.
    change : mapping
        Column to population stability index against the trailing uploads.
    """

    read: int
    rows: int
    refused_share: float | None = None
    repeated_share: float | None = None
    newest: str | None = None
    age_days: float | None = None
    null_share: Mapping[str, float] = field(default_factory=dict)
    low: Mapping[str, float | str] = field(default_factory=dict)
    high: Mapping[str, float | str] = field(default_factory=dict)
    sampled_rows: int = 0
    distinct_share: Mapping[str, float] = field(default_factory=dict)
    unknown_product_share: float | None = None
    returned_rows: int = 0
    unmatched_share: float | None = None
    bins: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    trailing_rows: float | None = None
    rows_ratio: float | None = None
    change: Mapping[str, float] = field(default_factory=dict)

    def as_report(self) -> dict[str, Any]:
        """Return what a report says: what there is, rounded."""
        return {name: _rounded(value) for name, value in asdict(self).items() if value not in (None, {})}


@dataclass(frozen=True, kw_only=True)
class Trailing:
    """What is kept of an earlier upload of the table.

    Parameters
    ----------
    rows : int
        As in `Measurement`.
    bins : mapping
        As in `Measurement`.
    """

    rows: int
    bins: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Breach:
    """A rule that an upload breaks.

    Parameters
    ----------
    rule, table, column, severity : str
        Of the rule; the column is empty where the rule is about the whole upload.
    measure : str
        What the rule is about; empty where the rules themselves are at fault.
    value, limit : float, optional
        What was measured, and the limit that it lies beyond; None where the rules themselves are at fault.
    says : str
        The value, the rule and the next step, in a sentence.
    """

    rule: str
    table: str
    column: str = ""
    severity: str
    measure: str = ""
    value: float | None = None
    limit: float | None = None
    says: str


def compared(measurement: Measurement, trailing: Sequence[Trailing], rules: Rules) -> Measurement:
    """Add what can be said only beside the trailing uploads: `trailing_rows`, `rows_ratio` and `change`.

    Parameters
    ----------
    measurement : Measurement
        The upload's own.
    trailing : sequence of Trailing
        The earlier uploads of the table, the newest last; those without a row tell nothing.
    rules : Rules
        Say how many are looked at, and how many are too few.
    """
    earlier = [each for each in trailing if each.rows][-rules.trailing_uploads :]
    if len(earlier) < rules.least_uploads:
        return measurement
    change = {}
    for column, bins in measurement.bins.items():
        before: Counter[int] = Counter()
        for each in earlier:
            before.update(_numbered(each.bins.get(column, {})))
        if bins and before.total() >= _LEAST_BASELINE:
            change[column] = population_stability(before, _numbered(bins))
    median = float(statistics.median(each.rows for each in earlier))
    return replace(measurement, trailing_rows=median, rows_ratio=measurement.rows / median, change=change)


def judge(measurement: Measurement, table: str, rules: Rules) -> tuple[list[Breach], list[str]]:
    """Judge an upload.

    Returns
    -------
    tuple
        The breaches, those that raise the alarm first; and the names of the rules that could be judged.
    """
    breaches, judged = [], []
    for rule in rules.of_table(table):
        found = list(_values(rule, measurement))
        if not found or _counted_rows(rule, measurement) < rule.least_rows:
            continue
        judged.append(rule.name)
        breaches += [
            Breach(
                rule=rule.name,
                table=table,
                column=column,
                severity=rule.severity,
                measure=rule.measure,
                value=round(value, _DIGITS),
                limit=rule.limit_beyond(value),
                says=rule.says(value, column),
            )
            for column, value in found
            if rule.is_broken_by(value)
        ]
    return sorted(breaches, key=lambda each: (each.severity, each.rule, each.column)), judged


def _values(rule: Rule, measurement: Measurement) -> Iterator[tuple[str, float]]:
    """Yield the column (or an empty name) and the value of each thing that a rule is about."""
    value = getattr(measurement, rule.measure)
    if not MEASURES[rule.measure].is_of_column:
        value = {"": value}
    elif rule.column != "*":
        value = {rule.column: value.get(rule.column)}
    for column, each in value.items():
        if isinstance(each, (int, float)):
            yield column, float(each)


def _counted_rows(rule: Rule, measurement: Measurement) -> float:
    """Return how many rows stand behind what a rule judges."""
    if rule.measure == "rows_ratio":
        return measurement.trailing_rows or 0
    if rule.measure == "unmatched_share":
        return measurement.returned_rows
    return measurement.read if rule.measure == "refused_share" else measurement.rows


def _numbered(bins: Mapping[str, int]) -> dict[int, int]:
    """Return bins by number; JSON has only texts for names."""
    return {int(name): count for name, count in bins.items()}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, _DIGITS)
    return {name: _rounded(each) for name, each in value.items()} if isinstance(value, dict) else value
