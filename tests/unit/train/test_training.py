from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from patronage.errors import BadInput
from patronage.logic.recommenders.candidates import CANDIDATES, HYBRID, candidate
from patronage.logic.recommenders.saved import learnt, restored
from patronage.logic.recommenders.threads import in_threads
from patronage.logic.serve.bought import unpack_bought
from patronage.logic.serve.documents import unpack_document
from patronage.logic.serve.kinds import ALIKE, BOUGHT_TOGETHER, NEW, POPULAR, TRENDING
from patronage.settings import Shop
from patronage.steps.generation import RunOutputs
from patronage.steps.ingest import Upload, ingest
from patronage.steps.pin import pin
from patronage.steps.train.blend import blend
from patronage.steps.train.evaluate import candidates, evaluate
from patronage.steps.train.fit import fit
from patronage.steps.train.gate import _choose, gate
from patronage.steps.train.inputs import load_interactions, load_side, load_since
from patronage.steps.train.learnt import Learnt
from patronage.steps.train.lists import make_lists
from patronage.steps.train.parquet import to_parquet
from patronage.steps.train.plan import plan
from patronage.steps.train.tables import interactions
from patronage.steps.train.windows import Windows
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json, write_json
from tests_support import NOW

SHARDS = ("users-00000", "similar-00000", "together-00000")
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
    for found in candidates(run_id, lake.store)["models"]:
        evaluate(run_id, found["model"], lake.store)
    blend(run_id, lake.store)
    answer = gate(run_id, lake.store)
    for part in answer["parts"]:
        fit(run_id, part["model"], lake.store)
    planned = plan(run_id, answer["model"], lake.store)
    for entry in read_json(lake.store, planned["lists_key"]):
        make_lists(run_id, entry["shard"], lake.store)
        to_parquet(run_id, entry["shard"], lake.store)
    return answer


@pytest.fixture(scope="module")
def two_tastes_trained(tmp_path_factory) -> tuple[Lake, dict[str, Any]]:
    """A lake of customers of two tastes, and the gate's answer of a run over it."""
    folder = tmp_path_factory.mktemp("tastes")
    path = folder / "orders.csv"
    path.write_text(two_tastes(), encoding="utf-8")
    lake, shop = Lake(FolderStore(folder / "lake")), Shop(currency="GBP", timezone="Europe/London")
    ingest(Upload(path=path, key="raw/orders/a.csv", version="1", last_modified=NOW), lake, shop, now=NOW)
    return lake, trained(lake, shop)


def arrays(lake: Lake, key: str) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(lake.store.read_bytes(f"runs/run/recommendations/{key}.npz"))) as found:
        return dict(found)


def names(lake: Lake, table: str) -> list[str]:
    path = lake.store.staged(f"runs/run/recommendations/{table}.parquet")
    column = table.removesuffix("s") + "_id"
    return [name for (name,) in duckdb.sql(f"SELECT {column} FROM '{path}' ORDER BY idx").fetchall()]


def test_a_shard_of_lists_that_is_made_again_is_the_same_to_the_byte(two_tastes_trained):
    lake, _ = two_tastes_trained
    folder = "runs/run/recommendations"
    shards = [entry["shard"] for entry in read_json(lake.store, f"{folder}/lists.json")]
    kept = {key: lake.store.read_bytes(key) for key in lake.store.keys(f"{folder}/")}
    for shard in (*reversed(shards), *shards):
        make_lists("run", shard, lake.store)
        to_parquet("run", shard, lake.store)
    learnt_once = Learnt("run", lake.store)
    in_threads(lambda shard: make_lists("run", shard, lake.store, learnt=learnt_once), shards)
    assert {key: lake.store.read_bytes(key) for key in lake.store.keys(f"{folder}/")} == kept


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
    found = load_interactions("run", lake.store)
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


