"""Decide between the rows of a file and those that the lake holds of the same orders, and commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from patronage.errors import NotFound
from patronage.logic.ingest import money
from patronage.logic.ingest.mapping import rate_and_amount
from patronage.logic.queries import literal, query
from patronage.logic.upload_keys import report_key
from patronage.steps.ingest.contested import hold_contested
from patronage.steps.ingest.totals import Totals, totals_of
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from patronage.engines.duckdb import DuckEngine
    from patronage.logic.ingest.plan import Plan
    from patronage.logic.parts import Part
    from patronage.settings import Shop
    from patronage.stores.lake import Lake, LakeFile, Snapshot

_ALL_PARTS = frozenset(("discount", "tax", "shipping"))
_LOST_ORDERS_NAMED = 100


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """What a commit is to do, on top of one version of the lake.

    Parameters
    ----------
    own : sequence of Part
        The file's rows that are added.
    rewritten : sequence of Part
        What stays of the files that are taken out.
    removed : sequence of LakeFile
        What is taken out.
    replaced, superseded : int
        Rows of the lake that go, and rows of the file that do not come.
    lost_lines : sequence of str
        Orders that have fewer lines than before, the first hundred by id.
    less : Totals
        What the superseded rows of the file add up to.
    contents : sequence of str
        Contents of earlier uploads of which rows go.
    """

    own: Sequence[Part]
    rewritten: Sequence[Part] = ()
    removed: Sequence[LakeFile] = ()
    replaced: int = 0
    superseded: int = 0
    lost_lines: Sequence[str] = ()
    less: Totals = field(default_factory=Totals)
    contents: Sequence[str] = ()


def settle(
    parts: Sequence[Part],
    snapshot: Snapshot,
    *,
    engine: DuckEngine,
    lake: Lake,
    plan: Plan,
    shop: Shop,
    folder: Path,
    key: str,
) -> Settlement:
    """Compare the parts with the lake's rows of the same orders (or products, customers, …).

    Parameters
    ----------
    parts : sequence of Part
        The file's rows.
    snapshot : Snapshot
        The version of the lake to compare with.
    engine, lake, plan, shop
        As in the whole step.
    folder : Path
        Where parts that must be written anew are put.
    key : str
        The object's key; with `split_orders` only rows of the same key are compared.
    """
    files = _that_meet(parts, snapshot, plan)
    if not files:
        return Settlement(own=parts)
    paths = {snapshot.staged(file): file for file in files}
    own_key = key if plan.split_orders else None
    if not hold_contested(engine, parts, paths, plan.table, own_key=own_key):
        return Settlement(own=parts)
    for name in ("contests", "stale_existing", "stale_incoming"):
        engine.table(name, query(f"ingest_{name}"))
    stale_lake, stale_file = _stale(engine, "stale_existing"), _stale(engine, "stale_incoming")
    rewritten = [
        _without(engine, "stale_existing", path, number, folder)
        for number, (path, file) in enumerate(paths.items())
        if stale_lake.get(number, 0) not in {0, file.rows}
    ]
    own = [
        _kept(engine, part, number, stale_file.get(number, 0), folder) for number, part in enumerate(parts)
    ]
    return Settlement(
        own=[part for part in own if part is not None],
        rewritten=rewritten,
        removed=[file for number, file in enumerate(paths.values()) if stale_lake.get(number)],
        replaced=sum(stale_lake.values()),
        superseded=sum(stale_file.values()),
        lost_lines=_orders_that_lost_lines(engine),
        less=_totals_of_stale(engine, parts, plan, shop) if stale_file else Totals(),
        contents=_contents_of(engine, lake),
    )


def _that_meet(parts: Sequence[Part], snapshot: Snapshot, plan: Plan) -> list[LakeFile]:
    """Return the lake's files that may hold an order of the parts."""
    bounds = [found for part in parts if (found := part.bounds(plan.table.identity[0])) is not None]
    return [file for file in snapshot.contents() if any(file.meets(low, high) for low, high in bounds)]


def _stale(engine: DuckEngine, name: str) -> dict[int, int]:
    rows = engine.rows(f"SELECT file, COUNT(*) AS n FROM {name} GROUP BY file")
    return {row["file"]: row["n"] for row in rows}


def _kept(engine: DuckEngine, part: Part, number: int, stale: int, folder: Path) -> Part | None:
    if stale == part.rows:
        return None
    return part if stale == 0 else _without(engine, "stale_incoming", part.path, number, folder)


def _without(engine: DuckEngine, stale: str, path: Path, number: int, folder: Path) -> Part:
    """Write a file anew without its stale rows."""
    target = folder / f"rest-{stale}-{path.name}"
    rows = (
        f"SELECT * EXCLUDE (file_row_number) FROM read_parquet({literal(str(path))}, file_row_number = true) "
        f"WHERE file_row_number NOT IN (SELECT place FROM {stale} WHERE file = {number})"
    )
    return engine.part(rows, target)


def _orders_that_lost_lines(engine: DuckEngine) -> list[str]:
    losing = (
        "SELECT units.unit AS name FROM contests JOIN units ON contests.unit = units.number "
        "WHERE NOT is_by_line AND incoming_wins AND loses_lines"
    )
    return [row["name"] for row in engine.rows(f"{losing} ORDER BY name LIMIT {_LOST_ORDERS_NAMED}")]


def _totals_of_stale(engine: DuckEngine, parts: Sequence[Part], plan: Plan, shop: Shop) -> Totals:
    rows = " UNION ALL ".join(
        f"SELECT * FROM read_parquet({literal(str(part.path))}, file_row_number = true) "
        f"WHERE file_row_number IN (SELECT place FROM stale_incoming WHERE file = {number})"
        for number, part in enumerate(parts)
    )
    return totals_of(engine, with_net(rows, plan, shop), plan.table)


def with_net(rows: str, plan: Plan, shop: Shop) -> str:
    """Give rows of the lake back what their money was before it was rounded."""
    if plan.table.name != "orders":
        return rows
    return money.with_net(f"SELECT *, {rate_and_amount(shop)} FROM ({rows})", shop, given=_ALL_PARTS)


def _contents_of(engine: DuckEngine, lake: Lake) -> list[str]:
    """Return the contents of the uploads whose rows go; a report that was erased names none."""
    ids = engine.rows("SELECT object_id FROM origins WHERE origin IN (SELECT origin FROM stale_existing)")
    contents = []
    for row in ids:
        try:
            report: dict[str, Any] = read_json(lake.store, report_key(row["object_id"]))
        except NotFound:
            continue
        contents.append(report["content"])
    return sorted(set(contents))
