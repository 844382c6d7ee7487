"""How a shop wants its customers segmented: the lake's `settings/segments.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from patronage.logic.settings_text import located, toml_of
from patronage.logic.settings_values import check_values, is_number, refused, wrong

SETTINGS = "settings/segments.toml"
"""Where the settings lie in the lake."""
MAP = "settings/rfm_map.csv"
"""Where the shop's own map from RFM scores to segments lies in the lake, if it has one."""

FREQUENCY_UNITS = ("days", "orders")
SCORED = ("recency", "frequency", "monetary")


@dataclass(frozen=True, kw_only=True)
class SegmentOptions:
    """What differs from shop to shop; a run pins it.

    Parameters
    ----------
    frequency_unit : str
        What a purchase occasion is: "days" (distinct shop-zone days with a sale) or "orders".
    thresholds : mapping
        Of "recency" (days), "frequency" (occasions) and "monetary" (units of the shop's currency) the four
        ascending values that part the scores; quintiles where it is left out. A value that equals one gets
        the better score.
    rfm_map : str
        The text of the shop's own map from scores to segments, the lake's `settings/rfm_map.csv`; Patronage's
        own where it is empty.
    stability_margin : float
        Share of all buyers, 0 to 0.1, by which a customer's place must pass a quintile's edge before it
        changes the segment of one who neither bought nor returned since; 0 lets any difference change it.
    session_minutes : int
        After so many minutes without an event a new session begins.
    held_out_share : float
        Share, 0 to 0.5, of each exported segment that is left alone, so that the lift of acting can be
        measured.
    clusters_seed : int
        Seed of the clusters; the same seed gives the same answer.
    clusters_pca_share : float
        Share, 0 to 1, of the variance of the clusters' features that their principal components keep at
        least; 0 leaves the features as they are.
    """

    frequency_unit: str = "days"
    thresholds: Mapping[str, list[float]] = field(default_factory=dict)
    rfm_map: str = ""
    stability_margin: float = 0.02
    session_minutes: int = 30
    held_out_share: float = 0.1
    clusters_seed: int = 20_260_101
    clusters_pca_share: float = 0.0

    def __post_init__(self) -> None:
        if self.frequency_unit not in FREQUENCY_UNITS:
            raise wrong(SETTINGS, "frequency_unit", self.frequency_unit, 'be "days" or "orders"')
        if not 0 <= self.stability_margin <= 0.1:
            raise wrong(SETTINGS, "stability_margin", self.stability_margin, "lie between 0 and 0.1")
        if not 1 <= self.session_minutes <= 24 * 60:
            raise wrong(SETTINGS, "session_minutes", self.session_minutes, "lie between 1 and 1440")
        if not 0 <= self.held_out_share <= 0.5:
            raise wrong(SETTINGS, "held_out_share", self.held_out_share, "lie between 0 and 0.5")
        if not 0 <= self.clusters_seed < 2**32:
            raise wrong(SETTINGS, "clusters_seed", self.clusters_seed, "lie between 0 and 4294967295")
        if not 0 <= self.clusters_pca_share <= 1:
            raise wrong(SETTINGS, "clusters_pca_share", self.clusters_pca_share, "lie between 0 and 1")
        for name, values in self.thresholds.items():
            if name not in SCORED:
                raise wrong(SETTINGS, f"thresholds.{name}", values, f"be named one of {', '.join(SCORED)}")
            if not _are_ascending(values):
                raise wrong(SETTINGS, f"thresholds.{name}", values, "be four ascending numbers, lowest first")

    @classmethod
    def from_toml(cls, content: str | bytes) -> SegmentOptions:
        """Read the settings file; what it leaves out is as usual.

        Raises
        ------
        BadInput
            A name is unknown or a value is none; the message names both.
        """
        values = toml_of(content, SETTINGS)
        with located(content, SETTINGS):
            if "rfm_map" in values:
                said = f"rfm_map is a file of its own; upload the map as {MAP}"
                raise refused(SETTINGS, "rfm_map", said, rule="known")
            return cls.from_mapping(values)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> SegmentOptions:
        """Build the options from plain values."""
        check_values(values, cls(), SETTINGS)
        return cls(**values)


def _are_ascending(values: Any) -> bool:
    is_list = isinstance(values, list) and len(values) == 4
    return is_list and all(map(is_number, values)) and all(a < b for a, b in pairwise(values))
