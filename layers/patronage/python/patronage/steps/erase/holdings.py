"""The register of every store that holds personal data. Whoever adds one adds it here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from patronage.errors import NotFound
from patronage.logic.erase.ids import hmac_of
from patronage.logic.serve.keys import item_key
from patronage.logic.upload_keys import QUARANTINE, REPORTS
from patronage.steps.erase.audiences import audience_keys, erase_from_audiences, left_in_audiences
from patronage.steps.erase.raw import Uploads, keys_by_size
from patronage.steps.erase.reports import erase_named, erase_refused
from patronage.steps.erase.requests import EXPORTS, export_folder, receipt_key
from patronage.steps.erase.runs import RunEraser
from patronage.steps.erase.served import leave_serving, live_generations, pages_left, session_keys
from patronage.steps.erase.tables import PERSONAL, erase_rows, forget_rows, rows_left
from patronage.steps.erase.undelivered import UNDELIVERED, erase_undelivered, undelivered_left
from patronage.steps.segment.audiences import AUDIENCES
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from patronage.settings import Shop
    from patronage.steps.erase.subject import Subject
    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore
    from patronage.stores.raw import RawVersions
    from patronage.stores.serving import ServingTable

    Parts = list[list[str]]

FIRST, LAST = "first", "last"
"""The two rounds: rows leave raw and lake; and the rest, once every run that may have read them has ended."""
MOST_BYTES = 256 << 20
MOST_KEYS = 200
RUNS_A_PART = 5
_CLOCKS_DIFFER = timedelta(minutes=5)
KEPT = "settings/do_not_contact.csv"
"""What stays on purpose: a person who comes again, by a later upload, must not be written to all the same."""


@dataclass(frozen=True, kw_only=True)
class Stores:
    """All that an erasure reaches.

    Parameters
    ----------
    lake, shop
        The lake, and its shop.
    secret : bytes
        Under which ids are remembered.
    table : ServingTable, optional
        What the API answers from; none beside a local folder.
    raw : RawVersions, optional
        The uploads; a local lake leaves files where they are.
    """

    lake: Lake
    shop: Shop
    secret: bytes
    table: ServingTable | None = None
    raw: RawVersions | None = None

    @property
    def store(self) -> ObjectStore:
        """The lake's objects."""
        return self.lake.store


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """One erasure: its id, whom it is about, and all that it reaches."""

    erasure_id: str
    subject: Subject
    stores: Stores


@dataclass(frozen=True, kw_only=True)
class Holding:
    """A store with personal data.

    Parameters
    ----------
    name : str
        As receipts call it.
    where : str
        For people.
    rounds : tuple of str
        In which it is erased.
    parts : callable
        Lists what one call each may take on.
    erase : callable
        Erases the person from a part; what was erased before is passed over.
    left : callable, optional
        Says in how many places the person still is; asked at the end.
    left_in : callable, optional
        Says in how many places of a part the person still is; asked after the part in the last round.
    """

    name: str
    where: str
    rounds: tuple[str, ...]
    parts: Callable[[Erasure], Parts]
    erase: Callable[[Erasure, Sequence[str]], Counter[str]]
    left: Callable[[Erasure], int] | None = None
    left_in: Callable[[Erasure, Sequence[str]], int] | None = None


def _uploads(of: Erasure) -> Uploads | None:
    stores = of.stores
    return None if stores.raw is None else Uploads(raw=stores.raw, lake=stores.lake, shop=stores.shop)


def _raw_parts(of: Erasure) -> Parts:
    if of.stores.raw is None:
        return []
    return keys_by_size(list(of.stores.raw.versions("raw/")), most_bytes=MOST_BYTES, most_keys=MOST_KEYS)


def _erase_raw(of: Erasure, keys: Sequence[str]) -> Counter[str]:
    uploads = _uploads(of)
    if uploads is None:
        return Counter()
    return _summed(uploads.erase(key, of.subject, erasure_id=of.erasure_id) for key in keys)


def _raw_left(of: Erasure) -> int:
    """Look through what was written since the erasure was asked for; what was before is done."""
    uploads = _uploads(of)
    if uploads is None:
        return 0
    asked_at = datetime.fromisoformat(read_json(of.stores.store, receipt_key(of.erasure_id))["asked_at"])
    return uploads.still_hold(of.subject, since=asked_at - _CLOCKS_DIFFER)


