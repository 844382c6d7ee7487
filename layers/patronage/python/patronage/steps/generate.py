"""Write a synthetic shop with known truth as files, block by block, so that memory stays bounded."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.engines.duckdb import DuckEngine
from patronage.logic.queries import identifier, literal, query
from patronage.logic.synthetic import BLOCK_CUSTOMERS, World, draw_blocks, truth_readme
from patronage.logic.synthetic.identifiers import customer_ids
from patronage.settings import Shop
from patronage.steps.columns import hold
from patronage.steps.shop_files import check_folder, check_format

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from patronage.logic.synthetic import Block, SyntheticShop
    from patronage.logic.synthetic.customers import People

FORMATS = ("csv", "parquet")
_MEMORY_LIMIT = "1GB"
_EXPORTS = ("orders", "products", "customers", "events")
_TRUTHS = ("truth/customers", "truth/products", "truth/pantry", "truth/calendar")
_README = "truth/README.md"


def generate(
    shop: SyntheticShop,
    folder: Path,
    *,
    file_format: str = "csv",
    on_block: Callable[[int], None] | None = None,
) -> dict[str, int]:
    """Write the exports of a synthetic shop, and its truth under `truth/`.

    Parameters
    ----------
    shop : SyntheticShop
        What to draw; equal parameters give equal bytes.
    folder : Path
        Where to; empty, absent, or holding an earlier synthetic shop, which is replaced.
    file_format : str
        csv or parquet.
    on_block : callable, optional
        Told how many customers are done.

    Returns
    -------
    dict
        Rows by file.

    Raises
    ------
    BadInput
        The format is unknown, or the folder holds something else.
    """
    check_format(file_format, FORMATS)
    _clear(folder)
    (folder / "truth").mkdir(parents=True, exist_ok=True)
    world = World(shop)
    with (
        DuckEngine(Shop(), memory_limit=_MEMORY_LIMIT) as engine,
        _Files(folder, file_format, engine) as files,
    ):
        _write_world(world, engine, files)
        numbers: Counter[str] = Counter()
        for block in draw_blocks(world):
            _write_block(block, world, numbers, engine, files)
            if on_block is not None:
                on_block(block.first + block.people.customers)
        files.finish()
        rows = dict(files.rows)
    (folder / _README).write_text(truth_readme(shop, block_customers=BLOCK_CUSTOMERS), encoding="utf-8")
    return rows


class _Files:
    """Files that grow by the results of queries: CSV by appending, Parquet by joining parts at the end."""

    def __init__(self, folder: Path, file_format: str, engine: DuckEngine) -> None:
        self._folder = folder
        self._format = file_format
        self._engine = engine
        self._parts: dict[str, list[Path]] = {}
        self._scratch = tempfile.TemporaryDirectory(dir=folder, prefix=".parts-")
        self.rows: Counter[str] = Counter()

    def __enter__(self) -> _Files:
        return self

    def __exit__(self, *_: object) -> None:
        self._scratch.cleanup()

    def add(self, name: str, sql: str) -> None:
        """Add a query's rows to a file."""
        self._engine.table("written", sql)
        self.rows[name] += self._engine.row("SELECT COUNT(*) AS n FROM written")["n"]
        parts = self._parts.setdefault(name, [])
        part = Path(self._scratch.name) / f"{name.replace('/', '-')}-{len(parts):06d}"
        if self._format == "parquet":
            self._engine.parquet("FROM written", part)
            parts.append(part)
        else:
            self._engine.csv(self._as_text(), part)
            _append(part, self._folder / f"{name}.csv", with_header=not parts)
            parts[:] = [part]
            part.unlink()

    def finish(self) -> None:
        """Join the parts of the Parquet files."""
        if self._format == "parquet":
            for name, parts in self._parts.items():
                listed = ", ".join(literal(str(part)) for part in parts)
                self._engine.parquet(f"FROM read_parquet([{listed}])", self._folder / f"{name}.parquet")

    def _as_text(self) -> str:
        """Write the times of `written` as ISO 8601 in UTC."""
        described = self._engine.rows("DESCRIBE written")
        times = [row["column_name"] for row in described if row["column_type"].startswith("TIMESTAMP")]
        texts = [
            f"strftime({identifier(name)}, '%Y-%m-%dT%H:%M:%SZ') AS {identifier(name)}" for name in times
        ]
        return f"SELECT * REPLACE ({', '.join(texts)}) FROM written" if texts else "FROM written"


def _append(part: Path, path: Path, *, with_header: bool) -> None:
    with part.open("rb") as source, path.open("ab") as target:
        if not with_header:
            source.readline()
        shutil.copyfileobj(source, target, 1 << 20)


