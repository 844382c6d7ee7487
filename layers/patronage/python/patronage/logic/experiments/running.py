"""The experiments that run, made ready for lookups: whose part in which arm, and what that arm needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.logic.experiments.arms import NONE, POPULAR
from patronage.logic.experiments.assignment import arm_at, bucket_of, place_in
from patronage.logic.experiments.document import HOLDOUT, read_experiments
from patronage.logic.experiments.lifecycle import RUNNING
from patronage.logic.experiments.variants import variant_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.logic.serve.rules import Rules
    from patronage.logic.serve.shelf import Shelf


class Assigned(NamedTuple):
    """The experiment and the arm that a visitor belongs to.

    Parameters
    ----------
    variant : str
        The lists that the arm shows instead of the live model's; "" for those.
    segments : frozenset of str
        Only a customer of one of these takes part; empty for everybody.
    rules : Rules, optional
        What replaces the shop's rules.
    """

    experiment_id: str
    arm: str
    kind: str
    variant: str = ""
    segments: frozenset[str] = frozenset()
    rules: Rules | None = None

    @property
    def is_control(self) -> bool:
        """Whether the visitor gets no recommendations."""
        return self.kind == NONE

    @property
    def is_personal(self) -> bool:
        """Whether what is known of the visitor may shape the answer."""
        return self.kind not in {NONE, POPULAR}


class _Trial(NamedTuple):
    """One experiment, its shares as numbers."""

    experiment_id: str
    namespace: str
    low: float
    high: float
    weights: list[float]
    coverage: float
    arms: list[Assigned]

    @classmethod
    def of(cls, each: Mapping[str, Any]) -> _Trial:
        namespace = each.get("namespace") or {"id": "", "range": (0, 1)}
        low, high = namespace["range"]
        segments = frozenset(each.get("segments") or ())
        return cls(
            each["experiment_id"],
            namespace["id"],
            float(low),
            float(high),
            [float(arm["weight"]) for arm in each["arms"]],
            float(each["coverage"]),
            [_assigned(each["experiment_id"], arm, segments) for arm in each["arms"]],
        )

    def arm_of(self, visitor: str) -> Assigned | None:
        if self.namespace and not self.low <= place_in(self.namespace, visitor) < self.high:
            return None
        place = arm_at(bucket_of(self.experiment_id, visitor), self.weights, coverage=self.coverage)
        return None if place is None else self.arms[place]


class Running:
    """What runs now.

    Parameters
    ----------
    document : any
        As `document` keeps it; what does not make sense raises.
    """

    def __init__(self, document: Any) -> None:
        kept = read_experiments(document)
        self._held_out = float(kept.holdout["share"]) if kept.holdout else 0.0
        self._trials = [_Trial.of(each) for each in kept.experiments if each["state"] == RUNNING]
        self._shelves: dict[tuple[str, str], tuple[object, Shelf]] = {}

    def __bool__(self) -> bool:
        return self._held_out > 0 or bool(self._trials)

    def arm_of(self, visitor: str) -> Assigned | None:
        """Return the part that a visitor has, if the customer's segment is one of the arm's segments.

        Members of the holdout take part in nothing else. No visitor has a part in two experiments, for those
        that run together exclude one another.

        Parameters
        ----------
        visitor : str
            Id of the user, else of the session; "" takes no part.
        """
        if not visitor:
            return None
        if self._held_out and bucket_of(HOLDOUT, visitor) < self._held_out:
            return Assigned(HOLDOUT, HOLDOUT, NONE)
        return next((arm for each in self._trials if (arm := each.arm_of(visitor))), None)

    def shelf_under(self, arm: Assigned, shelf: Shelf) -> Shelf:
        """Return the shelf under the rules of an arm, worked out once for the products of the shelf."""
        if arm.rules is None:
            return shelf
        key = (arm.experiment_id, arm.arm)
        made_of, made = self._shelves.get(key, (None, shelf))
        if made_of is not shelf:
            made = shelf.under(arm.rules)
            self._shelves[key] = (shelf, made)
        return made


def _assigned(experiment_id: str, arm: Mapping[str, Any], segments: frozenset[str]) -> Assigned:
    rules = _rules_of(arm["rules"]) if "rules" in arm else None
    return Assigned(experiment_id, arm["arm"], arm["kind"], variant_of(arm)[0], segments, rules)


def _rules_of(document: Mapping[str, Any]) -> Rules:
    # What checks rules is imported only where an arm of rules runs.
    from patronage.logic.serve.rules_document import rules_of

    return rules_of(document)
