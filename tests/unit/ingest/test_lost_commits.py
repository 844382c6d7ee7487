"""A commit that another one beats: its files go, so that none lies about that no erasure would find."""

from __future__ import annotations

import pytest

from patronage.engines.duckdb import DuckEngine
from patronage.errors import TryAgain
from patronage.stores.lake import Lake


def files_of(lake: Lake) -> set[str]:
    return {key.rsplit("/", 1)[-1] for key in lake.store.keys("lake/orders/") if key.endswith(".parquet")}


def test_the_files_of_a_commit_that_lost_are_deleted_and_those_of_the_winner_stay(
    ingest_text, lake, shop, tmp_path
):
    ingest_text("order_id,customer_id,product_id,quantity,unit_price,ordered_at\n"
                "o1,c1,tea,1,2.50,2025-03-01T10:00:00Z\n")  # fmt: skip
    loser, winner = lake.snapshot("orders"), lake.snapshot("orders")
    with DuckEngine(shop) as engine:
        engine.scan("orders", winner.files())
        parts = [engine.part("FROM orders", tmp_path / f"{name}.parquet") for name in ("a", "b")]
    winner.rewrite(parts[:1], removed=winner.contents(), named="winner")
    before = files_of(lake)
    with pytest.raises(TryAgain, match="came first"):
        loser.rewrite(parts[1:], removed=loser.contents(), named="loser")
    assert files_of(lake) == before
    assert any(name.startswith("part-winner-") for name in before)