def _clear(folder: Path) -> None:
    """Remove an earlier synthetic shop; touch nothing else."""
    check_folder(folder, _README, what="synthetic shop")
    for name in (*_EXPORTS, *_TRUTHS):
        for suffix in FORMATS:
            (folder / f"{name}.{suffix}").unlink(missing_ok=True)


def _write_world(world: World, engine: DuckEngine, files: _Files) -> None:
    shop, catalogue, calendar = world.shop, world.catalogue, world.calendar
    hold(engine, "channels", {"channel": _texts([name for name, _ in shop.channels])})
    columns: dict[str, Any] = {
        "product_id": _texts(catalogue.ids()),
        "currency": _texts([shop.currency] * shop.products),
        "price_minor": catalogue.price_minor,
        "launched_instant": shop.start_instant + catalogue.launch_day * 86_400,
        "taste_group": catalogue.group,
        "taste_style": catalogue.style,
        "weight": _figures(catalogue.weight),
        "rhythm_days": _figures(catalogue.rhythm_days),
        "return_rate": _figures(catalogue.return_rate),
    }
    hold(engine, "catalogue", columns | {name: _texts(texts) for name, texts in catalogue.texts().items()})
    files.add("products", query("synthetic_products"))
    files.add("truth/products", query("synthetic_truth_products"))
    dates = _texts([day.isoformat() for day in calendar.dates])
    hold(engine, "calendar", {"day": dates, "demand": _figures(calendar.demand), "sale": calendar.campaign})
    files.add("truth/calendar", query("synthetic_truth_calendar"))


def _write_block(
    block: Block, world: World, numbers: Counter[str], engine: DuckEngine, files: _Files
) -> None:
    """Write a block; `numbers` says how many orders, sessions and events came before it."""
    hold(engine, "people", _people(block, world))
    hold(engine, "lines", _lines(block, numbers["orders"]))
    hold(engine, "events", _events(block, numbers))
    files.add("customers", query("synthetic_customers"))
    files.add("orders", query("synthetic_orders"))
    files.add("events", query("synthetic_events"))
    _write_truth(block.people, engine, files)
    numbers["orders"] += len(block.orders.person)
    numbers["sessions"] += block.events.sessions
    numbers["events"] += len(block.events.session)


def _write_truth(people: People, engine: DuckEngine, files: _Files) -> None:
    factors = {f"group_{at}": column for at, column in enumerate(people.groups.T)}
    factors |= {f"style_{at}": column for at, column in enumerate(people.styles.T)}
    hold(engine, "factors", {name: _figures(column) for name, column in factors.items()})
    files.add("truth/customers", query("synthetic_truth_customers"))
    person, slot = np.nonzero(people.pantry >= 0)
    pantry = {
        "person": person,
        "product": people.pantry[person, slot],
        "rhythm_days": _figures(people.rhythm_seconds[person, slot] / 86_400),
    }
    hold(engine, "pantry", pantry)
    files.add("truth/pantry", query("synthetic_truth_pantry"))


def _people(block: Block, world: World) -> dict[str, Any]:
    people, calendar = block.people, world.calendar
    guests = len(people.joined) - people.customers
    ids = customer_ids(range(block.first, block.first + people.customers))
    countries = _texts([name for name, _, _ in world.shop.countries])
    return {
        "customer_id": _texts([*ids, *[None] * guests]),
        "country": countries[people.country],
        "main_group": people.main_group,
        "joined_instant": calendar.instants(people.joined),
        "orders_per_day": _figures(people.orders_per_day),
        "dropout_chance": _figures(people.dropout),
        "orders": block.orders.count,
        "has_left": block.orders.left,
        "last_instant": calendar.instants(block.orders.active_until),
    }


def _lines(block: Block, orders_before: int) -> dict[str, Any]:
    lines, orders = block.lines, block.orders
    return {
        "order_number": orders_before + 1 + lines.order,
        "number": lines.number,
        "person": orders.person[lines.order],
        "product": lines.product,
        "quantity": lines.quantity,
        "discount": lines.discount,
        "tax": lines.tax,
        "shipping": lines.shipping,
        "instant": lines.instant,
        "is_refund": lines.is_refund,
        "channel": orders.channel[lines.order],
    }


def _events(block: Block, numbers: Counter[str]) -> dict[str, Any]:
    events = block.events
    count = len(events.session)
    return {
        "event_number": numbers["events"] + 1 + np.arange(count),
        "session_number": numbers["sessions"] + 1 + events.session,
        "person": events.person,
        "type": events.type,
        "product": events.product,
        "instant": events.instant,
        "channel": events.channel,
        "order_number": np.where(events.order >= 0, numbers["orders"] + 1 + events.order, -1),
    }


def _texts(values: list[Any]) -> NDArray[np.object_]:
    return np.array(values, dtype=object)


def _figures(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round away what differs in the last bits between processors."""
    return np.round(values, 9)
