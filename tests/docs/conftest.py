"""The folder in which examples run: some customers of the bundled shop, and what a run made of them."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import duckdb
import pytest

from run_support import patronage
from tests_support import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

# `docs` is the folder of the pages with their writers; this folder has no module that they lack.
sys.path.append(str(REPOSITORY))

ORDERS = REPOSITORY / "data" / "online-retail-ii-2009-2010.parquet"
NAMED = "13085, 12402, 17850"
"""The customers whom pages name."""
FILES = {
    "orders": f"""
        SELECT * FROM '{ORDERS}'
        WHERE TRY_CAST("Customer ID" AS DOUBLE) IN ({NAMED}) OR TRY_CAST("Customer ID" AS DOUBLE) % 60 = 0
    """,
    "products": """
        SELECT StockCode AS product_id, MAX(Description) AS title, MAX(Price) AS price
        FROM orders WHERE TRY_CAST(Price AS DOUBLE) > 0 GROUP BY StockCode
    """,
    "ratings": """
        SELECT DISTINCT
            "Customer ID" AS customer_id, StockCode AS product_id,
            1 + (LENGTH(Description) + CAST(TRY_CAST("Customer ID" AS DOUBLE) AS INTEGER)) % 5 AS rating,
            '2010-12-01' AS rated_at
        FROM orders ORDER BY ALL LIMIT 400
    """,
}
"""The shop's files, each from what was made before it."""
SHOP = '[shop]\ncurrency = "GBP"\ntimezone = "Europe/London"\n'
RUN = (
    "run",
    "--orders",
    "orders.csv",
    "--currency",
    "GBP",
    "--timezone",
    "Europe/London",
    "--out",
    "answers",
)
ASKED = "customer_id,as_of\n13085,2010-06-01\n12402,2010-09-01\n"


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run one in sixty of the shop's customers; no shop gives its ratings away, so these are made up."""
    folder = tmp_path_factory.mktemp("sample")
    with duckdb.connect() as connection:
        for name, query in FILES.items():
            connection.execute(f"CREATE TABLE {name} AS {query}")
            connection.execute(f"COPY {name} TO '{folder / name}.csv'")
    shutil.copy(folder / "orders.csv", folder / "orders_export.csv")
    (folder / "shop.toml").write_text(SHOP, encoding="utf-8")
    (folder / "asked.csv").write_text(ASKED, encoding="utf-8")
    for command in (RUN, ("ingest", "ratings.csv", "--table", "ratings", "--settings", "shop.toml")):
        done = patronage(*command, cwd=folder)
        assert done.returncode == 0, done.stderr
    for name in ("docs", "data", "events"):
        (folder / name).symlink_to(REPOSITORY / name)
    return folder


@pytest.fixture(scope="session")
def costly_done() -> set[tuple[str, ...]]:
    """Give the costly commands that ran in a copy of the sample; on another page they would do the same."""
    return {RUN}
