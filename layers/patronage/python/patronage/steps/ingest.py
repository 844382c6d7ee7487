"""Ingest one uploaded file of order lines into the lake."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from patronage.engines.duckdb import DuckEngine
from patronage.engines.files import load_text
from patronage.errors import BadInput, TryAgain
from patronage.logic.ingest import HEAD_BYTES, Dialect, Format, choose_dialect, recognise_format
from patronage.logic.ingest.mapping import floats_sql, mapping_sql
from patronage.logic.queries import literal, query
from patronage.logic.tables import KINDS, ORDERS
from patronage.steps.refusals import count_refusals, quarantine
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from pathlib import Path

    from patronage.settings import Shop
    from patronage.stores.lake import Lake, Snapshot

_COMMIT_TRIES = 50
_FUTURE_ALLOWED = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One version of an uploaded object, and where its content lies on this machine."""

    path: Path
    key: str
    version: str
    last_modified: datetime

    @property
    def object_id(self) -> str:
        """Name of the upload's report and quarantine: equal for equal key and version."""
        return object_id(self.key, self.version)


def object_id(key: str, version: str) -> str:
    """Return the id of an object's version, 32 hex digits."""
    return hashlib.sha256(f"{key}\0{version}".encode()).hexdigest()[:32]


def report_key(object_id: str) -> str:
    """Return where the report of an upload lies in the lake."""
    return f"lake/reports/ingest/{object_id}.json"


def rules_number(shop: Shop) -> int:
    """Return a number that stands for what the shop's settings make of a file; equal rules, equal numbers."""
    rules = (shop.currency, shop.timezone, shop.drop_repeated_lines, shop.max_refused_share)
    return int(hashlib.sha256(repr(rules).encode()).hexdigest()[:12], 16)


