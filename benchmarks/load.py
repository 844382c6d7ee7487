"""Lookups and events at a steady rate through the local gateway, amid an ingest, a training and a publish.

An open loop asks six lookups a second of seven kinds and posts ten events every four seconds, and two walkers
page through segments: quiet, then while a month of orders is ingested and both machines run and publish, then
until the last answer of the old generation may have come. Each answer is held against what its generation
alone answers. Latency counts from when a request was due, beside a route that reads nothing, asked meanwhile.
"""

from __future__ import annotations

import sys
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from benchmarks.figures import Figure, ms_at
from benchmarks.load_events import lost_events
from benchmarks.load_judge import Judge, pinned_readers
from benchmarks.load_scene import LOOKUPS_A_SECOND, PHASES, seen
from benchmarks.load_walks import members
from patronage.stores.figures_reader import FiguresReader
from patronage.stores.serving_reader import POINTER_SECONDS, ServingReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.load_clients import Sent
    from benchmarks.load_judge import Verdict

_HEALTH = "GET /health, which reads nothing"
_LAKE_SECONDS = 60


def load_failed_lookups() -> Figure:
    """Count lookups and pages that were no 200, empty, later than 30 s, or from a function's memory alone."""
    failed = [(sent.due, each.failed) for sent, each in _verdicts() if each.failed]
    failed += [(page.sent, page.failed) for walk in seen().walks for page in walk.pages if page.failed]
    return Figure(_counted("failed", failed), "answers", "none", 0)


def load_mixed_generations() -> Figure:
    """Count answers and walks of which a part is not of the generation that they name."""
    mixed = [(sent.due, each.mixed) for sent, each in _verdicts() if each.mixed]
    mixed += [(walk.pages[-1].sent, why) for walk in seen().walks if (why := walk.mixed(_members))]
    return Figure(_counted("mixed", mixed), "answers", "none", 0)


def load_told_apart() -> Figure:
    """Whole answers that the other generation would not have given: only there a mix can be seen."""
    whole = [sent for sent, each in _verdicts() if not each.failed and not each.mixed]
    return Figure(
        sum(map(_judge().tells_apart, (each.asked for each in whole))), "answers", "all", len(whole)
    )


def load_lookups_a_second() -> Figure:
    """Lookups that were answered in a second, against those that were due."""
    marks, sent = seen().marks, seen().lookups
    answered = [each for each in sent if marks.before <= each.ended < marks.end]
    return Figure(
        len(answered) / (marks.end - marks.before), "lookups/s", "those that were due", LOOKUPS_A_SECOND
    )


def _latency(phase: str, share: float) -> Callable[[], Figure]:
    def measure() -> Figure:
        ours, bare = (seen().seconds_of(sent, phase) for sent in (seen().lookups, seen().health))
        return Figure(ms_at(ours, share), "ms", _HEALTH, ms_at(bare, share))

    measure.__doc__ = f"Answer a lookup {phase} the flip, at {share:.0%} of them."
    return measure


def load_flip_seconds() -> Figure:
    """Wait from the flip until the last lookup left that the old generation answered, against the bound."""
    flipped_at, old = seen().flipped_at["recommendations"], seen().old["recommendations"].run_id
    late = [sent.sent - flipped_at for sent, each in _verdicts() if each.generation == old]
    return Figure(max(late), "s", "how long a pointer may be kept", POINTER_SECONDS)


def load_walks_across_flip() -> Figure:
    """Count walks that began before the flip and went on after it, one of them by a cursor that was held."""
    flipped_at = seen().flipped_at["segments"]
    across = [
        walk
        for walk in seen().walks
        if walk.whole_pages and walk.whole_pages[0].sent < flipped_at < walk.whole_pages[-1].sent
    ]
    return Figure(len(across), "walks", "all walks", len(seen().walks))


def load_failed_posts() -> Figure:
    """Count posts of ten events each that were not answered 202."""
    failed = [
        (each.due, each.problem or f"status {each.status}") for each in seen().posts if not _is_taken(each)
    ]
    return Figure(_counted("not taken", failed), "posts", "none", 0)


def load_lost_events() -> Figure:
    """Events that were accepted and that the lake does not hold a minute after the load."""
    taken = [event_id for each in seen().posts if _is_taken(each) for event_id in each.asked.event_ids]
    print(f"{len(taken)} events were accepted", file=sys.stderr)
    return Figure(lost_events(seen().stack, taken, timeout_s=_LAKE_SECONDS), "events", "none", 0)


FIGURES = {
    "load_failed_lookups": load_failed_lookups,
    "load_mixed_generations": load_mixed_generations,
    "load_told_apart": load_told_apart,
    "load_lookups_a_second": load_lookups_a_second,
    **{f"load_lookup_p50_ms_{phase}": _latency(phase, 0.5) for phase in PHASES},
    **{f"load_lookup_p99_ms_{phase}": _latency(phase, 0.99) for phase in PHASES},
    "load_flip_seconds": load_flip_seconds,
    "load_walks_across_flip": load_walks_across_flip,
    "load_failed_posts": load_failed_posts,
    "load_lost_events": load_lost_events,
}


@cache
def _judge() -> Judge:
    table = seen().stack.serving_table()
    return Judge(pinned_readers(table, (seen().old, seen().new)))


@cache
def _verdicts() -> list[tuple[Sent, Verdict]]:
    return [(each, _judge().verdict(each)) for each in seen().lookups]


@cache
def _members(generation: str, segment_id: str) -> list[tuple[str, int | None]] | None:
    if generation not in {seen().old["segments"].run_id, seen().new["segments"].run_id}:
        return None
    table = seen().stack.serving_table()
    return members(FiguresReader(table, ServingReader(table)), generation, segment_id)


def _is_taken(post: Sent) -> bool:
    return post.status == 202 and not post.problem


def _counted(what: str, kinds: list[tuple[float, str]]) -> int:
    """Count what was asked for once all was warm, and say of which kinds it is, and when."""
    phases = Counter((seen().marks.phase(at), kind) for at, kind in kinds)
    for (phase, kind), count in phases.items():
        print(f"{what}, {phase}: {count} times {kind}", file=sys.stderr)
    return sum(count for (phase, _), count in phases.items() if phase in PHASES)
