from __future__ import annotations

import csv
import hashlib
import re
from datetime import UTC, datetime
from decimal import Decimal

import duckdb
import pytest
from typer.testing import CliRunner

from patronage.cli import app
from patronage.errors import BadInput
from patronage.logic.synthetic import SyntheticShop, blocks
from patronage.settings import Shop
from patronage.steps.generate import generate
from patronage.steps.ingest import ingest
from tests_support import adds_up

HEADER = (
    "order_id,line,customer_id,product_id,description,quantity,unit_price,discount,tax,shipping,currency,kind,"
    "refers_to,ordered_at,country,channel"
)
FILES = {
    "orders", "products", "customers", "events",
    "truth/customers", "truth/products", "truth/pantry", "truth/calendar",
}  # fmt: skip


def checksums(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop") / "out"
    rows = generate(SyntheticShop(customers=300, products=80), folder)
    return folder, rows


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_the_same_arguments_give_the_same_bytes(tmp_path, monkeypatch, file_format):
    monkeypatch.setattr(blocks, "BLOCK_CUSTOMERS", 70)
    shop = SyntheticShop(customers=200, products=60)
    for name in ("a", "b"):
        generate(shop, tmp_path / name, file_format=file_format)
    generate(SyntheticShop(customers=200, products=60, seed=8), tmp_path / "c", file_format=file_format)
    first, second, other = (checksums(tmp_path / name) for name in "abc")
    assert first == second
    assert set(first) == {f"{name}.{file_format}" for name in FILES} | {"truth/README.md"}
    same = {name for name in first if first[name] == other[name]}
    assert same == {f"truth/calendar.{file_format}"}


def test_both_formats_hold_the_same(written, tmp_path):
    folder, rows = written
    assert set(rows) == FILES
    assert generate(SyntheticShop(customers=300, products=80), tmp_path, file_format="parquet") == rows
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        for name in FILES:
            db.execute(f"CREATE OR REPLACE TABLE typed AS FROM read_parquet('{tmp_path}/{name}.parquet')")
            types = dict(db.execute("SELECT column_name, column_type FROM (DESCRIBE typed)").fetchall())
            assert types.get("ordered_at", "TIMESTAMP WITH TIME ZONE") == "TIMESTAMP WITH TIME ZONE"
            text = f"read_csv('{folder}/{name}.csv', types = {types}, timestampformat = '%Y-%m-%dT%H:%M:%SZ')"
            differ = f"(FROM typed EXCEPT ALL FROM {text}) UNION ALL (FROM {text} EXCEPT ALL FROM typed)"
            assert db.execute(differ).fetchall() == []


def test_orders_have_the_canonical_header_and_ingest_keeps_every_line(written, lake, upload_text):
    folder, rows = written
    content = (folder / "orders.csv").read_bytes()
    assert content.split(b"\n", 1)[0].decode() == HEADER
    report = ingest(upload_text(content), lake, Shop(currency="EUR"), now=datetime(2026, 1, 2, tzinfo=UTC))
    assert adds_up(report)
    assert report["kept"] == rows["orders"]
    with (folder / "orders.csv").open(encoding="utf-8", newline="") as file:
        net = sum(_net(row) for row in csv.DictReader(file))
    assert report["net_minor"] == net * 100


def _net(row):
    quantity, sign = Decimal(row["quantity"]), -1 if row["kind"] == "refund" else 1
    return quantity * Decimal(row["unit_price"]) - sign * Decimal(row["discount"])


@pytest.mark.parametrize(
    "contradiction",
    [
        "SELECT * FROM truth_customers AS t LEFT JOIN ("
        "SELECT customer_id, COUNT(DISTINCT order_id) AS n, MIN(ordered_at) AS first, MAX(ordered_at) AS last"
        " FROM orders WHERE kind = 'sale' GROUP BY 1"
        ") AS o USING (customer_id) WHERE n IS DISTINCT FROM t.orders::INT OR first <> t.joined_at"
        " OR last <> COALESCE(t.left_at, last)",
        "SELECT * FROM orders WHERE (kind = 'refund') <> (refers_to IS NOT NULL)"
        " OR (kind = 'refund') <> (quantity::INT < 0)",
        "SELECT * FROM orders AS r ANTI JOIN orders AS s ON s.order_id = r.refers_to WHERE r.kind = 'refund'",
        "SELECT * FROM orders JOIN truth_products USING (product_id) WHERE ordered_at < launched_at",
        "SELECT * FROM events ANTI JOIN products USING (product_id)",
        "SELECT * FROM events WHERE (event_type = 'purchase') <> (order_id IS NOT NULL)",
        "SELECT * FROM events AS e ANTI JOIN orders AS o ON o.order_id = e.order_id"
        " AND o.product_id = e.product_id AND o.customer_id IS NOT DISTINCT FROM e.customer_id"
        " WHERE e.event_type = 'purchase'",
        "SELECT 1 WHERE 0 IN (SELECT COUNT(*) FROM orders WHERE customer_id IS NULL"
        " UNION ALL SELECT COUNT(*) FROM events WHERE customer_id IS NULL)",
        "SELECT order_id, line FROM orders GROUP BY 1, 2 HAVING COUNT(*) > 1",
        "SELECT event_id FROM events GROUP BY 1 HAVING COUNT(*) > 1",
    ],
)
def test_the_files_agree_with_each_other_and_with_the_truth(written, contradiction):
    folder, rows = written
    with duckdb.connect() as db:
        for name in rows:
            view, file = name.replace("/", "_"), f"{folder}/{name}.csv"
            db.execute(f"CREATE VIEW {view} AS FROM read_csv('{file}', all_varchar = true)")
        assert db.execute(contradiction).fetchall() == []


def test_an_earlier_shop_is_replaced_and_anything_else_is_left_alone(tmp_path):
    generate(SyntheticShop(customers=5, products=5, days=9), tmp_path / "shop", file_format="parquet")
    generate(SyntheticShop(customers=5, products=5, days=9), tmp_path / "shop")
    assert set(checksums(tmp_path / "shop")) == {f"{name}.csv" for name in FILES} | {"truth/README.md"}
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "orders.csv").write_text("precious")
    with pytest.raises(BadInput, match="holds no synthetic shop"):
        generate(SyntheticShop(), tmp_path / "mine")
    with pytest.raises(BadInput, match="is a file"):
        generate(SyntheticShop(), tmp_path / "mine" / "orders.csv")
    assert (tmp_path / "mine" / "orders.csv").read_text() == "precious"


def test_an_unknown_format_is_refused(tmp_path):
    with pytest.raises(BadInput, match="csv, parquet"):
        generate(SyntheticShop(), tmp_path, file_format="xlsx")


def test_the_command_writes_a_shop_from_a_day_on(tmp_path):
    arguments = ["generate", "--customers", "20", "--products", "10", "--days", "30", "--start", "2024-02-01"]
    done = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / "shop")])
    assert done.exit_code == 0, done.output
    assert "customers.csv: 20 rows" in done.output.replace("\n", "")
    lines = (tmp_path / "shop" / "orders.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == HEADER
    days = sorted(re.search(r"(2\d{3}-\d\d-\d\d)T", line)[1] for line in lines[1:])
    assert days[0] >= "2024-02-01"
    assert days[-1] <= "2024-03-01"
