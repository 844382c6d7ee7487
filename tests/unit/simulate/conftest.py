"""A synthetic shop's orders, taken for real ones, and what is simulated from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from patronage.logic.synthetic import SyntheticShop
from patronage.settings import Shop
from patronage.steps.generate import generate
from patronage.steps.ingest import Upload, ingest
from patronage.steps.simulate import Simulated, simulate
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore

LATER = datetime(2026, 1, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Simulation:
    """A shop in a folder: its lake, the export of its orders, and the visits simulated from it."""

    root: Path
    shop: Shop
    simulated: Simulated | None = None

    @property
    def lake(self) -> Lake:
        return Lake(FolderStore(self.root / "lake"))

    @property
    def orders(self) -> Path:
        return self.root / "orders.parquet"

    @property
    def visits(self) -> Path:
        return self.root / "visits"

    def take_in(self, path: Path, table: str) -> dict:
        upload = Upload(path=path, key=f"raw/{table}/{path.name}", version="1", last_modified=LATER)
        return ingest(upload, self.lake, self.shop, now=LATER)

    def simulate(self, folder: str = "visits", **options) -> Simulated:
        return simulate(self.lake, self.shop, self.root / folder, **options)

    def files(self, folder: str = "visits") -> dict[str, bytes]:
        root = self.root / folder
        return {str(each.relative_to(root)): each.read_bytes() for each in root.rglob("*") if each.is_file()}

    def opened(self) -> duckdb.DuckDBPyConnection:
        """Show what was written as `events` and `products`, the lake's `orders`, and those `paid`."""
        db = duckdb.connect()
        db.execute("SET TimeZone = 'UTC'")
        parts = [str(each) for each in self.lake.snapshot("orders").files()]
        db.execute(f"CREATE VIEW orders AS FROM read_parquet({parts})")
        db.execute("CREATE VIEW paid AS FROM orders WHERE kind = 'sale' AND net_minor > 0")
        for name in ("events", "products"):
            db.execute(f"CREATE VIEW {name} AS FROM read_parquet('{self.visits / name}.parquet')")
        return db


@pytest.fixture(scope="session")
def simulation(tmp_path_factory) -> Simulation:
    root = tmp_path_factory.mktemp("simulate")
    generate(SyntheticShop(customers=700, products=120, days=250), root, file_format="parquet")
    made = Simulation(root, Shop(currency="EUR", timezone="Europe/Berlin"))
    made.take_in(made.orders, "orders")
    return Simulation(root, made.shop, made.simulate())


@pytest.fixture
def small(tmp_path):
    """Take in the text of an order export, simulate from it, and return both."""

    def make(text: str, **options) -> Simulation:
        made = Simulation(tmp_path, Shop(currency="EUR", timezone="Europe/Berlin"))
        (tmp_path / "orders.csv").write_text(text, encoding="utf-8")
        report = made.take_in(tmp_path / "orders.csv", "orders")
        assert report["refused"] == 0, report
        return Simulation(tmp_path, made.shop, made.simulate(**options))

    return make
