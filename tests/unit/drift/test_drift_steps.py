"""From a lake to a report: what stays as it was, what moved, and what cannot be told."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import duckdb
import numpy as np
import pytest

from lake_support import add_part
from patronage.engines.duckdb import DuckEngine
from patronage.logic.drift.judge import DRIFT, OK, TOO_FEW, WARN
from patronage.logic.features import features_of
from patronage.logic.tables import TABLES
from patronage.settings import Shop
from patronage.steps.manifest import Manifest
from patronage.steps.monitor.drift import drift
from patronage.steps.monitor.drift_lists import catalogue_of, hits_of, lists_of
from patronage.steps.monitor.drift_raw import Window, windows
from patronage.steps.monitor.drift_reference import reference_of
from patronage.steps.monitor.drift_tables import drift_tables
from patronage.steps.pin import pin, pinned_engine
from patronage.steps.train.blend import blend
from patronage.steps.train.evaluate import candidates, evaluate
from patronage.steps.train.fit import fit
from patronage.steps.train.gate import gate
from patronage.steps.train.lists import make_lists
from patronage.steps.train.parquet import to_parquet
from patronage.steps.train.plan import plan
from patronage.steps.train.tables import interactions
from patronage.stores.lake import Lake
from patronage.stores.objects import FolderStore, read_json, write_json

SHOP = Shop(currency="GBP", timezone="Europe/London", search_seconds=0, explore_share=0)
FIRST = date(2025, 1, 6)
SEEN_DAYS, LATER_DAYS = 90, 30
ORDERS_A_DAY = 40
_SQL = """
SELECT
    'o' || o AS order_id, CAST(line AS VARCHAR) AS line,
    CASE WHEN hash(o, 1) % 10 > 0 THEN 'customer-' || hash(o, 2) % 300 END AS customer_id,
    {product} AS product_id, 1 + hash(o, line, 4) % 5 AS quantity, {price} AS unit_price, 'GBP' AS currency,
    CAST(100 * {price} * (1 + hash(o, line, 4) % 5) AS BIGINT) AS net_minor, 'sale' AS kind,
    CAST(DATE '{first}' AS TIMESTAMPTZ) + INTERVAL 1 HOUR * (9 + hash(o, 6) % 12)
        + INTERVAL 1 DAY * (o // {a_day}) AS ordered_at,
    ['UK', 'DE', 'FR'][1 + CAST(hash(o, 7) % 3 AS INTEGER)] AS country, {channel} AS channel,
    TRUE AS has_line_id, TIMESTAMPTZ '{received} 00:00:00+00' AS received_at
FROM (SELECT UNNEST(range({start}, {stop})) AS o), (SELECT UNNEST(range(2)) AS line)
"""
USUAL = {
    "product": "'tea-' || FLOOR(40 * POW((hash(o, line, 3) % 1000) / 1000.0, 2))",
    "price": "(1 + hash(o, line, 5) % 900 / 100.0)",
    "channel": "CASE WHEN hash(o, 8) % 3 = 0 THEN 'app' ELSE 'web' END",
}


def add_days(root, content, first_day, last_day, **changed) -> None:
    """Add the orders of some days, the first of them being the day 0."""
    received = FIRST + timedelta(last_day)
    rows = _SQL.format(
        **(USUAL | changed),
        first=FIRST,
        a_day=ORDERS_A_DAY,
        received=received,
        start=first_day * ORDERS_A_DAY,
        stop=last_day * ORDERS_A_DAY,
    )
    add_part(root / "lake" / "orders", TABLES["orders"], content, rows)


def instant(day: int) -> datetime:
    """Return an hour after the end of so many days."""
    return datetime.combine(FIRST + timedelta(day), datetime.min.time(), tzinfo=UTC) + timedelta(hours=1)


def lake_of(root) -> Lake:
    return Lake(FolderStore(root))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A shop of ninety days with a live run of recommendations, by popularity alone."""
    root = tmp_path_factory.mktemp("seen")
    add_days(root, "seen", 0, SEEN_DAYS)
    lake = lake_of(root)
    store = lake.store
    pin("live", "recommendations", lake, SHOP, now=instant(SEEN_DAYS))
    interactions("live", lake)
    candidates("live", store)
    listed = read_json(store, "runs/live/metrics/candidates.json")
    write_json(store, "runs/live/metrics/candidates.json", listed | {"models": ["popularity"]})
    evaluate("live", "popularity", store)
    blend("live", store)
    answer = gate("live", store)
    for part in answer["parts"]:
        fit("live", part["model"], store)
    for entry in read_json(store, plan("live", answer["model"], store)["lists_key"]):
        if entry["shard"].startswith("users"):
            make_lists("live", entry["shard"], store)
            to_parquet("live", entry["shard"], store)
    return root


def later(trained, root, *, day: int = SEEN_DAYS + LATER_DAYS, content="later", **changed) -> Lake:
    """Return the shop with the days after, some of them as usual."""
    shutil.copytree(trained, root, dirs_exist_ok=True)
    add_days(root, content, SEEN_DAYS, day, **changed)
    return lake_of(root)


def monitored(lake: Lake, *, day: int = SEEN_DAYS + LATER_DAYS, run_id: str = "watch", live=None, **options):
    live = {"recommendations": "live"} if live is None else live
    pin(run_id, "monitoring", lake, SHOP, now=instant(day), live_runs=live, monitor={"drift": options})
    drift_tables(run_id, lake)
    answer = drift(run_id, lake.store)
    report = read_json(lake.store, f"runs/{run_id}/monitor/drift.json")
    assert answer["verdict"] == report["verdict"]
    return report


def column(report, name):
    return next(each for each in (*report["features"], *report["raw"]) if each["column"] == name)


@pytest.fixture(scope="module")
def usual(trained, tmp_path_factory):
    """The report of a month that is as those before it."""
    lake = later(trained, tmp_path_factory.mktemp("usual"))
    return lake, monitored(lake)


@pytest.fixture(scope="module")
def changed(trained, tmp_path_factory):
    """The report of a month of other prices, other products, and orders that do not say their channel."""
    lake = later(
        trained,
        tmp_path_factory.mktemp("changed"),
        price=f"(3 * {USUAL['price']})",
        product="'coffee-' || hash(o, line, 3) % 20",
        channel="CASE WHEN hash(o, 8) % 20 = 0 THEN 'app' WHEN hash(o, 8) % 20 < 3 THEN 'web' END",
    )
    return lake, monitored(lake)


def test_a_usual_month_moves_no_order_and_no_recommendation(usual):
    _, report = usual
    assert {each["column"] for each in report["raw"] if each["verdict"] == DRIFT} == set()
    assert (report["catalogue"]["verdict"], report["decay"]["verdict"]) == (OK, OK)
    for name in ("items_30d", "net_minor_30d", "orders_30d", "country", "channel", "price_per_item_minor"):
        assert column(report, name)["verdict"] == OK, name
    assert report["windows"]["reference"] == {"first": "2025-03-07", "last": "2025-04-05"}
    assert report["windows"]["current"] == {"first": "2025-04-06", "last": "2025-05-05"}


def test_features_are_those_of_the_store_and_counted_of_every_customer(usual):
    lake, report = usual
    assert {each["column"] for each in report["features"]} == {
        feature.name for feature in features_of("customer")
    }
    with duckdb.connect() as connection:
        files = [str(path) for path in lake.snapshot("orders").files()]
        (customers,) = connection.execute(
            "SELECT COUNT(DISTINCT customer_id) FROM read_parquet($files)", {"files": files}
        ).fetchone()
    assert column(report, "orders")["current"] == {
        "rows": customers,
        "missing_share": 0.0,
        "median": column(report, "orders")["current"]["median"],
    }


def test_a_changed_month_is_told_thing_by_thing(changed):
    _, report = changed
    assert report["verdict"] == DRIFT
    for name in ("sales.unit_price", "sales.net_minor", "orders.channel"):
        assert column(report, name)["verdict"] == DRIFT, name
    assert column(report, "orders.channel")["measures"][0]["measure"] == "missing_share"
    assert (column(report, "orders.country")["verdict"], column(report, "sales.quantity")["verdict"]) == (
        OK,
        OK,
    )
    assert report["catalogue"]["verdict"] == DRIFT
    assert report["catalogue"]["unknown_minor"] == report["catalogue"]["net_minor"]
    assert any(
        reason.startswith("orders.channel: the missing share went from 0.0%") for reason in report["reasons"]
    )


def test_decay_of_lists_that_nobody_buys_from_any_more(changed, usual):
    decayed, well = changed[1]["decay"], usual[1]["decay"]
    assert (decayed["verdict"], decayed["live"]["hit_rate_at_10"]["value"]) == (DRIFT, 0)
    assert decayed["measures"][0]["value"] == 0 < decayed["measures"][0]["threshold"]
    assert well["live"]["ndcg_at_10"]["value"] > 0.5 * well["published"]["ndcg_at_10"]["value"] > 0
    assert well["days"][1] == "2025-05-05"


def test_the_gates_figure_over_its_whole_window_is_measured_again_exactly(usual):
    decay = usual[1]["decay"]
    assert decay["gate_days"] < LATER_DAYS
    for name in ("ndcg_at_10", "hit_rate_at_10"):
        at_gate = decay["at_gate"][name]["value"]
        assert decay["published"][name]["value"] == pytest.approx(at_gate, rel=1e-5)
    assert decay["published"]["customers"] == decay["at_gate"]["customers"]


def test_hits_are_those_of_the_published_lists(usual):
    """Counted again, customer by customer, in Python."""
    lake, report = usual
    first = date.fromisoformat(report["decay"]["days"][0])
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Europe/London'")
        connection.read_parquet([str(path) for path in lake.snapshot("orders").files()]).create_view("orders")
        bought = connection.execute(
            "SELECT customer_id, product_id, MIN(ordered_at)::DATE FROM orders "
            "WHERE customer_id IS NOT NULL GROUP BY ALL"
        ).fetchall()
        lists = connection.read_parquet(
            str(lake.store.staged("runs/live/recommendations/users-00000.parquet"))
        ).fetchall()
    listed = {}
    for customer, rank, _, product, *_ in lists:
        if rank <= 10:
            listed.setdefault(customer, set()).add(product)
    new = {}
    for customer, product, day in bought:
        if day >= first and customer in listed:
            new.setdefault(customer, set()).add(product)
    hit = sum(bool(products & listed[customer]) for customer, products in new.items())
    assert report["decay"]["live"]["customers"] == len(new)
    assert report["decay"]["live"]["hit_rate_at_10"]["value"] == pytest.approx(hit / len(new), rel=1e-5)


def test_what_is_kept_names_no_customer(changed):
    lake, _ = changed
    for name in ("drift_inputs", "drift"):
        assert b"customer-" not in lake.store.read_bytes(f"runs/watch/monitor/{name}.json")
    assert len(lake.store.read_bytes("runs/watch/monitor/drift_inputs.json")) < 1_000_000


def test_corrections_that_came_later_leave_the_reference_as_the_run_read_it(usual, tmp_path):
    """An upload that replaces all orders by others of twice the price."""
    lake, plain = usual
    assert plain["reference"]["read"] == "the tables as the run read them"
    shutil.copytree(lake.store.root, tmp_path, dirs_exist_ok=True)
    add_days(tmp_path, "anew", 0, SEEN_DAYS + LATER_DAYS, price=f"(2 * {USUAL['price']})")
    _keep_only(tmp_path, "anew")
    anew = monitored(lake_of(tmp_path), run_id="anew")
    kept = {side["column"]: side["reference"] for side in (*plain["features"], *plain["raw"])}
    assert {side["column"]: side["reference"] for side in (*anew["features"], *anew["raw"])} == kept
    assert column(anew, "sales.unit_price")["verdict"] == DRIFT


def test_where_the_versions_are_gone_the_report_says_how_the_past_was_read(usual, tmp_path):
    shutil.copytree(usual[0].store.root, tmp_path, dirs_exist_ok=True)
    manifest = Manifest.load(usual[0].store, "watch")
    _compacted(tmp_path)
    received = reference_of(_of_newest(manifest, tmp_path), lake_of(tmp_path))
    assert received.read.startswith("rows received before the run began, for ")
    assert received.known_at == Manifest.load(usual[0].store, "live").created_at
    add_days(tmp_path, "again", 0, SEEN_DAYS + LATER_DAYS)
    _keep_only(tmp_path, "again")
    anew = reference_of(_of_newest(manifest, tmp_path), lake_of(tmp_path))
    assert anew.read.startswith("the time of the order alone, for ")
    assert "only 0 of its 7,200 lines are told from later ones" in anew.read
    assert anew.known_at is None


def test_without_a_live_run_there_is_nothing_to_hold_against(trained, tmp_path):
    shutil.copytree(trained, tmp_path, dirs_exist_ok=True)
    report = monitored(lake_of(tmp_path), day=SEEN_DAYS, live={})
    assert (report["verdict"], report["reference"], report["reasons"]) == (TOO_FEW, None, [])
    assert report["why"].startswith("no run is live")
    assert {report[name]["verdict"] for name in ("segments", "catalogue", "diversity", "decay")} == {TOO_FEW}


def test_on_the_day_of_the_run_nothing_has_moved(trained, tmp_path):
    shutil.copytree(trained, tmp_path, dirs_exist_ok=True)
    report = monitored(lake_of(tmp_path), day=SEEN_DAYS)
    assert (report["verdict"], report["raw"], report["windows"]) == (OK, [], None)
    assert report["raw_why"] == "no day has passed since 2025-04-05, the last that the reference saw"


def test_few_days_are_held_against_the_same_weekdays_and_twice_the_same_way(trained, tmp_path):
    lake = later(trained, tmp_path, day=SEEN_DAYS + 2, channel="NULL")
    report = monitored(lake, day=SEEN_DAYS + 2, min_rows=50)
    assert report["windows"]["reference"]["weekdays"] == "06"  # a Sunday and a Monday
    assert column(report, "orders.channel")["verdict"] == DRIFT
    usual_rows = column(report, "orders.country")
    assert usual_rows["verdict"] == OK
    assert usual_rows["current"]["rows"] == 2 * ORDERS_A_DAY
    assert usual_rows["reference"]["rows"] == 8 * ORDERS_A_DAY
    keys = [f"runs/watch/monitor/{name}.json" for name in ("drift_inputs", "drift")]
    before = [lake.store.read_bytes(key) for key in keys]
    drift_tables("watch", lake)
    drift("watch", lake.store)
    assert [lake.store.read_bytes(key) for key in keys] == before


@pytest.mark.parametrize(
    ("since", "older", "newer"),
    [
        (0, None, None),
        (1, (date(2025, 3, 7), "6"), (date(2025, 4, 6), "0123456")),
        (9, (date(2025, 3, 7), "0123456"), (date(2025, 4, 6), "0123456")),
        (99, (date(2025, 3, 7), "0123456"), (date(2025, 6, 14), "0123456")),
    ],
)
def test_windows_never_overlap(since, older, newer):
    reference = date(2025, 4, 5)
    found = windows(reference, reference + timedelta(since), 30)
    if older is None:
        assert found is None
        return
    assert found[0] == Window(older[0], reference, older[1])
    assert found[1] == Window(newer[0], reference + timedelta(since), newer[1])


def test_outputs_that_are_gone_are_said_to_be(usual, tmp_path):
    shutil.copytree(usual[0].store.root, tmp_path, dirs_exist_ok=True)
    lake = lake_of(tmp_path)
    shutil.rmtree(tmp_path / "runs/live/metrics")
    decay = judged_again(lake)["decay"]
    assert decay["verdict"] == TOO_FEW
    assert "the gate's own lists cannot be measured again" in decay["why"]
    shutil.rmtree(tmp_path / "runs/live/recommendations")
    manifest = Manifest.load(lake.store, "live")
    with pinned_engine(manifest, lake, "products") as engine:
        for found in (
            catalogue_of(engine, manifest, manifest, lake.store, None),
            hits_of(engine, manifest, date(2025, 5, 1), lake.store),
        ):
            assert found["why"] == "what run live wrote is not there any more, or not in full"


def test_segments_are_held_against_the_run_before(usual, tmp_path):
    shutil.copytree(usual[0].store.root, tmp_path, dirs_exist_ok=True)
    lake = lake_of(tmp_path)
    for run_id, champions in (("older", 100), ("newer", 250)):
        sizes = [
            {"segment_id": "champions", "customers": champions},
            {"segment_id": "lost", "customers": 250},
        ]
        profiles = dict.fromkeys(("rfm", "behaviour", "lifecycle"), sizes)
        write_json(lake.store, f"runs/{run_id}/segments/profiles.json", profiles)
    moved = {
        "from_run": "older",
        "from_as_of": "2025-03-01",
        "to_as_of": "2025-04-05",
        "totals": {"stayed_customers": 200, "moved_customers": 150},
    }
    write_json(lake.store, "runs/newer/segments/migration.json", moved)
    segments = judged_again(lake, segments="newer")["segments"]
    # Shares of 2/7 and 5/7 against a half each: 3/14 times the logarithms of 7/4 and 10/7.
    assert segments["measures"][0]["value"] == pytest.approx(3 / 14 * math.log(7 / 4 * 10 / 7), rel=1e-5)
    assert segments["verdict"] == WARN
    assert segments["mix"]["rfm"][0] == {
        "segment_id": "champions",
        "reference": pytest.approx(100 / 350, abs=1e-6),
        "current": 0.5,
    }
    assert {each["measure"] for each in segments["measures"]} == {"segment_mix", "migration"}
    (tmp_path / "runs/older/segments/profiles.json").unlink()
    without = judged_again(lake, segments="newer")["segments"]
    assert without["why"] == "the profiles of run older are gone"
    assert [each["measure"] for each in without["measures"]] == ["migration"]
    lost = judged_again(lake, segments="lost")["segments"]
    assert (lost["verdict"], lost["why"]) == (TOO_FEW, "what run lost wrote is gone")


def test_lists_are_held_against_those_of_the_run_before(usual, tmp_path):
    """Lists of what is popular, after a run in which every customer's ten products were drawn."""
    shutil.copytree(usual[0].store.root, tmp_path, dirs_exist_ok=True)
    store = lake_of(tmp_path).store
    folder, older = (tmp_path / f"runs/{run_id}/recommendations" for run_id in ("live", "older"))
    older.mkdir(parents=True)
    for name in ("products", "customers"):
        shutil.copy(folder / f"{name}.parquet", older / f"{name}.parquet")
    ranked = (
        "SELECT customer_id, product_id, ROW_NUMBER() OVER "
        "(PARTITION BY customer_id ORDER BY MD5(customer_id || product_id)) AS rank "
        f"FROM '{folder}/customers.parquet', '{folder}/products.parquet'"
    )
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT customer_id, rank, product_id FROM ({ranked}) WHERE rank <= 10) "
            f"TO '{older}/users-00000.parquet'"
        )
    values = json.loads(store.read_bytes("runs/live/manifest.json"))
    write_json(store, "runs/older/manifest.json", values | {"run_id": "older"})
    live = replace(Manifest.load(store, "live"), live_runs={"recommendations": "older"})
    with DuckEngine(SHOP) as engine:
        found = lists_of(engine, live, store)
        spread = engine.rows(
            "SELECT COUNT(listed.rank) AS places FROM known_products AS product LEFT JOIN listed "
            "ON product.product_id = listed.product_id AND rank <= 10 GROUP BY product.product_id"
        )
    assert found["reference"]["coverage"] == 1
    assert found["reference"]["gini"] < 0.15 < found["current"]["gini"]
    assert found["reference"]["novelty"] > found["current"]["novelty"]
    places = np.array([row["places"] for row in spread])
    apart = np.abs(places[:, None] - places).mean() / (2 * places.mean())  # Gini by its definition
    assert found["current"]["gini"] == pytest.approx(apart)
    assert found["current"]["coverage"] == pytest.approx((places > 0).mean())