def content_of(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def ingest(upload: Upload, lake: Lake, shop: Shop, *, now: datetime) -> dict[str, Any]:
    """Ingest an upload and return its report; the same content a second time changes nothing.

    Parameters
    ----------
    upload : Upload
        The file.
    lake : Lake
        Where its rows, its refused rows and its report go.
    shop : Shop
        Currency, zone and rules.
    now : datetime
        The instant of the call; orders more than a day later are refused.

    Returns
    -------
    dict
        The report: ``read == kept + refused + repeated + superseded``. A file that cannot be read has
        ``state`` "unreadable" and the ``problem``.
    """
    key = report_key(upload.object_id)
    about = _about(upload, shop)
    if (earlier := _earlier_report(key, about, lake)) is not None:
        return earlier
    try:
        report = _ingest(upload, lake, shop, about, now)
    except BadInput as exc:
        report = {**about, "state": "unreadable", "problem": str(exc)}
    write_json(lake.store, key, report)
    return report


def _earlier_report(key: str, about: dict[str, Any], lake: Lake) -> dict[str, Any] | None:
    """Return the report of the same upload, unless its rows were since replaced under other rules."""
    if not lake.store.exists(key):
        return None
    report: dict[str, Any] = read_json(lake.store, key)
    is_final = report["state"] == "unreadable" or report["kept"] == 0
    return report if is_final or _is_in(lake.snapshot("orders"), about) else None


def _is_in(orders: Snapshot, about: dict[str, Any]) -> bool:
    """Say whether the lake took this content last under these very rules."""
    return bool(orders.rules_of(about["content"]) == about["rules_number"])


def _ingest(upload: Upload, lake: Lake, shop: Shop, about: dict[str, Any], now: datetime) -> dict[str, Any]:
    with DuckEngine(shop) as engine:
        found, dialect, header = _read(upload, engine)
        _map(engine, dialect, header)
        _judge(engine, dialect, shop, upload, now)
        report = {**about, "detected": _detected(found, dialect)}
        report |= count_refusals(engine, shop)
        if report["refused"]:
            quarantine(
                engine,
                lake.store,
                object_id=upload.object_id,
                key=upload.key,
                header=header,
                header_lines=0 if found.kind == "parquet" else 1,
            )
        for _ in range(_COMMIT_TRIES):
            try:
                return _settle(engine, upload, lake, report)
            except TryAgain:
                continue
    raise TryAgain(f"{upload.key}: {_COMMIT_TRIES} other commits came first; deliver the event again")


def _about(upload: Upload, shop: Shop) -> dict[str, Any]:
    return {
        "state": "done",
        "object": upload.object_id,
        "key": upload.key,
        "version": upload.version,
        "currency": shop.currency,
        "content": content_of(upload.path),
        "rules_number": rules_number(shop),
    }


def _detected(found: Format, dialect: Dialect) -> dict[str, str]:
    return {
        "format": found.kind,
        "compression": found.compression,
        "delimiter": found.delimiter,
        "dialect": dialect.name,
    }


def _read(upload: Upload, engine: DuckEngine) -> tuple[Format, Dialect, list[str]]:
    with upload.path.open("rb") as file:
        found = recognise_format(file.read(HEAD_BYTES))
    header = load_text(upload.path, found, engine)
    return found, choose_dialect(header), header


def _map(engine: DuckEngine, dialect: Dialect, header: list[str]) -> None:
    """Give every canonical column its text."""
    unfloat = dialect.unfloat_customer_id and engine.row(floats_sql(dialect, header))["are_floats"]
    engine.table("mapped", mapping_sql(dialect, header, unfloat_customer_id=unfloat))


def _judge(engine: DuckEngine, dialect: Dialect, shop: Shop, upload: Upload, now: datetime) -> None:
    """Type the mapped text and apply the rules."""
    engine.table(
        "typed",
        query("ingest_typed"),
        currency=shop.currency,
        cancellation=dialect.cancellation_order_id,
        fee=dialect.fee_product_id,
    )
    engine.table("judged", query("ingest_judged"), currency=shop.currency, latest=now + _FUTURE_ALLOWED)
    engine.table(
        "lines",
        query("ingest_lines"),
        received_at=upload.last_modified,
        object_key=upload.key,
        object_id=upload.object_id,
        drop_repeated_lines=shop.drop_repeated_lines,
    )


def _settle(engine: DuckEngine, upload: Upload, lake: Lake, report: dict[str, Any]) -> dict[str, Any]:
    """Decide against the lake's newest version, and commit the rows on top of it together with the report.

    A worker may die right after its commit, or the event may come twice at once: whoever comes later
    finds the content in the lake, and in its commit the report of the upload that brought it.
    """
    orders = lake.snapshot("orders")
    if _is_in(orders, report):
        return orders.report_of(upload.object_id) or _repeated(report)
    _contest(engine, orders)
    report = {**report, **_fates(engine)}
    if report["kept"] == 0:
        return report
    columns = ", ".join(column.name for column in ORDERS.columns)
    orders.commit(
        engine.relation(f"SELECT {columns} FROM lines WHERE fate = 'kept'"),
        stale=engine.relation("SELECT order_id, line, object_id FROM stale_existing")
        if report["replaced"]
        else None,
        report=report,
    )
    return report


def _repeated(report: dict[str, Any]) -> dict[str, Any]:
    repeated = report["read"] - report["refused"]
    nothing = {"kept": 0, "superseded": 0, "replaced": 0, "orders_that_lost_lines": [], "net_minor": 0}
    return {**report, **nothing, "repeated": repeated, "is_repeat_of_earlier_upload": True}


def _contest(engine: DuckEngine, orders: Snapshot) -> None:
    """Compare the file's orders with the lake's lines of the same orders."""
    keys = "order_id, line, has_line_id, updated_at, received_at, object_key, object_id"
    bounds = engine.row("SELECT MIN(order_id) AS low, MAX(order_id) AS high FROM lines WHERE fate = 'kept'")
    if orders.version < 0 or bounds["low"] is None:
        engine.table("existing", f"SELECT {keys} FROM lines WHERE FALSE")
    else:
        between = f"order_id BETWEEN {literal(bounds['low'])} AND {literal(bounds['high'])}"
        engine.stream("held", orders.select(f"SELECT {keys} FROM snapshot WHERE {between}"))
        engine.table(
            "existing", "FROM held SEMI JOIN lines ON held.order_id = lines.order_id AND lines.fate = 'kept'"
        )
    engine.table("contests", query("ingest_contests"))
    engine.table("stale_existing", query("ingest_stale_existing"))
    engine.table("stale_incoming", query("ingest_stale_incoming"))
    engine.table(
        "lines",
        "SELECT lines.* REPLACE (CASE WHEN stale.record IS NULL THEN fate ELSE 'superseded' END AS fate) "
        "FROM lines LEFT JOIN stale_incoming AS stale ON lines.record = stale.record",
    )


def _fates(engine: DuckEngine) -> dict[str, Any]:
    kept = engine.row(query("ingest_kept"))
    fates = {
        row["fate"]: row["n"] for row in engine.rows("SELECT fate, COUNT(*) AS n FROM lines GROUP BY fate")
    }
    losing = "SELECT order_id FROM contests WHERE NOT is_by_line AND incoming_wins AND loses_lines"
    return {
        **{name: _plain(value) for name, value in kept.items() if name not in KINDS},
        "kept_by_kind": {kind: kept[kind] for kind in KINDS},
        "repeated": fates.get("repeated", 0),
        "superseded": fates.get("superseded", 0),
        "replaced": engine.row("SELECT COUNT(*) AS n FROM stale_existing")["n"],
        "orders_that_lost_lines": [
            row["order_id"] for row in engine.rows(f"{losing} ORDER BY order_id LIMIT 100")
        ],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, Decimal) else value
