"""From where on a change counts as drift: the table `[drift]` of the lake's `settings/monitor.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patronage.logic.settings_values import check_values, wrong

if TYPE_CHECKING:
    from collections.abc import Mapping

_PAIRS = ("psi", "ks", "cramers_v", "moved_share", "unknown_sales", "diversity")
"""Measures that have a value from which they warn, and a greater one from which they are drift."""
_SHARES = ("significance", "missing_share_change", "catalogue_change", "decay_tolerance")


@dataclass(frozen=True, kw_only=True)
class DriftOptions:
    """The thresholds; a change must reach one *and* be more than chance gives.

    Parameters
    ----------
    min_rows : int
        With fewer rows on either side nothing is said of a column.
    significance : float
        How often, of all columns of a report together, chance alone may give a warning.
    bins : int
        So many quantile bins of the reference for the population stability index.
    psi_warn, psi_alarm : float
        Population stability index, of columns and of the mix of segments and categories.
    ks_warn, ks_alarm : float
        Greatest distance between the two distribution functions of a number (Kolmogorov-Smirnov), 0 to 1.
    cramers_v_warn, cramers_v_alarm : float
        Cramér's V of a category and the side that a row is of, 0 to 1.
    missing_share_change : float
        Change of the share of rows without a value, either way, 0 to 1: drift.
    raw_days : int
        So many days of orders and events are held against as many before the reference.
    moved_share_warn, moved_share_alarm : float
        Share of the customers of two runs that changed their segment.
    unknown_sales_warn, unknown_sales_alarm : float
        Share of the sales that is of products which the live model does not know.
    catalogue_change : float
        Share of the catalogue that is new, or gone, since the live model was trained: a warning.
    diversity_warn, diversity_alarm : float
        Change for the worse of coverage, Gini index or novelty (each 0 to 1) of the recommended lists.
    decay_tolerance : float
        Share of the published NDCG@10 by which the interval's upper end must lie below it.
    decay_min_customers : int
        With fewer customers who bought something new, nothing is said of decay.
    """

    min_rows: int = 200
    significance: float = 0.01
    bins: int = 10
    psi_warn: float = 0.1
    psi_alarm: float = 0.25
    ks_warn: float = 0.1
    ks_alarm: float = 0.2
    cramers_v_warn: float = 0.1
    cramers_v_alarm: float = 0.3
    missing_share_change: float = 0.1
    raw_days: int = 30
    moved_share_warn: float = 0.3
    moved_share_alarm: float = 0.5
    unknown_sales_warn: float = 0.1
    unknown_sales_alarm: float = 0.25
    catalogue_change: float = 0.2
    diversity_warn: float = 0.1
    diversity_alarm: float = 0.25
    decay_tolerance: float = 0.2
    decay_min_customers: int = 50

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], place: str = "[drift]") -> DriftOptions:
        """Build the options from plain values; what is left out is as usual.

        Parameters
        ----------
        values : mapping
            By name, as TOML or JSON gives them.
        place : str
            What an error names as the place of the values.

        Raises
        ------
        BadInput
            A name is unknown, or a value is none.
        """
        check_values(values, cls(), place)
        options = cls(**values)
        options._check(place)
        return options

    def _check(self, place: str) -> None:
        for name in _SHARES:
            if not 0 < getattr(self, name) < 1:
                raise wrong(place, name, getattr(self, name), "lie between 0 and 1")
        for name, least, most in (("min_rows", 20, 10**9), ("bins", 2, 50), ("raw_days", 1, 366)):
            if not least <= getattr(self, name) <= most:
                raise wrong(place, name, getattr(self, name), f"lie between {least} and {most}")
        if self.decay_min_customers < 1:
            raise wrong(place, "decay_min_customers", self.decay_min_customers, "be at least 1")
        for name in _PAIRS:
            warn, alarm = getattr(self, f"{name}_warn"), getattr(self, f"{name}_alarm")
            if not 0 < warn <= alarm:
                raise wrong(place, f"{name}_warn", warn, f"lie above 0 and not above {name}_alarm = {alarm}")
