"""Whether an answer is whole: all of it from the generation that it names.

Each answer is held against what the same request gets from that generation alone, read from its items in the
serving table, where the old ones are kept; so one product of another generation is found out.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.logic.serve.keys import POINTER
from patronage.logic.serve.recommendation_id import read
from patronage.stores.serving import ServingTable
from patronage.stores.serving_reader import ServingReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from benchmarks.load_clients import Sent
    from benchmarks.load_requests import Asked
    from patronage.logic.serve.pointer import Entry
    from patronage.steps.lookup import RecommendationReader

_OF_THE_MOMENT = ("age_seconds", "stock_age_seconds", "recommendation_id")


class Verdict(NamedTuple):
    """What is wrong with an answer, "" for nothing, and the generation that it names."""

    failed: str = ""
    mixed: str = ""
    generation: str = ""


class PinnedTable(ServingTable):
    """A serving table whose pointer stands still, so that a reader of it knows these generations alone."""

    def __init__(self, table: ServingTable, pointer: Mapping[str, Entry]) -> None:
        self._table = table
        self._pointer = {family: entry.to_mapping() for family, entry in pointer.items()}

    def get_all(self, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
        found = self._table.get_all([key for key in keys if key != POINTER])
        return found | ({POINTER: {"pk": POINTER, **self._pointer}} if POINTER in keys else {})


def pinned_readers(
    table: ServingTable, pointers: Iterable[Mapping[str, Entry]]
) -> dict[str, list[RecommendationReader]]:
    """Return readers of each generation of recommendations that a pointer named.

    Segments are published by another machine, so lists of either generation may meet the segments of either:
    a customer without a list of their own gets what is popular in the segment, all of it from one list.
    """
    known = list(pointers)
    segments = {pointer["segments"].run_id: pointer["segments"] for pointer in known}
    return {
        pointer["recommendations"].run_id: [
            ServingReader(PinnedTable(table, {**pointer, "segments": each})) for each in segments.values()
        ]
        for pointer in known
    }


class Judge:
    """Judge answers of lookups.

    Parameters
    ----------
    readers : mapping
        By generation, what answers from that generation alone.
    """

    def __init__(self, readers: Mapping[str, Sequence[RecommendationReader]]) -> None:
        self._readers = readers
        self._now = datetime.now(UTC)
        self._known: dict[tuple[str, int, str, bytes | None], list[dict[str, Any]]] = {}

    def verdict(self, sent: Sent) -> Verdict:
        """Judge an answer."""
        if sent.problem or sent.status != 200:
            return Verdict(failed=sent.problem or f"status {sent.status}")
        parts = _parts(sent.body)
        if not all(part.get("items") for part in parts) or not parts:
            return Verdict(failed="empty")
        if any("degraded" in part for part in parts):
            return Verdict(failed="degraded")
        named = {name for part in parts for name in (part["generation"], _generation_of_id(part))}
        if len(named) > 1:
            return Verdict(mixed=f"it names {sorted(named)}")
        (generation,) = named
        if generation not in self._readers:
            return Verdict(mixed=f"it names {generation}", generation=generation)
        if all(_lasting(sent.body) != each for each in self._expected(sent.asked, generation)):
            return Verdict(mixed=f"it names {generation} and is not its answer", generation=generation)
        return Verdict(generation=generation)

    def tells_apart(self, asked: Asked) -> bool:
        """Say whether no two generations answer a request with the same products and scores."""
        answers = [next(self._expected(asked, generation)) for generation in self._readers]
        items = [[part["items"] for part in each] for each in answers]
        return all(each not in items[:place] for place, each in enumerate(items))

    def _expected(self, asked: Asked, generation: str) -> Iterator[list[dict[str, Any]]]:
        """Go through what a generation may answer, read once and only as far as is needed."""
        assert asked.answer is not None, asked
        for place, reader in enumerate(self._readers[generation]):
            key = (generation, place, asked.path, asked.body)
            if key not in self._known:
                answer = asked.answer(reader, self._now)
                assert not any("degraded" in part for part in _parts(answer)), "the judge could not read"
                self._known[key] = _lasting(answer)
            yield self._known[key]


def _parts(body: Any) -> list[dict[str, Any]]:
    """Return the answers of a batch, or the only one."""
    if not isinstance(body, dict):
        return []
    parts: list[dict[str, Any]] = body.get("answers", [body])
    return parts


def _generation_of_id(part: Mapping[str, Any]) -> str:
    found = read(part["recommendation_id"])
    return found.generation if found else "no id"


def _lasting(body: Any) -> list[dict[str, Any]]:
    """Return what an answer says whenever it is asked for."""
    return [
        {name: value for name, value in part.items() if name not in _OF_THE_MOMENT} for part in _parts(body)
    ]
