"""Locks: never two runs of one kind at once.

A lock is an item of the serving table. Nobody gives it back: it is free when the execution that took it is
going no more, whatever ended that, so it also tells which run of its kind began last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import TryAgain
from patronage.logic.said import said
from patronage.stores.executions import is_going

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from patronage.logic.said import Said
    from patronage.stores.serving import ServingTable

_ATTEMPTS = 3


class Locks:
    """The locks of a stack's runs.

    Parameters
    ----------
    table : ServingTable
        Where they lie.
    states : boto3 client of Step Functions
        Tells whether an execution is going.
    """

    def __init__(self, table: ServingTable, *, states: Any) -> None:
        self._table = table
        self._states = states

    def take(self, family: str, *, run_id: str, execution: str, now: datetime) -> Said | None:
        """Take the lock of a family for a run; say which, where another run is going.

        A run that has it already keeps it. Of two that ask at the same moment one gets it.

        Parameters
        ----------
        family : str
            "segments", "recommendations" or "monitoring".
        run_id, execution : str
            The run, and the ARN of its execution.
        now : datetime
            When it is taken.

        Raises
        ------
        TryAgain
            It changed hands again and again meanwhile.
        """
        for _ in range(_ATTEMPTS):
            held = self._table.get(_key(family), is_consistent=True) or {}
            if held.get("execution") == execution:
                return None
            if held and is_going(self._states, held["execution"]):
                return said("run_going", run_id=held["run_id"], family=family, since=held["taken_at"])
            version = held.get("version", 0)
            item = {
                "pk": _key(family),
                "run_id": run_id,
                "execution": execution,
                "taken_at": now.isoformat(),
                "version": version + 1,
            }
            if self._table.put_if(item, version=version):
                return None
        raise TryAgain(f"the lock of {family} changed hands {_ATTEMPTS} times; ask for it again")

    def last(self, families: Sequence[str]) -> dict[str, str]:
        """Return by family the run that began last, of those families that had one."""
        found = {family: self._table.get(_key(family), is_consistent=True) for family in families}
        return {family: item["run_id"] for family, item in found.items() if item}


def _key(family: str) -> str:
    return f"lock#{family}"
