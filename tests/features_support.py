"""A small lake whose commits happened when a test says, and what a row of it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lake_support import add_part
from patronage.logic.tables import EVENTS, ORDERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

START = datetime(2025, 3, 20, 22, tzinfo=UTC)
"""Ten days before the clock of London goes forward; London's day of it is the same one."""


def hours(count: float) -> datetime:
    return START + timedelta(hours=count)


@dataclass(frozen=True)
class Line:
    """An order line: a sale of `quantity` pieces, or what takes one back where that is negative."""

    order_id: str
    customer_id: str | None
    product_id: str
    quantity: int
    net_minor: int
    ordered_at: datetime
    received_at: datetime
    country: str | None = None

    @property
    def kind(self) -> str:
        return "sale" if self.quantity > 0 else "refund"


@dataclass(frozen=True)
class Event:
    event_type: str
    customer_id: str | None
    product_id: str | None
    session_id: str | None
    occurred_at: datetime
    received_at: datetime


def commit_orders(root: Path, lines: Sequence[Line], *, at: datetime, replaces: str | None = None) -> str:
    """Commit lines as one part at an instant, perhaps in the place of another part."""
    cells = (
        (
            *(line.order_id, str(number), line.customer_id, line.product_id, line.quantity, line.net_minor),
            *(line.kind, line.ordered_at, line.received_at, line.country),
        )
        for number, line in enumerate(lines)
    )
    names = (
        "order_id, line, customer_id, product_id, quantity, net_minor, kind, ordered_at, received_at, country"
    )
    return _commit(root / "orders", ORDERS, names, cells, at=at, replaces=replaces)


def commit_events(root: Path, events: Sequence[Event], *, at: datetime, replaces: str | None = None) -> str:
    cells = (
        (
            *(str(number), event.event_type, event.customer_id, event.product_id, event.session_id),
            *(event.occurred_at, event.received_at),
        )
        for number, event in enumerate(events)
    )
    names = "event_id, event_type, customer_id, product_id, session_id, occurred_at, received_at"
    return _commit(root / "events", EVENTS, names, cells, at=at, replaces=replaces)


def _commit(root: Path, table, names: str, rows, *, at: datetime, replaces: str | None) -> str:
    values = ", ".join(f"({', '.join(map(_sql, row))})" for row in rows)
    width = names.count(",") + 1
    none = f"SELECT {', '.join(['NULL'] * width)} WHERE FALSE"
    source = f"(VALUES {values}) AS r({names})" if values else f"({none}) AS r({names})"
    version = len(list((root / "_delta_log").glob("*.json"))) if root.exists() else 0
    part = add_part(root, table, f"c{version}", f"SELECT * FROM {source}", replaces=replaces)
    set_commit_time(root, version, at)
    return part


def set_commit_time(root: Path, version: int, at: datetime) -> None:
    """Let a commit have been made at an instant."""
    log = root / "_delta_log" / f"{version:020}.json"
    actions = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    for action in actions:
        if "commitInfo" in action:
            action["commitInfo"]["timestamp"] = round(at.timestamp() * 1000)
    log.write_text("\n".join(map(json.dumps, actions)), encoding="utf-8")


def _sql(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, datetime):
        return f"TIMESTAMPTZ '{value.isoformat()}'"
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