def _undelivered(of: Erasure) -> Parts:
    if of.stores.raw is None:
        return []
    return _grouped(list(dict.fromkeys(each.key for each in of.stores.raw.versions(UNDELIVERED))), MOST_KEYS)


def _erase_undelivered(of: Erasure, keys: Sequence[str]) -> Counter[str]:
    return Counter() if of.stores.raw is None else erase_undelivered(of.stores.raw, keys, of.subject)


def _undelivered_left(of: Erasure) -> int:
    return 0 if of.stores.raw is None else undelivered_left(of.stores.raw, of.subject)


def _tables(of: Erasure) -> Parts:
    return [[table] for table in PERSONAL if of.stores.lake.snapshot(table).version >= 0]


def _erase_tables(of: Erasure, keys: Sequence[str]) -> Counter[str]:
    return _summed(erase_rows(table, of.subject, of.stores.lake, of.stores.shop) for table in keys)


def _rows_left(of: Erasure) -> int:
    tables = [table for part in _tables(of) for table in part]
    return sum(rows_left(table, of.subject, of.stores.lake, of.stores.shop) for table in tables)


def _erase_old_files(of: Erasure, keys: Sequence[str]) -> Counter[str]:
    return _summed(forget_rows(table, of.subject, of.stores.store) for table in keys)


def _below(prefix: str) -> Callable[[Erasure], Parts]:
    return lambda of: _grouped(of.stores.store.keys(prefix), MOST_KEYS)


def _erase_quarantine(of: Erasure, keys: Sequence[str]) -> Counter[str]:
    return _summed(erase_refused(key, of.subject, of.stores.store) for key in keys)


def _erase_reports(of: Erasure, keys: Sequence[str]) -> Counter[str]:
    return _summed(erase_named(key, of.subject, of.stores.store) for key in keys)


def _runs(of: Erasure) -> Parts:
    names = dict.fromkeys(key.split("/")[1] for key in of.stores.store.keys("runs/"))
    return _grouped(list(names), RUNS_A_PART)


def _erase_runs(of: Erasure, keys: Sequence[str]) -> Counter[str]:
    eraser = RunEraser(store=of.stores.store, shop=of.stores.shop, table=of.stores.table)
    return _summed(eraser.erase(run_id, of.subject) for run_id in keys)


def _left_in_runs(of: Erasure, keys: Sequence[str]) -> int:
    eraser = RunEraser(store=of.stores.store, shop=of.stores.shop)
    return sum(eraser.is_left_in(run_id, of.subject) for run_id in keys)


def _runs_left(of: Erasure) -> int:
    """Look through the runs that came after the last round was planned; the others were, part by part."""
    try:
        plan = read_json(of.stores.store, plan_key(of.erasure_id, LAST))
    except NotFound:
        plan = {}
    planned = {key for part in plan.values() if part["holding"] == "runs" for key in part["keys"]}
    return _left_in_runs(of, [run_id for part in _runs(of) for run_id in part if run_id not in planned])


def _exports_of(of: Erasure) -> list[str]:
    digest = hmac_of(of.subject.customer_id, of.stores.secret)
    store = of.stores.store
    told = [key for key in store.keys(EXPORTS) if key.endswith("/status.json")]
    return [key.split("/")[2] for key in told if read_json(store, key).get("customer") == digest]


