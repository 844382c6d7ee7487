"""Which order counts for which recommendation: `[attribution]` of the lake's `settings/monitor.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patronage.logic.settings_values import check_ranges, check_values, told_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_RANGES = {
    "click_days": (1, 90),
    "view_days": (0, 30),
    "report_days": (1, 730),
    "least_impressions": (1, 10**9),
    "segment_days": (1, 365),
}


@dataclass(frozen=True, kw_only=True)
class AttributionOptions:
    """What a shop may choose of the attribution; a monitoring run pins it.

    Parameters
    ----------
    click_days : int
        A purchase counts for the last click on the product, 1 to 90 times 24 hours before at most.
    view_days : int
        A purchase without such a click is told apart as seen, where the product was shown, 0 to 30 times 24
        hours before at most; 0 tells none.
    report_days : int
        Days that the report covers, 1 to 730.
    least_impressions : int
        With fewer impressions, at least 1, no rate is given.
    segment_days : int
        Days after the export of a segment, 1 to 365, whose revenue the effect of acting on it counts.
    """

    click_days: int = 7
    view_days: int = 0
    report_days: int = 90
    least_impressions: int = 100
    segment_days: int = 30

    def __post_init__(self) -> None:
        check_ranges(self, _RANGES)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], place: str) -> AttributionOptions:
        """Build the options from plain values; what they leave out is as usual.

        Parameters
        ----------
        values : mapping
            Settings by name.
        place : str
            Where they stand, for the message.

        Raises
        ------
        BadInput
            A name is unknown or a value is none; the message names place, value and rule.
        """
        check_values(values, cls(), place)
        with told_of(place):
            return cls(**values)
