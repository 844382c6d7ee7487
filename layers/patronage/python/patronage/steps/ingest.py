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
from patronage.logic.ingest import HEAD_BYTES, RULES, Dialect, Format, choose_dialect, recognise_format
from patronage.logic.ingest.mapping import floats_sql, mapping_sql
from patronage.logic.queries import identifier, literal, query
from patronage.logic.tables import KINDS, ORDERS
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


def content_id(path: Path) -> str:
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
    if lake.store.exists(key):
        earlier: dict[str, Any] = read_json(lake.store, key)
        if earlier["state"] != "pending":
            return earlier
    try:
        report = _ingest(upload, lake, shop, now)
    except BadInput as exc:
        report = {**_about(upload, shop), "state": "unreadable", "problem": str(exc)}
    write_json(lake.store, key, report)
    return report


def _ingest(upload: Upload, lake: Lake, shop: Shop, now: datetime) -> dict[str, Any]:
    with DuckEngine(shop) as engine:
        found, dialect, header = _read(upload, engine)
        _map(engine, dialect, header)
        _judge(engine, dialect, shop, upload, now)
        report = {**_about(upload, shop), "detected": _detected(found, dialect), **_refusals(engine, shop)}
        _quarantine(engine, upload, lake)
        for _ in range(_COMMIT_TRIES):
            try:
                return _settle(engine, upload, lake, report)
            except TryAgain:
                continue
    raise TryAgain(f"{upload.key}: {_COMMIT_TRIES} other commits came first; deliver the event again")


def _about(upload: Upload, shop: Shop) -> dict[str, Any]:
    return {
        "state": "pending",
        "object": upload.object_id,
        "key": upload.key,
        "version": upload.version,
        "currency": shop.currency,
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


def _refusals(engine: DuckEngine, shop: Shop) -> dict[str, Any]:
    """Count what was read and refused; refuse the file whole where the share is too large."""
    counted = engine.rows(
        "SELECT rule, COUNT(*) AS n FROM (SELECT rule FROM judged UNION ALL SELECT rule FROM unparsed) "
        "GROUP BY rule"
    )
    by_rule = {row["rule"]: row["n"] for row in counted if row["rule"]}
    read, refused = sum(row["n"] for row in counted), sum(by_rule.values())
    if read and refused / read > shop.max_refused_share:
        by_rule["file-refused"] = read - refused
        refused = read
        engine.table("lines", "FROM lines WHERE FALSE")
        engine.table("judged", "SELECT * REPLACE (COALESCE(rule, 'file-refused') AS rule) FROM judged")
    ordered = dict(sorted(by_rule.items(), key=lambda item: (-item[1], item[0])))
    return {
        "read": read,
        "refused": refused,
        "refused_by_rule": ordered,
        "rules": {name: RULES[name].sentence for name in ordered},
    }


def _quarantine(engine: DuckEngine, upload: Upload, lake: Lake) -> None:
    """Write the refused rows with line, column, rule and raw text, one JSON object a line."""
    engine.table("rules", _rules_table())
    cells = [row["column_name"] for row in engine.rows("DESCRIBE raw") if row["column_name"] != "record"]
    listed = ", ".join(f"COALESCE({identifier(cell)}, '')" for cell in cells)
    refused = (
        "WITH bad AS (SELECT record, rule FROM judged WHERE rule IS NOT NULL) "
        "SELECT bad.record + 1 + (SELECT COUNT(*) FROM unparsed "
        "WHERE unparsed.line - unparsed.position < bad.record) AS line, "
        f"bad.rule, to_json([{listed}])::VARCHAR AS raw FROM bad JOIN raw ON bad.record = raw.record "
        "UNION ALL SELECT line, rule, raw FROM unparsed"
    )
    if not engine.row(f"SELECT COUNT(*) AS n FROM ({refused})")["n"]:
        return
    with lake.store.writing(f"lake/quarantine/{upload.object_id}.jsonl") as path:
        engine.connection.execute(
            f'COPY (SELECT {literal(upload.key)} AS object, line, "column", refused.rule, sentence, raw '
            f"FROM ({refused}) AS refused JOIN rules ON refused.rule = rules.rule ORDER BY line) "
            f"TO {literal(str(path))} (FORMAT json)"
        )


def _rules_table() -> str:
    rows = ", ".join(
        f"({literal(rule.name)}, {literal(rule.column)}, {literal(rule.sentence)})" for rule in RULES.values()
    )
    return f'FROM (VALUES {rows}) AS known(rule, "column", sentence)'


def _settle(engine: DuckEngine, upload: Upload, lake: Lake, report: dict[str, Any]) -> dict[str, Any]:
    """Decide against the lake's newest version, commit on top of it, and finish the report.

    The report is first written as pending: where a worker dies after its commit, the retry sees the
    transaction and its own rows, and finishes that report instead of calling the rows repeated.
    """
    orders = lake.snapshot("orders")
    transaction = content_id(upload.path)
    if orders.has_transaction(transaction):
        return _already_in(orders, upload, lake, report)
    _contest(engine, orders)
    report = {**report, **_fates(engine)}
    write_json(lake.store, report_key(upload.object_id), report)
    columns = ", ".join(column.name for column in ORDERS)
    rows = engine.relation(f"SELECT {columns} FROM lines WHERE fate = 'kept'")
    stale = "SELECT order_id, line, object_id FROM stale_existing"
    orders.commit(
        rows,
        stale=engine.relation(stale) if report["replaced"] else None,
        transaction=transaction,
    )
    return {**report, "state": "done"}


def _already_in(orders: Snapshot, upload: Upload, lake: Lake, report: dict[str, Any]) -> dict[str, Any]:
    key = report_key(upload.object_id)
    own = f"SELECT order_id FROM snapshot WHERE object_id = '{upload.object_id}' LIMIT 1"
    if lake.store.exists(key) and any(batch.num_rows for batch in orders.select(own)):
        return {**read_json(lake.store, key), "state": "done"}
    repeated = report["read"] - report["refused"]
    nothing = {"kept": 0, "superseded": 0, "replaced": 0, "orders_that_lost_lines": [], "net_minor": 0}
    return {**report, **nothing, "repeated": repeated, "state": "done", "is_repeat_of_earlier_upload": True}


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
