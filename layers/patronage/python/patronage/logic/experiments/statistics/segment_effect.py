"""What acting on a segment earned: the customers contacted against those held out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.logic.experiments.statistics.arms import CONTACTED, HELD_OUT
from patronage.logic.experiments.statistics.report import analyse

if TYPE_CHECKING:
    from patronage.logic.experiments.analysis_options import AnalysisOptions
    from patronage.logic.experiments.statistics.units import Units

ARMS = (CONTACTED, HELD_OUT)
"""The arms in the order in which `Units.arm` counts them."""


def segment_effect(
    segment_id: str,
    units: Units,
    *,
    held_out_share: float,
    options: AnalysisOptions,
    crossovers: int = 0,
) -> dict[str, Any]:
    """Report what contacting a segment changed, as an experiment of two arms.

    Everyone whom an export named counts as contacted, whether the message was opened or not: only so are the
    two groups alike but for the contact.

    Parameters
    ----------
    segment_id : str
    units : Units
        One row a customer of the export; arm 0 is contacted, 1 held out, and the day that of the export.
    held_out_share : float
        The setting with which the segment was exported, above 0 to 0.5.
    options : AnalysisOptions
    crossovers : int
        Customers held out in one export and contacted in another; they are not in `units`.

    Returns
    -------
    dict
        The report of `analyse`; ``incremental_revenue`` is that of acting on the segment.
    """
    shares = [1 - held_out_share, held_out_share]
    experiment = {
        "experiment_id": f"segment-{segment_id}",
        "name": f"Acting on {segment_id}",
        "arms": [
            {"arm": name, "kind": name, "weight": share} for name, share in zip(ARMS, shares, strict=True)
        ],
    }
    return analyse(experiment, units, options=options, crossovers=crossovers, shares=shares)
