"""The states of training on Spark, against those on one machine, over one lake."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from patronage.engines.opening import opening
from patronage.engines.spark import SparkEngine
from patronage.logic.recommenders.candidates import CANDIDATES
from patronage.logic.serve.kinds import BOUGHT_TOGETHER
from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from patronage.steps.learn_arrays import load_arrays
from patronage.steps.monitor.drift_baseline import measure_at_gate
from patronage.steps.pin import pin
from patronage.steps.train import blend, evaluate, fit, gate, lists, on_spark, parquet, plan, tables, windows
from patronage.steps.train.chosen import Chosen
from patronage.steps.train.drawn_windows import load_windows
from patronage.steps.train.inputs import load_interactions
from patronage.steps.train.on_spark import windows as spark_windows
from patronage.steps.train.on_spark.parts import read_part, read_parts, write_parts
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json
from tests_support import NOW

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

HERE, THERE = "here", "spark"
"""The run on one machine, and the one on Spark."""
SHOP = Shop(currency="GBP", timezone="Europe/London", search_seconds=0, explore_share=0.2)
MEASURED = 25
HEADER = "order_id,customer_id,country,product_id,description,quantity,unit_price,ordered_at\n"


def orders() -> str:
    """Customers of two tastes and three countries, and guests, buy six of eight products, the last late."""
    rng = np.random.default_rng(1)
    lines = []
    for customer in range(50):
        taste = "tea" if customer % 2 else "cup"
        country = ("France", "Germany", "")[customer % 3]
        for place, product in enumerate(rng.permutation(8)[:6]):
            day = "2025-03-28" if place == 5 else f"2025-03-{1 + rng.integers(0, 20):02d}"
            who = f"c{customer}" if rng.random() < 0.9 else ""
            name = f"{customer}-{place},{who},{country},{taste}{product},The {taste} {product % 3}"
            lines.append(f"{name},1,2.50,{day}T12:00:00Z\n")
    return HEADER + "".join(lines)


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    folder = tmp_path_factory.mktemp("training")
    path = folder / "orders.csv"
    path.write_text(orders(), encoding="utf-8")
    lake = Lake(FolderStore(folder / "lake"))
    ingest(Upload(path=path, key="raw/orders/a.csv", version="1", last_modified=NOW), lake, SHOP, now=NOW)
    with pytest.MonkeyPatch.context() as patch:
        quick = replace(CANDIDATES["als"], trials=({"factors": 4, "iterations": 3},))
        patch.setitem(CANDIDATES, "als", quick)
        for module in (windows, spark_windows):
            patch.setattr(module, "MOST_MEASURED", MEASURED)
        yield lake


@pytest.fixture(scope="module")
def read(lake, spark):
    """Read the lake's tables in both runs."""
    pin(HERE, "recommendations", lake, SHOP, now=NOW)
    here = tables.interactions(HERE, lake)
    lake.store.write_bytes("settings/engine.toml", b'engine = "spark"')
    assert pin(THERE, "recommendations", lake, SHOP, now=NOW, has_spark=True)["engine"] == "spark"
    with opening(lambda shop: SparkEngine(shop, spark=spark)):
        there = on_spark.interactions(THERE, lake)
    assert here == there
    return lake.store


@pytest.fixture(scope="module")
def listed(read, spark):
    """List the candidates of both runs."""
    return {HERE: evaluate.candidates(HERE, read), THERE: on_spark.candidates(THERE, read, spark)}


@pytest.fixture(scope="module")
def measured(read, listed, spark):
    for name in ("popularity", "item_to_item"):
        evaluate.evaluate(HERE, name, read)
        on_spark.evaluate(THERE, name, read, spark)
    on_spark.evaluate(THERE, "als", read, spark)
    return read


@pytest.fixture(scope="module")
def decided(measured):
    on_spark.blend(THERE, measured)
    return gate.gate(THERE, measured)


