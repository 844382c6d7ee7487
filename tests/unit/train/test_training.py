from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pytest

from patronage.errors import BadInput
from patronage.steps import train
from patronage.steps.pin import pin
from patronage.steps.train_tables import interactions
from patronage.stores.objects import read_json
from tests_support import NOW

if TYPE_CHECKING:
    from patronage.settings import Shop
    from patronage.stores.lake import Lake

HEADER = "order_id,customer_id,product_id,description,quantity,unit_price,ordered_at\n"


def line(customer: str, product: str, day: str, *, quantity: int = 1, order: str = "") -> str:
    order = order or f"{customer}-{product}-{day}-{quantity}"
    return f"{order},{customer},{product},The {product},{quantity},2.50,{day}T12:00:00Z\n"


def two_tastes(customers: int = 80) -> str:
    """Customers of two tastes buy five of their eight products first, and one more at the end."""
    rng = np.random.default_rng(0)
    lines = []
    for customer in range(customers):
        taste = "tea" if customer % 2 else "cup"
        chosen = rng.permutation(8)[:6]
        days = [f"2025-03-{1 + rng.integers(0, 20):02d}" for _ in range(5)] + ["2025-03-28"]
        lines += [
            line(f"c{customer}", f"{taste}{product}", day) for product, day in zip(chosen, days, strict=True)
        ]
    return HEADER + "".join(lines)


def prepared(lake: Lake, shop: Shop, run_id: str = "run", **options: Any) -> dict[str, Any]:
    pin(run_id, "recommendations", lake, shop, now=NOW, **options)
    return interactions(run_id, lake)


def trained(lake: Lake, shop: Shop, run_id: str = "run", **options: Any) -> dict[str, Any]:
    prepared(lake, shop, run_id, **options)
    for found in train.candidates()["models"]:
        train.evaluate(run_id, found["model"], lake.store)
    answer = train.gate(run_id, lake.store)
    train.recommend(run_id, answer["model"], lake.store)
    return answer


def arrays(lake: Lake, key: str) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(lake.store.read_bytes(f"runs/run/recommendations/{key}.npz"))) as found:
        return dict(found)


def names(lake: Lake, table: str) -> list[str]:
    path = lake.store.staged(f"runs/run/recommendations/{table}.parquet")
    column = table.removesuffix("s") + "_id"
    return [name for (name,) in duckdb.sql(f"SELECT {column} FROM '{path}' ORDER BY idx").fetchall()]


def test_interactions_leave_out_fees_returns_and_unpaid_goods_and_keep_guests_apart(ingest_text, lake, shop):
    ingest_text(
        HEADER
        + line("a", "tea", "2026-01-01")
        + line("a", "tea", "2026-01-01", order="twice")  # the same day: one interaction
        + line("a", "cup", "2026-01-01")
        + line("a", "cup", "2026-01-01", quantity=-1)  # brought back the same day
        + line("b", "cup", "2026-01-02")
        + line("", "tea", "2026-01-03", order="g1")
        + line("", "tea", "2026-01-03", order="g2")
        + line("c", "gift", "2026-01-02").replace("2.50", "0")
    )
    counts = prepared(lake, shop)
    assert counts == {"customers": 2, "products": 2, "interactions": 4}
    found = train.load_interactions("run", lake.store)
    assert list(zip(found.customers.tolist(), found.products.tolist(), strict=True)) == [
        (-1, 1),
        (-1, 1),
        (0, 1),
        (1, 0),
    ]
    assert (names(lake, "customers"), names(lake, "products")) == (["a", "b"], ["cup", "tea"])


def test_a_product_has_the_name_and_price_of_its_newest_sale(ingest_text, lake, shop):
    ingest_text(
        HEADER
        + line("a", "tea", "2026-01-01").replace("The tea", "Old name")
        + line("b", "tea", "2026-01-02").replace("2.50", "3.75")
    )
    prepared(lake, shop)
    path = lake.store.staged("runs/run/recommendations/products.parquet")
    assert duckdb.sql(f"SELECT name, price_minor, buyers FROM '{path}'").fetchall() == [("The tea", 375, 2)]


