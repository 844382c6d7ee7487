"""What is seen of the product's runs from outside, as each of them ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from patronage.logic.monitor.keys import decision_key
from patronage.logic.monitor.options import MonitorOptions
from patronage.stores.objects import read_json
from soak._decisions import Before, check_decision
from soak._machines import FAMILY_OF
from soak._orders import local

if TYPE_CHECKING:
    from collections import Counter

    from patronage.logic.serve.pointer import Entry
    from soak._books import Books, Figures
    from soak._cloud import Cloud
    from soak._plan import Plan
    from soak._states import Execution
    from soak._trial import Trial
    from soak._visits import Visits


@dataclass(frozen=True)
class Run:
    """A run that read the lake: when it began, and how many order lines there were."""

    name: str
    began: datetime
    lines: int


class Seen:
    """The runs, and what the books said when each of them ran.

    Parameters
    ----------
    cloud, books, visits, trial, plan
        As the simulation has them.
    """

    def __init__(self, cloud: Cloud, books: Books, visits: Visits, trial: Trial, plan: Plan) -> None:
        self._cloud, self._books, self._visits, self._trial = cloud, books, visits, trial
        self._options = MonitorOptions.from_toml(plan.monitor)
        self.figures: dict[str, Figures] = {}
        """By run of segmentation."""
        self.trials: dict[str, dict[str, Counter[str]]] = {}
        """By run of monitoring what the experiment must have found."""
        self.decisions: list[dict[str, Any]] = []
        self.last: dict[str, Run] = {}
        """By family the run that began last."""
        self.rolled_back: dict[str, str] = {}
        """By family the run that a person took off, while what it had replaced is live."""
        self.live: dict[str, str] = {}
        """By family what was live when the day's visits began."""

    def open(self, pointer: dict[str, Entry]) -> None:
        """Note what is live while visitors come by."""
        self.live = {family: entry.run_id for family, entry in pointer.items()}

    def is_new(self, family: str) -> bool:
        """Say whether the live run of a family began within a day and replaced another."""
        live = self._cloud.table.pointer()[family]
        age = self._cloud.clock.now - datetime.fromisoformat(live.created_at)
        return live.superseded is not None and age < timedelta(days=1)

    def ended(self, execution: Execution) -> None:
        """Note how a run ended, and check what monitoring decided."""
        assert execution.status == "SUCCEEDED", (execution.machine, execution.name, execution.cause)
        pin = execution.said.get("pin", {})
        if pin.get("engine") != "duckdb":
            return
        if execution.machine in FAMILY_OF:
            family = FAMILY_OF[execution.machine]
            self.last[family] = Run(execution.name, execution.began, self._lines)
            if execution.said["gate"]["publish"]:
                self.rolled_back.pop(family, None)
        if execution.machine == "segmentation":
            self.figures[execution.name] = self._books.figures(self._as_of(execution))
        if execution.machine == "monitoring":
            self._watched(execution)

    @property
    def _lines(self) -> int:
        return sum(len(each.lines) for each in self._books.orders())

    def _as_of(self, execution: Execution) -> datetime:
        """Return up to when a run reads: its beginning, or the end of the newest order's day."""
        manifest = read_json(self._cloud.store, f"runs/{execution.name}/manifest.json")
        begun = datetime.fromisoformat(manifest["created_at"])
        return min(begun, local(self._books.last_day() + timedelta(days=1), 0))

    def _watched(self, execution: Execution) -> None:
        as_of = self._as_of(execution)
        if self._trial.is_analysed(as_of):
            self.trials[execution.name] = self._trial.expected(self._visits, self._books, as_of=as_of)
        decision = read_json(self._cloud.store, decision_key(execution.name))
        self.decisions.append(decision)
        for family, decided in decision["families"].items():
            last = self.last.get(family)
            before = Before(
                began=last.began if last else None,
                known_lines=last.lines if last else 0,
                lines=self._lines,
                taken_off=self.rolled_back.get(family, ""),
                now=datetime.fromisoformat(decision["decided_at"]),
            )
            check_decision(decided, before, self._options.retrain.of(family))