@pytest.fixture(scope="module")
def published(measured, decided, spark):
    """Publish item-to-item in both runs, whatever won, and make its lists."""
    for run_id, arms in ((HERE, {}), (THERE, {"als": {"als": 1.0}})):
        Chosen(model="item_to_item", weights={"item_to_item": 1.0}, variants=arms).save(measured, run_id)
    blend.blend(HERE, measured)
    gate.gate(HERE, measured)
    Chosen(model="item_to_item", weights={"item_to_item": 1.0}).save(measured, HERE)
    for part in ("item_to_item", "popularity", "similar", "alike", "together"):
        fit.fit(HERE, part, measured)
        on_spark.fit(THERE, part, measured, spark)
    on_spark.fit(THERE, "als", measured, spark)
    planned = plan.plan(HERE, "item_to_item", measured)
    on_spark.plan(THERE, "item_to_item", measured)
    for each in read_json(measured, planned["lists_key"]):
        lists.make_lists(HERE, each["shard"], measured)
        parquet.to_parquet(HERE, each["shard"], measured)
    on_spark.lists(THERE, measured, spark)
    on_spark.parquet(THERE, measured, spark)
    return measured


def test_purchases_in_parts_and_counted_are_the_interactions(read):
    whole = load_interactions(HERE, read)
    named = whole.customers >= 0
    part = load_arrays(read, f"runs/{THERE}/features/purchases/users-00000.npz")
    for name, values in (("customer", whole.customers), ("product", whole.products), ("day", whole.days)):
        np.testing.assert_array_equal(part[name], values[named])
    counted = load_interactions(THERE, read, of="counted")
    assert counted.n_customers == 3  # the countries, and none
    np.testing.assert_array_equal(counted.purchases(), whole.purchases())
    assert counted.counts[counted.customers < 0].sum() == (~named).sum() > 0
    side = read_json(read, f"runs/{THERE}/features/side.json")
    assert side["customer_tags"] == [[], ["country=France"], ["country=Germany"]]
    for name in ("products.npz", "devices.json"):
        here, there = (read.read_bytes(f"runs/{run_id}/features/{name}") for run_id in (HERE, THERE))
        assert here == there


def test_parts_are_the_shards_of_customers(spark, tmp_path):
    rows = [(customer, product, 7) for customer in (0, 4_999, 5_000, 17_345) for product in (2, 1)]
    store = FolderStore(tmp_path)
    assert write_parts(spark.createDataFrame(rows, "customer int, product int, day int"), "r", store) == 8
    names = [key.rpartition("/")[2] for key in store.keys("runs/r/features/purchases/")]
    assert names == ["users-00000.npz", "users-00001.npz", "users-00003.npz"]
    assert read_part("r", "users-00001", store)["product"].tolist() == [1, 2]
    assert len(read_part("r", "users-00002", store)["product"]) == 0
    assert sorted(map(tuple, read_parts("r", store, spark).collect())) == sorted(rows)


def test_of_too_many_customers_some_are_drawn_with_all_that_they_bought(read, spark, monkeypatch):
    monkeypatch.setattr(spark_windows, "MOST_DRAWN", 10)
    frame = read_parts(THERE, read, spark)
    drawn = spark_windows.draw_customers(frame, 50, 16)
    again = spark_windows.draw_customers(frame, 50, 16)
    assert drawn.n_customers == 10
    np.testing.assert_array_equal(drawn.products, again.products)
    rows = {tuple(row) for row in load_interactions(HERE, read).history().toarray().tolist()}
    assert {tuple(row) for row in drawn.history().toarray().tolist()} <= rows


def test_methods_that_need_the_whole_shop_are_left_out_with_the_reason(read, listed):
    assert [each["model"] for each in listed[THERE]["models"]] == ["popularity", "item_to_item", "als"]
    skipped = read_json(read, f"runs/{THERE}/metrics/candidates.json")["skipped"]
    assert skipped["ease"] == "it needs the whole shop in one machine's memory, and this run went on Spark"