def test_the_own_taste_stands_first_with_its_reasons_and_nothing_is_bought_twice(two_tastes_trained):
    lake, answer = two_tastes_trained
    assert "NDCG@10 on 80 customers" in answer["reason"]
    assert answer["reason_values"]["customers"] == 80
    users, products = arrays(lake, "users-00000"), names(lake, "products")
    customers = names(lake, "customers")
    history = load_interactions("run", lake.store).history()
    for row, user in enumerate(users["rows"]):
        taste = "tea" if int(customers[user][1:]) % 2 else "cup"
        listed = users["items"][row][users["items"][row] >= 0]
        assert all(products[item].startswith(taste) for item in listed[:2])
        assert len(set(listed)) == len(listed) == 10  # all that was not bought
        assert not set(listed) & set(history[[user]].indices)
        because = users["because"][row][users["kind"][row] == BOUGHT_TOGETHER]
        assert set(because) <= set(history[[user]].indices)
    assert (users["kind"][:, 0] != POPULAR).all()


def test_every_shard_that_is_listed_exists_and_every_decision_is_recorded(two_tastes_trained):
    lake, answer = two_tastes_trained
    shards = [each["shard"] for each in read_json(lake.store, "runs/run/publish/recommendations/shards.json")]
    lists = ["users-00000", "similar-00000", "together-00000"]
    assert shards == ["popular", "contexts", "catalogue", "metrics", *lists]
    popular = arrays(lake, "popular")
    assert len(popular["items"]) == 16
    assert (np.diff(popular["scores"]) <= 0).all()
    records = {name: read_json(lake.store, f"models/{name}/run/model.json") for name in [*CANDIDATES, HYBRID]}
    decisions = {name: record["decision"] for name, record in records.items()}
    assert [name for name, decision in decisions.items() if decision == "published"] == [answer["model"]]
    assert decisions["repeat"] == "skipped"
    assert "recommend_bought is off" in records["repeat"]["reason"]
    assert records["item_to_item"]["metrics"]["customers"] == 80
    assert records["item_to_item"]["low_data"]  # 480 interactions
    assert sum(records[HYBRID]["metrics"]["weights"].values()) == pytest.approx(1)
    assert records["item_to_item"]["metrics"]["tried"]


def test_the_figures_of_the_run_are_one_document(two_tastes_trained):
    lake, answer = two_tastes_trained
    document = read_json(lake.store, "runs/run/recommendations/metrics.json")
    published = read_json(lake.store, "runs/run/recommendations/model.json")
    for name in ("model", "version", "decision", "reason", "low_data", "as_of"):
        assert document[name] == published[name]
    assert (document["model"], document["version"]) == (answer["model"], "run")
    assert document["metrics"] == published["metrics"]["metrics"]
    assert (document["split"], document["k"], document["customers"]) == ("cutoff", 10, 80)
    assert document["cutoff"] == published["metrics"]["cutoff"]
    assert (document["baseline"], document["champion"]) == ("popularity", {})
    assert document["evaluated_at"] == NOW.isoformat()
    records = {
        name: read_json(lake.store, f"models/{name}/run/model.json") for name in document["candidates"]
    }
    assert set(records) == {*CANDIDATES, HYBRID}
    for name, told in document["candidates"].items():
        assert told["decision"] == records[name]["decision"]
        if told["decision"] == "skipped":
            assert told["reason"] == records[name]["reason"]
        else:
            assert told["metrics"] == records[name]["metrics"]["metrics"]
            assert told["customers"] == 80
    shard = list(RunOutputs(lake.store, "run", Shop(currency="GBP")).items("recommendations", "metrics"))
    assert unpack_document([item["packed"] for item in shard]) == document


def test_a_user_is_served_with_what_was_bought(two_tastes_trained):
    lake, _ = two_tastes_trained
    outputs = RunOutputs(lake.store, "run", Shop(currency="GBP"))
    items = {item["pk"]: item for item in outputs.items("recommendations", "users-00000")}
    history = load_interactions("run", lake.store).history()
    for row, customer in enumerate(names(lake, "customers")):
        bought = unpack_bought(items[f"user#run#{customer}"]["bought"])
        assert bought == history[[row]].indices.tolist() == outputs.bought_by(row)
        assert len(bought) == 6


