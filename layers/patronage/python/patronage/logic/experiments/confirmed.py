"""Whether the arm that a visitor was shown is the one that the assignment gives, told over whole columns."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from patronage.logic.experiments.arms import MODEL, NONE
from patronage.logic.experiments.assignment import bucket_of
from patronage.logic.experiments.document import HOLDOUT
from patronage.logic.experiments.lifecycle import RUNNING
from patronage.logic.experiments.running import Running
from patronage.logic.experiments.variants import variant_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

CROSSOVER, UNEXPECTED, FELL_BACK = -1, -2, -3
"""Instead of an arm's place: seen in several arms; in one that the assignment does not give; never in any."""
OTHERS = "recommended"
"""The arm of everybody whom the permanent holdout leaves in."""


def places(
    experiment: Mapping[str, Any], rows: Iterable[Iterable[Sequence[Any]]]
) -> tuple[array[int], dict[int, int]]:
    """Return the place of each visitor's arm in the experiment's list of arms.

    Parameters
    ----------
    experiment : mapping
        Its definition.
    rows : iterable of iterable of (str, str or None, int)
        In chunks: the visitor's id, the arm that was shown, and in how many arms the visitor was.

    Returns
    -------
    array of int32
        The place, or one of `CROSSOVER`, `UNEXPECTED` and `FELL_BACK`.
    dict
        How many have each place.
    """
    names = [each["arm"] for each in experiment["arms"]]
    arm_of = _assignment(experiment)
    found, counts = array("i"), dict.fromkeys((CROSSOVER, UNEXPECTED, FELL_BACK, *range(len(names))), 0)
    for chunk in rows:
        for unit_id, arm, arms in chunk:
            place = _place(names, arm_of, unit_id, arm, arms)
            counts[place] += 1
            found.append(place)
    return found, counts


def variants_text(experiment: Mapping[str, Any]) -> str:
    """Write which arms show lists of their own, as ``,arm=list,arm=list,``: an answer's id names them."""
    named = ((each["arm"], variant_of(each)[0]) for each in experiment["arms"])
    return f",{','.join(f'{arm}={variant}' for arm, variant in named if variant)},"


def holdout_experiment(holdout: Mapping[str, Any]) -> dict[str, Any]:
    """Return the permanent holdout as an experiment: those held out, and everybody else.

    It begins when its share was set last, for who is in which group changed then.
    """
    share = float(holdout["share"])
    return {
        "experiment_id": HOLDOUT,
        "name": "The permanent holdout against everybody else",
        "state": RUNNING,
        "started_at": holdout.get("changed_at") or holdout["since"],
        "coverage": 1.0,
        "arms": [
            {"arm": HOLDOUT, "kind": NONE, "weight": share},
            {"arm": OTHERS, "kind": MODEL, "weight": 1 - share},
        ],
    }


def _place(
    names: Sequence[str], arm_of: Callable[[str], str | None], unit_id: str, arm: str | None, arms: int
) -> int:
    if arm is None:
        return FELL_BACK
    if arms > 1:
        return CROSSOVER
    return names.index(arm) if arm in names and arm_of(unit_id) == arm else UNEXPECTED


def _assignment(experiment: Mapping[str, Any]) -> Callable[[str], str | None]:
    if experiment["experiment_id"] == HOLDOUT:
        share = float(experiment["arms"][0]["weight"])
        return lambda unit_id: HOLDOUT if bucket_of(HOLDOUT, unit_id) < share else OTHERS
    alone = Running({"experiments": [{**experiment, "state": RUNNING}], "holdout": None})

    def arm_of(unit_id: str) -> str | None:
        found = alone.arm_of(unit_id)
        return found.arm if found else None

    return arm_of
