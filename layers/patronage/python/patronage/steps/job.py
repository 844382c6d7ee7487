"""A run as one job: the states of a machine up to its gate, each done once, and their answers.

A state that ended leaves a note, ``runs/<run>/job/<state>.json``, with its answer and the digest of the
manifest that it read. Where the job is started again, a state with such a note is not done again; one that
was cut off has none, and writes all of its outputs anew.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput, NotFound, RunFailed
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from patronage.stores.objects import ObjectStore

    Answer = dict[str, Any]


@dataclass
class Job:
    """Does the states of a run, and remembers which stand.

    Parameters
    ----------
    run_id, store
        The run, whose manifest is written.
    tell : callable
        Told a line when a state ends.
    clock : callable, optional
        Seconds from some moment on.

    Raises
    ------
    NotFound
        The run has no manifest.
    """

    run_id: str
    store: ObjectStore
    tell: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    _manifest: str = field(init=False)

    def __post_init__(self) -> None:
        self._manifest = hashlib.sha256(self.store.read_bytes(_manifest_key(self.run_id))).hexdigest()

    def do(self, state: str, work: Callable[[], Answer]) -> Answer:
        """Return a state's answer; where it does not stand yet, do it first."""
        note = _note(self.run_id, state, self.store)
        if note is not None and note["manifest"] == self._manifest:
            answer: Answer = note["answer"]
            self.tell(f"{state}: stands already")
            return answer
        began = self.clock()
        answer = work()
        seconds = round(self.clock() - began, 1)
        note = {"manifest": self._manifest, "answer": answer, "seconds": seconds}
        write_json(self.store, _note_key(self.run_id, state), note)
        self.tell(f"{state}: done in {seconds:,.1f} s")
        return answer


def job_answers(run_id: str, store: ObjectStore) -> Answer:
    """Return what a machine goes on with after a run's job: the answers of its gate and of its plan.

    Returns
    -------
    dict
        ``done``, False where there was nothing to learn from, ``gate``, and ``plan``, which is empty where no
        lists are made.

    Raises
    ------
    RunFailed
        The job left no answer.
    """
    notes = {state: _note(run_id, state, store) for state in ("interactions", "gate", "plan")}
    found = {state: note["answer"] if note else {} for state, note in notes.items()}
    if found["gate"]:
        return {"done": True, "gate": found["gate"], "plan": found["plan"]}
    if found["interactions"].get("interactions") == 0:
        return {"done": False, "gate": {}, "plan": {}}
    raise RunFailed(f"the job of run {run_id} ended before its gate; start the run again")


def job_measured(run_id: str, store: ObjectStore) -> Answer:
    """Return what the machine of monitoring goes on with after a run's job.

    Returns
    -------
    dict
        ``done``, and ``measured``: of each measure its name, and its ``failure`` where it failed.

    Raises
    ------
    RunFailed
        The job left no answer.
    """
    note = _note(run_id, "measured", store)
    if note is None:
        raise RunFailed(f"the job of run {run_id} ended before it had measured; start the run again")
    return {"done": True, **note["answer"]}


def _note(run_id: str, state: str, store: ObjectStore) -> dict[str, Any] | None:
    try:
        note: dict[str, Any] = read_json(store, _note_key(run_id, state))
    except NotFound:
        return None
    return note


def _manifest_key(run_id: str) -> str:
    return f"runs/{run_id}/manifest.json"


def _note_key(run_id: str, state: str) -> str:
    if "/" in state:
        raise BadInput(f"state {state!r} must hold no slash: it names an object")
    return f"runs/{run_id}/job/{state}.json"