def test_a_catalogue_says_category_and_since_when_there_is_a_product(lake, shop, ingest_text):
    ingest_text(
        HEADER
        + line("a", "old", "2024-01-01")
        + line("a", "tea", "2025-03-01")
        + line("b", "tea", "2025-03-04")
    )
    ingest_text(
        "product_id,title,category,released_at\n"
        "old,Old,Drinks >  Tea > ,\ntea,Tea,,2019-05-31T23:30:00Z\n"
        "new,New,Drinks,2025-03-02\nnever,Never,,\n",
        key="raw/products/p.csv",
    )
    prepared(lake, shop)
    path = lake.store.staged("runs/run/recommendations/products.parquet")
    found = duckdb.sql(f"SELECT product_id, CAST(since AS VARCHAR) FROM '{path}' ORDER BY idx").fetchall()
    # What is released at 23:30 UTC of a summer's day comes in London on the next.
    assert found == [("never", None), ("new", "2025-03-02"), ("old", "2024-01-01"), ("tea", "2019-06-01")]
    days = [-1, *(date.fromisoformat(day).toordinal() - date(1970, 1, 1).toordinal() for _, day in found[1:])]
    assert load_since("run", lake.store).tolist() == days
    products = RunOutputs(lake.store, "run", shop).products()
    assert {each.product_id: each.category for each in products} == {
        "never": "",
        "new": "Drinks",
        "old": "Drinks > Tea",
        "tea": "",
    }


def test_what_trends_and_what_is_new_leave_out_what_is_not_sold_any_more(lake, shop, ingest_text):
    lines = [line(f"c{n}", "classic", f"2024-{1 + n % 12:02d}-05") for n in range(60)]
    for product in ("hit", "gone"):
        lines += [line(f"c{n}", product, f"2025-03-{1 + n % 9:02d}") for n in range(30)]
    ingest_text(HEADER + "".join(lines))
    ingest_text(
        "product_id,title,is_active,released_at\ngone,Gone,false,\nnext,Next,,2025-03-09\nlater,Later,,2025-04-01\n",
        key="raw/products/p.csv",
    )
    prepared(lake, shop)
    write_json(lake.store, "runs/run/metrics/popularity.json", {"settings": {}})
    fit("run", "popularity", lake.store)
    write_json(lake.store, "models/popularity/run/model.json", {"model": "popularity", "version": "run"})
    plan("run", "popularity", lake.store)
    outputs = RunOutputs(lake.store, "run", shop)
    product_ids = names(lake, "products")
    trending, new = (outputs.popular(product_ids, board) for board in ("trending", "new"))
    assert [(each.product_id, each.kind) for each in trending] == [("hit", TRENDING)]
    assert trending[0].score > 1
    assert [(each.product_id, each.kind) for each in new] == [("hit", NEW), ("next", NEW)]
    assert [each.product_id for each in outputs.popular(product_ids)] == ["hit", "classic"]


def test_lists_become_parquet_with_the_shops_ids(two_tastes_trained):
    lake, _ = two_tastes_trained
    for shard, key in (("users-00000", "customer_id"), ("similar-00000", "product_id")):
        path = lake.store.staged(f"runs/run/recommendations/{shard}.parquet")
        rows = duckdb.sql(f"SELECT {key}, COUNT(*), COUNT(DISTINCT rank) FROM '{path}' GROUP BY 1").fetchall()
        found = arrays(lake, shard)
        assert len(rows) == (found["items"] >= 0).any(axis=1).sum()
        assert all(places == ranks for _, places, ranks in rows)
        assert sum(places for _, places, _ in rows) == (found["items"] >= 0).sum()


