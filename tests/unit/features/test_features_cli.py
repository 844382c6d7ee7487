"""`patronage features`: list, show, get and join, on a local lake."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from patronage.cli import app
from patronage.errors import BadInput, NotFound
from patronage.logic.features import FEATURES

HEADER = "order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"


def run(*arguments: str) -> str:
    answer = CliRunner().invoke(app, ["features", *arguments], env={"COLUMNS": "200"})
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    assert answer.exit_code == 0, answer.output
    return answer.output


@pytest.fixture
def folder(ingest_text, lake, shop):
    ingest_text(HEADER + "1,a,p,2,10,2026-01-02T10:00:00Z\n2,a,p,1,10,2026-01-05T10:00:00Z\n")
    lake.store.write_bytes("shop.json", shop.to_json().encode())
    return str(lake.store.root)


def test_list_shows_every_feature():
    shown = run("list")
    assert all(name in shown for known in FEATURES.values() for name in known)
    assert "cart_abandonment_90d" not in run("list", "--entity", "product")


def test_show_tells_the_definition_and_its_query():
    shown = run("show", "recency_days")
    assert "shop days since the last day with a purchase" in shown
    assert "FROM order_history" in shown
    with pytest.raises(BadInput, match="did you mean recency_days"):
        run("show", "recency_day")


def test_get_computes_as_of_the_newest_day_or_an_instant(folder):
    newest = run("get", "a", "--lake", folder, "--feature", "orders", "--feature", "net_minor")
    assert "3,000" in newest
    assert "As of 2026-01-06T00:00:00+00:00" in newest
    earlier = run("get", "a", "--lake", folder, "--as-of", "2026-01-05", "--feature", "net_minor")
    assert "2,000" in earlier
    assert "price_minor" in run("get", "p", "--entity", "product", "--lake", folder)


def test_get_tells_what_is_wrong(folder):
    with pytest.raises(NotFound, match="knew no customer 'A' as of"):
        run("get", "A", "--lake", folder)
    with pytest.raises(NotFound, match="knew no customer 'a'"):
        run("get", "a", "--lake", folder, "--known-at", "2026-01-01")
    with pytest.raises(BadInput, match="--as-of 'soon' is no instant"):
        run("get", "a", "--lake", folder, "--as-of", "soon")


def test_join_writes_a_row_for_each_row(folder, tmp_path):
    asked, out = tmp_path / "asked.csv", tmp_path / "deep" / "joined.csv"
    asked.write_text("customer_id,as_of\na,2026-01-05\nnobody,2026-01-05\na,2026-02-01\n", encoding="utf-8")
    said = run("join", str(asked), "--out", str(out), "--lake", folder, "--feature", "orders")
    assert "3 rows, 1 features" in said
    assert "1 of them" in said
    rows = out.read_text(encoding="utf-8").splitlines()
    assert rows == ["customer_id,as_of,orders", "a,2026-01-05,1", "nobody,2026-01-05,", "a,2026-02-01,2"]
    with pytest.raises(BadInput, match=r"--out .* must end in \.csv or \.parquet"):
        run("join", str(asked), "--out", "joined.xlsx", "--lake", folder)
