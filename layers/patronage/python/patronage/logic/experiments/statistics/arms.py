"""The arms of an analysis: which is the control, and what a treatment is measured to have earned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput
from patronage.logic.experiments.analysis_options import CTR
from patronage.logic.experiments.arms import NONE, POPULAR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CONTACTED, HELD_OUT = "contacted", "held_out"
_WITHOUT_CLICKS = {NONE, CONTACTED, HELD_OUT}
"""Kinds of arms that show nothing to click on."""
EARNED_BY = {
    NONE: "recommendations",
    POPULAR: "personal recommendations",
    HELD_OUT: "acting on the segment",
}
"""What is earned by a treatment, by the kind of the control."""
_RANKS = {NONE: 0, HELD_OUT: 0, POPULAR: 1}


@dataclass(frozen=True)
class Arms:
    """Names, kinds and expected shares of the arms in the experiment's order; the place of the control."""

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    shares: tuple[float, ...]
    control: int

    def places_of(self, metric: str) -> list[int]:
        """Return the places of the arms that a metric is asked of: they have visitors, and what it counts."""
        return [
            place
            for place, (kind, share) in enumerate(zip(self.kinds, self.shares, strict=True))
            if share > 0 and not (metric == CTR and kind in _WITHOUT_CLICKS)
        ]


def arms_of(arms: Sequence[Mapping[str, Any]], shares: Sequence[float], control: str | None = None) -> Arms:
    """Find the control: the arm stated, else the first without recommendations, else popular, else the first.

    Parameters
    ----------
    arms : sequence of mapping
        ``arm`` and ``kind`` of each.
    shares : sequence of float
        Expected share of each; an arm of share 0 is no control unless it is stated.
    control : str, optional
        Name of the control.

    Raises
    ------
    BadInput
        No arm has the stated name.
    """
    names = tuple(str(each["arm"]) for each in arms)
    kinds = tuple(str(each["kind"]) for each in arms)
    if control is not None and control not in names:
        raise BadInput(f"control {control!r} is no arm; name one of {', '.join(names)}")
    ranks = [(share <= 0, _RANKS.get(kind, 2)) for kind, share in zip(kinds, shares, strict=True)]
    place = ranks.index(min(ranks)) if control is None else names.index(control)
    return Arms(names, kinds, tuple(shares), place)