def test_what_is_popular_in_a_country_a_segment_and_a_category(lake, shop, ingest_text):
    header = HEADER.replace("ordered_at", "ordered_at,country")
    lines = [line(f"c{n}", "tea" if n < 6 else "cup", "2025-03-01").strip() for n in range(9)]
    ingest_text(header + "".join(f"{each},{'France' if n < 6 else 'Peru'}\n" for n, each in enumerate(lines)))
    products = (
        "product_id,title,category\ntea,Green tea,Drinks > Tea\ncup,Cup,Kitchen\nnew,New tea,Drinks > Tea\n"
    )
    ingest_text(products, key="raw/products/p.csv")
    trained(lake, shop)
    contexts = read_json(lake.store, "runs/run/recommendations/contexts.json")
    of = dict(enumerate(names(lake, "products")))
    best = {name: of[pairs[0][0]] for name, pairs in contexts.items() if pairs}
    assert best == {
        "category=Drinks": "tea",
        "category=Drinks > Tea": "tea",
        "category=Kitchen": "cup",
        "country=France": "tea",
        "month=3": "tea",
        "country=Peru": "tea",  # three purchases do not outweigh the shop's taste
    }
    assert [of[item] for item, _ in contexts["country=Peru"]] == ["tea", "cup"]


def test_what_is_popular_on_a_device(lake, shop, ingest_text):
    ingest_text(HEADER + line("a", "tea", "2025-03-01") + line("a", "cup", "2025-03-01"))
    views = [("v1", "cup", "phone"), ("v1", "cup", "phone"), ("v2", "tea", "desktop"), ("v3", "cup", "phone")]
    ingest_text(
        "event_id,event_type,session_id,product_id,device,occurred_at\n"
        + "".join(f"e{n},view,{v},{p},{d},2025-03-01T08:00:00Z\n" for n, (v, p, d) in enumerate(views)),
        key="raw/events/e.csv",
    )
    prepared(lake, shop)
    devices = read_json(lake.store, "runs/run/features/devices.json")
    products = names(lake, "products")
    assert devices == {"desktop": [[products.index("tea"), 1]], "phone": [[products.index("cup"), 2]]}


def test_a_new_product_is_shown_to_those_who_buy_what_is_like_it(lake, shop, ingest_text):
    guests = "".join(
        line("", f"pan{n}", "2025-03-02", order=f"g{n}-{m}") for n in range(60) for m in range(9)
    )
    ingest_text(two_tastes() + guests)  # so that popular products fill the lists
    texts = "".join(f"{kind}{n},{kind} number {n},{kind}s\n" for kind in ("tea", "cup") for n in range(8))
    ingest_text(
        "product_id,title,category\n" + texts + "newtea,tea for winter,teas\ngone,tea of old,teas\n",
        key="raw/products/p.csv",
    )
    ingest_text(
        "product_id,title,category,is_active\ngone,tea of old,teas,false\ntea7,tea number 7,teas,false\n",
        key="raw/products/q.csv",
        modified=NOW + timedelta(hours=1),
    )
    trained(lake, replace(shop, explore_share=0.5))
    users, products = arrays(lake, "users-00000"), names(lake, "products")
    customers = names(lake, "customers")
    assert "gone" not in products
    new = products.index("newtea")
    is_shown = (users["items"] == new) & np.isin(users["kind"], [NEW, ALIKE])
    shown = {customers[row] for row in users["rows"][is_shown.any(axis=1)]}
    assert shown
    assert all(int(customer[1:]) % 2 for customer in shown)
    similar = arrays(lake, "similar-00000")
    alike = {products[item] for item in similar["items"][new] if item >= 0}
    assert {f"tea{n}" for n in range(7)} <= alike
    inactive = products.index("tea7")
    assert all((arrays(lake, shard)["items"] != inactive).all() for shard in SHARDS)
    assert not any(product.startswith("cup") for product in alike)
    assert set(similar["kind"][new][similar["items"][new] >= 0]) == {ALIKE}


def test_too_few_customers_to_compare_is_said(ingest_text, lake, shop):
    ingest_text(two_tastes(customers=6))
    answer = trained(lake, shop)
    assert answer["model"] == "item_to_item"
    assert "fewer than the 20 that comparing methods takes" in answer["reason"]
    assert answer["reason_code"] == "few_to_compare"
    assert read_json(lake.store, "runs/run/recommendations/model.json")["low_data"]


