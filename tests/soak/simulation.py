"""A simulation that was gone through, every evening of it checked, and what happened in it."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from patronage.stores.objects import read_json
from soak import _plan
from soak._cloud import opened
from soak._digest import figures_of
from soak._invariants import check
from soak._month import SETTINGS, Month
from soak._orders import local

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from soak._plan import Plan


@dataclass
class Simulated:
    """A simulation that has ended, its stack still open, and the figures of each day."""

    month: Month
    figures: list[dict[str, Any]] = field(default_factory=list)

    def fates(self) -> Counter[str]:
        """Return what became of all rows of orders."""
        return sum((Counter(each) for day in self.figures for each in day["reports"]), Counter())

    def reports(self) -> list[dict[str, Any]]:
        """Return the report of each upload."""
        store = self.month.cloud.store
        return [read_json(store, key) for key in sorted(self.month.uploads.delivered)]

    def count_of(self, machine: str) -> int:
        """Return how many executions of a machine there were."""
        executions = self.month.cloud.states.executions.values()
        return sum(each.machine == machine for each in executions)

    def holds_after_rollback(self) -> list[str]:
        """Return the families that monitoring held because a person took a run off."""
        return [
            family
            for decision in self.month.seen.decisions
            for family, decided in decision["families"].items()
            if decided["decision"] == "hold" and "a person took run" in decided["because"]
        ]

    def retrained_for(self, trigger: str) -> list[str]:
        """Return the runs of monitoring that retrained recommendations where a rule held."""
        return [
            decision["run_id"]
            for decision in self.month.seen.decisions
            for decided in [decision["families"]["recommendations"]]
            if decided["decision"] == "retrain"
            and any(each["trigger"] == trigger and each["holds"] for each in decided["triggers"])
        ]

    def units_by_arm(self) -> dict[str, int]:
        """Return how many visitors of each arm the last analysis had."""
        last = list(self.month.seen.trials.values())[-1]
        return {arm: counts["units"] for arm, counts in last.items()}


@contextmanager
def simulated(folder: Path, plan: Plan, *, seed: int) -> Iterator[Simulated]:
    """Go through a plan in a stack of its own, and give what happened.

    Parameters
    ----------
    folder : Path
        Where the lake lies.
    plan : Plan
        What happens on which day.
    seed : int
        What all that is drawn comes from.

    Raises
    ------
    AssertionError
        Something that must hold each evening did not.
    """
    with opened(folder, SETTINGS, local(_plan.START, 4)) as cloud:
        gone_through = Simulated(Month(cloud, plan, seed))

        def check_and_note(month: Month, day: date) -> None:
            check(month, day)
            gone_through.figures.append(figures_of(month, day))

        gone_through.month.run(check_and_note)
        yield gone_through
