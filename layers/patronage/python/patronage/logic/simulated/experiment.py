"""The experiment that the simulated recommendations are part of, and the permanent holdout beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.logic.experiments.analysis_options import CTR
from patronage.logic.experiments.arms import MODEL, POPULAR
from patronage.logic.experiments.definition import read_experiment
from patronage.logic.experiments.lifecycle import RUNNING
from patronage.logic.experiments.running import Running

if TYPE_CHECKING:
    from collections.abc import Iterable

    from patronage.logic.experiments.running import Assigned

EXPERIMENT_ID = "simulated-personal-against-popular"
PERSONAL_ARM, POPULAR_ARM = "personal", "popular"
_HYPOTHESIS = (
    "SIMULATED: visits, impressions and clicks are made up from real orders (docs/simulation.md). "
    "Personal recommendations were given a higher chance to hold what the visitor wants, so they get "
    "more clicks. The orders are as they were, so no arm has an effect on orders or revenue."
)


class Parts(NamedTuple):
    """What part a visitor has.

    Parameters
    ----------
    is_held_out : bool
        Whether the permanent holdout has the visitor.
    is_personal : bool
        Whether the experiment's arm of personal recommendations has; else that of popular ones.
    """

    is_held_out: bool
    is_personal: bool


def definition() -> dict[str, Any]:
    """Return the experiment as `read_experiment` gives it."""
    return read_experiment(
        {
            "experiment_id": EXPERIMENT_ID,
            "name": "Simulated: personal recommendations against popular ones",
            "hypothesis": _HYPOTHESIS,
            "arms": [
                {"arm": POPULAR_ARM, "kind": POPULAR, "weight": 0.5},
                {"arm": PERSONAL_ARM, "kind": MODEL, "weight": 0.5},
            ],
            "control": POPULAR_ARM,
            "primary_metric": CTR,
        }
    )


def parts_of(visitors: Iterable[str], *, holdout_share: float) -> list[Parts]:
    """Return each visitor's part, by the id that an event names: the customer's, else the session's."""
    running = Running(
        {"experiments": [{**definition(), "state": RUNNING}], "holdout": {"share": holdout_share}}
    )
    return [_part(running.arm_of(visitor)) for visitor in visitors]


def _part(assigned: Assigned | None) -> Parts:
    return Parts(
        is_held_out=assigned is not None and assigned.is_control,
        is_personal=assigned is not None and assigned.arm == PERSONAL_ARM,
    )