@pytest.mark.parametrize(
    ("validation", "test", "champion", "published"),
    [
        ((0.2, 0.1, 0.1), (0.2, 0.1, 0.1), None, "hybrid"),
        ((0.2, 0.1, 0.1), (0.1, 0.3, 0.2), None, "popularity"),  # item_to_item was not the challenger
        ((0.2, 0.1, 0.1), (0.1, 0.2, 0.0), "item_to_item", "item_to_item"),
        ((0.2, 0.1, 0.1), (0.2, 0.2, 0.0), "item_to_item", "item_to_item"),
        ((0.2, 0.2, 0.1), (0.3, 0.2, 0.1), "item_to_item", "item_to_item"),
        ((0.3, 0.2, 0.1), (0.3, 0.2, 0.1), "item_to_item", "hybrid"),
        ((0.3, 0.2, 0.1), (0.3, 0.2, 0.1), "gone", "hybrid"),
    ],
)
def test_a_challenger_is_published_only_where_it_beats_champion_and_popularity(
    validation, test, champion, published
):
    names = ("hybrid", "item_to_item", "popularity")
    metrics = {
        name: {"customers": 50, "ndcg_at_10": measured, "validation_ndcg_at_10": chosen_by}
        for name, chosen_by, measured in zip(names, validation, test, strict=True)
    }
    assert _choose(metrics, champion)[0] == published


def test_a_method_that_fails_is_left_out_and_recorded(lake, shop, ingest_text):
    ingest_text(two_tastes())
    prepared(lake, replace(shop, search_seconds=0))
    for found in candidates("run", lake.store)["models"]:
        if found["model"] != "svd":
            evaluate("run", found["model"], lake.store)
    blend("run", lake.store)
    answer = gate("run", lake.store)
    record = read_json(lake.store, "models/svd/run/model.json")
    assert (record["decision"], "training failed" in record["reason"]) == ("skipped", True)
    assert record["reason_code"] == "training_failed"
    assert "svd" not in [part["model"] for part in answer["parts"]]


def test_a_shop_of_guests_alone_shows_what_is_popular(lake, shop, ingest_text):
    ingest_text(
        HEADER + "".join(line("", f"p{n % 5}", f"2025-03-{1 + n:02d}", order=f"g{n}") for n in range(28))
    )
    answer = trained(lake, shop)
    assert answer["model"] == "popularity"
    assert len(arrays(lake, "popular")["items"]) == 5
    shards = read_json(lake.store, "runs/run/publish/recommendations/shards.json")
    assert "users-00000" not in [each["shard"] for each in shards]
    assert "only popularity" in read_json(lake.store, "models/ease/run/model.json")["reason"]


@pytest.mark.slow
def test_a_shop_of_one_customer_is_answered(lake, shop, ingest_text):
    ingest_text(HEADER + line("a", "tea", "2025-03-01") + line("a", "cup", "2025-03-02"))
    assert trained(lake, shop)["publish"]


def test_the_search_keeps_to_the_shops_time(lake, shop, ingest_text):
    ingest_text(two_tastes())
    shop = replace(shop, search_seconds=25.0)
    prepared(lake, shop)
    ticks = iter(range(0, 10_000, 5))
    evaluate("run", "popularity", lake.store, clock=lambda: next(ticks))
    found = read_json(lake.store, "runs/run/metrics/popularity.json")
    # a look at the clock takes 5 s here: after 20 s and three trials a fourth would end after 26.7 s
    assert len(found["tried"]) == 3
    assert found["settings_left_untried"] == len(CANDIDATES["popularity"].trials) - 3
    best = max(found["tried"], key=lambda trial: trial["validation_ndcg_at_10"])
    assert found["settings"] == best["settings"]


def test_of_very_many_interactions_only_the_first_setting_is_tried(lake, shop, ingest_text, monkeypatch):
    ingest_text(two_tastes())
    prepared(lake, replace(shop, search_seconds=500.0))
    found = {}
    for most in (10_000, 10):
        monkeypatch.setattr("patronage.steps.train.evaluate.MOST_SEARCHED", most)
        evaluate("run", "popularity", lake.store)
        found[most] = read_json(lake.store, "runs/run/metrics/popularity.json")
    every = len(CANDIDATES["popularity"].trials)
    assert [len(each["tried"]) for each in found.values()] == [every, 1]
    assert found[10]["settings"] == dict(CANDIDATES["popularity"].trials[0])
    assert found[10]["settings_left_untried"] == every - 1