def _erase_exports(of: Erasure, keys: Sequence[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for export_id in keys:
        found = of.stores.store.keys(export_folder(export_id))
        # The status goes last: it tells whose the export is.
        for key in sorted(found, key=lambda key: key.endswith("/status.json")):
            of.stores.store.delete(key)
        counts["exports"] += bool(found)
    return counts


def _erase_audiences(of: Erasure, keys: Sequence[str]) -> Counter[str]:
    return erase_from_audiences(keys, of.subject, of.stores.store, of.stores.shop)


def _audiences_left(of: Erasure) -> int:
    store = of.stores.store
    return left_in_audiences(audience_keys(store), of.subject, store, of.stores.shop)


def _served(of: Erasure) -> Parts:
    return [] if of.stores.table is None else [["items"]]


def _erase_served(of: Erasure, _: Sequence[str]) -> Counter[str]:
    table = of.stores.table
    if table is None:
        return Counter()
    sessions = sorted(of.subject.session_ids)
    return leave_serving(table, of.subject.customer_id, live_generations(table), session_ids=sessions)


def _served_left(of: Erasure) -> int:
    table = of.stores.table
    if table is None:
        return 0
    keys = session_keys(of.subject.customer_id, of.subject.session_ids)
    left = 0
    for generation, kinds in live_generations(table).items():
        keys += [item_key(kind, generation, of.subject.customer_id) for kind in kinds]
        left += pages_left(table, of.subject.customer_id, _pages(of, generation))
    return left + len(table.get_all(keys))


def _pages(of: Erasure, run_id: str) -> list[str]:
    """Return the keys under which a run published its lists of segments' customers."""
    store = of.stores.store
    told = [key for key in store.keys(f"runs/{run_id}/publish/") if "/keys/members-" in key]
    return [name for key in told for name in read_json(store, key)]


HOLDINGS = (
    Holding(
        name="serving",
        where="items, journeys, sessions and lists of segments' customers in the serving table",
        rounds=(FIRST, LAST),
        parts=_served,
        erase=_erase_served,
        left=_served_left,
    ),
    Holding(
        name="raw",
        where="every version of every object below raw/ of the raw bucket",
        rounds=(FIRST, LAST),
        parts=_raw_parts,
        erase=_erase_raw,
        left=_raw_left,
    ),
    Holding(
        name="undelivered_events",
        where=f"events that could not be delivered, below {UNDELIVERED} of the raw bucket",
        rounds=(LAST,),
        parts=_undelivered,
        erase=_erase_undelivered,
        left=_undelivered_left,
    ),
    Holding(
        name="tables",
        where=f"rows of {', '.join(PERSONAL)} in the lake",
        rounds=(FIRST, LAST),
        parts=_tables,
        erase=_erase_tables,
        left=_rows_left,
    ),
    Holding(
        name="quarantine",
        where="refused rows below lake/quarantine/",
        rounds=(LAST,),
        parts=_below(QUARANTINE),
        erase=_erase_quarantine,
    ),
    Holding(
        name="reports",
        where="orders and quoted values in the reports of uploads below lake/reports/",
        rounds=(LAST,),
        parts=_below(REPORTS),
        erase=_erase_reports,
    ),
    Holding(
        name="runs",
        where="tables, lists, features, models and exports of every run, and its items",
        rounds=(LAST,),
        parts=_runs,
        erase=_erase_runs,
        left=_runs_left,
        left_in=_left_in_runs,
    ),
    Holding(
        name="audiences",
        where=f"who was contacted and who was held out by exports of segments, below {AUDIENCES}",
        rounds=(LAST,),
        parts=lambda of: _grouped(audience_keys(of.stores.store), MOST_KEYS),
        erase=_erase_audiences,
        left=_audiences_left,
    ),
    Holding(
        name="exports",
        where=f"exports of the customer's data below {EXPORTS}",
        rounds=(LAST,),
        parts=lambda of: _grouped(_exports_of(of), MOST_KEYS),
        erase=_erase_exports,
        left=lambda of: len(_exports_of(of)),
    ),
    Holding(
        name="old_files",
        where="files of older versions of the tables, and the bounds of ids in their logs",
        rounds=(LAST,),
        parts=_tables,
        erase=_erase_old_files,
    ),
)
"""Every store, in the order of a receipt."""
BY_NAME = {holding.name: holding for holding in HOLDINGS}


def plan_key(erasure_id: str, round_: str) -> str:
    """Return where the plan of a round lies."""
    return f"erasures/{erasure_id}/plan-{round_}.json"


def plan_of(erasure: Erasure, round_: str) -> dict[str, dict[str, Any]]:
    """Return what a round has to go through: part to its holding and keys."""
    plan: dict[str, dict[str, Any]] = {}
    for holding in HOLDINGS:
        if round_ in holding.rounds:
            for number, keys in enumerate(holding.parts(erasure)):
                plan[f"{round_}-{holding.name}-{number:05d}"] = {"holding": holding.name, "keys": keys}
    return plan


def _grouped(keys: list[str], size: int) -> Parts:
    return [keys[start : start + size] for start in range(0, len(keys), size)]


def _summed(counts: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return total