def judged_again(lake, **live_runs):
    """Judge the counts of the usual run as those of a run with other live runs."""
    manifest = Manifest.load(lake.store, "watch")
    replace(manifest, live_runs=manifest.live_runs | live_runs).save(lake.store)
    drift("watch", lake.store)
    return read_json(lake.store, "runs/watch/monitor/drift.json")


def _of_newest(manifest, root) -> Manifest:
    return replace(manifest, tables={"orders": {"version": lake_of(root).snapshot("orders").version}})


def _keep_only(root, content) -> None:
    """Take all files but one upload's out of the newest version of the orders."""
    from deltalake import DeltaTable
    from deltalake.transaction import RemoveAction

    opened = DeltaTable(str(root / "lake/orders"))
    names = [uri.rpartition("/")[2] for uri in opened.file_uris()]
    gone = [
        RemoveAction(path=name, data_change=True, deletion_timestamp=0)
        for name in names
        if f"part-{content}-" not in name
    ]
    opened.create_write_transaction(gone, mode="append", schema=opened.schema())


def _compacted(root) -> None:
    """Rewrite the files of the orders into one, and delete the old ones."""
    from deltalake import DeltaTable

    opened = DeltaTable(str(root / "lake/orders"))
    opened.optimize.compact()
    opened.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False, full=True)