def test_the_search_lets_blas_work_in_one_thread(lake, shop, ingest_text, monkeypatch):
    """Sums of several threads come out otherwise on other numbers of cores, and near ties with them."""
    threads: list[int] = []

    def seen(name, settings):
        model = candidate(name, settings)
        for method in ("fit", "recommend"):
            setattr(model, method, counting(getattr(model, method)))
        return model

    def counting(method):
        def counted(*args, **options):
            threads.extend(found["num_threads"] for found in threadpool_info() if found["user_api"] == "blas")
            return method(*args, **options)

        return counted

    monkeypatch.setattr("patronage.steps.train.evaluate.candidate", seen)
    ingest_text(two_tastes())
    prepared(lake, replace(shop, search_seconds=0.0))
    with threadpool_limits(2, "blas"):
        evaluate("run", "ease", lake.store)
    assert len(threads) >= 4
    assert set(threads) == {1}


def test_the_same_run_gives_the_same_arrays(two_tastes_trained):
    lake, answer = two_tastes_trained
    first = {name: arrays(lake, name) for name in ("users-00000", "similar-00000", "popular")}
    for part in answer["parts"]:
        fit("run", part["model"], lake.store)
    for entry in read_json(lake.store, plan("run", answer["model"], lake.store)["lists_key"]):
        make_lists("run", entry["shard"], lake.store)
    for name, found in first.items():
        for column, values in found.items():
            np.testing.assert_array_equal(values, arrays(lake, name)[column])


@pytest.mark.parametrize("name", CANDIDATES)
def test_corrupting_what_is_held_out_changes_no_prediction(two_tastes_trained, name):
    lake, _ = two_tastes_trained
    found = load_interactions("run", lake.store)
    side = load_side("run", lake.store)
    later = found.days >= found.days.max()
    corrupted = replace(found, products=np.where(later, 0, found.products).astype(np.int32))
    predictions = []
    for each in (found, corrupted):
        holdout = Windows.of(each, buys_again=True).test
        everybody = holdout.train.histories(now=holdout.histories.now)
        predictions.append(candidate(name).fit(holdout.train, side=side).recommend(everybody)[0])
    np.testing.assert_array_equal(*predictions)


@pytest.mark.parametrize("name", CANDIDATES)
def test_a_model_taken_up_again_recommends_the_same(two_tastes_trained, name):
    lake, _ = two_tastes_trained
    interactions, side = load_interactions("run", lake.store), load_side("run", lake.store)
    model = candidate(name).fit(interactions, side=side)
    again = restored(candidate(name), learnt(model))
    histories = interactions.histories()
    ids, scores = model.recommend(histories, k=5, exclude_history=False)
    for ours, theirs in zip(
        (ids, scores), again.recommend(histories, k=5, exclude_history=False), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
    for part in ("kind", "because", "share"):
        ours, theirs = (getattr(each.explain(histories, ids), part) for each in (model, again))
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.slow
def test_goods_that_are_used_up_are_recommended_again(lake, shop, ingest_text):
    rows = [line(f"c{n}", "milk", f"2025-0{month}-0{1 + n % 7}") for n in range(40) for month in range(1, 6)]
    rows += [line(f"c{n}", f"book{n % 9}", f"2025-02-0{1 + n % 7}") for n in range(40)]
    ingest_text(HEADER + "".join(rows))
    trained(lake, replace(shop, recommend_bought=True))
    users, products = arrays(lake, "users-00000"), names(lake, "products")
    assert (users["items"][:, 0] == products.index("milk")).all()


def test_an_unknown_model_names_the_known_ones():
    with pytest.raises(BadInput, match="known are popularity, item_to_item"):
        candidate("magic")