def test_the_windows_are_the_same_days_customers_and_purchases(read, listed):
    here = windows.Windows.of(load_interactions(HERE, read), buys_again=False)
    there = load_windows(THERE, read)
    for name in ("validation", "test"):
        one, other = getattr(here, name), getattr(there, name)
        assert one.cutoff == other.cutoff
        assert len(other.customers) == MEASURED
        np.testing.assert_array_equal(one.relevant.toarray(), other.relevant.toarray())
        np.testing.assert_array_equal(one.histories.products, other.histories.products)
        np.testing.assert_array_equal(one.histories.days, other.histories.days)
        assert one.histories.now == other.histories.now
        np.testing.assert_array_equal(one.train.history().sum(axis=0), other.train.history().sum(axis=0))


@pytest.mark.parametrize("name", ["popularity", "item_to_item"])
def test_what_is_measured_of_a_method_is_the_same(measured, name):
    here, there = (read_json(measured, f"runs/{run_id}/metrics/{name}.json") for run_id in (HERE, THERE))
    assert here["customers"] == there["customers"] == MEASURED
    for what in ("ndcg_at_10", "validation_ndcg_at_10", "cutoff", "settings"):
        assert here[what] == there[what]
    for metric, found in here["metrics"].items():
        assert there["metrics"][metric]["value"] == pytest.approx(found["value"], rel=1e-9)
    assert here["by_activity"] == there["by_activity"]


def test_the_decision_has_the_form_of_every_run_and_names_the_engine(measured, decided):
    assert decided["model"] in {"popularity", "item_to_item", "als", "hybrid"}
    record = read_json(measured, f"models/als/{THERE}/model.json")
    assert record["engine"] == "spark"
    assert record["libraries"]["pyspark"][0].isdigit()
    assert record["parameters"]["settings"] == {"factors": 4, "iterations": 3, "weighted": True}
    card = read_json(measured, f"runs/{THERE}/recommendations/metrics.json")
    assert card["customers"] == MEASURED
    assert card["candidates"]["ease"]["reason_code"] == "not_on_spark"


def test_monitoring_measures_the_gates_lists_again(measured, decided):
    again = measure_at_gate(THERE, "item_to_item", measured, days=365)
    ndcg = read_json(measured, f"runs/{THERE}/metrics/item_to_item.json")["ndcg_at_10"]
    assert again.ndcg_at_10.value == pytest.approx(ndcg)


def test_what_is_served_is_the_same(published):
    folders = [f"runs/{run_id}/recommendations/" for run_id in (HERE, THERE)]
    here, there = ({key.removeprefix(folder) for key in published.keys(folder)} for folder in folders)
    assert there - here == {"users@als-00000.npz", "users@als-00000.parquet"}
    assert here <= there
    for name in sorted(here):
        if name.endswith(".npz"):
            one, other = (load_arrays(published, folder + name) for folder in folders)
            assert one.keys() == other.keys()
            for key, values in one.items():
                assert values.dtype == other[key].dtype
                np.testing.assert_allclose(values, other[key], rtol=1e-5, err_msg=f"{name} {key}")
        elif name == "contexts.json":
            assert read_json(published, folders[0] + name) == read_json(published, folders[1] + name)


def test_lists_of_als_give_reasons_that_count_buyers(published):
    whole = load_interactions(HERE, published)
    history = whole.history().toarray() > 0
    found = load_arrays(published, f"runs/{THERE}/recommendations/users@als-00000.npz")
    rows, places = np.nonzero(found["kind"] == BOUGHT_TOGETHER)
    assert len(rows) > 100
    for row, place in zip(rows, places, strict=True):
        because, item = found["because"][row, place], found["items"][row, place]
        assert history[row, because]
        share = (history[:, because] & history[:, item]).sum() / history[:, because].sum()
        assert found["share"][row, place] == pytest.approx(share)