def test_item_to_item_wins_on_disjoint_tastes_and_recommends_only_the_own_taste(ingest_text, lake, shop):
    ingest_text(two_tastes())
    answer = trained(lake, shop)
    assert answer["model"] == "item_to_item"
    assert "best NDCG@10 on 80 customers" in answer["reason"]
    users, products, customers = (
        arrays(lake, "users-00000"),
        names(lake, "products"),
        names(lake, "customers"),
    )
    for row, user in enumerate(users["users"]):
        taste = "tea" if int(customers[user][1:]) % 2 else "cup"
        of_model = users["because"][row] >= 0
        recommended = [products[item] for item in users["items"][row][of_model]]
        assert len(recommended) == 2
        assert all(product.startswith(taste) for product in recommended)
        assert all(products[item].startswith(taste) for item in users["because"][row][of_model])
        filling = [products[item] for item in users["items"][row][~of_model] if item >= 0]
        assert len(filling) == 8  # every product of the other taste, and none that was bought
        assert not any(product.startswith(taste) for product in filling)


def test_every_shard_that_is_listed_exists_and_the_decision_is_recorded(ingest_text, lake, shop):
    ingest_text(two_tastes())
    trained(lake, shop)
    shards = [
        entry["shard"] for entry in read_json(lake.store, "runs/run/publish/recommendations/shards.json")
    ]
    assert shards == ["popular", "catalogue", "similar-00000", "users-00000"]
    popular = arrays(lake, "popular")
    assert len(popular["items"]) == 16
    assert (np.diff(popular["scores"]) <= 0).all()
    won, lost = (read_json(lake.store, f"models/{name}/run/model.json") for name in train.CANDIDATES)
    assert (won["decision"], lost["decision"]) == ("published", "recorded")
    assert won["metrics"]["customers"] == 80


def test_too_few_customers_to_compare_is_said(ingest_text, lake, shop):
    ingest_text(two_tastes(customers=6))
    answer = trained(lake, shop)
    assert answer["model"] == "item_to_item"
    assert "too few to compare" in answer["reason"]
    assert read_json(lake.store, "runs/run/recommendations/model.json")["low_data"]


@pytest.mark.parametrize(
    ("scores", "champion", "published"),
    [
        ({"item_to_item": 0.2, "popularity": 0.1}, None, "item_to_item"),
        ({"item_to_item": 0.1, "popularity": 0.2}, "item_to_item", "popularity"),
        ({"item_to_item": 0.1, "popularity": 0.1}, None, "popularity"),
        ({"item_to_item": 0.1, "popularity": 0.1}, "item_to_item", "item_to_item"),
    ],
)
def test_a_challenger_is_published_only_where_it_beats_champion_and_popularity(scores, champion, published):
    metrics = {name: {"customers": 50, "metrics": {}, "ndcg_at_10": value} for name, value in scores.items()}
    model, _, low_data = train._choose(metrics, champion)
    assert (model, low_data) == (published, False)


def test_the_same_run_gives_the_same_arrays(ingest_text, lake, shop):
    ingest_text(two_tastes())
    trained(lake, shop)
    first = {name: arrays(lake, name) for name in ("users-00000", "similar-00000", "popular")}
    trained(lake, shop)
    for name, found in first.items():
        for column, values in found.items():
            np.testing.assert_array_equal(values, arrays(lake, name)[column])


def test_corrupting_what_is_held_out_changes_no_prediction(ingest_text, lake, shop):
    ingest_text(two_tastes())
    prepared(lake, shop)
    found = train.load_interactions("run", lake.store)
    later = found.days >= found.days.max()
    corrupted = type(found)(
        found.customers,
        np.where(later, 0, found.products).astype(np.int32),
        found.days,
        found.n_customers,
        found.n_products,
    )
    predictions = []
    for each in (found, corrupted):
        holdout = train.time_ordered_holdout(each)
        model = train.candidate("item_to_item").fit(holdout.train)
        predictions.append(model.recommend(holdout.train.history())[0])
    np.testing.assert_array_equal(*predictions)


def test_an_unknown_model_names_the_known_ones():
    with pytest.raises(BadInput, match="known are item_to_item, popularity"):
        train.candidate("magic")
