"""What the functions tell CloudWatch: lines of the embedded metric format in their logs."""

from __future__ import annotations

import os
import sys
import time
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any

from patronage.logic.monitor.emf import MOST_VALUES, embedded
from patronage.logic.monitor.metrics import (
    DEGRADED,
    EVENTS_REFUSED,
    FALLBACK_SHARE,
    FAMILY,
    GENERATION_AGE,
    QUALITY_BREACHES,
    ROWS_READ,
    ROWS_REFUSED,
    RUN_COST,
    RUNS_FAILED,
    STACK,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from patronage.logic.monitor.metrics import Metric

SECONDS_BETWEEN = 60
_OWN_RUNGS = frozenset({"user", "session"})


class Tally:
    """Values of many requests, written together: at most once a minute, or once a hundred of one are there.

    The first of an environment are written at once. What an environment still holds when Lambda takes it
    away, those of a minute at most, is lost: shares of many lookups do not miss it, and it keeps the log
    some hundred times shorter.

    Parameters
    ----------
    write : callable
        Takes the metrics of a line.
    clock : callable
        Returns seconds.
    """

    def __init__(
        self,
        write: Callable[[Mapping[Metric, Sequence[float]]], None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write = write
        self._clock = clock
        self._written_at = float("-inf")
        self._values: dict[Metric, list[float]] = defaultdict(list)

    def add(self, values: Mapping[Metric, Sequence[float]]) -> None:
        """Add values of some metrics, and write where it is time to."""
        for metric, each in values.items():
            self._values[metric] += each
        while any(len(each) >= MOST_VALUES for each in self._values.values()):
            self._flush()
        if self._values and self._clock() - self._written_at >= SECONDS_BETWEEN:
            self._flush()

    def _flush(self) -> None:
        """Write the first hundred of each."""
        self._written_at = self._clock()
        kept, self._values = self._values, defaultdict(list)
        for metric, each in kept.items():
            if rest := each[MOST_VALUES:]:
                self._values[metric] = rest
        self._write({metric: each[:MOST_VALUES] for metric, each in kept.items()})


def count_lookup(answer: Mapping[str, Any], *, is_known: bool) -> None:
    """Count whether a lookup had to fall back.

    Parameters
    ----------
    answer : mapping
        The answer of the API. That of a control arm is empty on purpose and does not count.
    is_known : bool
        Whether customer or visit are known: a stranger has no rung to fall from.
    """
    if answer.get("control"):
        return
    seen: dict[Metric, Sequence[float]] = {DEGRADED: [int("degraded" in answer)]}
    if is_known:
        seen[FALLBACK_SHARE] = [0 if answer["rung"] in _OWN_RUNGS else 100]
    _tally().add(seen)


def count_events(answer: Mapping[str, Any] | str) -> None:
    """Count what became of a batch of posted events, as the answer says it."""
    if isinstance(answer, str):
        return
    refused = int(answer["refused"])
    _tally().add({EVENTS_REFUSED: [1] * refused + [0] * (len(answer["results"]) - refused)})


def count_upload(report: Mapping[str, Any]) -> None:
    """Count an upload's rows and the grave quality rules that it breaks; an unread file has none."""
    if "read" not in report:
        return
    breaches = report.get("quality", {}).get("breaches", [])
    grave = sum(each["severity"] == "alarm" for each in breaches)
    told = {
        "table": report["table"],
        "rules": [each["rule"] for each in breaches],
        "erased_customers_again": report.get("erased_customers_again", 0),
    }
    counted = {ROWS_READ: [report["read"]], ROWS_REFUSED: [report["refused"]]}
    write(counted | ({QUALITY_BREACHES: [grave]} if grave else {}), **told)


def count_ages(ages: Mapping[str, float]) -> None:
    """Tell how old the generation of each family is, in hours (`logic.monitor.ages.generation_ages`)."""
    for family, hours in ages.items():
        write({GENERATION_AGE: [hours]}, dimensions={FAMILY: family})


def count_run(*, machine: str, run_id: str, succeeded: bool, seconds: float, cost_usd: float | None) -> None:
    """Tell of an execution that ended, whether it ended well and what it cost."""
    cost: dict[Metric, Sequence[float]] = {} if cost_usd is None else {RUN_COST: [cost_usd]}
    counted = {RUNS_FAILED: [int(not succeeded)], **cost}
    write(counted, machine=machine, run_id=run_id, seconds=round(seconds, 1))


def write(
    values: Mapping[Metric, Sequence[float]],
    *,
    dimensions: Mapping[str, str] | None = None,
    **properties: Any,
) -> None:
    """Write metrics of this stack into the log, with what else is worth telling there."""
    of_stack = {STACK: os.environ.get("PATRONAGE_STACK", ""), **(dimensions or {})}
    line = embedded(values, dimensions=of_stack, at_ms=int(time.time() * 1000), properties=properties)
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@cache
def _tally() -> Tally:
    return Tally(write)
