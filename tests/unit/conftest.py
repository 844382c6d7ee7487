from __future__ import annotations

import functools
import gc
from typing import TYPE_CHECKING

import pytest
from botocore.loaders import JSONFileLoader
from hypothesis import settings

import serving_support
from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest, plainness
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore
from patronage.stores.serving import ServingTable
from tests_support import NOW, examples

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from duckdb import DuckDBPyConnection

# A test holds what is right; benchmarks hold what is quick.
settings.register_profile("house", deadline=None, max_examples=examples(100))
settings.load_profile("house")

# Hundreds of tests open AWS anew; botocore's models, which they read, take longer to parse than most of them.
_model = functools.cache(JSONFileLoader().load_file)
JSONFileLoader.load_file = lambda _, path: _model(path)

# Every ingest asks DuckDB how the clock of the shop's zone changes, a tenth of what most of them take here.
_clock_changes = plainness.clock_changes
_changes_known: dict[tuple[object, ...], list[tuple[int, int]]] = {}


def _known_changes(connection: DuckDBPyConnection, zone: str, **years: int) -> list[tuple[int, int]]:
    asked = (zone, *years.items())
    if asked not in _changes_known:
        _changes_known[asked] = _clock_changes(connection, zone, **years)
    return _changes_known[asked]


plainness.clock_changes = _known_changes


def pytest_collection_finish() -> None:
    """Leave what was collected, which lives to the end, out of every later search for garbage."""
    gc.freeze()


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(FolderStore(tmp_path / "lake"))


@pytest.fixture
def shop() -> Shop:
    return Shop(currency="GBP", timezone="Europe/London")


@pytest.fixture
def upload_text(tmp_path: Path) -> Callable[..., Upload]:
    """Write a text (or bytes) as an uploaded file."""

    def write(
        content: str | bytes, *, key: str = "raw/orders/a.csv", version: str = "1", modified: datetime = NOW
    ) -> Upload:
        path = tmp_path / f"{abs(hash((key, version)))}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return Upload(path=path, key=key, version=version, last_modified=modified)

    return write


@pytest.fixture
def ingest_text(lake: Lake, shop: Shop, upload_text: Callable[..., Upload]) -> Callable[..., dict]:
    """Ingest a text and return the report."""

    def run(content: str | bytes, **options: object) -> dict:
        return ingest(upload_text(content, **options), lake, shop, now=NOW)

    return run


@pytest.fixture
def client():
    with serving_support.aws() as opened:
        yield opened


@pytest.fixture
def table(client) -> ServingTable:
    return ServingTable(serving_support.TABLE, client=client)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)
